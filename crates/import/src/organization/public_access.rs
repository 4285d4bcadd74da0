//! Block Public Access by an S3 policy of the organization.
//!
//! Source: AWS Organizations User Guide, "Amazon S3 policies" and "Amazon S3
//! policy syntax and examples".

use serde::Deserialize;
use whocan_snapshot::{Collected, GapCode, OrganizationObject, PublicAccessBlock};

use super::attachments::targets;
use super::policies::{PolicyAnswer, Summaries};
use super::{Reader, RootShape, Told};
use crate::error::FileError;
use crate::json;

const KIND: &str = "S3_POLICY";

#[derive(Deserialize)]
struct S3Policy {
    s3_attributes: Attributes,
}

#[derive(Deserialize)]
struct Attributes {
    public_access_block_configuration: Assigned,
}

#[derive(Deserialize)]
struct Assigned {
    #[serde(rename = "@@assign")]
    assign: String,
}

impl Reader<'_> {
    /// Reads the organization's S3 policy, as far as it holds for all accounts.
    ///
    /// A policy that is attached below the root holds for some accounts only;
    /// those report its effect as their own setting, and here it is a gap.
    pub(super) fn public_access_block(
        &mut self,
        object: &OrganizationObject,
        root: Option<&RootShape>,
    ) -> Result<Collected<Option<PublicAccessBlock>>, FileError> {
        let command = format!("list-policies.{KIND}");
        let off = root.and_then(|root| root.enables(KIND)) == Some(false);
        let calls = self.export.of(super::SERVICE, &command);
        // Where the root does not enable the kind, a refusal says nothing more:
        // endpoints that do not know the kind call the question invalid.
        if off && !calls.iter().any(|call| call.left.is_answer()) {
            self.used.insert(command);
            return Ok(Collected::Yes(None));
        }
        let ids: Vec<String> = match self.ask::<Summaries>(&command)? {
            Told::Answer(answer) => answer
                .policies
                .0
                .into_iter()
                .map(|policy| policy.id)
                .collect(),
            Told::Nothing if self.options.absent_means_none => Vec::new(),
            Told::Refused(code) if code == super::NOT_ENABLED => Vec::new(),
            Told::Part(_) | Told::Nothing | Told::Refused(_) | Told::Broken => {
                return Ok(Collected::Not);
            }
        };
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let attachments = self.attachments(KIND, None, &known, true)?;
        let mut at_root = Vec::new();
        for target in targets(object) {
            let Some(attached) = attachments.of(&target) else {
                let command = format!("list-policies-for-target.{KIND}");
                self.gap(&command, None, GapCode::NotExported);
                return Ok(Collected::Not);
            };
            match attached.into_iter().next() {
                None => {}
                Some(policy) if target == object.root.id => at_root.push(policy),
                Some(policy) => {
                    let text = format!("S3 policy `{policy}` holds for `{target}` only");
                    self.gap(&command, Some(&policy), GapCode::Unreadable(text));
                    return Ok(Collected::Not);
                }
            }
        }
        match at_root.first() {
            Some(policy) => self.setting(policy),
            None => Ok(Collected::Yes(None)),
        }
    }

    fn setting(&mut self, policy: &str) -> Result<Collected<Option<PublicAccessBlock>>, FileError> {
        let described = self
            .ask_each::<PolicyAnswer>("describe-policy")?
            .remove(policy);
        let answer = described.and_then(Told::answer);
        let text = answer.and_then(|answer| answer.policy.content.0);
        let read = text.map(|text| json::read::<S3Policy>(&text));
        let assigned = match read {
            Some(Ok(policy)) => {
                policy
                    .s3_attributes
                    .public_access_block_configuration
                    .assign
            }
            Some(Err(wrong)) => {
                let text = format!("S3 policy: {}", wrong.problem);
                self.gap("describe-policy", Some(policy), GapCode::Unreadable(text));
                return Ok(Collected::Not);
            }
            None => {
                self.gap("describe-policy", Some(policy), GapCode::NotExported);
                return Ok(Collected::Not);
            }
        };
        let all = assigned == "all";
        Ok(Collected::Yes(Some(PublicAccessBlock {
            block_public_acls: all,
            ignore_public_acls: all,
            block_public_policy: all,
            restrict_public_buckets: all,
        })))
    }
}

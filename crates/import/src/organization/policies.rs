//! The policies of an organization with their documents.

use std::collections::BTreeMap;

use serde::Deserialize;
use whocan_snapshot::{Collected, GapCode, OrganizationPolicy, OrganizationPolicyKind};

use super::{Reader, SERVICE, Told};
use crate::error::FileError;
use crate::json::{DocumentText, List};

/// The policies of one kind.
pub(super) struct Policies {
    pub(super) kind: OrganizationPolicyKind,
    /// Whether the list of them was read.
    pub(super) listed_all: bool,
    pub(super) policies: Vec<OrganizationPolicy>,
}

impl Reader<'_> {
    /// Reads the policies of one kind with their documents.
    pub(super) fn policies(&mut self, kind: OrganizationPolicyKind) -> Result<Policies, FileError> {
        let name = type_name(kind);
        let listed = self.ask::<Summaries>(&format!("list-policies.{name}"))?;
        let listed_all = matches!(listed, Told::Answer(_));
        let mut summaries: BTreeMap<String, Summary> = BTreeMap::new();
        let attached = self.ask_each::<Summaries>(&format!("list-policies-for-target.{name}"))?;
        for told in attached.into_values().chain([listed]) {
            let list = told.answer().map(|answer| answer.policies.0);
            for summary in list.unwrap_or_default() {
                summaries.insert(summary.id.clone(), summary);
            }
        }
        let mut documents = BTreeMap::new();
        for (id, told) in self.ask_each::<PolicyAnswer>("describe-policy")? {
            let Some(answer) = told.answer() else {
                continue;
            };
            let summary = answer.policy.policy_summary;
            let known = summaries.contains_key(&id);
            if known || summary.kind.as_deref() == Some(name) {
                summaries.entry(id.clone()).or_insert(summary);
                documents.insert(id, answer.policy.content);
            }
        }
        let mut policies = Vec::new();
        for (id, summary) in summaries {
            let document = documents.remove(&id).and_then(|content| content.0);
            policies.push(self.policy(kind, summary, document));
        }
        Ok(Policies {
            kind,
            listed_all,
            policies,
        })
    }

    fn policy(
        &mut self,
        kind: OrganizationPolicyKind,
        summary: Summary,
        document: Option<String>,
    ) -> OrganizationPolicy {
        let document = document.or_else(|| full_access(&summary.id).map(str::to_owned));
        let called = self.export.has(SERVICE, "describe-policy", &summary.id);
        if document.is_none() && !called {
            self.gap("describe-policy", Some(&summary.id), GapCode::NotExported);
        }
        OrganizationPolicy {
            id: summary.id,
            name: summary.name.unwrap_or_default(),
            kind,
            aws_managed: summary.aws_managed.unwrap_or_default(),
            document: document.map_or(Collected::Not, Collected::Yes),
        }
    }
}

pub(super) fn type_name(kind: OrganizationPolicyKind) -> &'static str {
    match kind {
        OrganizationPolicyKind::ServiceControl => "SERVICE_CONTROL_POLICY",
        OrganizationPolicyKind::ResourceControl => "RESOURCE_CONTROL_POLICY",
    }
}

pub(super) const FULL_ACCESS: &str = "p-FullAWSAccess";

/// Returns the document of a policy that is the same in every organization.
///
/// Source: AWS Organizations User Guide, "SCP syntax" and "Resource control
/// policies (RCPs)".
pub(super) fn full_access(id: &str) -> Option<&'static str> {
    match id {
        FULL_ACCESS => Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        ),
        "p-RCPFullAWSAccess" => Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
        ),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Policies`")]
pub(super) struct Summaries {
    #[serde(default)]
    pub(super) policies: List<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a policy")]
pub(super) struct Summary {
    pub(super) id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "Type")]
    kind: Option<String>,
    #[serde(default)]
    aws_managed: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Policy`")]
pub(super) struct PolicyAnswer {
    pub(super) policy: PolicyShape,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a policy")]
pub(super) struct PolicyShape {
    policy_summary: Summary,
    #[serde(default)]
    pub(super) content: DocumentText,
}

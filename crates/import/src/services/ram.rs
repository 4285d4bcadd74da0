//! Resource Access Manager: what is shared with whom, and the policies that sharing made.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use whocan_snapshot::{Collected, Resource, ResourceShare, SharedWith};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::table::{Answer, Kind, Page, Row, Scope};

const SHARED: Kind = Kind("shared");

/// Source: AWS RAM API Reference, GetResourceShareAssociations and GetResourcePolicies.
pub(crate) const ROWS: &[Row] = &[
    Row::account(
        "ram",
        "get-resource-share-associations.RESOURCE",
        associations,
    )
    .regional()
    .optional(),
    Row::account(
        "ram",
        "get-resource-share-associations.PRINCIPAL",
        associations,
    )
    .regional()
    .optional(),
    Row::each(
        "ram",
        "get-resource-policies",
        &[SHARED],
        shared_resource,
        policies,
    )
    .regional()
    .optional(),
];

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "an object with `resourceShareAssociations`"
)]
struct Associations<'a> {
    #[serde(borrow)]
    resource_share_associations: List<Association<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "an association with `resourceShareArn`"
)]
struct Association<'a> {
    #[serde(borrow)]
    resource_share_arn: Text<'a>,
    #[serde(borrow, default)]
    associated_entity: Option<Text<'a>>,
    #[serde(borrow)]
    association_type: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(default)]
    external: Option<bool>,
}

fn associations(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Associations<'_>>()? else {
        return Ok(());
    };
    for one in answer.resource_share_associations.0 {
        let stands = one
            .status
            .as_ref()
            .is_none_or(|status| status.as_str() == "ASSOCIATED");
        let Some(entity) = one.associated_entity.filter(|_| stands) else {
            continue;
        };
        let entity = entity.0.into_owned();
        let share = share(draft, one.resource_share_arn.as_str());
        match one.association_type.as_str() {
            "RESOURCE" => {
                share.resources.push(entity.clone());
                draft.add(SHARED, &entity, page.region, &[])?;
            }
            "PRINCIPAL" => share.with.push(SharedWith {
                principal: entity,
                outside: one.external,
            }),
            other => {
                return Err(Wrong::whole(format!(
                    "unknown `associationType` {other:?}: expected RESOURCE or PRINCIPAL"
                )));
            }
        }
    }
    Ok(())
}

fn share<'d>(draft: &'d mut Draft, arn: &str) -> &'d mut ResourceShare {
    let shares = &mut draft.object.shares;
    let at = shares.iter().position(|share| share.arn == arn);
    let at = at.unwrap_or_else(|| {
        shares.push(ResourceShare {
            arn: arn.to_owned(),
            resources: Vec::new(),
            with: Vec::new(),
        });
        shares.len() - 1
    });
    &mut shares[at]
}

/// Sorts what was read.
pub(crate) fn finish(draft: &mut Draft) {
    for share in &mut draft.object.shares {
        share.resources.sort();
        share.resources.dedup();
        share.with.sort();
        share.with.dedup();
    }
    draft.object.shares.sort();
}

fn shared_resource(_scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    argument
        .starts_with("arn:")
        .then(|| (SHARED, argument.to_owned()))
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `policies`")]
struct Policies {
    #[serde(default)]
    policies: List<String>,
}

// The owning service shows the same policy where it has a call for it.
fn policies(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let printed = answer.read::<Policies>()?;
    let known = matches!(resource.policy, Collected::Yes(Some(_)));
    if !known {
        let texts = printed
            .map(|printed| printed.policies.0)
            .unwrap_or_default();
        resource.policy = Collected::Yes(joined(texts)?);
    }
    Ok(())
}

/// The parts of a document that several of them are joined by.
#[derive(Deserialize)]
#[serde(expecting = "a policy with `Statement`")]
struct Document {
    #[serde(rename = "Version", default)]
    version: Option<String>,
    #[serde(rename = "Statement")]
    statement: Box<RawValue>,
}

// One document for each share; together they are the resource's policy. A
// version changes what variables mean, so documents of two are not joined.
fn joined(mut texts: Vec<String>) -> Result<Option<String>, Wrong> {
    if texts.len() < 2 {
        return Ok(texts.pop());
    }
    let mut by_version: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for text in &texts {
        let document: Document = crate::json::read(text)?;
        let statement = document.statement.get().trim();
        let inside = statement
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(statement);
        if !inside.trim().is_empty() {
            let all = by_version.entry(document.version).or_default();
            all.push(inside.to_owned());
        }
    }
    if by_version.len() > 1 {
        return Err(Wrong::whole(
            "policies of several versions for one resource: expected one version",
        ));
    }
    Ok(by_version.pop_first().map(|(version, statements)| {
        let version = version.unwrap_or_else(|| "2008-10-17".to_owned());
        let version = serde_json::Value::String(version);
        format!(
            "{{\"Version\":{version},\"Statement\":[{}]}}",
            statements.join(",")
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_several_shares_become_one() {
        let one = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a"}]}"#.to_owned();
        let other = r#"{"Version":"2012-10-17","Statement":{"Sid":"b"}}"#.to_owned();
        assert_eq!(joined(vec![one.clone()]).unwrap(), Some(one.clone()));
        assert_eq!(
            joined(vec![one.clone(), other]).unwrap().unwrap(),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a"},{"Sid":"b"}]}"#
        );
        let old = r#"{"Version":"2008-10-17","Statement":[{"Sid":"c"}]}"#.to_owned();
        assert!(joined(vec![one, old]).is_err());
        assert_eq!(joined(Vec::new()).unwrap(), None);
    }
}

//! A resource's policy, as most commands print it.

use serde::Deserialize;
use whocan_snapshot::{Collected, Resource};

use crate::json::{DocumentText, Wrong};
use crate::table::Answer;

#[derive(Deserialize)]
#[serde(expecting = "an object with a policy")]
struct Printed {
    #[serde(
        default,
        rename = "Policy",
        alias = "policy",
        alias = "ResourcePolicy",
        alias = "resourcePolicy",
        alias = "policyText",
        alias = "PolicyInJson"
    )]
    policy: DocumentText,
}

/// Reads a resource's policy; an answer without one, or with an empty text, has none.
pub(crate) fn read(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let printed = answer.read::<Printed>()?;
    resource.policy = Collected::Yes(printed.and_then(|printed| some(printed.policy)));
    Ok(())
}

/// Returns the document, if there is one.
pub(crate) fn some(document: DocumentText) -> Option<String> {
    document.0.filter(|text| !text.is_empty())
}

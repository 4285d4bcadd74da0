//! What calls and answers are about, in names.

use serde::Deserialize;

use crate::export::Call;
use crate::json::{self, Text};

/// Where an answer names the resource that it is about.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct OwnName<'a> {
    #[serde(borrow, default, rename = "ARN", alias = "Arn", alias = "arn")]
    arn: Option<Text<'a>>,
    #[serde(borrow, default, rename = "ResourceArn", alias = "resourceArn")]
    resource_arn: Option<Text<'a>>,
}

/// Returns the ARN that an answer gives the resource that it is about.
pub(crate) fn own_arn(text: &str) -> Option<String> {
    let name: OwnName<'_> = json::read(text).ok()?;
    let arn = name.arn.or(name.resource_arn)?;
    Some(arn.0.into_owned())
}

/// Names a call for people: `kms eu-west-1 get-key-policy KEY`.
pub(crate) fn of_call(service: &str, command: &str, call: &Call) -> String {
    let region = call.region.as_deref();
    let argument = call.argument.as_deref();
    let words = [Some(service), region, Some(command), argument];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

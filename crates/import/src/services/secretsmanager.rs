//! Secrets of Secrets Manager.

use serde::Deserialize;
use whocan_snapshot::Collected;

use crate::draft::Draft;
use crate::json::{List, Tags, Text, Wrong};
use crate::services::policy;
use crate::table::{Kind, Page, Row, Scope};

const SECRET: Kind = Kind("secret");

pub(crate) const ROWS: &[Row] = &[
    Row::list(
        "secretsmanager",
        "list-secrets",
        ("secretsmanager", "secret"),
        list_secrets,
    )
    .regional(),
    Row::each(
        "secretsmanager",
        "get-resource-policy",
        &[SECRET],
        find,
        policy::read,
    )
    .regional(),
];

/// An ARN ends in six characters that the name does not tell.
fn find(_scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    argument
        .starts_with("arn:")
        .then(|| (SECRET, argument.to_owned()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `SecretList`")]
struct Secrets<'a> {
    #[serde(borrow, default)]
    secret_list: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "a secret with `ARN` and `Name`"
)]
struct Listed<'a> {
    #[serde(borrow, rename = "ARN")]
    arn: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    kms_key_id: Option<Text<'a>>,
    #[serde(default)]
    tags: Option<Tags>,
}

/// Reads the secrets with their tags.
///
/// Source: AWS Secrets Manager API Reference, SecretListEntry: without
/// `KmsKeyId` the AWS managed key `aws/secretsmanager` encrypts.
fn list_secrets(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Secrets<'_>>()? else {
        return Ok(());
    };
    for secret in answer.secret_list.0 {
        let names = [secret.name.as_str()];
        let resource = draft.add(SECRET, secret.arn.as_str(), page.region, &names)?;
        resource.tags = match page.field(secret.tags) {
            Collected::Not => Collected::Not,
            Collected::Yes(tags) => Collected::Yes(tags.unwrap_or_default().sorted()),
        };
        let key = secret.kms_key_id.map(|key| key.0.into_owned());
        resource.encryption_key = page.field(key.filter(|key| !key.is_empty()));
    }
    Ok(())
}

//! Repositories of the Elastic Container Registry.

use serde::Deserialize;
use whocan_snapshot::Resource;

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const REPOSITORY: Kind = Kind("repository");

/// Source of the error code: Amazon ECR API Reference, GetRepositoryPolicy.
pub(crate) const ROWS: &[Row] = &[
    Row::list(
        "ecr",
        "describe-repositories",
        ("ecr", "repository"),
        describe_repositories,
    )
    .regional(),
    repository("get-repository-policy", policy::read).none(&["RepositoryPolicyNotFoundException"]),
    repository("list-tags-for-resource", tags::read),
];

const fn repository(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("ecr", command, &[REPOSITORY], find, read).regional()
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    let arn = match argument.starts_with("arn:") {
        true => argument.to_owned(),
        false => scope.arn("ecr", &format!("repository/{argument}"))?,
    };
    Some((REPOSITORY, arn))
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `repositories`")]
struct Repositories<'a> {
    #[serde(borrow, default)]
    repositories: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a repository with `repositoryArn`"
)]
struct Listed<'a> {
    #[serde(borrow)]
    repository_arn: Text<'a>,
    #[serde(borrow)]
    repository_name: Text<'a>,
    #[serde(borrow, default)]
    encryption_configuration: Option<Encryption<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an encryption")]
struct Encryption<'a> {
    #[serde(borrow, default)]
    kms_key: Option<Text<'a>>,
}

fn describe_repositories(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Repositories<'_>>()? else {
        return Ok(());
    };
    for listed in answer.repositories.0 {
        let names = [listed.repository_name.as_str()];
        let arn = listed.repository_arn.as_str();
        let resource = draft.add(REPOSITORY, arn, page.region, &names)?;
        let encryption = listed.encryption_configuration;
        let key = encryption.and_then(|encryption| encryption.kms_key);
        resource.encryption_key = page.field(key.map(|key| key.0.into_owned()));
    }
    Ok(())
}

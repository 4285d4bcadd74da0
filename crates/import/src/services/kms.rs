//! KMS keys.

use std::collections::BTreeMap;
use std::mem;

use serde::Deserialize;
use whocan_snapshot::{Collected, Detail, EncryptionContext, Key, KeyGrant, Resource};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const KEY: Kind = Kind("key");

pub(crate) const ROWS: &[Row] = &[
    Row::list("kms", "list-keys", ("kms", "key"), list_keys).regional(),
    Row::list("kms", "list-aliases", ("kms", "alias"), list_aliases).regional(),
    key("get-key-policy", policy::read),
    key("list-grants", grants),
    key("describe-key", describe),
    key("list-resource-tags", tags::read),
];

const fn key(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("kms", command, &[KEY], find, read).regional()
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    let arn = if argument.starts_with("arn:") {
        argument.to_owned()
    } else if argument.starts_with("alias/") {
        // Which key an alias stands for, only `list-aliases` tells.
        return None;
    } else {
        scope.arn("kms", &format!("key/{argument}"))?
    };
    Some((KEY, arn))
}

/// Changes the key's own settings.
fn change(resource: &mut Resource, change: impl FnOnce(&mut Key)) {
    let mut key = match mem::take(&mut resource.detail) {
        Detail::Key(key) => key,
        Detail::Plain | Detail::Bucket(_) | Detail::AccessPoint(_) => Key::default(),
    };
    change(&mut key);
    resource.detail = Detail::Key(key);
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Keys`")]
struct Keys<'a> {
    #[serde(borrow, default)]
    keys: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "a key with `KeyId` and `KeyArn`"
)]
struct Listed<'a> {
    #[serde(borrow)]
    key_id: Text<'a>,
    #[serde(borrow)]
    key_arn: Text<'a>,
}

fn list_keys(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Keys<'_>>()? else {
        return Ok(());
    };
    for key in answer.keys.0 {
        let names = [key.key_id.as_str()];
        let resource = draft.add(KEY, key.key_arn.as_str(), page.region, &names)?;
        change(resource, |_| ());
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Aliases`")]
struct Aliases<'a> {
    #[serde(borrow, default)]
    aliases: List<Alias<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an alias with `AliasName`")]
struct Alias<'a> {
    #[serde(borrow)]
    alias_name: Text<'a>,
    #[serde(borrow, default)]
    target_key_id: Option<Text<'a>>,
}

/// Reads the aliases of a region; with them it is known which keys AWS manages.
///
/// Source: AWS KMS Developer Guide, "AWS KMS keys": the alias of an AWS
/// managed key is `aws/SERVICE`, and no other alias may begin with `aws/`.
fn list_aliases(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let aliases = page.answer.read::<Aliases<'_>>()?;
    let mut of_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for alias in aliases.map(|answer| answer.aliases.0).unwrap_or_default() {
        let Some(id) = &alias.target_key_id else {
            continue;
        };
        let name = alias.alias_name.as_str();
        if let Some((_, arn)) = draft.named(&[KEY], page.region, id.as_str()) {
            draft.add_name(KEY, &arn, name);
            of_key.entry(arn).or_default().push(name.to_owned());
        }
    }
    for ((kind, arn), thing) in &draft.things {
        let here = page.region.is_none() || thing.region.as_deref() == page.region;
        let Some(resource) = draft.resources.get_mut(arn) else {
            continue;
        };
        if *kind != KEY || !here {
            continue;
        }
        let mut aliases = of_key.remove(arn).unwrap_or_default();
        aliases.sort();
        let managed = aliases.iter().any(|alias| alias.starts_with("alias/aws/"));
        change(resource, |key| {
            key.aliases = Collected::Yes(aliases);
            key.aws_managed = Collected::Yes(managed);
        });
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Grants`")]
struct Grants {
    #[serde(default)]
    grants: List<Grant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a grant")]
struct Grant {
    #[serde(default)]
    grant_id: Option<String>,
    #[serde(default)]
    grantee_principal: Option<String>,
    #[serde(default)]
    grantee_service_principal: Option<String>,
    #[serde(default)]
    operations: List<String>,
    #[serde(default)]
    constraints: Option<Constraints>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "constraints")]
struct Constraints {
    #[serde(default)]
    encryption_context_equals: Option<BTreeMap<String, String>>,
    #[serde(default)]
    encryption_context_subset: Option<BTreeMap<String, String>>,
}

fn grants(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let answer = answer.read::<Grants>()?;
    let grants = answer.map(|answer| answer.grants.0).unwrap_or_default();
    let mut grants: Vec<KeyGrant> = grants.into_iter().map(grant).collect();
    grants.sort();
    change(resource, |key| key.grants = Collected::Yes(grants));
    Ok(())
}

fn grant(grant: Grant) -> KeyGrant {
    let mut operations = grant.operations.0;
    operations.sort();
    let constraint = grant.constraints.and_then(|constraints| {
        let equals = constraints.encryption_context_equals;
        let subset = constraints.encryption_context_subset;
        equals
            .map(EncryptionContext::Equals)
            .or(subset.map(EncryptionContext::Subset))
    });
    KeyGrant {
        id: grant.grant_id.unwrap_or_default(),
        grantee: grant
            .grantee_principal
            .or(grant.grantee_service_principal)
            .unwrap_or_default(),
        operations,
        constraint,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `KeyMetadata`")]
struct Described {
    key_metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `KeyManager`")]
struct Metadata {
    #[serde(default)]
    key_manager: Option<String>,
}

fn describe(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let described = answer.read::<Described>()?;
    change(resource, |key| {
        match described.map(|answer| answer.key_metadata.key_manager) {
            Some(Some(manager)) => key.aws_managed = Collected::Yes(manager == "AWS"),
            None if key.aws_managed.is_not() => key.aws_managed = Collected::Yes(false),
            Some(None) | None => {}
        }
    });
    Ok(())
}

//! Account folders that CloudMapper has collected.
//!
//! `account-data/<name>/<region>/<service>-<command>.json` and
//! `<service>-<command>/<argument>`, each what the AWS SDK for Python
//! returned, with global services under one region. A call that failed leaves
//! no file, whatever the error was.
//! Source: CloudMapper 2, `collect`, and its demo account.

use std::path::Path;

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use whocan_policy::AccountId;

use crate::error::FileError;
use crate::export::{Entry, Export, Left, entries, is_region};
use crate::file;
use crate::json;
use crate::services::iam::Owners;
use crate::table;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Account`")]
struct Identity {
    account: AccountId,
}

/// Returns whose account a folder holds, if it is one of CloudMapper's.
pub(crate) fn account(path: &Path) -> Option<AccountId> {
    if !path.join("describe-regions.json").is_file() {
        return None;
    }
    let regions: Vec<Entry> = regions(path).ok()?;
    let identities = regions.iter().find_map(|region| {
        let text = file::load(&region.path.join("sts-get-caller-identity.json")).ok()?;
        Some(json::read::<Identity>(&text).ok()?.account)
    });
    identities.or_else(|| {
        regions.iter().find_map(|region| {
            let details = "iam-get-account-authorization-details.json";
            let text = file::load(&region.path.join(details)).ok()?;
            json::read::<Owners<'_>>(&text)
                .ok()?
                .accounts()
                .into_keys()
                .next()
        })
    })
}

fn regions(path: &Path) -> Result<Vec<Entry>, FileError> {
    let mut listed = entries(path)?;
    listed.retain(|entry| entry.is_folder && entry.name.as_deref().is_some_and(is_region));
    Ok(listed)
}

/// Tells an account's folder as calls.
///
/// # Errors
///
/// If a folder cannot be listed.
pub(crate) fn export(path: &Path) -> Result<Export, FileError> {
    let mut export = Export::default();
    for region in regions(path)? {
        let name = region.name.as_deref().unwrap_or_default();
        for entry in entries(&region.path)? {
            add(&mut export, name, &entry)?;
        }
    }
    export.finish();
    Ok(export)
}

fn add(export: &mut Export, region: &str, entry: &Entry) -> Result<(), FileError> {
    let Some(name) = entry.name.as_deref() else {
        return Ok(());
    };
    let (service, command) = command(name.strip_suffix(".json").unwrap_or(name));
    let regional = table::rows()
        .find(|row| row.service == service && row.command == command)
        .is_none_or(|row| row.regional);
    let region = regional.then_some(region);
    if !entry.is_folder {
        let left = Left::File(entry.path.clone());
        export.add(service, command, region, None, left);
        export.files += 1;
        return Ok(());
    }
    for inner in entries(&entry.path)?
        .into_iter()
        .filter(|inner| !inner.is_folder)
    {
        let Some(argument) = inner.name.as_deref().and_then(argument) else {
            continue;
        };
        let left = Left::File(inner.path);
        export.add(service, command, region, Some(argument), left);
        export.files += 1;
    }
    Ok(())
}

/// Splits a name into the service and the command, as the command line knows them.
fn command(name: &str) -> (&str, &str) {
    let (service, command) = name.split_once('-').unwrap_or((name, ""));
    match service {
        "s3" => ("s3api", command),
        _ => (service, command),
    }
}

/// Returns the argument that a file's name encodes, a blank as `+`.
fn argument(name: &str) -> Option<String> {
    let spaced = name.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_call() {
        assert_eq!(
            command("s3-get-bucket-policy"),
            ("s3api", "get-bucket-policy")
        );
        assert_eq!(
            command("s3control-get-public-access-block"),
            ("s3control", "get-public-access-block")
        );
        assert_eq!(argument("a%2Fb+c").as_deref(), Some("a/b c"));
    }
}

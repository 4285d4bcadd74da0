//! Directories that iam-collect has filled.
//!
//! `<path>/aws/<partition>/accounts/<account>/<service>/[<region>/]<type>/<name>/<kind>.json`,
//! all in lower case: the true ARN stands in `metadata.json`. A file that is
//! missing was empty or could not be read, so its absence says nothing; only
//! identities come from one call that either worked or not.
//! Source: the documentation of iam-collect 0.1, and its output.

mod identities;
mod organization;
mod resources;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;
use whocan_policy::{AccountId, Arn};

use super::answer::{Lists, Object, made};
use crate::error::FileError;
use crate::export::{Entry, Export, Left, entries};
use crate::file;
use crate::json;
use crate::reading::in_file;

pub(crate) use organization::export as organization;

/// What becomes of a broken file: it is passed over, or the import ends.
pub(super) type Broken<'a> = dyn FnMut(FileError) -> Result<(), FileError> + 'a;

/// A folder of one partition.
#[derive(Debug)]
pub(crate) struct Store {
    /// The accounts with their folders.
    pub(crate) accounts: Vec<(AccountId, PathBuf)>,
    /// The folders of organizations.
    pub(crate) organizations: Vec<PathBuf>,
}

/// Returns the stores that a folder is or has in its folder `aws`.
pub(crate) fn find(path: &Path) -> Vec<Store> {
    if is_partition(path) {
        return vec![store(path)];
    }
    let partitions = entries(&path.join("aws")).unwrap_or_default().into_iter();
    let partitions = partitions.filter(|entry| entry.is_folder && is_partition(&entry.path));
    partitions.map(|entry| store(&entry.path)).collect()
}

/// Returns whether a folder is a partition's: `accounts` beside `indexes`, or
/// with folders in it that only this tool makes.
fn is_partition(path: &Path) -> bool {
    let accounts = path.join("accounts");
    if !accounts.is_dir() {
        return false;
    }
    let listed = entries(&accounts).unwrap_or_default();
    path.join("indexes").is_dir() || listed.iter().any(|entry| is_account(&entry.path))
}

fn is_account(path: &Path) -> bool {
    let kinds = ["role", "user", "group", "policy", "aws"];
    let iam = path.join("iam");
    path.join("organization.json").is_file() || kinds.iter().any(|kind| iam.join(kind).is_dir())
}

fn store(path: &Path) -> Store {
    let folders = |name: &str| {
        let listed = entries(&path.join(name)).unwrap_or_default();
        listed.into_iter().filter(|entry| entry.is_folder)
    };
    let account = |entry: Entry| Some((entry.name?.parse().ok()?, entry.path));
    Store {
        accounts: folders("accounts").filter_map(account).collect(),
        organizations: folders("organizations").map(|entry| entry.path).collect(),
    }
}

/// Tells an account's folder as calls.
///
/// # Errors
///
/// If a folder cannot be listed, or `broken` ends the import.
pub(crate) fn export(root: &Path, broken: &mut Broken<'_>) -> Result<Export, FileError> {
    let mut reading = Reading {
        root,
        export: Export::default(),
        lists: Lists::default(),
        identities: identities::Identities::default(),
        lost: false,
        broken,
    };
    for folder in folders(root)? {
        reading.folder(&folder)?;
    }
    reading.account_block()?;
    reading.finish()
}

/// Returns the folders that hold a thing, at any depth that ARNs have.
fn folders(root: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in entries(&folder)?.into_iter().filter(|it| it.is_folder) {
            if entry.path.join(METADATA).is_file() {
                found.push(entry.path);
            } else if depth < DEEPEST {
                open.push((entry.path, depth + 1));
            }
        }
    }
    found.sort();
    Ok(found)
}

const METADATA: &str = "metadata.json";
/// `iam/aws/policy/<name>` and `<service>/<region>/<type>/<name>` are the deepest.
const DEEPEST: usize = 4;

/// What `metadata.json` says, of whatever kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `arn`")]
pub(super) struct Metadata {
    pub(super) arn: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default, alias = "createDate")]
    created: Option<String>,
    #[serde(default)]
    permission_boundary: Option<String>,
    #[serde(default)]
    default_version_id: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    abac_enabled: Option<Box<RawValue>>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default, alias = "keyId", alias = "kmsKey")]
    key: Option<String>,
    #[serde(default)]
    bucket: Option<String>,
    #[serde(default)]
    bucket_account: Option<String>,
    #[serde(default)]
    vpc: Option<String>,
    #[serde(default)]
    service_name: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// One account's folder while it is read.
struct Reading<'a> {
    root: &'a Path,
    export: Export,
    lists: Lists,
    identities: identities::Identities,
    /// Whether something is missing in the lists, of a kind that a broken file does not tell.
    lost: bool,
    broken: &'a mut Broken<'a>,
}

impl Reading<'_> {
    fn folder(&mut self, folder: &Path) -> Result<(), FileError> {
        let path = folder.join(METADATA);
        let loaded = self.load(&path).and_then(|text| {
            let text = text.unwrap_or_default();
            let metadata: Metadata = json::read(&text).map_err(|wrong| in_file(&path, wrong))?;
            let arn: Arn = metadata
                .arn
                .parse()
                .map_err(|error| FileError::whole(&path, format!("`arn`: {error}")))?;
            Ok((metadata, arn))
        });
        let (metadata, arn) = match loaded {
            Ok(known) => known,
            Err(error) => {
                self.lost = true;
                return (self.broken)(error);
            }
        };
        match arn.service() {
            "iam" => self.identity(folder, &metadata, &arn),
            _ => self.resource(folder, metadata, arn),
        }
    }

    /// Returns a file's text; `None` if there is no such file.
    fn load(&mut self, path: &Path) -> Result<Option<String>, FileError> {
        if !path.exists() {
            return Ok(None);
        }
        file::load(path).map(Some)
    }

    /// Returns a file that holds JSON; `None` if there is no such file.
    fn load_json(&mut self, path: &Path) -> Result<Option<String>, FileError> {
        let text = self.load(path)?;
        if let Some(text) = &text {
            json::check(text).map_err(|wrong| in_file(path, wrong))?;
        }
        Ok(text)
    }

    /// Reads the account's Block Public Access settings.
    fn account_block(&mut self) -> Result<(), FileError> {
        let path = self.root.join("s3-bpa.json");
        let left = match self.load_json(&path) {
            Ok(None) => return Ok(()),
            Ok(Some(text)) => {
                let text = Object::new().raw("PublicAccessBlockConfiguration", &text);
                made(text.finish(), &path)
            }
            Err(error) => Left::Broken(error),
        };
        let command = "get-public-access-block";
        self.export.add("s3control", command, None, None, left);
        Ok(())
    }

    fn finish(mut self) -> Result<Export, FileError> {
        let from = self.root.to_owned();
        self.identities.add_to(&mut self.export, &from, self.lost);
        // The tool stores nothing of a kind in a region before it has the whole
        // list; buckets it lists region by region.
        self.lists.add_to(&mut self.export, &from, |command| {
            !self.lost && *command != super::resource::BUCKETS
        });
        self.export.finish_made();
        Ok(self.export)
    }
}

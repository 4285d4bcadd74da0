//! Finds accounts and the organization in the paths that a person gives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whocan_policy::AccountId;

use crate::Options;
use crate::error::{FileError, ImportError};
use crate::file;
use crate::formats::{aws_config, cloudmapper, iam_collect, pmapper};
use crate::json;
use crate::note::{Note, NoteKind};
use crate::organization;
use crate::reading::{Source, in_file};
use crate::recognition;
use crate::services::iam::Owners;
use crate::table;

/// What there is to read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Each account, and where it is; several places must agree.
    pub(crate) accounts: BTreeMap<AccountId, Vec<Source>>,
    /// Folders of organizations.
    pub(crate) organizations: Vec<organization::Source>,
    pub(crate) notes: Vec<Note>,
    /// A file that is broken so that not even its account is known.
    pub(crate) broken: Option<FileError>,
}

/// Looks through all paths, in their order.
///
/// # Errors
///
/// If a path cannot be opened or holds nothing that we know.
pub(crate) fn locate(paths: &[PathBuf], options: &Options) -> Result<Found, ImportError> {
    let mut search = Search {
        found: Found::default(),
        items: aws_config::Items::default(),
        keep_going: options.keep_going,
    };
    for path in paths {
        let kind = fs::metadata(path).map_err(|source| ImportError::Unreachable {
            path: path.clone(),
            source,
        })?;
        let any = match kind.is_dir() {
            true => search.folder(path)?,
            false => search.loose_file(path)?,
        };
        if !any {
            let path = path.clone();
            let inside = recognition::below(&path);
            return Err(ImportError::NoExport { path, inside });
        }
    }
    for (id, path, export) in std::mem::take(&mut search.items).exports() {
        let export = Arc::new(export);
        search.add(id, Source::Told { path, export });
    }
    Ok(search.found)
}

/// Returns whether a folder is an export by the names in it, or has loose ones.
pub(crate) fn is_export(path: &Path) -> bool {
    let mut search = Search {
        found: Found::default(),
        items: aws_config::Items::default(),
        keep_going: true,
    };
    search.known_folder(path).unwrap_or(false)
}

struct Search {
    found: Found,
    /// The items of AWS Config, of all its files together.
    items: aws_config::Items,
    keep_going: bool,
}

impl Search {
    /// Looks into a folder. Returns whether there is anything.
    fn folder(&mut self, path: &Path) -> Result<bool, ImportError> {
        if self.known_folder(path)? {
            return Ok(true);
        }
        let mut any = false;
        for inner in folders(path)? {
            any |= self.known_folder(&inner)?;
        }
        if any {
            return Ok(true);
        }
        for file in json_files(path)? {
            any |= self.loose_file(&file)?;
        }
        Ok(any)
    }

    /// Looks into a folder of any format.
    fn known_folder(&mut self, path: &Path) -> Result<bool, ImportError> {
        let stores = iam_collect::find(path);
        if !stores.is_empty() {
            self.stores(stores);
            return Ok(true);
        }
        let other = cloudmapper::account(path).map(|id| (id, Source::CloudMapper(path.to_owned())));
        let other = other
            .or_else(|| pmapper::account(path).map(|id| (id, Source::PMapper(path.to_owned()))));
        match other {
            Some((id, source)) => {
                self.add(id, source);
                Ok(true)
            }
            None => self.bundle_folder(path),
        }
    }

    /// Takes what iam-collect has filled.
    fn stores(&mut self, stores: Vec<iam_collect::Store>) {
        for store in stores {
            for (id, folder) in store.accounts {
                self.add(id, Source::IamCollect(folder));
            }
            let organizations = store.organizations.into_iter();
            let sources = organizations.map(organization::Source::IamCollect);
            self.found.organizations.extend(sources);
        }
    }

    /// Looks into a bundle, an account's folder, or an organization's.
    fn bundle_folder(&mut self, path: &Path) -> Result<bool, ImportError> {
        let accounts = path.join("accounts");
        let organizations = path.join("organizations");
        if accounts.is_dir() || (organizations.is_dir() && !is_account(path)) {
            return self.bundle(&accounts, organizations);
        }
        if is_account(path) {
            return self.account(path);
        }
        if path.file_name().is_some_and(|name| name == "organizations") {
            let source = organization::Source::Folder(path.to_owned());
            self.found.organizations.push(source);
            return Ok(true);
        }
        Ok(false)
    }

    fn bundle(&mut self, accounts: &Path, organizations: PathBuf) -> Result<bool, ImportError> {
        let mut any = organizations.is_dir();
        if any {
            let source = organization::Source::Folder(organizations);
            self.found.organizations.push(source);
        }
        if !accounts.is_dir() {
            return Ok(any);
        }
        for folder in folders(accounts)? {
            match self.account(&folder)? {
                true => any = true,
                false => self.note(&folder, NoteKind::Ignored),
            }
        }
        Ok(any)
    }

    /// Takes an account's folder, which is named after it or tells its ARNs.
    fn account(&mut self, folder: &Path) -> Result<bool, ImportError> {
        let Some(id) = account_of_name(folder).or_else(|| account_of_details(folder)) else {
            return Ok(false);
        };
        let organizations = folder.join("organizations");
        if organizations.is_dir() {
            let source = organization::Source::Folder(organizations);
            self.found.organizations.push(source);
        }
        self.add(id, Source::Folder(folder.to_owned()));
        Ok(true)
    }

    fn add(&mut self, id: AccountId, source: Source) {
        let sources = self.found.accounts.entry(id).or_default();
        let same = |known: &Source| same_path(known.path(), source.path());
        if !sources.iter().any(same) {
            sources.push(source);
        }
    }

    /// Takes a file of account authorization details or of AWS Config.
    ///
    /// Returns whether it is one, or is broken and passed over.
    fn loose_file(&mut self, path: &Path) -> Result<bool, ImportError> {
        let read = file::load(path).and_then(|text| Ok((owners(path, &text)?, text)));
        let read = read.and_then(|(owners, text)| match owners {
            Some(owners) => Ok(Some(owners)),
            None => match self.items.add(path, &text)? {
                aws_config::Recognized::Other => Ok(None),
                aws_config::Recognized::Items { more, .. } => {
                    self.note_items(path, more);
                    Ok(Some(BTreeMap::new()))
                }
            },
        });
        match read {
            Ok(Some(accounts)) => {
                let mixed = accounts.len() > 1;
                if mixed {
                    let text = format!(
                        "holds identities of {} accounts: each is imported by itself",
                        accounts.len()
                    );
                    self.note(path, NoteKind::Odd(text));
                }
                for id in accounts.into_keys() {
                    let path = path.to_owned();
                    self.add(id, Source::Details { path, mixed });
                }
                Ok(true)
            }
            Ok(None) => {
                self.note(path, NoteKind::Ignored);
                Ok(false)
            }
            Err(error) if self.keep_going => {
                self.note(path, NoteKind::Broken(error.to_string()));
                self.found.broken.get_or_insert(error);
                Ok(true)
            }
            Err(first) => Err(ImportError::Broken { first, others: 0 }),
        }
    }

    fn note_items(&mut self, path: &Path, more: bool) {
        if more {
            let text = "the result is cut off: it carries `NextToken`, so more items would follow";
            self.note(path, NoteKind::Odd(text.to_owned()));
        }
    }

    fn note(&mut self, path: &Path, kind: NoteKind) {
        self.found.notes.push(Note {
            account: None,
            place: path.to_string_lossy().into_owned(),
            kind,
        });
    }
}

/// Returns the accounts whose details a file holds; `None` if it holds something else.
fn owners(path: &Path, text: &str) -> Result<Option<BTreeMap<AccountId, usize>>, FileError> {
    if text.trim_ascii().is_empty() {
        return Err(FileError::whole(path, "the file is empty: expected JSON"));
    }
    if !text.trim_ascii_start().starts_with('{') {
        // Valid JSON of another kind is only not ours; what is no JSON is broken.
        let other = json::check(text);
        return other.map(|()| None).map_err(|wrong| in_file(path, wrong));
    }
    let owners: Owners<'_> = json::read(text).map_err(|wrong| in_file(path, wrong))?;
    if !owners.are_details() {
        return Ok(None);
    }
    let accounts = owners.accounts();
    if accounts.is_empty() {
        let problem = "no ARN in the file tells its account: \
                       expected a user, group, role or policy of the account";
        return Err(FileError::whole(path, problem));
    }
    Ok(Some(accounts))
}

fn account_of_name(folder: &Path) -> Option<AccountId> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// Returns the account whose details lie in a folder of another name.
fn account_of_details(folder: &Path) -> Option<AccountId> {
    let path = folder.join("iam/get-account-authorization-details.json");
    let text = file::load(&path).ok()?;
    let accounts = owners(&path, &text).ok()??;
    match accounts.len() {
        1 => accounts.into_keys().next(),
        _ => None,
    }
}

/// Returns whether a folder is laid out as an account's.
fn is_account(folder: &Path) -> bool {
    let services = table::rows().any(|row| folder.join(row.service).is_dir());
    services || folder.join("calls.jsonl").is_file() && account_of_name(folder).is_some()
}

fn same_path(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let mut paths = inside(path)?;
    paths.retain(|inner| inner.is_dir());
    Ok(paths)
}

fn json_files(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let mut paths = inside(path)?;
    paths.retain(|inner| inner.extension().is_some_and(|end| end == "json") && !inner.is_dir());
    Ok(paths)
}

fn inside(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let wrong = |source| ImportError::Unreachable {
        path: path.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(wrong)? {
        paths.push(entry.map_err(wrong)?.path());
    }
    paths.sort();
    Ok(paths)
}

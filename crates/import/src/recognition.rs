//! What a path is recognised as, and why not as anything else.

use std::fmt;
use std::path::{Path, PathBuf};

use whocan_policy::AccountId;

use crate::Options;
use crate::error::ImportError;
use crate::export::entries;
use crate::locate;

/// A form in which accounts are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// A bundle of the AWS command line's answers, or one account's folder of it.
    Bundle,
    /// One file of account authorization details.
    Details,
    /// A directory that iam-collect filled.
    IamCollect,
    /// Items of AWS Config.
    AwsConfig,
    /// A folder that CloudMapper filled.
    CloudMapper,
    /// A graph that Principal Mapper stored.
    PMapper,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 6] = [
        Format::Bundle,
        Format::Details,
        Format::IamCollect,
        Format::AwsConfig,
        Format::CloudMapper,
        Format::PMapper,
    ];

    /// Says by what a folder or file of this format is known.
    fn known_by(self) -> &'static str {
        match self {
            Format::Bundle => {
                "a folder with `accounts/<account id>/` or `organizations/`, or an account's \
                 folder with `iam/`, `s3api/`, ..."
            }
            Format::Details => {
                "a JSON file with `UserDetailList`, `GroupDetailList`, `RoleDetailList` or `Policies`"
            }
            Format::IamCollect => {
                "a folder with `aws/<partition>/accounts/<account id>/`, and `iam/role/` or the like in there"
            }
            Format::AwsConfig => {
                "a JSON file with `configurationItems`, `baseConfigurationItems`, or `Results` of a \
                 query that selects `resourceType`, `accountId` and `configuration`"
            }
            Format::CloudMapper => {
                "a folder with `describe-regions.json` and \
                 `<region>/iam-get-account-authorization-details.json`"
            }
            Format::PMapper => {
                "a folder with `graph/` and a `metadata.json` that names `account_id` and \
                 `pmapper_version`"
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Bundle => "AWS CLI bundle",
            Format::Details => "get-account-authorization-details",
            Format::IamCollect => "iam-collect",
            Format::AwsConfig => "AWS Config",
            Format::CloudMapper => "CloudMapper",
            Format::PMapper => "Principal Mapper",
        })
    }
}

/// What a path is recognised as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognition {
    /// What an import of the path would read, sorted; empty if nothing.
    pub found: Vec<Recognized>,
    /// Why nothing was found, for each format; empty if something was.
    pub missing: Vec<(Format, &'static str)>,
    /// If nothing was found, some exports that lie deeper.
    pub inside: Vec<PathBuf>,
}

/// An export that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recognized {
    /// Its format.
    pub format: Format,
    /// The account; `None` for an organization.
    pub account: Option<AccountId>,
    /// The folder or file.
    pub path: PathBuf,
}

/// Says what a path is recognised as, without reading more than that takes.
///
/// # Errors
///
/// If the path cannot be opened, or a file in it is broken so that it is not
/// known what it is.
pub fn recognize(path: &Path) -> Result<Recognition, ImportError> {
    let located = locate::locate(&[path.to_owned()], &Options::default());
    let found = match located {
        Ok(found) => found,
        Err(ImportError::NoExport { inside, .. }) => {
            let missing = Format::ALL.map(|format| (format, format.known_by()));
            return Ok(Recognition {
                found: Vec::new(),
                missing: missing.to_vec(),
                inside,
            });
        }
        Err(error) => return Err(error),
    };
    let accounts = found.accounts.iter().flat_map(|(id, sources)| {
        sources.iter().map(|source| Recognized {
            format: source.format(),
            account: Some(*id),
            path: source.path().to_owned(),
        })
    });
    let organizations = found.organizations.iter().map(|source| Recognized {
        format: source.format(),
        account: None,
        path: source.path().to_owned(),
    });
    let mut found: Vec<Recognized> = accounts.chain(organizations).collect();
    found.sort();
    Ok(Recognition {
        found,
        missing: Vec::new(),
        inside: Vec::new(),
    })
}

/// How deep exports are looked for where none was named.
const DEEPEST: usize = 3;
/// How many folders are looked into, and how many exports are named.
const MOST_LOOKS: usize = 1000;
const MOST_NAMED: usize = 5;

/// Returns some exports that lie deeper in a folder that is none itself.
pub(crate) fn below(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(path.to_owned(), 0)];
    let mut looks = 0;
    while let Some((folder, depth)) = open.pop() {
        for entry in entries(&folder).unwrap_or_default() {
            looks += 1;
            if looks > MOST_LOOKS || found.len() == MOST_NAMED {
                break;
            }
            if !entry.is_folder {
                continue;
            }
            if locate::is_export(&entry.path) {
                found.push(entry.path);
            } else if depth + 1 < DEEPEST {
                open.push((entry.path, depth + 1));
            }
        }
    }
    found.sort();
    found
}

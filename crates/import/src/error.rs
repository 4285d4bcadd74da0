//! Why an import could not be done.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use whocan_policy::AccountId;

/// An error of the sink, whatever it is.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A path cannot be opened.
    #[error("cannot read `{}`: {source}", path.display())]
    Unreachable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A path holds nothing that we know.
    #[error(
        "`{}` holds no export: expected `accounts/` or `organizations/`, the folder of one account, \
         the output of `aws iam get-account-authorization-details`, or what another tool collected",
        path.display()
    )]
    NoExport {
        /// The path.
        path: PathBuf,
        /// Exports that lie deeper in it, some of them.
        inside: Vec<PathBuf>,
    },
    /// Two paths hold the same account and do not agree.
    #[error(
        "account {account} is in `{}` and in `{}`, and the two differ",
        first.display(),
        second.display()
    )]
    AccountTwice {
        /// The account.
        account: AccountId,
        /// Where it was found first, in the order of the paths.
        first: PathBuf,
        /// Where it was found again.
        second: PathBuf,
    },
    /// Two paths hold an organization and do not agree.
    #[error(
        "there is an organization in `{}` and another in `{}`: a snapshot holds one",
        first.display(),
        second.display()
    )]
    OrganizationTwice {
        /// Where it was found first, in the order of the paths.
        first: PathBuf,
        /// Where it was found again.
        second: PathBuf,
    },
    /// A file is broken.
    #[error("{first}{}", and_others(*.others))]
    Broken {
        /// The first broken file, in the order of accounts and calls.
        first: FileError,
        /// How many more accounts have a broken file.
        others: usize,
    },
    /// What was read could not be delivered.
    #[error("cannot store what was imported: {0}")]
    Sink(BoxError),
}

/// A file that cannot be read, or says what it must not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// Where in its text, if that is known.
    pub place: Option<Place>,
    /// What is wrong there, and what was expected.
    pub problem: String,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1; 0 for an empty line.
    pub column: usize,
}

impl FileError {
    /// Returns an error about a whole file.
    pub(crate) fn whole(path: &Path, problem: impl Into<String>) -> FileError {
        FileError {
            path: path.to_owned(),
            place: None,
            problem: problem.into(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.path.display())?;
        if let Some(Place { line, column }) = self.place {
            write!(f, " line {line} column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for FileError {}

fn and_others(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => " (and a broken file in one more account)".to_owned(),
        more => format!(" (and broken files in {more} more accounts)"),
    }
}

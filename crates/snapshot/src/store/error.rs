//! Why a store could not answer.

use std::io;
use std::path::{Path, PathBuf};

use whocan_policy::AccountId;

use super::FORMAT;
use crate::SnapshotId;

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was being done, such as `write`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk, or the person's share of it, is full.
    #[error("no space is left to {doing} `{}`", path.display())]
    Full {
        /// What was being done, such as `write`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
    },
    /// The directory holds something that is not a store.
    #[error(
        "`{}` is not a store of snapshots: it has no file `version`, but holds `{found}`",
        dir.display()
    )]
    NotAStore {
        /// The directory.
        dir: PathBuf,
        /// One thing that it holds.
        found: String,
    },
    /// A newer version of whocan wrote this.
    #[error("`{}` has format {found}, and this version reads formats up to {FORMAT}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format that it states.
        found: u32,
    },
    /// The file is not what was written.
    #[error("`{}` is damaged: expected {expected}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was expected there.
        expected: String,
    },
    /// An object that a snapshot names is not in the store.
    #[error("the object `{}` is missing", path.display())]
    MissingObject {
        /// Where it would be.
        path: PathBuf,
    },
    /// A text that should name an object does not.
    #[error("`{text}` is not the name of an object: expected 64 lower-case hexadecimal digits")]
    NotAHash {
        /// The text.
        text: String,
    },
    /// A manifest names an account twice.
    #[error("the manifest names the account `{account}` twice")]
    AccountTwice {
        /// The account.
        account: AccountId,
    },
    /// The object is larger than the store keeps.
    #[error("the object has {size_bytes} bytes, and the store keeps at most {limit_bytes}")]
    TooLarge {
        /// Its size before compression.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// Somebody else is writing.
    #[error("the store `{}` is being written by {}", dir.display(), holder(*pid))]
    Locked {
        /// The store.
        dir: PathBuf,
        /// The process that writes, if it can be known.
        pid: Option<u32>,
    },
    /// The store has no snapshot yet.
    #[error("the store `{}` holds no snapshot", dir.display())]
    Empty {
        /// The store.
        dir: PathBuf,
    },
    /// No snapshot is meant by the text.
    #[error("no snapshot is called `{text}`")]
    NoSuchSnapshot {
        /// The text.
        text: String,
    },
    /// Several snapshots are meant by the text.
    #[error("`{text}` may be each of {}", listed(candidates))]
    Ambiguous {
        /// The text.
        text: String,
        /// The snapshots, the oldest first.
        candidates: Vec<SnapshotId>,
    },
    /// The snapshot was removed while it was being loaded.
    #[error("the snapshot `{id}` was removed while it was being loaded")]
    RemovedMeanwhile {
        /// The snapshot.
        id: SnapshotId,
    },
}

impl StoreError {
    /// Returns what the person may do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            StoreError::Full { .. } => {
                Some("free some space and try again: nothing that was finished is lost")
            }
            StoreError::NotAStore { .. } => Some("name an empty directory, or one that is new"),
            StoreError::Newer { .. } => Some("use the version of whocan that wrote it, or a newer"),
            StoreError::Damaged { .. } | StoreError::MissingObject { .. } => {
                Some("`whocan snapshots verify` lists all damage; import the same export again")
            }
            StoreError::Locked { .. } => Some("wait until it has finished; reading is possible"),
            StoreError::Empty { .. } => Some("`whocan import PATH` makes one"),
            StoreError::NoSuchSnapshot { .. } => Some("`whocan snapshots list` shows all"),
            StoreError::Ambiguous { .. } => Some("write more of the snapshot's id"),
            _ => None,
        }
    }

    /// Returns the error for a refusal of the operating system.
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                StoreError::Full { doing, path }
            }
            _ => StoreError::Io {
                doing,
                path,
                source,
            },
        }
    }

    pub(super) fn damaged(path: &Path, expected: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: path.to_owned(),
            expected: expected.into(),
        }
    }
}

fn holder(pid: Option<u32>) -> String {
    match pid {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

fn listed(candidates: &[SnapshotId]) -> String {
    let quoted: Vec<String> = candidates.iter().map(|id| format!("`{id}`")).collect();
    quoted.join(", ")
}

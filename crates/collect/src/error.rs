//! What ends a collection.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a collection ended before everything was asked.
///
/// What was read stays in its folder in every case; a collection that is
/// resumed goes on from there.
#[derive(Debug, Error)]
pub enum CollectError {
    /// There are no credentials that AWS accepts.
    #[error("no credentials that AWS accepts: {0}")]
    Credentials(String),
    /// Credentials that were good are so no longer.
    #[error("the credentials are no longer good: {0}")]
    Expired(String),
    /// Accounts were to be chosen from the organization, which cannot be read.
    #[error("the organization cannot be read: {0}")]
    Organization(String),
    /// What was chosen names nothing.
    #[error("{0}")]
    NothingChosen(String),
    /// The disk refused.
    #[error("cannot write `{}`: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Somebody asked for it.
    #[error("stopped")]
    Stopped,
    /// Another process runs this collection.
    #[error("this collection is running already, in `{}`", .0.display())]
    Running(PathBuf),
    /// The system gives no threads.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
}

impl CollectError {
    pub(crate) fn disk(path: &Path, source: io::Error) -> CollectError {
        CollectError::Disk {
            path: path.to_owned(),
            source,
        }
    }
}

//! Why a saved index was not written or not taken.

use std::io;
use std::path::PathBuf;

/// A saved index could not be written or read.
///
/// Whatever it is, the index can be built again from its snapshot.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The disk refuses.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is no saved index, or not whole.
    #[error("`{}` is damaged: expected {expected}", path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What should be there.
        expected: &'static str,
    },
    /// The file was saved by a whocan with other rules.
    #[error("`{}` was saved by another version of whocan", path.display())]
    OtherRules {
        /// Where.
        path: PathBuf,
    },
    /// The file is about another snapshot.
    #[error("`{}` is about another snapshot", path.display())]
    OtherSnapshot {
        /// Where.
        path: PathBuf,
    },
}

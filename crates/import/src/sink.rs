//! Where an import puts what it has read.

use whocan_policy::AccountId;
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject};

use crate::error::BoxError;

/// Takes the objects of an import, each as soon as it is finished.
///
/// Called from several threads at once and in no particular order. An error
/// ends the import.
pub trait Sink: Sync {
    /// Takes one account.
    ///
    /// # Errors
    ///
    /// Whatever keeps the sink from storing it.
    fn account(&self, account: AccountObject) -> Result<(), BoxError>;

    /// Takes what changes daily in one account; not called where nothing of it is known.
    ///
    /// # Errors
    ///
    /// Whatever keeps the sink from storing it.
    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError>;

    /// Takes the organization.
    ///
    /// # Errors
    ///
    /// Whatever keeps the sink from storing it.
    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError>;

    /// Hears how far the import is.
    fn progress(&self, _event: Event) {}
}

/// A step of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many accounts were found in all paths together.
    Accounts(usize),
    /// So many more files are to be read.
    Files(usize),
    /// A file was read; its size in bytes of text.
    Read {
        /// Bytes.
        bytes: usize,
    },
    /// An account is finished.
    Finished(AccountId),
}

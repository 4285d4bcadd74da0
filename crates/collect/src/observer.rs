//! Who hears how far a collection is.

use whocan_policy::AccountId;

/// Hears how far a collection is, from several threads at once.
pub trait Observer: Send + Sync {
    /// Hears of one step.
    fn event(&self, event: Event);
}

/// A step of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many accounts are to be read.
    Accounts(usize),
    /// So many calls more are to be made.
    Planned(usize),
    /// One call was made, or its answer was there already.
    Asked,
    /// All was asked of an account.
    Finished(AccountId),
}

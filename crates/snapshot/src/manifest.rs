//! A snapshot as a whole.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::{AccountObject, OrganizationObject};

/// The name of a snapshot in its store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotId(pub String);

/// What a store keeps of a snapshot: hashes, a time, a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// When the account was read, or the export imported.
    pub taken: Timestamp,
    /// What the person calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it came from, in words.
    pub source: String,
    /// What was assumed at import, such as `absent-means-none`, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// The content hash of the organization's object, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The content hash of each account's object, sorted by account.
    pub accounts: Vec<(AccountId, String)>,
}

/// A snapshot in memory: everything that AWS said at one time.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub taken: Timestamp,
    /// What was assumed at import, sorted.
    pub assumptions: Vec<String>,
    /// The organization, if it was collected.
    pub organization: Option<Arc<OrganizationObject>>,
    /// The accounts, sorted by id.
    pub accounts: Vec<Arc<AccountObject>>,
}

//! A snapshot as a whole.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::{AccountObject, ActivityObject, FORMAT, ObjectHash, OrganizationObject};

/// How the assumption begins that a plan was applied.
pub const PLAN: &str = "plan ";

/// The name of a snapshot in its store, such as `2026-11-24T231500Z-1f0c96ab`.
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
    /// The content hash of each account's activity, sorted by account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activity: Vec<(AccountId, String)>,
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
    /// The activity of accounts, sorted by id; not every account has it.
    pub activity: Vec<Arc<ActivityObject>>,
}

impl Manifest {
    /// Returns the manifest of a snapshot in which nothing is yet.
    pub fn new(taken: Timestamp, source: impl Into<String>) -> Manifest {
        Manifest {
            format: FORMAT,
            taken,
            label: None,
            source: source.into(),
            assumptions: Vec::new(),
            organization: None,
            accounts: Vec::new(),
            activity: Vec::new(),
        }
    }

    /// Returns whether the snapshot shows what would be, and not what is: a
    /// plan was laid over another.
    pub fn is_what_if(&self) -> bool {
        self.assumptions.iter().any(|it| it.starts_with(PLAN))
    }

    /// Returns the hash of all that bears on access: the organization, the
    /// accounts and the assumptions.
    ///
    /// Two snapshots with this hash give the same index, so it is the key for
    /// everything that is derived from a snapshot and kept. Time, label, source
    /// and activity are not part of it: what depends on them (`snapshot - 90d`,
    /// last-used data) must not be kept under this key.
    pub fn content_hash(&self) -> ObjectHash {
        let content = (
            "whocan snapshot",
            FORMAT,
            &self.assumptions,
            &self.organization,
            &self.accounts,
        );
        let text = serde_json::to_vec(&content).expect("texts and numbers are always JSON");
        ObjectHash::of(&text)
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

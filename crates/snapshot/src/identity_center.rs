//! IAM Identity Center: who may sign in to which account with which permission set.

use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

/// An instance of Identity Center, kept with the account in which it was read.
///
/// Source: IAM Identity Center API Reference and Identity Store API Reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCenter {
    /// The permission sets, sorted by ARN.
    pub permission_sets: Vec<PermissionSet>,
    /// Whether `permission_sets` is the whole list, as `sso:ListPermissionSets` gives it.
    pub all_permission_sets: bool,
    /// To whom each permission set is assigned, sorted by account and permission set.
    pub assignments: Vec<Assignments>,
    /// The users, sorted by id.
    pub users: Vec<DirectoryUser>,
    /// The groups, sorted by id.
    pub groups: Vec<DirectoryGroup>,
    /// The members of each group whose list was read, sorted by group.
    pub memberships: Vec<Memberships>,
}

/// A permission set: Identity Center makes a role of it in every account where it is assigned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PermissionSet {
    /// The ARN, `arn:aws:sso:::permissionSet/...`.
    pub arn: String,
    /// The name, which stands in the names of its roles; `None` if it was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Those to whom one permission set is assigned in one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignments {
    /// The account.
    pub account: AccountId,
    /// The permission set's ARN.
    pub permission_set: String,
    /// Ids of users, sorted.
    pub users: Vec<String>,
    /// Ids of groups, sorted.
    pub groups: Vec<String>,
}

/// A user of the directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DirectoryUser {
    /// The id, unique in the directory.
    pub id: String,
    /// The name by which the user signs in.
    pub name: String,
}

/// A group of the directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DirectoryGroup {
    /// The id, unique in the directory.
    pub id: String,
    /// The name.
    pub name: String,
}

/// The members of one group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Memberships {
    /// The group's id.
    pub group: String,
    /// Ids of users, sorted.
    pub users: Vec<String>,
}

impl IdentityCenter {
    /// Returns the members of a group; `None` if their list was not read.
    pub fn members(&self, group: &str) -> Option<&[String]> {
        let found = self
            .memberships
            .binary_search_by(|one| one.group.as_str().cmp(group));
        found.ok().map(|at| self.memberships[at].users.as_slice())
    }

    /// Returns to whom a permission set is assigned in an account; `None` if that was not read.
    pub fn assignments(&self, account: AccountId, permission_set: &str) -> Option<&Assignments> {
        let key = (account, permission_set);
        let found = self
            .assignments
            .binary_search_by(|one| (one.account, one.permission_set.as_str()).cmp(&key));
        found.ok().map(|at| &self.assignments[at])
    }
}

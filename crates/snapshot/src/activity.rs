//! What changes in an account by itself, from day to day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::Collected;

/// When an account's identities were last used, and like facts.
///
/// The second object of an account. Nothing here bears on access; it is kept
/// apart so that an account in which nothing changed keeps its
/// [`AccountObject`](crate::AccountObject), and all that was derived from it,
/// from one daily snapshot to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityObject {
    /// The account.
    pub id: AccountId,
    /// The users, sorted by name; the account's root is `<root_account>`, as
    /// the credential report calls it.
    pub users: Vec<UserActivity>,
    /// The roles, sorted by name.
    pub roles: Vec<RoleActivity>,
    /// The managed policies, sorted by ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyActivity>,
}

/// How one user signs in, and when that last happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserActivity {
    /// The user's name.
    pub name: String,
    /// Whether the user has a console password.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub password_enabled: Collected<bool>,
    /// When the password was last used; `Yes(None)` if never.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub password_last_used: Collected<Option<Timestamp>>,
    /// Whether the user has an MFA device.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub mfa_active: Collected<bool>,
    /// The access keys, in the order of the credential report.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub access_keys: Collected<Vec<AccessKeyActivity>>,
}

/// One access key of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKeyActivity {
    /// Whether the key may be used.
    pub active: bool,
    /// When the key was created; a key is rotated by creating another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When the key was last used; `Yes(None)` if never.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub last_used: Collected<Option<Timestamp>>,
}

/// When a role was last used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleActivity {
    /// The role's name.
    pub name: String,
    /// When it was last used; `Yes(None)` if not within the time that AWS
    /// tracks (400 days).
    /// Source: IAM User Guide, "Refine permissions in AWS using last accessed information".
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub last_used: Collected<Option<Timestamp>>,
}

/// How often a managed policy is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyActivity {
    /// The policy's ARN.
    pub arn: String,
    /// To how many users, groups and roles it is attached.
    pub attachments: u64,
}

impl ActivityObject {
    /// Returns an account's activity of which nothing was read.
    pub fn unread(id: AccountId) -> ActivityObject {
        ActivityObject {
            id,
            users: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
        }
    }
}

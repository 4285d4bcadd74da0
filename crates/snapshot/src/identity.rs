//! IAM's identities and policies, as `get-account-authorization-details` prints them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Collected;

/// A tag: key and value, case kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value, which may be empty.
    pub value: String,
}

/// A policy embedded in a user, group or role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InlinePolicy {
    /// The policy's name.
    pub name: String,
    /// The document's text, verbatim.
    pub document: String,
}

/// A managed policy attached to a user, group or role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttachedPolicy {
    /// The policy's ARN.
    pub arn: String,
    /// The policy's name.
    pub name: String,
}

/// An IAM user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The ARN, path included.
    pub arn: String,
    /// The name, unique in the account.
    pub name: String,
    /// The unique id, `AIDA...`; empty if the export lacks it.
    pub id: String,
    /// The path, `/` if none.
    pub path: String,
    /// When the user was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The names of the user's groups, sorted.
    pub groups: Vec<String>,
    /// Inline policies, sorted by name.
    pub inline: Vec<InlinePolicy>,
    /// Attached managed policies, sorted by ARN.
    pub attached: Vec<AttachedPolicy>,
    /// The ARN of the permissions boundary, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// The tags, sorted by key.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub tags: Collected<Vec<Tag>>,
}

/// An IAM group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The ARN, path included.
    pub arn: String,
    /// The name, unique in the account.
    pub name: String,
    /// The unique id, `AGPA...`; empty if the export lacks it.
    pub id: String,
    /// The path, `/` if none.
    pub path: String,
    /// When the group was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Inline policies, sorted by name.
    pub inline: Vec<InlinePolicy>,
    /// Attached managed policies, sorted by ARN.
    pub attached: Vec<AttachedPolicy>,
}

/// An IAM role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The ARN, path included.
    pub arn: String,
    /// The name, unique in the account.
    pub name: String,
    /// The unique id, `AROA...`; empty if the export lacks it.
    pub id: String,
    /// The path, `/` if none; service-linked roles stand under `/aws-service-role/`.
    pub path: String,
    /// When the role was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The trust policy's text, verbatim.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub trust: Collected<String>,
    /// Inline policies, sorted by name.
    pub inline: Vec<InlinePolicy>,
    /// Attached managed policies, sorted by ARN.
    pub attached: Vec<AttachedPolicy>,
    /// The ARN of the permissions boundary, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
    /// The tags, sorted by key.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub tags: Collected<Vec<Tag>>,
    /// How long a session may last, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_seconds: Option<u32>,
}

/// A managed policy with all versions that the export has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The ARN, path included; `arn:aws:iam::aws:policy/...` for those that AWS manages.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The id of the version in force, such as `v3` (R18).
    pub default_version: String,
    /// The versions, sorted by id.
    pub versions: Vec<PolicyVersion>,
}

/// One version of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// The id, such as `v3`.
    pub id: String,
    /// The document's text, verbatim.
    pub document: String,
}

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// The ARN, path included.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The ARNs of its roles; AWS permits one.
    pub roles: Vec<String>,
}

/// A SAML or OpenID Connect provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Provider {
    /// The ARN.
    pub arn: String,
}

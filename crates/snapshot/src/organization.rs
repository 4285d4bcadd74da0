//! The organization of a snapshot.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::{Collected, Gap, PublicAccessBlock, Tag};

/// The organization: its tree, its accounts, its policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationObject {
    /// The id, `o-...`.
    pub id: String,
    /// The management account.
    pub management_account: AccountId,
    /// The root of the tree.
    pub root: Root,
    /// The organizational units, sorted by id.
    pub units: Vec<Unit>,
    /// The accounts, the management account included, sorted by id.
    pub accounts: Vec<Member>,
    /// Whether `accounts` is the whole list, as `organizations:ListAccounts` gives it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_accounts: bool,
    /// The service and resource control policies, sorted by id.
    pub policies: Vec<OrganizationPolicy>,
    /// The delegated administrators, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub delegated_administrators: Collected<Vec<DelegatedAdministrator>>,
    /// Block Public Access set by an organization S3 policy; `Yes(None)` if none is.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
    /// What could not be read, sorted.
    pub gaps: Vec<Gap>,
}

/// The root of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// The id, `r-...`.
    pub id: String,
    /// The ids of the attached service control policies, sorted; an empty list allows nothing (R146).
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub scps: Collected<Vec<String>>,
    /// The ids of the attached resource control policies, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub rcps: Collected<Vec<String>>,
}

/// An organizational unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The id, `ou-...`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The id of the unit or root above.
    pub parent: String,
    /// The ids of the attached service control policies, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub scps: Collected<Vec<String>>,
    /// The ids of the attached resource control policies, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub rcps: Collected<Vec<String>>,
}

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The account.
    pub id: AccountId,
    /// The name.
    pub name: String,
    /// `ACTIVE`, `SUSPENDED` or `PENDING_CLOSURE`; empty if unknown.
    #[serde(default)]
    pub status: String,
    /// When it joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Timestamp>,
    /// The id of the unit or root above; `None` if the tree was not read that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The tags, sorted by key.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub tags: Collected<Vec<Tag>>,
    /// The ids of the attached service control policies, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub scps: Collected<Vec<String>>,
    /// The ids of the attached resource control policies, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub rcps: Collected<Vec<String>>,
}

/// A policy of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationPolicy {
    /// The id, `p-...`.
    pub id: String,
    /// The name.
    pub name: String,
    /// What it controls.
    pub kind: OrganizationPolicyKind,
    /// Whether AWS manages it (`p-FullAWSAccess`, `p-RCPFullAWSAccess`).
    pub aws_managed: bool,
    /// The document's text, verbatim.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub document: Collected<String>,
}

/// What a policy of the organization controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrganizationPolicyKind {
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

/// An account that administers a service for the organization.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DelegatedAdministrator {
    /// The account.
    pub account: AccountId,
    /// The service principals it administers, sorted; empty if not collected.
    pub services: Vec<String>,
}

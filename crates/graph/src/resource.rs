//! Resources and VPC endpoints.

use std::sync::Arc;

use whocan_policy::AccountId;
use whocan_snapshot::{Collected, Detail, EndpointKind, Tag};

use crate::{AccountIndex, PolicyId, ResourceId};

/// A resource that was collected.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Resource {
    /// The ARN.
    pub arn: Arc<str>,
    /// The account in which it was collected.
    pub account: AccountIndex,
    /// The owner, where it is not that account (objects that others wrote).
    pub owner: Option<AccountId>,
    /// The region, from the ARN or as collected; `None` if neither says it.
    pub region: Option<Arc<str>>,
    /// The resource-based policy; `Yes(None)` if it has none. For a KMS key
    /// without one this is the default key policy.
    #[serde(with = "crate::field::collected")]
    pub policy: Collected<Option<PolicyId>>,
    /// The tags.
    #[serde(with = "crate::field::collected")]
    pub tags: Collected<Vec<Tag>>,
    /// The key that encrypts it; `Yes(None)` if no customer key does.
    #[serde(with = "crate::field::collected")]
    pub encryption_key: Collected<Option<Arc<str>>>,
    /// The role it runs as.
    pub role: Option<Arc<str>>,
    /// What only its kind has.
    #[serde(with = "crate::field::json")]
    pub detail: Detail,
}

/// Whether the snapshot knows a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There is a record of it.
    Recorded(ResourceId),
    /// Its kind was collected in this account and there is no record: it has
    /// no policy, no tags, no settings (R1).
    Absent(AccountIndex),
    /// Its account is known and its kind was not collected there.
    NotCollected(Option<AccountId>),
}

/// A VPC endpoint.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// The id, `vpce-...`.
    pub id: Arc<str>,
    /// The account that owns it.
    pub account: AccountIndex,
    /// The VPC's id.
    pub vpc: Arc<str>,
    /// Gateway or interface.
    pub kind: EndpointKind,
    /// The policy; `None` means the default, which allows all.
    pub policy: Option<PolicyId>,
}

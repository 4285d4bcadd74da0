//! The organization's tree as carriers of policies.

use std::sync::Arc;

use whocan_policy::AccountId;
use whocan_snapshot::{Collected, PublicAccessBlock};

use crate::PolicyId;

/// The organization.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Organization {
    /// The id, `o-...`.
    pub id: Arc<str>,
    /// The management account.
    pub management: AccountId,
    /// Whether the list of its accounts is whole.
    pub all_accounts: bool,
    /// The accounts that administer a service for the organization.
    #[serde(with = "crate::field::collected")]
    pub delegated: Collected<Vec<(AccountId, Vec<String>)>>,
    /// Block Public Access set for the whole organization; `Yes(None)` if it is not.
    #[serde(with = "crate::field::collected")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
}

/// The root, a unit or an account, as a carrier of policies.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Level {
    /// The id: `r-...`, `ou-...` or the account's.
    pub id: Arc<str>,
    /// The name; the id where it has none.
    pub name: Arc<str>,
    /// The attached service control policies; an empty list allows nothing (R146).
    #[serde(with = "crate::field::collected")]
    pub scps: Collected<Vec<PolicyId>>,
    /// The attached resource control policies.
    #[serde(with = "crate::field::collected")]
    pub rcps: Collected<Vec<PolicyId>>,
}

//! Accounts.

use std::sync::Arc;

use whocan_policy::AccountId;
use whocan_snapshot::{Collected, Gap, PublicAccessBlock, ResourceList};

/// An account that the snapshot collected, or that something in it mentions.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// The twelve digits.
    pub id: AccountId,
    /// The name in the organization, or the first alias; empty if neither is known.
    pub name: Arc<str>,
    /// The aliases, sorted.
    pub aliases: Vec<String>,
    /// The partition of its ARNs.
    pub partition: Arc<str>,
    /// The canonical user id by which S3 knows the account.
    pub canonical_id: Option<Arc<str>>,
    /// Whether its users, roles and policies were collected.
    pub collected: bool,
    /// Whether everything that the snapshot does not list does not exist (R1).
    pub complete: bool,
    /// The lists of resources that were read to their end.
    pub lists: std::collections::BTreeSet<ResourceList>,
    /// Where it stands in the organization.
    pub membership: Membership,
    /// Its SAML and OpenID Connect providers' ARNs, sorted; the two lists apart.
    #[serde(with = "crate::field::collected")]
    pub saml_providers: Collected<Vec<Arc<str>>>,
    /// See `saml_providers`.
    #[serde(with = "crate::field::collected")]
    pub oidc_providers: Collected<Vec<Arc<str>>>,
    /// Its Block Public Access settings; `Yes(None)` if it has none.
    #[serde(with = "crate::field::collected")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
    /// What could not be read of it.
    #[serde(with = "crate::field::json")]
    pub gaps: Vec<Gap>,
}

/// Where an account stands in the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Membership {
    /// Its management account.
    Management,
    /// A member.
    Member,
    /// Outside: the snapshot has an organization that does not list it, or has none,
    /// and the account whole or AWS's word that it is in none.
    Outside,
    /// In no account list of the snapshot's organization, which is whole: in
    /// another organization or in none.
    Elsewhere,
    /// Not known.
    Unknown,
}

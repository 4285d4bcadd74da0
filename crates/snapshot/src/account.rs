//! One account of a snapshot.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::{
    Collected, Endpoint, Gap, Group, IdentityCenter, InstanceProfile, ManagedPolicy, Provider,
    PublicAccessBlock, Resource, ResourceShare, Role, User,
};

/// Everything of one account that bears on access.
///
/// One object of the store. Lists without an order of their own are sorted, so
/// that the same answers of AWS make the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountObject {
    /// The account.
    pub id: AccountId,
    /// The partition of its ARNs, such as `aws`.
    pub partition: String,
    /// The aliases, sorted.
    pub aliases: Vec<String>,
    /// The canonical user id by which S3 knows the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonical_id: Option<String>,
    /// Whether everything that is not listed here does not exist (R1): an
    /// assumption that the person who imported it made, never a guess.
    pub complete: bool,
    /// The lists of resources that were read to their end, whatever `complete` says.
    pub lists: BTreeSet<ResourceList>,
    /// Whether AWS said that the account is in no organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_no_organization: bool,
    /// Whether the account's identities were read (`get-account-authorization-details`).
    pub identities: bool,
    /// The users, sorted by ARN.
    pub users: Vec<User>,
    /// The groups, sorted by ARN.
    pub groups: Vec<Group>,
    /// The roles, sorted by ARN.
    pub roles: Vec<Role>,
    /// The managed policies that are attached or serve as boundary, sorted by ARN.
    pub policies: Vec<ManagedPolicy>,
    /// The instance profiles, sorted by ARN.
    pub instance_profiles: Vec<InstanceProfile>,
    /// The SAML providers, sorted by ARN.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub saml_providers: Collected<Vec<Provider>>,
    /// The OpenID Connect providers, sorted by ARN.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub oidc_providers: Collected<Vec<Provider>>,
    /// The account's Block Public Access settings; `Yes(None)` if it has none.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
    /// The instance of Identity Center that was read in this account, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_center: Option<IdentityCenter>,
    /// The resources, sorted by ARN.
    pub resources: Vec<Resource>,
    /// The resource shares that the account owns, sorted by ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<ResourceShare>,
    /// The VPC endpoints, sorted by id.
    pub endpoints: Vec<Endpoint>,
    /// What could not be read, sorted.
    pub gaps: Vec<Gap>,
}

/// A list of resources of one kind, as one command prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceList {
    /// The service prefix of the ARNs, such as `sqs`.
    pub service: String,
    /// The resource's kind: the ARN's resource part up to the first `/` or
    /// `:`, or empty where ARNs have none (buckets, queues, topics).
    pub kind: String,
    /// The region, empty for global lists.
    pub region: String,
}

impl AccountObject {
    /// Returns an account of which nothing was read.
    pub fn unread(id: AccountId) -> AccountObject {
        AccountObject {
            id,
            partition: "aws".to_owned(),
            aliases: Vec::new(),
            canonical_id: None,
            complete: false,
            lists: BTreeSet::new(),
            in_no_organization: false,
            identities: false,
            users: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
            instance_profiles: Vec::new(),
            saml_providers: Collected::Not,
            oidc_providers: Collected::Not,
            public_access_block: Collected::Not,
            identity_center: None,
            resources: Vec::new(),
            shares: Vec::new(),
            endpoints: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

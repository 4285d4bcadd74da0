//! Resource shares of AWS RAM.

use serde::{Deserialize, Serialize};

/// A resource share that the account owns.
///
/// Source: AWS RAM API Reference, ResourceShareAssociation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceShare {
    /// The share's ARN.
    pub arn: String,
    /// The ARNs of the shared resources, sorted.
    pub resources: Vec<String>,
    /// With whom they are shared, sorted.
    pub with: Vec<SharedWith>,
}

/// With whom a resource is shared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SharedWith {
    /// An account id, or the ARN of an organization, a unit, a role, a user or a service.
    pub principal: String,
    /// Whether AWS says that it is outside the owner's organization; `None` if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<bool>,
}

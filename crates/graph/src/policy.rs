//! Policies under the names by which people know them.

use std::sync::Arc;

use crate::DocumentId;

/// A policy that stands somewhere: attached, embedded, or on a resource.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Policy {
    /// What it is.
    pub kind: PolicyKind,
    /// The ARN of a managed or organization policy, the id of an endpoint,
    /// the ARN of the resource or role that carries it.
    pub at: Arc<str>,
    /// The name: of the managed or inline policy; empty where `at` says it all.
    pub name: Arc<str>,
    /// The document; `None` if it was not collected, so that it may say anything.
    pub document: Option<DocumentId>,
}

/// What a policy is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum PolicyKind {
    /// Embedded in a user, group or role.
    Inline,
    /// A managed policy, attached or used as boundary.
    Managed,
    /// A role's trust policy.
    Trust,
    /// A resource-based policy.
    Resource,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A VPC endpoint policy.
    Endpoint,
    /// A session policy.
    Session,
}

//! What a call carries besides its context: the calling session, the parameters
//! of `AssumeRole`, and what a question leaves out.

use std::sync::Arc;

use crate::Document;

/// The state of the calling session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Its session policies; every one must allow (R130).
    pub policies: Vec<Arc<Document>>,
    /// Its session tags; `None` leaves them open.
    pub tags: Option<Vec<(String, String)>>,
    /// The keys of its transitive tags.
    pub transitive: Vec<String>,
    /// Its source identity; `None` leaves it open.
    pub source_identity: Option<String>,
    /// The user behind a federated session: name or ARN.
    pub user: Option<String>,
}

/// The parameters of an `AssumeRole` call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assume {
    /// The session tags that it passes.
    pub tags: Vec<(String, String)>,
    /// The source identity that it sets.
    pub source_identity: Option<String>,
    /// The session name; `None` leaves it open.
    pub name: Option<String>,
}

/// Which kinds of policy are left out of a question: what would be without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ignoring {
    /// Service control policies.
    pub scps: bool,
    /// Resource control policies.
    pub rcps: bool,
    /// Permissions boundaries.
    pub boundaries: bool,
    /// Identity-based policies.
    pub identity_policies: bool,
    /// Resource-based policies, but for those without which nobody has any
    /// access: key policies and role trust policies.
    pub resource_policies: bool,
    /// Access control lists of S3.
    pub acls: bool,
    /// Grants of KMS keys.
    pub grants: bool,
    /// Block Public Access of S3, on every level.
    pub public_access_blocks: bool,
    /// Policies of VPC endpoints.
    pub endpoint_policies: bool,
}

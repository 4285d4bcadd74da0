//! The facts of a snapshot as a graph: nodes with dense ids, no conclusions.
//!
//! Principals, groups, policies, resources, the organization's tree and the
//! VPC endpoints, with every policy document parsed once and shared by text.
//! Whether anybody may do anything is decided elsewhere: by `whocan-eval` for
//! one request, by `whocan-index` for all. Start at [`Graph::build`].

mod account;
mod activity;
mod build;
mod directory;
mod documents;
mod field;
mod id;
mod identity_center;
mod mention;
mod organization;
mod policy;
mod principal;
mod resource;
mod saved;
mod standing;

pub use account::{Account, Membership};
pub use activity::Activity;
pub use build::Graph;
pub use documents::Documents;
pub use id::{
    AccountIndex, DirectoryGroupId, DocumentId, EndpointId, GroupId, LevelId, PolicyId,
    PrincipalId, ResourceId,
};
pub use identity_center::{Assigned, DirectoryGroup};
pub use organization::{Level, Organization};
pub use policy::{Policy, PolicyKind};
pub use principal::{Attachment, Boundary, Group, Identity, Principal, PrincipalKind, RoleFacts};
pub use resource::{Endpoint, Presence, Resource};
pub use whocan_snapshot::{Collected, Detail, Gap, GapCode, Tag};

//! What AWS said, verbatim, and the store that keeps it.
//!
//! A [`Snapshot`] holds ground state only: names, attachments, document texts
//! as they came, and the gaps. Nothing here draws conclusions; the graph, the
//! index and all answers can be built again from it by a newer version.
//! Start at [`AccountObject`] for the shape and at [`Store`] for the disk.

mod account;
mod activity;
mod collected;
mod derived_file;
mod gap;
mod identity;
mod identity_center;
mod manifest;
mod names;
mod numbers;
mod organization;
mod resource;
mod retention;
mod share;
mod store;
mod table;

pub use account::{AccountObject, ResourceList};
pub use activity::{AccessKeyActivity, ActivityObject, PolicyActivity, RoleActivity, UserActivity};
pub use collected::Collected;
pub use derived_file::{DerivedError, DerivedFile, Origin, Section};
pub use gap::{Gap, GapCode};
pub use identity::{
    AttachedPolicy, Group, InlinePolicy, InstanceProfile, ManagedPolicy, PolicyVersion, Provider,
    Role, Tag, User,
};
pub use identity_center::{
    Assignments, DirectoryGroup, DirectoryUser, IdentityCenter, Memberships, PermissionSet,
};
pub use manifest::{Manifest, PLAN, Snapshot, SnapshotId};
pub use names::{Hashed, Names, hashed};
pub use numbers::{Lists, Numbers};
pub use organization::{
    DelegatedAdministrator, Member, OrganizationObject, OrganizationPolicy, OrganizationPolicyKind,
    Root, Unit,
};
pub use resource::{
    AccessPoint, AclGrant, AclGrantee, Bucket, Detail, EncryptionContext, Endpoint, EndpointKind,
    Key, KeyGrant, ObjectOwnership, PublicAccessBlock, Resource,
};
pub use retention::{Candidate, Reason, Retention, Subject};
pub use share::{ResourceShare, SharedWith};
pub use store::{FORMAT, Finding, FindingKind, ObjectHash, Removed, Store, StoreError, Writer};
pub use table::{Iter, Table};

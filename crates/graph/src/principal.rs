//! Principals, groups and entry points.

use std::sync::Arc;

use jiff::Timestamp;
use whocan_policy::AccountId;
use whocan_snapshot::{Collected, Tag};

use crate::{AccountIndex, Assigned, GroupId, PolicyId, PrincipalId};

/// A node from which access starts or through which it passes.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Principal {
    /// The ARN; for entry points without one `service:NAME`, `oidc:ISSUER`, `anonymous`.
    pub arn: Arc<str>,
    /// The account it belongs to, if any.
    pub account: Option<AccountIndex>,
    /// What it is.
    pub kind: PrincipalKind,
}

/// What a principal is.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub enum PrincipalKind {
    /// A user of a collected account.
    User(Identity),
    /// A role of a collected account: any session of it.
    Role(Identity, RoleFacts),
    /// The root user of a collected account.
    Root,
    /// One session of a role, because a policy names it.
    Session {
        /// The role.
        role: PrincipalId,
        /// The session's name.
        name: Arc<str>,
    },
    /// A session of `GetFederationToken`, because a policy names it. Which user it comes from is open.
    FederatedUser {
        /// The session's name.
        name: Arc<str>,
    },
    /// An AWS service calling as itself.
    Service,
    /// An OpenID Connect provider, or a built-in web identity domain: any identity with a token of it.
    Oidc {
        /// The issuer without scheme, as in `ISSUER:sub`.
        issuer: Arc<str>,
    },
    /// A SAML provider: any identity with an assertion of it.
    Saml,
    /// A user of Identity Center, who signs in as the roles that are assigned (R222).
    IdentityCenterUser {
        /// The name by which the user signs in.
        name: Arc<str>,
    },
    /// A caller without credentials.
    Anonymous,
    /// Every principal of an account that was not collected.
    Foreign(AccountId),
    /// One principal of an account that was not collected, because a policy names it.
    ForeignNamed(AccountId),
}

/// What is known of a user or role.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// The name, unique in the account.
    pub name: Arc<str>,
    /// The unique id, `AIDA...` or `AROA...`; empty if not collected.
    pub id: Arc<str>,
    /// The path, `/` if none.
    pub path: Arc<str>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// The tags.
    #[serde(with = "crate::field::collected")]
    pub tags: Collected<Vec<Tag>>,
    /// The identity-based policies, a user's own first, then those of its groups.
    pub policies: Vec<Attachment>,
    /// The permissions boundary.
    pub boundary: Boundary,
}

/// What only a role has.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct RoleFacts {
    /// The trust policy.
    pub trust: PolicyId,
    /// Whether it stands under `/aws-service-role/` (R136, R150, R162).
    pub service_linked: bool,
    /// Whether Identity Center manages it, `/aws-reserved/sso.amazonaws.com/` (R145, R222).
    pub identity_center: bool,
    /// To whom Identity Center hands the role out; `None` for other roles, and
    /// where nothing of Identity Center was collected.
    pub assigned: Option<Assigned>,
    /// How long a session may last, in seconds.
    pub max_session_seconds: Option<u32>,
    /// The instance profiles that carry it, by ARN.
    pub instance_profiles: Vec<Arc<str>>,
}

/// A policy that bears on a principal, and through which group.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Attachment {
    /// The policy.
    pub policy: PolicyId,
    /// The group it comes from, if it does.
    pub group: Option<GroupId>,
}

/// A permissions boundary.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Boundary {
    /// None is set.
    None,
    /// This one.
    Policy(PolicyId),
}

/// A group of users. No principal (R29).
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// The ARN.
    pub arn: Arc<str>,
    /// The account.
    pub account: AccountIndex,
    /// The name.
    pub name: Arc<str>,
    /// Its policies.
    pub policies: Vec<PolicyId>,
    /// Its users, ascending.
    pub members: Vec<PrincipalId>,
}

impl Principal {
    /// Returns what is known of the user or role, `None` for everything else.
    pub fn identity(&self) -> Option<&Identity> {
        match &self.kind {
            PrincipalKind::User(identity) | PrincipalKind::Role(identity, _) => Some(identity),
            _ => None,
        }
    }

    /// Returns what only a role has.
    pub fn role(&self) -> Option<&RoleFacts> {
        match &self.kind {
            PrincipalKind::Role(_, role) => Some(role),
            _ => None,
        }
    }
}

//! One request, as somebody asks about it.

use std::sync::Arc;

use whocan_policy::{AccountId, Arn, Assume, Document, Given, Ignoring, Precedence, Session};

/// A request to be decided.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The resources that the call touches; all must be allowed (R55).
    /// The text `*` for actions without resource-level permission (R53).
    pub resources: Vec<String>,
    /// The account that owns the resource, where its ARN does not say so.
    pub resource_account: Option<AccountId>,
    /// What is said about context keys.
    pub given: Given,
    /// What wins where `given` and the facts disagree.
    pub precedence: Precedence,
    /// The state of the calling session.
    pub session: Session,
    /// The parameters of an `AssumeRole` call; `None` leaves them open.
    pub assume: Option<Assume>,
    /// The id of the VPC endpoint that the request passes.
    pub endpoint: Option<String>,
    /// The ARN of the S3 access point that the request passes.
    pub access_point: Option<String>,
    /// What replaces the snapshot's policies.
    pub overrides: Overrides,
    /// Which policies are left out, on every call of a chain.
    pub ignoring: Ignoring,
}

impl Request {
    /// Returns the plain request of `caller` for `action` on `resources`:
    /// nothing given, everything else as the snapshot says.
    pub fn new(caller: Caller, action: &str, resources: Vec<String>) -> Request {
        Request {
            caller,
            action: action.to_owned(),
            resources,
            resource_account: None,
            given: Given::default(),
            precedence: Precedence::default(),
            session: Session::default(),
            assume: None,
            endpoint: None,
            access_point: None,
            overrides: Overrides::default(),
            ignoring: Ignoring::default(),
        }
    }
}

/// Who calls, as the person writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// `arn:P:iam::A:user/...`: long-term or `GetSessionToken` credentials, which is open.
    User(Arn),
    /// `arn:P:iam::A:role/...`: any session of the role.
    Role(Arn),
    /// `arn:P:sts::A:assumed-role/NAME/SESSION`.
    Session(Arn),
    /// `arn:P:sts::A:federated-user/NAME`; its user stands in [`Session::user`].
    FederatedUser(Arn),
    /// `arn:P:iam::A:root`.
    Root(Arn),
    /// `service:NAME` or `NAME.amazonaws.com`.
    Service(String),
    /// `oidc:ISSUER` or an OIDC provider's ARN: an identity with a token of it.
    Oidc(String),
    /// `saml:PROVIDER_ARN` or the ARN itself: an identity with an assertion of it.
    Saml(Arn),
    /// `arn:P:identitystore:::user/ID`: a user of Identity Center.
    IdentityCenter(Arn),
    /// `anonymous`.
    Anonymous,
}

/// Policies that replace what the snapshot says. `None` keeps the snapshot's.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// The caller's identity-based policies.
    pub identity: Option<Vec<Arc<Document>>>,
    /// The caller's permissions boundary.
    pub boundary: Option<Arc<Document>>,
    /// The resource's policy.
    pub resource: Option<Arc<Document>>,
    /// The caller's service control policies, root first.
    pub scps: Option<Vec<Vec<Arc<Document>>>>,
    /// The resource's resource control policies, root first.
    pub rcps: Option<Vec<Vec<Arc<Document>>>>,
    /// The VPC endpoint's policy.
    pub endpoint: Option<Arc<Document>>,
    /// Whether there is no snapshot: what is not overridden does not exist.
    pub alone: bool,
}

/// How gaps count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strictness {
    /// What was not collected is unknown: the verdict.
    Strict,
    /// What was not collected is as in a fresh account: only full-access SCPs,
    /// no resource policy, ACLs off, no grants; an unlisted bucket is the caller's.
    AsCollected,
}

/// A request that cannot be decided because of how it is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The principal has no form that AWS knows.
    #[error(
        "`{0}` is not a principal: expected the ARN of a user, role, session or root, `service:NAME`, `oidc:ISSUER`, `saml:ARN` or `anonymous`"
    )]
    Principal(String),
    /// The action is not `prefix:Name`.
    #[error("`{0}` is not an action: expected `prefix:Name`")]
    Action(String),
    /// The resource is neither an ARN nor `*`.
    #[error("`{0}` is not a resource: expected an ARN or `*`")]
    Resource(String),
    /// The request names no resource.
    #[error("the request names no resource: expected an ARN or `*`")]
    NoResource,
}

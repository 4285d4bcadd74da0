//! The caller of one request, looked up in the graph.

use whocan_graph::{AccountIndex, Graph, Identity, PrincipalId, PrincipalKind, RoleFacts};
use whocan_policy::{AccountId, Arn};

use crate::session::SetValue;
use crate::{Caller, Request, RequestError};

/// A caller with what the snapshot knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    /// What it is.
    pub kind: SubjectKind,
    /// The account it belongs to, if any.
    pub account: Option<AccountId>,
    /// The same, where the graph has it.
    pub index: Option<AccountIndex>,
    /// The partition of its ARN, if it has one.
    pub partition: Option<String>,
    /// The user or role itself; for a federated session its user.
    pub identity: Option<&'a Identity>,
    /// What only a role has.
    pub role: Option<&'a RoleFacts>,
    /// Whether its policies are known: its account was collected, so that what
    /// is not there does not exist (R1), or there is no snapshot and the request
    /// says it all.
    pub known: bool,
}

/// What a caller is.
#[derive(Clone, Debug)]
pub(crate) enum SubjectKind {
    /// A user with its ARN.
    User(Arn),
    /// A session of a role.
    Role {
        /// The role's ARN with its path; `None` if only a session of an
        /// account that was not collected is known.
        arn: Option<Arn>,
        /// The role's name.
        name: String,
        /// The session's name; `None` leaves it open.
        session: Option<SetValue>,
    },
    /// A session of `GetFederationToken`.
    Federated {
        /// The session's ARN.
        arn: Arn,
        /// The session's name.
        name: String,
        /// The user it comes from.
        user: UserBehind,
    },
    /// An account's root user, with its ARN.
    Root(Arn),
    /// An AWS service calling as itself.
    Service(String),
    /// Somebody with a token of this issuer.
    Oidc(String),
    /// Somebody with an assertion of this provider.
    Saml(Arn),
    /// A user of Identity Center; the id is there if the snapshot has the user.
    IdentityCenter(Arn, Option<PrincipalId>),
    /// Somebody without credentials.
    Anonymous,
}

/// The user that a federated session comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UserBehind {
    /// Nobody said who.
    NotSaid,
    /// A user of this name in an account that was not collected: its path is not known.
    Called(String),
    /// The user with this ARN.
    Is(Arn),
}

impl<'a> Subject<'a> {
    /// Looks up the caller of `request`.
    pub fn resolve(graph: &'a Graph, request: &Request) -> Result<Subject<'a>, RequestError> {
        let look = Lookup { graph, request };
        match &request.caller {
            Caller::User(arn) => Ok(look.user(arn)),
            Caller::Role(arn) => Ok(look.role(arn)),
            Caller::Session(arn) => Ok(look.session(arn)),
            Caller::FederatedUser(arn) => look.federated(arn),
            Caller::Root(arn) => Ok(look.of_account(SubjectKind::Root(arn.clone()), arn)),
            Caller::Service(name) => Ok(Subject::outside(SubjectKind::Service(name.clone()))),
            Caller::Oidc(issuer) => Ok(Subject::outside(SubjectKind::Oidc(issuer.clone()))),
            Caller::Saml(arn) => Ok(Subject {
                partition: Some(arn.partition().to_owned()),
                ..Subject::outside(SubjectKind::Saml(arn.clone()))
            }),
            Caller::IdentityCenter(arn) => Ok(Subject {
                partition: Some(arn.partition().to_owned()),
                ..Subject::outside(SubjectKind::IdentityCenter(
                    arn.clone(),
                    graph.principal_of(arn.as_str()),
                ))
            }),
            Caller::Anonymous => Ok(Subject::anonymous()),
        }
    }

    /// Returns a session of a collected role.
    pub fn of_role(
        graph: &'a Graph,
        role: PrincipalId,
        session: Option<SetValue>,
    ) -> Option<Subject<'a>> {
        let principal = graph.principal(role);
        let arn: Arn = principal.arn.parse().ok()?;
        let identity = principal.identity()?;
        Some(Subject {
            account: arn.account(),
            index: principal.account,
            partition: Some(arn.partition().to_owned()),
            identity: Some(identity),
            role: principal.role(),
            ..Subject::outside(SubjectKind::Role {
                name: identity.name.to_string(),
                arn: Some(arn),
                session,
            })
        })
    }

    /// Returns the caller without credentials.
    pub fn anonymous() -> Subject<'a> {
        Subject::outside(SubjectKind::Anonymous)
    }

    fn outside(kind: SubjectKind) -> Subject<'a> {
        Subject {
            kind,
            account: None,
            index: None,
            partition: None,
            identity: None,
            role: None,
            known: true,
        }
    }

    /// Returns the ARN of a user or role that is not in its collected account.
    ///
    /// It has no policies, so it is decided like one that was just created.
    pub fn missing(&self) -> Option<String> {
        let account = self
            .account
            .filter(|_| self.known && self.identity.is_none())?;
        match &self.kind {
            SubjectKind::User(arn)
            | SubjectKind::Federated {
                user: UserBehind::Is(arn),
                ..
            }
            | SubjectKind::Role { arn: Some(arn), .. } => Some(arn.to_string()),
            SubjectKind::Role { name, .. } => Some(format!("role {name} of account {account}")),
            _ => None,
        }
    }

    /// Returns whether its own policies, boundary and tags are open.
    pub fn is_open(&self) -> bool {
        let user_open = matches!(
            self.kind,
            SubjectKind::Federated {
                user: UserBehind::NotSaid,
                ..
            }
        );
        self.identity.is_none() && (!self.known || user_open)
    }

    /// Returns whether it calls with credentials of an account: a user, a
    /// session or a root user.
    pub fn has_account(&self) -> bool {
        self.account.is_some()
    }

    /// Returns whether it is a session of a role.
    pub fn is_role(&self) -> bool {
        matches!(self.kind, SubjectKind::Role { .. })
    }

    /// Returns whether its credentials are those of a session: of a role, or of
    /// `GetFederationToken`.
    pub fn is_session(&self) -> bool {
        self.is_role() || matches!(self.kind, SubjectKind::Federated { .. })
    }

    /// Returns whether it is an AWS service calling as itself.
    pub fn is_service(&self) -> bool {
        matches!(self.kind, SubjectKind::Service(_))
    }

    /// Returns whether it is a session of a service-linked role (R136).
    pub fn is_service_linked(&self) -> bool {
        let by_path = match &self.kind {
            SubjectKind::Role { arn: Some(arn), .. } => {
                arn.resource().starts_with("role/aws-service-role/")
            }
            _ => false,
        };
        by_path || self.role.is_some_and(|facts| facts.service_linked)
    }
}

struct Lookup<'a, 'r> {
    graph: &'a Graph,
    request: &'r Request,
}

impl<'a> Lookup<'a, '_> {
    fn of_account(&self, kind: SubjectKind, arn: &Arn) -> Subject<'a> {
        let account = arn.account();
        let index = account.and_then(|id| self.graph.account_of(id));
        Subject {
            account,
            index,
            partition: Some(arn.partition().to_owned()),
            known: self.is_known(arn),
            ..Subject::outside(kind)
        }
    }

    fn user(&self, arn: &Arn) -> Subject<'a> {
        let subject = self.of_account(SubjectKind::User(arn.clone()), arn);
        self.with_identity(subject, arn)
    }

    fn role(&self, arn: &Arn) -> Subject<'a> {
        let kind = SubjectKind::Role {
            arn: Some(arn.clone()),
            name: last(arn.resource()).to_owned(),
            session: None,
        };
        let subject = self.of_account(kind, arn);
        self.with_identity(subject, arn)
    }

    // The session's ARN has no path: the stored role is found by its name (R22).
    fn session(&self, arn: &Arn) -> Subject<'a> {
        let mut parts = arn.resource().split('/').skip(1);
        let name = parts.next().unwrap_or_default().to_owned();
        let session = parts.next().map(|name| SetValue::Known(name.to_owned()));
        let plain = || {
            let account = arn.account_text();
            format!("arn:{}:iam::{account}:role/{name}", arn.partition())
        };
        let role: Option<Arn> = if self.request.overrides.alone {
            plain().parse().ok()
        } else {
            let index = arn.account().and_then(|id| self.graph.account_of(id));
            let role = index.and_then(|index| self.graph.role_named(index, &name));
            role.and_then(|role| self.graph.principal(role).arn.parse().ok())
        };
        let looked_for = role.clone().unwrap_or_else(|| arn.clone());
        let kind = SubjectKind::Role {
            arn: role,
            name,
            session,
        };
        let subject = self.of_account(kind, arn);
        self.with_identity(subject, &looked_for)
    }

    fn federated(&self, arn: &Arn) -> Result<Subject<'a>, RequestError> {
        let user = self.user_behind(arn)?;
        let kind = SubjectKind::Federated {
            arn: arn.clone(),
            name: last(arn.resource()).to_owned(),
            user: user.clone(),
        };
        let subject = self.of_account(kind, arn);
        Ok(match user {
            UserBehind::Is(user) => self.with_identity(subject, &user),
            UserBehind::Called(_) | UserBehind::NotSaid => subject,
        })
    }

    fn user_behind(&self, session: &Arn) -> Result<UserBehind, RequestError> {
        let Some(user) = self.request.session.user.as_deref() else {
            return Ok(UserBehind::NotSaid);
        };
        if let Ok(arn) = user.parse() {
            return Ok(UserBehind::Is(arn));
        }
        let found = session.account().and_then(|id| self.user_named(id, user));
        if let Some(arn) = found {
            return Ok(UserBehind::Is(arn));
        }
        let account = session.account_text();
        let plain = format!("arn:{}:iam::{account}:user/{user}", session.partition());
        let arn = plain.parse();
        let arn: Arn = arn.map_err(|_| RequestError::Principal(user.to_owned()))?;
        // A collected account has no such user; elsewhere its path is not known.
        Ok(if self.is_known(session) {
            UserBehind::Is(arn)
        } else {
            UserBehind::Called(user.to_owned())
        })
    }

    // Whether what the snapshot does not have of the account does not exist.
    fn is_known(&self, arn: &Arn) -> bool {
        let index = arn.account().and_then(|id| self.graph.account_of(id));
        let collected = index.is_some_and(|index| self.graph.account(index).collected);
        collected || self.request.overrides.alone
    }

    fn user_named(&self, account: AccountId, name: &str) -> Option<Arn> {
        let index = self.graph.account_of(account)?;
        let mut all = self.graph.principals_of(index).map(PrincipalId);
        let found = all.find(|&id| match &self.graph.principal(id).kind {
            PrincipalKind::User(identity) => &*identity.name == name,
            _ => false,
        });
        self.graph.principal(found?).arn.parse().ok()
    }

    fn with_identity(&self, subject: Subject<'a>, arn: &Arn) -> Subject<'a> {
        let found = self.graph.principal_of(arn.as_str());
        let principal = found.map(|id| self.graph.principal(id));
        let identity = principal.and_then(|principal| principal.identity());
        Subject {
            identity,
            role: principal.and_then(|principal| principal.role()),
            ..subject
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

//! Whether a principal element names the caller, and how.

use whocan_graph::PrincipalKind;
use whocan_policy::{Arn, NamedPrincipal, PrincipalClause, Truth};
use whocan_snapshot::Collected;

use crate::OpenKind::CallerChosen;
use crate::OpenPoint;
use crate::inquiry::{Inquiry, Note, not_collected, undocumented};
use crate::session::SetValue;
use crate::subject::{Subject, SubjectKind, UserBehind};

/// In which ways a principal element names the caller.
///
/// The ways differ in what else must allow (R122, R168, R195).
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    /// As itself, or as everyone.
    pub direct: Truth,
    /// By its role; for a federated session by its user.
    pub role: Truth,
    /// By its account.
    pub account: Truth,
    /// Why one of these is open.
    pub open: Vec<Note>,
}

impl Naming {
    fn nobody() -> Naming {
        Naming {
            direct: Truth::False,
            role: Truth::False,
            account: Truth::False,
            open: Vec::new(),
        }
    }

    fn direct(truth: Truth) -> Naming {
        Naming {
            direct: truth,
            ..Naming::nobody()
        }
    }

    fn role(truth: Truth) -> Naming {
        Naming {
            role: truth,
            ..Naming::nobody()
        }
    }

    fn account(truth: Truth) -> Naming {
        Naming {
            account: truth,
            ..Naming::nobody()
        }
    }

    fn because(mut self, note: Note) -> Naming {
        self.open.push(note);
        self
    }

    // Several values of one element are alternatives (R32).
    fn or(mut self, other: Naming) -> Naming {
        self.direct = self.direct | other.direct;
        self.role = self.role | other.role;
        self.account = self.account | other.account;
        self.open.extend(other.open);
        self
    }

    /// Returns whether it names the caller in any way.
    pub fn any(&self) -> Truth {
        self.direct | self.role | self.account
    }
}

/// Returns how the element of an Allow names the caller.
pub(crate) fn allowed(inquiry: &Inquiry<'_>, clause: &PrincipalClause) -> Naming {
    if clause.negated {
        return everyone_but(inquiry, &clause.entries);
    }
    named_in(inquiry, &clause.entries)
}

/// Returns whether the element of a Deny hits the caller, and why that is open.
pub(crate) fn denied(inquiry: &Inquiry<'_>, clause: &PrincipalClause) -> (Truth, Vec<Note>) {
    if clause.negated {
        return spared(inquiry, &clause.entries);
    }
    let naming = named_in(inquiry, &clause.entries);
    (naming.any(), naming.open)
}

fn named_in(inquiry: &Inquiry<'_>, entries: &[NamedPrincipal]) -> Naming {
    if entries.len() > 1 {
        inquiry.rule(32);
    }
    let each = entries.iter().map(|entry| named(inquiry, entry));
    each.fold(Naming::nobody(), Naming::or)
}

/// Returns how one value names the caller (R19 to R31).
///
/// Source: AWS JSON policy elements: Principal, IAM User Guide.
pub(crate) fn named(inquiry: &Inquiry<'_>, entry: &NamedPrincipal) -> Naming {
    let subject = inquiry.call.subject;
    match entry {
        NamedPrincipal::Everyone => {
            inquiry.rule(19);
            everyone(subject)
        }
        NamedPrincipal::Account(account) => {
            inquiry.rule(20);
            Naming::account((subject.account == Some(*account)).into())
        }
        NamedPrincipal::CanonicalUser(id) => {
            inquiry.rule(27);
            canonical(inquiry, id)
        }
        NamedPrincipal::User(arn) => {
            inquiry.rule(21);
            user(inquiry, arn)
        }
        NamedPrincipal::Role(arn) => {
            inquiry.rule(22);
            role(subject, arn)
        }
        NamedPrincipal::Session {
            account,
            role,
            session,
            arn,
        } => {
            inquiry.rule(23);
            let same_role = subject.account == Some(*account) && in_partition(subject, arn);
            if same_role {
                self::session(subject, role, session)
            } else {
                Naming::nobody()
            }
        }
        NamedPrincipal::FederatedUser(named) => {
            inquiry.rule(24);
            match &subject.kind {
                SubjectKind::Federated { arn, .. } => Naming::direct((arn == named).into()),
                _ => Naming::nobody(),
            }
        }
        NamedPrincipal::Service(name) => {
            inquiry.rule(25);
            match &subject.kind {
                SubjectKind::Service(own) => Naming::direct((**name == **own).into()),
                _ => Naming::nobody(),
            }
        }
        NamedPrincipal::Federated(provider) => {
            inquiry.rule(26);
            federated(inquiry, provider)
        }
        NamedPrincipal::UniqueId(id) => {
            inquiry.rule(30);
            unique_id(inquiry, id)
        }
        NamedPrincipal::Nobody(_) => {
            inquiry.rule(28);
            Naming::nobody()
        }
    }
}

// Whether a wildcard covers callers with a token or an assertion is not stated.
fn everyone(subject: &Subject<'_>) -> Naming {
    match &subject.kind {
        SubjectKind::Oidc(_) | SubjectKind::Saml(_) | SubjectKind::IdentityCenter(..) => {
            Naming::direct(Truth::Unknown).because(undocumented(
                "whether the principal `*` covers web identities",
            ))
        }
        _ => Naming::direct(Truth::True),
    }
}

fn canonical(inquiry: &Inquiry<'_>, id: &str) -> Naming {
    let subject = inquiry.call.subject;
    if !subject.has_account() {
        return Naming::nobody();
    }
    let graph = inquiry.call.graph;
    if let Some(account) = graph.account_of_canonical_id(id) {
        return Naming::account((subject.index == Some(account)).into());
    }
    let own = inquiry.call.caller_account();
    let own = own.and_then(|account| account.canonical_id.as_deref());
    match own {
        Some(_) => Naming::nobody(),
        None => Naming::account(Truth::Unknown).because(not_collected(format!(
            "the account with canonical user id {id}"
        ))),
    }
}

fn user(inquiry: &Inquiry<'_>, named: &Arn) -> Naming {
    let subject = inquiry.call.subject;
    let exists = || {
        let graph = inquiry.call.graph;
        !subject.known || graph.principal_of(named.as_str()).is_some()
    };
    match &subject.kind {
        SubjectKind::User(arn) => Naming::direct((arn == named).into()),
        // A statement for the user reaches its sessions too, with limits (R132).
        SubjectKind::Federated { user, .. } => match user {
            UserBehind::Is(user) => Naming::role((user == named && exists()).into()),
            UserBehind::Called(name) if may_be(subject, name, named) => {
                Naming::role(Truth::Unknown)
                    .because(not_collected(format!("the path of user {name}")))
            }
            UserBehind::NotSaid if subject.account == named.account() && exists() => {
                Naming::role(Truth::Unknown).because(user_behind())
            }
            UserBehind::Called(_) | UserBehind::NotSaid => Naming::nobody(),
        },
        _ => Naming::nobody(),
    }
}

// Whether an ARN may be that of the caller's identity, of which only the name
// is known; it stands behind the path (R59).
fn may_be(subject: &Subject<'_>, name: &str, named: &Arn) -> bool {
    subject.account == named.account() && in_partition(subject, named) && is_called(named, name)
}

fn is_called(arn: &Arn, name: &str) -> bool {
    let path = arn.resource().strip_suffix(name);
    path.is_some_and(|path| path.ends_with('/'))
}

/// Returns the note about a federated session whose user is not said.
pub(crate) fn user_behind() -> Note {
    let subject = "the user behind the federated session".to_owned();
    Note {
        text: subject.clone(),
        point: OpenPoint {
            subject,
            kind: CallerChosen,
        },
    }
}

fn role(subject: &Subject<'_>, named: &Arn) -> Naming {
    match &subject.kind {
        SubjectKind::Role { arn: Some(arn), .. } => Naming::role((arn == named).into()),
        SubjectKind::Role { name, .. } => {
            if may_be(subject, name, named) {
                Naming::role(Truth::Unknown)
                    .because(not_collected(format!("the path of role {name}")))
            } else {
                Naming::nobody()
            }
        }
        _ => Naming::nobody(),
    }
}

fn session(subject: &Subject<'_>, named_role: &str, named_session: &str) -> Naming {
    let SubjectKind::Role { name, session, .. } = &subject.kind else {
        return Naming::nobody();
    };
    match session {
        _ if name != named_role => Naming::nobody(),
        Some(SetValue::Known(session)) => Naming::direct((session == named_session).into()),
        Some(SetValue::Other(names)) if names.iter().any(|name| name == named_session) => {
            Naming::nobody()
        }
        // Whoever assumes the role chooses the name.
        Some(SetValue::Other(_)) | None => {
            Naming::direct(Truth::Unknown).because(session_name(named_session))
        }
    }
}

fn session_name(wanted: &str) -> Note {
    Note {
        text: format!("the session is named {wanted}"),
        point: OpenPoint {
            subject: "sts:RoleSessionName".to_owned(),
            kind: CallerChosen,
        },
    }
}

fn in_partition(subject: &Subject<'_>, arn: &Arn) -> bool {
    subject.partition.as_deref() == Some(arn.partition())
}

// A document shows an id where the identity it was stored for is gone, unless
// a live one has exactly this id.
fn unique_id(inquiry: &Inquiry<'_>, id: &str) -> Naming {
    let subject = inquiry.call.subject;
    let own = subject.identity.map(|identity| &*identity.id) == Some(id);
    match &subject.kind {
        // It may be a session of the user that has this id (R132).
        SubjectKind::Federated {
            user: UserBehind::NotSaid,
            ..
        } => {
            let graph = inquiry.call.graph;
            let named = graph.principal_of_unique_id(id);
            let named = named.map(|id| graph.principal(id));
            let named = named.filter(|one| matches!(one.kind, PrincipalKind::User(_)));
            let named = named.and_then(|one| one.arn.parse().ok());
            named.map_or_else(Naming::nobody, |arn| user(inquiry, &arn))
        }
        SubjectKind::User(_) => Naming::direct(own.into()),
        SubjectKind::Role { .. } | SubjectKind::Federated { .. } => Naming::role(own.into()),
        _ => Naming::nobody(),
    }
}

/// The web identity domains that need no provider object.
///
/// Source: AWS JSON policy elements: Principal (OIDC federated principals), IAM User Guide.
const BUILT_IN: [&str; 4] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "www.amazon.com",
];

fn federated(inquiry: &Inquiry<'_>, provider: &str) -> Naming {
    match &inquiry.call.subject.kind {
        SubjectKind::Oidc(issuer) if BUILT_IN.contains(&provider) => {
            Naming::direct((issuer == provider).into())
        }
        SubjectKind::Oidc(issuer) => match provider_name(inquiry, provider, "oidc-provider/") {
            Some(name) if name == issuer => existing(inquiry, provider, Kind::Oidc),
            _ => Naming::nobody(),
        },
        SubjectKind::Saml(arn) => match provider_name(inquiry, provider, "saml-provider/") {
            Some(_) if arn.as_str() == provider => existing(inquiry, provider, Kind::Saml),
            _ => Naming::nobody(),
        },
        SubjectKind::IdentityCenter(..) => match provider_name(inquiry, provider, "saml-provider/")
        {
            Some(name) if is_identity_center_provider(name) => {
                existing(inquiry, provider, Kind::Saml)
            }
            _ => Naming::nobody(),
        },
        _ => Naming::nobody(),
    }
}

// Identity Center makes itself a provider in each account.
// Source: Using service-linked roles for IAM Identity Center, IAM Identity Center User Guide.
fn is_identity_center_provider(name: &str) -> bool {
    name.starts_with("AWSSSO_")
}

// A provider of another account is not honoured.
fn provider_name<'p>(inquiry: &Inquiry<'_>, provider: &'p str, kind: &str) -> Option<&'p str> {
    let arn: Arn = provider.parse().ok()?;
    let role = inquiry.target.arn.as_ref()?;
    let fits = arn.service() == "iam"
        && arn.partition() == role.partition()
        && arn.account_text() == role.account_text();
    let name = arn.resource().strip_prefix(kind).filter(|_| fits)?;
    Some(&provider[provider.len() - name.len()..])
}

enum Kind {
    Oidc,
    Saml,
}

fn existing(inquiry: &Inquiry<'_>, provider: &str, kind: Kind) -> Naming {
    if inquiry.call.is_alone() {
        return Naming::direct(Truth::True);
    }
    let owner = inquiry.owner_account();
    let list = owner.map(|account| match kind {
        Kind::Oidc => &account.oidc_providers,
        Kind::Saml => &account.saml_providers,
    });
    match list {
        Some(Collected::Yes(providers)) => {
            Naming::direct(providers.iter().any(|arn| **arn == *provider).into())
        }
        _ => Naming::direct(Truth::Unknown).because(not_collected(format!("provider {provider}"))),
    }
}

// Not supported today; it once meant everybody else, anonymous callers included (R36).
fn everyone_but(inquiry: &Inquiry<'_>, entries: &[NamedPrincipal]) -> Naming {
    inquiry.rule(36);
    match named_in(inquiry, entries).any() {
        Truth::True => Naming::nobody(),
        Truth::Unknown | Truth::False => {
            Naming::direct(Truth::Unknown).because(undocumented("`NotPrincipal` with Allow"))
        }
    }
}

/// Returns whether a Deny with `NotPrincipal` hits the caller (R33 to R35).
///
/// Source: AWS JSON policy elements: NotPrincipal, IAM User Guide.
fn spared(inquiry: &Inquiry<'_>, entries: &[NamedPrincipal]) -> (Truth, Vec<Note>) {
    inquiry.rule(33);
    let listed = named_in(inquiry, entries);
    let everyone = entries.contains(&NamedPrincipal::Everyone);
    let spared = match &inquiry.call.subject.kind {
        _ if everyone => Truth::True,
        SubjectKind::User(_) => listed_all(&[listed.direct, listed.account]),
        SubjectKind::Role { .. } | SubjectKind::Federated { .. } => {
            inquiry.rule(34);
            listed_all(&[listed.direct, listed.role, listed.account])
        }
        _ => listed.any(),
    };
    let boundary = has_boundary(inquiry);
    if boundary != Truth::False {
        inquiry.rule(35);
    }
    let hit = !spared | boundary;
    let mut open = listed.open;
    if hit == Truth::Unknown {
        open.push(undocumented(
            "a `NotPrincipal` that lists the caller only in part",
        ));
    }
    (hit, open)
}

// All listed: spared. None listed: not. Anything between is open.
fn listed_all(listed: &[Truth]) -> Truth {
    let all = Truth::all(listed.iter().copied());
    let any = Truth::any(listed.iter().copied());
    if all == any { all } else { Truth::Unknown }
}

fn has_boundary(inquiry: &Inquiry<'_>) -> Truth {
    let subject = inquiry.call.subject;
    let carries = matches!(
        subject.kind,
        SubjectKind::User(_) | SubjectKind::Role { .. } | SubjectKind::Federated { .. }
    );
    if !carries {
        return Truth::False;
    }
    crate::policies::has_boundary(inquiry)
}

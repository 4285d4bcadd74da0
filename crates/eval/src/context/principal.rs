//! Keys about the caller.

use whocan_graph::{Membership, Organization};
use whocan_policy::catalogue::facts::ROLES_ANYWHERE;
use whocan_policy::{KeyName, KeyState};
use whocan_snapshot::Collected;

use super::Derived;
use crate::OpenKind::{CallerChosen, Environment, NotCollected, Undocumented};
use crate::inquiry::Inquiry;
use crate::session::{SetValue, same_key};
use crate::subject::{Subject, SubjectKind};
use crate::trust;

/// Returns what is known of the key `aws:NAME` (`name` in lower case), if it is about the caller.
///
/// Source: AWS global condition context keys (properties of the principal), IAM User Guide.
pub(super) fn key(inquiry: &Inquiry<'_>, name: &str, key: &KeyName) -> Option<Derived> {
    Some(match name {
        "principalarn" => {
            inquiry.rule(101);
            if inquiry.call.subject.is_role() {
                inquiry.rule(37);
            }
            arn(inquiry.call.subject)
        }
        "principalaccount" => {
            inquiry.rule(102);
            account(inquiry.call.subject)
        }
        "principaltype" => {
            inquiry.rule(102);
            kind(inquiry.call.subject)
        }
        "principalorgid" => {
            inquiry.rule(104);
            organization(inquiry, Place::Organization)
        }
        "principalorgpaths" => {
            inquiry.rule(105);
            organization(inquiry, Place::Path)
        }
        "principalisawsservice" => {
            inquiry.rule(109);
            is_service(inquiry.call.subject)
        }
        "principalservicename" => {
            inquiry.rule(109);
            match &inquiry.call.subject.kind {
                SubjectKind::Service(name) => Derived::value(name),
                _ => Derived::absent(),
            }
        }
        "principalservicenameslist" => {
            inquiry.rule(109);
            if inquiry.call.subject.is_service() {
                Derived::present(Environment)
            } else {
                Derived::absent()
            }
        }
        "userid" => {
            inquiry.rule(103);
            user_id(inquiry.call.subject)
        }
        "username" => {
            inquiry.rule(103);
            user_name(inquiry.call.subject)
        }
        _ => {
            let tag = key.behind("aws:principaltag/")?;
            inquiry.rule(106);
            self::tag(inquiry, tag)
        }
    })
}

fn arn(subject: &Subject<'_>) -> Derived {
    match &subject.kind {
        SubjectKind::User(arn)
        | SubjectKind::Root(arn)
        | SubjectKind::Federated { arn, .. }
        | SubjectKind::Role { arn: Some(arn), .. } => Derived::value(arn.as_str()),
        // The role's path is not known.
        SubjectKind::Role { arn: None, .. } => {
            let partition = subject.partition.as_deref().unwrap_or("aws");
            let account = subject.account.map(|id| id.to_string()).unwrap_or_default();
            let prefix = format!("arn:{partition}:iam::{account}:role/");
            Derived {
                kind: NotCollected,
                ..Derived::fact(KeyState::Prefix(prefix))
            }
        }
        SubjectKind::Anonymous => Derived::absent(),
        SubjectKind::Service(_)
        | SubjectKind::Oidc(_)
        | SubjectKind::Saml(_)
        | SubjectKind::IdentityCenter(..) => Derived::open(Undocumented),
    }
}

fn account(subject: &Subject<'_>) -> Derived {
    match (subject.account, &subject.kind) {
        (Some(account), _) => Derived::value(account.to_string()),
        (None, SubjectKind::Anonymous) => Derived::value("anonymous"),
        (None, _) => Derived::open(Undocumented),
    }
}

fn kind(subject: &Subject<'_>) -> Derived {
    match &subject.kind {
        SubjectKind::User(_) => Derived::value("User"),
        SubjectKind::Role { .. } => Derived::value("AssumedRole"),
        SubjectKind::Federated { .. } => Derived::value("FederatedUser"),
        SubjectKind::Root(_) => Derived::value("Account"),
        SubjectKind::Anonymous => Derived::value("Anonymous"),
        SubjectKind::Service(_)
        | SubjectKind::Oidc(_)
        | SubjectKind::Saml(_)
        | SubjectKind::IdentityCenter(..) => Derived::open(Undocumented),
    }
}

fn is_service(subject: &Subject<'_>) -> Derived {
    match &subject.kind {
        SubjectKind::Service(_) => Derived::value("true"),
        SubjectKind::Anonymous => Derived::absent(),
        // Documented for signed calls only; true is for services alone.
        SubjectKind::Oidc(_) | SubjectKind::Saml(_) | SubjectKind::IdentityCenter(..) => Derived {
            kind: Undocumented,
            ..Derived::fact(KeyState::OneOf(vec![
                KeyState::Absent,
                KeyState::Known(vec!["false".to_owned()]),
            ]))
        },
        _ => Derived::value("false"),
    }
}

/// What of an account's place in its organization a key holds.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The organization's id.
    Organization,
    /// The path from the organization down to the account's unit.
    Path,
}

fn organization(inquiry: &Inquiry<'_>, place: Place) -> Derived {
    let subject = inquiry.call.subject;
    if !subject.has_account() {
        return Derived::absent();
    }
    organization_of(inquiry, subject.index, place)
}

/// Returns a key about the organization of an account.
pub(super) fn organization_of(
    inquiry: &Inquiry<'_>,
    account: Option<whocan_graph::AccountIndex>,
    place: Place,
) -> Derived {
    let overrides = &inquiry.call.request.overrides;
    if overrides.alone {
        // Without control policies nothing speaks of an organization.
        let member = overrides.scps.is_some() || overrides.rcps.is_some();
        return if member {
            Derived::open(NotCollected)
        } else {
            Derived::absent()
        };
    }
    let graph = inquiry.call.graph;
    let membership = account.map(|account| graph.account(account).membership);
    match (membership, graph.organization()) {
        (Some(Membership::Outside), _) => Derived::absent(),
        (Some(Membership::Management | Membership::Member), Some(organization)) => {
            let path = account.map(|account| graph.organization_path(account));
            place_inside(organization, place, path)
        }
        (None | Some(Membership::Elsewhere), Some(organization)) if organization.all_accounts => {
            outside_of(&organization.id, place)
        }
        _ => Derived::open(NotCollected),
    }
}

fn place_inside(
    organization: &Organization,
    place: Place,
    path: Option<Collected<Option<String>>>,
) -> Derived {
    match (place, path) {
        (Place::Organization, _) => Derived::value(&*organization.id),
        (Place::Path, Some(Collected::Yes(Some(path)))) => Derived::value(path),
        (Place::Path, Some(Collected::Yes(None))) => Derived::absent(),
        // A member has a path, known or not (R105).
        (Place::Path, Some(Collected::Not) | None) => Derived::present(NotCollected),
    }
}

// Whoever no list of the organization's accounts has is not in it.
// Source: AWS Organizations API Reference, ListAccounts: "Lists all the accounts
// in the organization", read 2026-11-25.
fn outside_of(organization: &str, place: Place) -> Derived {
    let inside = match place {
        Place::Organization => organization.to_owned(),
        Place::Path => format!("{organization}/*"),
    };
    let states = vec![KeyState::Absent, KeyState::Outside(inside)];
    Derived {
        kind: NotCollected,
        ..Derived::fact(KeyState::OneOf(states))
    }
}

fn user_id(subject: &Subject<'_>) -> Derived {
    let id = subject.identity.map(|identity| &*identity.id);
    let id = id.filter(|id| !id.is_empty());
    match (&subject.kind, id) {
        (SubjectKind::User(_), Some(id)) => Derived::value(id),
        (SubjectKind::User(_), None) => Derived::present(NotCollected),
        (SubjectKind::Role { session, .. }, Some(id)) => match session {
            Some(SetValue::Known(session)) => Derived::value(format!("{id}:{session}")),
            Some(SetValue::Other(names)) => Derived {
                kind: CallerChosen,
                excluded: names.iter().map(|name| format!("{id}:{name}")).collect(),
                ..Derived::fact(KeyState::Prefix(format!("{id}:")))
            },
            None => Derived {
                kind: CallerChosen,
                ..Derived::fact(KeyState::Prefix(format!("{id}:")))
            },
        },
        (SubjectKind::Role { .. }, None) => Derived::present(NotCollected),
        (SubjectKind::Federated { name, .. }, _) => {
            let account = subject.account.map(|id| id.to_string()).unwrap_or_default();
            Derived::value(format!("{account}:{name}"))
        }
        (SubjectKind::Root(arn), _) => Derived::value(arn.account_text()),
        (SubjectKind::Anonymous, _) => Derived::value("anonymous"),
        (
            SubjectKind::Service(_)
            | SubjectKind::Oidc(_)
            | SubjectKind::Saml(_)
            | SubjectKind::IdentityCenter(..),
            _,
        ) => Derived::open(Undocumented),
    }
}

fn user_name(subject: &Subject<'_>) -> Derived {
    match &subject.kind {
        SubjectKind::User(arn) => {
            let name = arn.resource().rsplit('/').next().unwrap_or_default();
            Derived::value(name)
        }
        _ => Derived::absent(),
    }
}

/// Returns `aws:PrincipalTag/key`: tags of the user or role, overridden by session tags (R106).
fn tag(inquiry: &Inquiry<'_>, key: &str) -> Derived {
    let subject = inquiry.call.subject;
    match &subject.kind {
        SubjectKind::User(_) => own_tag(inquiry, key),
        SubjectKind::Role { .. } | SubjectKind::Federated { .. } => session_tag(inquiry, key),
        SubjectKind::Service(_) => certificate_tag(inquiry, key),
        _ => Derived::absent(),
    }
}

fn session_tag(inquiry: &Inquiry<'_>, key: &str) -> Derived {
    let session = inquiry.call.session;
    if let Some((_, value)) = session.transitive_tag(key) {
        return Derived::set(value);
    }
    let own = own_tag(inquiry, key);
    match &session.tags {
        Some(tags) => {
            let mut found = tags.iter().filter(|(name, _)| same_key(name, key));
            found.next().map_or(own, |(_, value)| Derived::value(value))
        }
        // A session tag takes the place of the role's, and may be empty.
        None if may_be_tagged(inquiry) => Derived::open(CallerChosen),
        None => own,
    }
}

/// Returns whether a session of the caller may carry tags that were passed to it.
pub(super) fn may_be_tagged(inquiry: &Inquiry<'_>) -> bool {
    let subject = inquiry.call.subject;
    match &subject.kind {
        SubjectKind::Role { .. } => trust::may_permit(inquiry, subject, "sts:TagSession"),
        // `GetFederationToken` takes tags too.
        SubjectKind::Federated { .. } => true,
        _ => false,
    }
}

fn own_tag(inquiry: &Inquiry<'_>, key: &str) -> Derived {
    let subject = inquiry.call.subject;
    let Some(identity) = subject.identity else {
        return if subject.is_open() && !inquiry.call.is_alone() {
            Derived::open(NotCollected)
        } else {
            Derived::absent()
        };
    };
    tag_in(&identity.tags, key)
}

/// Returns the tag `key` of a list.
pub(super) fn tag_in(tags: &Collected<Vec<whocan_snapshot::Tag>>, key: &str) -> Derived {
    let Collected::Yes(tags) = tags else {
        return Derived::open(NotCollected);
    };
    let mut found = tags.iter().filter(|tag| same_key(&tag.key, key));
    found
        .next()
        .map_or_else(Derived::absent, |tag| Derived::value(&tag.value))
}

// IAM Roles Anywhere hands the certificate's names over as tags of the
// caller (R221).
// Source: Trust model in IAM Roles Anywhere, IAM Roles Anywhere User Guide.
fn certificate_tag(inquiry: &Inquiry<'_>, key: &str) -> Derived {
    let subject = &inquiry.call.subject.kind;
    let anywhere = matches!(subject, SubjectKind::Service(name) if name == ROLES_ANYWHERE);
    if !anywhere || !key.to_ascii_lowercase().starts_with("x509") {
        return Derived::absent();
    }
    match &inquiry.call.assume.tags {
        Some(tags) => {
            let mut found = tags.iter().filter(|(name, _)| same_key(name, key));
            found
                .next()
                .map_or_else(Derived::absent, |(_, value)| Derived::value(value))
        }
        None => Derived::open(Environment),
    }
}

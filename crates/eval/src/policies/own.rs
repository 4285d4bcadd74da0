//! The caller's own policies: identity-based, permissions boundary, session.

use whocan_graph::Boundary;
use whocan_policy::{Effect, Truth};

use super::{Bearing, Origin, given, said};
use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected};
use crate::principal;
use crate::side::{Formula, Side};
use crate::subject::{SubjectKind, UserBehind};

/// The identity-based policies of the caller.
pub(crate) enum Attached<'a> {
    /// These.
    These(Vec<Bearing<'a>>),
    /// Not known.
    Open(Note),
}

/// Returns the identity-based policies of the caller: its own and its groups' (R17).
pub(crate) fn identity<'a>(inquiry: &Inquiry<'a>) -> Attached<'a> {
    let call = &inquiry.call;
    if call.request.ignoring.identity_policies {
        return Attached::These(Vec::new());
    }
    if let Some(documents) = &call.request.overrides.identity {
        return Attached::These(given(PolicyType::Identity, documents));
    }
    if call.is_alone() {
        return Attached::These(Vec::new());
    }
    if call.subject.is_open() {
        return Attached::Open(unknown_identity(inquiry));
    }
    inquiry.rule(17);
    let policies = call.subject.identity.into_iter();
    let policies = policies.flat_map(|identity| &identity.policies);
    let bearings = policies.map(|attached| {
        let origin = match attached.group {
            Some(group) => Origin::ThroughGroup(attached.policy, group),
            None => Origin::Policy(attached.policy),
        };
        inquiry.bearing(origin, attached.policy)
    });
    Attached::These(bearings.collect())
}

fn unknown_identity(inquiry: &Inquiry<'_>) -> Note {
    let subject = inquiry.call.subject;
    if let SubjectKind::Federated {
        user: UserBehind::NotSaid,
        ..
    } = subject.kind
    {
        return principal::user_behind();
    }
    inquiry.rule(143);
    not_collected("identity-based policies of the caller")
}

/// Returns the permissions boundary; `Some(Err)` if it is not known.
fn boundary<'a>(inquiry: &Inquiry<'a>) -> Option<Result<Bearing<'a>, Note>> {
    let call = &inquiry.call;
    if call.request.ignoring.boundaries {
        return None;
    }
    if let Some(document) = &call.request.overrides.boundary {
        return Some(Ok(Bearing {
            origin: Origin::Given(PolicyType::Boundary, 1),
            document: Some(document),
        }));
    }
    if call.is_alone() {
        return None;
    }
    match call.subject.identity.map(|identity| identity.boundary) {
        Some(Boundary::None) => None,
        Some(Boundary::Policy(policy)) => Some(Ok(inquiry.bearing(Origin::Policy(policy), policy))),
        None if !call.subject.is_open() => None,
        None => Some(Err(not_collected("permissions boundary of the caller"))),
    }
}

/// Returns whether the caller has a permissions boundary (R35).
pub(crate) fn has_boundary(inquiry: &Inquiry<'_>) -> Truth {
    match boundary(inquiry) {
        None => Truth::False,
        Some(Ok(_)) => Truth::True,
        Some(Err(_)) => Truth::Unknown,
    }
}

/// What the caller's own policies say.
pub(crate) struct PrincipalSides<'a> {
    /// Whether identity-based policies allow.
    pub identity: Formula<'a>,
    /// Whether the boundary lets pass.
    pub boundary: Formula<'a>,
    /// Whether every session policy lets pass.
    pub session: Formula<'a>,
    /// What denies.
    pub denies: Vec<Side<'a>>,
}

/// Reads the caller's own policies: identity-based, boundary, session.
pub(crate) fn of_principal<'a>(inquiry: &Inquiry<'a>) -> PrincipalSides<'a> {
    let mut denies = Vec::new();
    let identity = match identity(inquiry) {
        Attached::These(bearings) => {
            denies.push(said(inquiry, PolicyType::Identity, Effect::Deny, &bearings));
            said(inquiry, PolicyType::Identity, Effect::Allow, &bearings)
        }
        Attached::Open(note) => {
            denies.push(Side::open(PolicyType::Identity, note.clone()));
            Side::open(PolicyType::Identity, note)
        }
    };
    let boundary = boundary_side(inquiry, &mut denies);
    let session = session_side(inquiry, &mut denies);
    PrincipalSides {
        identity: identity.formula(),
        boundary,
        session,
        denies,
    }
}

// R124, R133.
fn boundary_side<'a>(inquiry: &Inquiry<'a>, denies: &mut Vec<Side<'a>>) -> Formula<'a> {
    match boundary(inquiry) {
        None => Formula::always(),
        Some(Ok(bearing)) => {
            inquiry.rule(124);
            let bearings = [bearing];
            denies.push(said(inquiry, PolicyType::Boundary, Effect::Deny, &bearings));
            said(inquiry, PolicyType::Boundary, Effect::Allow, &bearings).formula()
        }
        Some(Err(note)) => {
            denies.push(Side::open(PolicyType::Boundary, note.clone()));
            Side::open(PolicyType::Boundary, note).formula()
        }
    }
}

// Every session policy must allow (R130); a federated session without one has
// nothing (R131).
fn session_side<'a>(inquiry: &Inquiry<'a>, denies: &mut Vec<Side<'a>>) -> Formula<'a> {
    let documents = &inquiry.call.session.policies;
    if documents.is_empty() {
        let federated = matches!(inquiry.call.subject.kind, SubjectKind::Federated { .. });
        return if federated {
            inquiry.rule(131);
            Side::silent(PolicyType::Session).formula()
        } else {
            Formula::always()
        };
    }
    inquiry.rule(130);
    let bearings = given(PolicyType::Session, documents);
    denies.push(said(inquiry, PolicyType::Session, Effect::Deny, &bearings));
    let each = bearings.iter().map(|bearing| {
        let one = std::slice::from_ref(bearing);
        said(inquiry, PolicyType::Session, Effect::Allow, one).formula()
    });
    Formula::All(each.collect())
}

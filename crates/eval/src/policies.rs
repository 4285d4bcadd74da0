//! The policies that bear on a request, and what those of one type say together.

use std::sync::Arc;

use whocan_graph::{Boundary, GroupId, LevelId, PolicyId, Presence};
use whocan_policy::catalogue::catalogue;
use whocan_policy::catalogue::facts::{resource_policy_of, takes_resource_policies};
use whocan_policy::{Document, Effect, Statement, Truth};
use whocan_snapshot::{AclGrant, Collected, KeyGrant};

use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected, undocumented};
use crate::principal;
use crate::resource::{Family, Owner, Relation};
use crate::side::{Formula, Hit, Side};
use crate::statement::{self, MissingResource};
use crate::subject::SubjectKind;

/// Where a statement stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// In this policy of the snapshot.
    Policy(PolicyId),
    /// In this policy, through a group.
    ThroughGroup(PolicyId, GroupId),
    /// In this policy, at a level of the organization.
    AtLevel(PolicyId, LevelId),
    /// In the policy of this type that the request gives, by position from 1.
    Given(PolicyType, usize),
    /// In an ACL.
    Acl(&'a AclGrant),
    /// In a KMS grant.
    Grant(&'a KeyGrant),
}

/// A document that bears on a request; `None` if it was not collected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearing<'a> {
    /// Where it stands.
    pub origin: Origin<'a>,
    /// The document.
    pub document: Option<&'a Document>,
}

/// The identity-based policies of the caller.
pub(crate) enum Attached<'a> {
    /// These.
    These(Vec<Bearing<'a>>),
    /// Not known.
    Open(Note),
}

/// The resource-based policy.
pub(crate) enum ResourcePolicy<'a> {
    /// None.
    None,
    /// This one.
    This(Bearing<'a>),
    /// AWS's own for a key that was created without one (R169).
    DefaultKeyPolicy,
    /// Not known.
    Open(Note),
}

/// What the resource-based policy says, by how it names the caller.
pub(crate) struct ResourceSides<'a> {
    /// Allows for the caller itself, or for everyone.
    pub direct: Side<'a>,
    /// Allows for its role, or the user behind a federated session.
    pub role: Side<'a>,
    /// Allows for its account.
    pub account: Side<'a>,
    /// Denies.
    pub deny: Side<'a>,
}

impl<'a> Inquiry<'a> {
    /// Returns a policy of the snapshot with its document.
    pub fn bearing(&self, origin: Origin<'a>, policy: PolicyId) -> Bearing<'a> {
        let document = self.call.graph.document_of(policy);
        Bearing {
            origin,
            document: document.map(|document| &**document),
        }
    }
}

/// Returns documents that the request gives, as policies of this type.
pub(crate) fn given<'a>(
    policy_type: PolicyType,
    documents: &'a [Arc<Document>],
) -> Vec<Bearing<'a>> {
    let numbered = documents.iter().zip(1..);
    numbered
        .map(|(document, number)| Bearing {
            origin: Origin::Given(policy_type, number),
            document: Some(document),
        })
        .collect()
}

/// Returns the identity-based policies of the caller: its own and its groups' (R17).
pub(crate) fn identity<'a>(inquiry: &Inquiry<'a>) -> Attached<'a> {
    let call = &inquiry.call;
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
    if let SubjectKind::Federated { user: None, .. } = subject.kind {
        return principal::user_behind();
    }
    inquiry.rule(143);
    not_collected("identity-based policies of the caller")
}

/// Returns the permissions boundary; `Some(Err)` if it is not known.
fn boundary<'a>(inquiry: &Inquiry<'a>) -> Option<Result<Bearing<'a>, Note>> {
    let call = &inquiry.call;
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

/// Returns what documents without principal say: whether one of them allows, or denies.
pub(crate) fn said<'a>(
    inquiry: &Inquiry<'a>,
    policy_type: PolicyType,
    effect: Effect,
    bearings: &[Bearing<'a>],
) -> Side<'a> {
    let mut side = Side::silent(policy_type);
    for bearing in bearings {
        let Some(document) = readable(bearing, &mut side) else {
            continue;
        };
        for statement in &document.statements {
            if statement::concerns(inquiry, statement, effect) {
                add_plain(inquiry, &mut side, bearing.origin, statement);
            }
        }
    }
    side
}

fn add_plain<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let mut applies = statement::applies(inquiry, statement, MissingResource::Nothing);
    if statement.principal.is_some() && applies.truth != Truth::False {
        applies.truth = Truth::Unknown;
        applies
            .notes
            .push(undocumented("a principal in a policy that takes none"));
    }
    if applies.truth != Truth::False {
        side.add(Hit {
            origin,
            statement: Some(statement),
            truth: applies.truth,
            conditions: applies.conditions,
            notes: applies.notes,
        });
    }
}

/// Returns the document, or adds to the side that it may say anything (R16).
pub(crate) fn readable<'a>(bearing: &Bearing<'a>, side: &mut Side<'a>) -> Option<&'a Document> {
    let note = match bearing.document {
        Some(document) if !document.malformed => return Some(document),
        Some(_) => undocumented("a malformed policy document"),
        None => not_collected("a policy document"),
    };
    side.add(Hit {
        origin: bearing.origin,
        statement: None,
        truth: Truth::Unknown,
        conditions: Vec::new(),
        notes: vec![note],
    });
    None
}

/// Reads the resource-based policy.
pub(crate) fn of_resource<'a>(inquiry: &Inquiry<'a>) -> ResourceSides<'a> {
    let silent = || Side::silent(PolicyType::Resource);
    let mut sides = ResourceSides {
        direct: silent(),
        role: silent(),
        account: silent(),
        deny: silent(),
    };
    match resource_policy(inquiry) {
        ResourcePolicy::None => {}
        ResourcePolicy::This(bearing) => add_resource_policy(inquiry, &mut sides, bearing),
        ResourcePolicy::DefaultKeyPolicy => {
            inquiry.rule(169);
            if inquiry.relation == Relation::Same {
                sides.account = Side::granted(PolicyType::Resource);
            }
        }
        ResourcePolicy::Open(note) => {
            for side in [
                &mut sides.direct,
                &mut sides.role,
                &mut sides.account,
                &mut sides.deny,
            ] {
                side.add_note(note.clone());
            }
        }
    }
    sides
}

fn add_resource_policy<'a>(
    inquiry: &Inquiry<'a>,
    sides: &mut ResourceSides<'a>,
    bearing: Bearing<'a>,
) {
    let Some(document) = readable(&bearing, &mut sides.direct) else {
        readable(&bearing, &mut sides.deny);
        return;
    };
    for statement in &document.statements {
        if statement::concerns(inquiry, statement, Effect::Allow) {
            add_allow(inquiry, sides, bearing.origin, statement);
        } else if statement::concerns(inquiry, statement, Effect::Deny) {
            add_deny(inquiry, &mut sides.deny, bearing.origin, statement);
        }
    }
}

fn add_allow<'a>(
    inquiry: &Inquiry<'a>,
    sides: &mut ResourceSides<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let Some(clause) = &statement.principal else {
        // Needed in a resource policy; in a doubtful statement it may be anybody.
        if statement.doubtful {
            add_hit(
                inquiry,
                &mut sides.direct,
                origin,
                statement,
                Truth::Unknown,
                &[],
            );
        }
        return;
    };
    let naming = principal::allowed(inquiry, clause);
    let ways = [
        (naming.direct, &mut sides.direct),
        (naming.role, &mut sides.role),
        (naming.account, &mut sides.account),
    ];
    for (named, side) in ways {
        add_hit(inquiry, side, origin, statement, named, &naming.open);
    }
}

/// Adds a Deny of a policy that names principals.
pub(crate) fn add_deny<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let (named, open) = match &statement.principal {
        Some(clause) => principal::denied(inquiry, clause),
        None if statement.doubtful => (Truth::Unknown, Vec::new()),
        None => return,
    };
    add_hit(inquiry, side, origin, statement, named, &open);
}

/// Adds a statement that names the caller as far as `named` says.
pub(crate) fn add_hit<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
    named: Truth,
    open: &[Note],
) {
    if named == Truth::False {
        return;
    }
    let mut applies = statement::applies(inquiry, statement, MissingResource::Implied);
    if named == Truth::Unknown {
        applies.notes.extend_from_slice(open);
    }
    let truth = applies.truth & named;
    if truth != Truth::False {
        side.add(Hit {
            origin,
            statement: Some(statement),
            truth,
            conditions: applies.conditions,
            notes: applies.notes,
        });
    }
}

/// Finds the resource-based policy that bears on the request.
pub(crate) fn resource_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    let call = &inquiry.call;
    let target = &inquiry.target;
    let on_the_way = target.family == Family::AccessPoint && call.request.access_point.is_some();
    if let Some(document) = &call.request.overrides.resource
        && !on_the_way
    {
        return ResourcePolicy::This(Bearing {
            origin: Origin::Given(PolicyType::Resource, 1),
            document: Some(document),
        });
    }
    if target.arn.is_none() {
        return ResourcePolicy::None;
    }
    if target.family == Family::Role {
        return trust_policy(inquiry);
    }
    let Some(record) = target.carrier else {
        return unrecorded(inquiry);
    };
    match call.collected(&record.policy, || None) {
        Some(Some(policy)) => ResourcePolicy::This(inquiry.bearing(Origin::Policy(policy), policy)),
        // As it would be in a fresh account, where a key has its default policy.
        Some(None) if target.family == Family::Key => ResourcePolicy::DefaultKeyPolicy,
        Some(None) => ResourcePolicy::None,
        None => open_policy(inquiry),
    }
}

fn trust_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    match inquiry.target.role {
        Some(role) => ResourcePolicy::This(inquiry.bearing(Origin::Policy(role.trust), role.trust)),
        None if knows_identities(inquiry) || inquiry.call.as_collected() => ResourcePolicy::None,
        None => open_policy(inquiry),
    }
}

// A role that is not in a collected account does not exist (R1).
fn knows_identities(inquiry: &Inquiry<'_>) -> bool {
    let collected = inquiry
        .owner_account()
        .is_some_and(|account| account.collected);
    inquiry.call.is_alone() || collected
}

fn unrecorded<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    let key = inquiry.target.family == Family::Key;
    if !takes_policy(inquiry) {
        inquiry.rule(141);
        return ResourcePolicy::None;
    }
    let known = inquiry.target.complete || inquiry.call.as_collected() || is_listed(inquiry);
    match known {
        true if key => ResourcePolicy::DefaultKeyPolicy,
        true => ResourcePolicy::None,
        false => open_policy(inquiry),
    }
}

fn takes_policy(inquiry: &Inquiry<'_>) -> bool {
    let service = inquiry.call.service();
    let catalogue = catalogue();
    let types = catalogue.types_of_arn(service, &inquiry.target.text);
    if types.is_empty() {
        return takes_resource_policies(service);
    }
    types.iter().any(|&id| {
        let name = catalogue.resource_type(id).name;
        resource_policy_of(service, name).is_some()
    })
}

fn is_listed(inquiry: &Inquiry<'_>) -> bool {
    let arn = inquiry.target.arn.as_ref();
    let carrier = arn.and_then(|arn| crate::resource::carrier(arn).parse().ok());
    let owned = matches!(inquiry.target.owner, Owner::Account(_));
    owned
        && carrier.is_some_and(|carrier| {
            matches!(inquiry.call.graph.presence(&carrier), Presence::Absent(_))
        })
}

fn open_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    inquiry.rule(1);
    let arn = inquiry.target.arn.as_ref();
    let carrier = arn.map_or("", |arn| crate::resource::carrier(arn));
    let what = match inquiry.target.family {
        Family::Role => "trust policy",
        _ => "resource policy",
    };
    ResourcePolicy::Open(not_collected(format!("{what} of {carrier}")))
}

/// Returns a fact, or its default where gaps count so, or a note naming the gap.
pub(crate) fn fact<T: Clone>(
    inquiry: &Inquiry<'_>,
    collected: &Collected<T>,
    default: impl FnOnce() -> T,
    what: impl FnOnce() -> String,
) -> Result<T, Note> {
    inquiry
        .call
        .collected(collected, default)
        .ok_or_else(|| not_collected(what()))
}

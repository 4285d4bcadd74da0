//! Service and resource control policies.

use std::sync::Arc;

use whocan_graph::{AccountIndex, LevelId, Membership, PolicyId};
use whocan_policy::catalogue::facts::is_under_rcps;
use whocan_policy::{Document, Effect, NamedPrincipal, Statement, Truth};
use whocan_snapshot::Collected;

use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected};
use crate::policies::{Bearing, Origin, add_hit, given, readable, said};
use crate::resource::{Owner, Relation};
use crate::side::{Formula, Side};
use crate::statement;
use crate::subject::SubjectKind;
use crate::trust;

/// The policies of each level above an account, root first.
enum Levels<'a> {
    /// These.
    These(Vec<Level<'a>>),
    /// Not known.
    Open(Note),
}

/// One level.
struct Level<'a> {
    /// Which, in the snapshot.
    id: Option<LevelId>,
    /// Its policies; `Err` where they are not known.
    policies: Result<Vec<Bearing<'a>>, Note>,
}

impl Level<'_> {
    fn open(note: Note) -> Self {
        Level {
            id: None,
            policies: Err(note),
        }
    }
}

/// What service control policies say.
pub(crate) struct ServiceControl<'a> {
    /// Whether every level lets pass.
    pub allows: Formula<'a>,
    /// What denies.
    pub deny: Side<'a>,
}

/// Reads the service control policies of the caller's account (R146 to R157).
///
/// Source: Service control policies (SCPs); SCP evaluation, Organizations User Guide.
pub(crate) fn service_control<'a>(inquiry: &Inquiry<'a>) -> ServiceControl<'a> {
    let mut deny = Side::silent(PolicyType::Scp);
    if !is_restricted(inquiry) {
        return ServiceControl {
            allows: Formula::always(),
            deny,
        };
    }
    let levels = match scp_levels(inquiry) {
        Levels::These(levels) => levels,
        Levels::Open(note) => vec![Level::open(note)],
    };
    if !levels.is_empty() {
        inquiry.rule(146);
        note_caller(inquiry);
    }
    let mut allows = Vec::new();
    for level in levels {
        match level.policies {
            Ok(bearings) => {
                if bearings.len() > 1 {
                    inquiry.rule(147);
                }
                let mut allowed = said(inquiry, PolicyType::Scp, Effect::Allow, &bearings);
                allowed.level = level.id;
                allows.push(allowed.formula());
                let denied = said(inquiry, PolicyType::Scp, Effect::Deny, &bearings);
                if !denied.hits.is_empty() {
                    inquiry.rule(148);
                }
                denied.hits.into_iter().for_each(|hit| deny.add(hit));
            }
            Err(note) => {
                allows.push(Side::open(PolicyType::Scp, note.clone()).formula());
                deny.add_note(note);
            }
        }
    }
    ServiceControl {
        allows: Formula::All(allows),
        deny,
    }
}

// Services, anonymous callers and service-linked roles are not (R150, R152);
// the graph gives the management account no levels (R149).
fn is_restricted(inquiry: &Inquiry<'_>) -> bool {
    if inquiry.call.request.ignoring.scps {
        return false;
    }
    let subject = inquiry.call.subject;
    if subject.is_service_linked() {
        inquiry.rule(136);
        inquiry.rule(150);
        return false;
    }
    let membership = inquiry
        .call
        .caller_account()
        .map(|account| account.membership);
    if membership == Some(Membership::Management) {
        inquiry.rule(149);
    }
    let restricted = matches!(
        subject.kind,
        SubjectKind::User(_)
            | SubjectKind::Role { .. }
            | SubjectKind::Federated { .. }
            | SubjectKind::Root(_)
    );
    if !restricted || membership == Some(Membership::Outside) {
        inquiry.rule(152);
    }
    restricted
}

// Whose policies these are, and for which call.
fn note_caller(inquiry: &Inquiry<'_>) {
    if matches!(inquiry.call.subject.kind, SubjectKind::Root(_)) {
        inquiry.rule(151);
    }
    if inquiry.relation == Relation::Other {
        inquiry.rule(153);
        let owner = inquiry.owner_account().map(|account| account.membership);
        if owner == Some(Membership::Member) {
            inquiry.rule(157);
        }
    }
    if trust::is_assuming(inquiry.call.action) {
        inquiry.rule(201);
    }
}

fn scp_levels<'a>(inquiry: &Inquiry<'a>) -> Levels<'a> {
    let call = &inquiry.call;
    if let Some(levels) = &call.request.overrides.scps {
        return given_levels(PolicyType::Scp, levels);
    }
    let what = || match call.subject.account {
        Some(account) => format!("service control policies of account {account}"),
        None => "service control policies of the caller".to_owned(),
    };
    levels(inquiry, call.subject.index, what, |level| {
        &call.graph.level(level).scps
    })
}

fn given_levels<'a>(policy_type: PolicyType, levels: &'a [Vec<Arc<Document>>]) -> Levels<'a> {
    let mut all = Vec::new();
    let mut count = 0;
    for level in levels {
        let bearings = given(policy_type, level)
            .into_iter()
            .map(|bearing| Bearing {
                origin: match bearing.origin {
                    Origin::Given(policy_type, number) => {
                        Origin::Given(policy_type, count + number)
                    }
                    other => other,
                },
                ..bearing
            });
        all.push(Level {
            id: None,
            policies: Ok(bearings.collect()),
        });
        count += level.len();
    }
    Levels::These(all)
}

fn levels<'a>(
    inquiry: &Inquiry<'a>,
    account: Option<AccountIndex>,
    what: impl Fn() -> String,
    attached: impl Fn(LevelId) -> &'a Collected<Vec<PolicyId>>,
) -> Levels<'a> {
    let call = &inquiry.call;
    if call.is_alone() {
        return Levels::These(Vec::new());
    }
    let chain = account.map_or(Collected::Not, |account| call.graph.chain(account));
    let chain = match chain {
        Collected::Yes(chain) => chain,
        // A fresh account has nothing that restricts it.
        Collected::Not if call.as_collected() => return Levels::These(Vec::new()),
        Collected::Not => return Levels::Open(not_collected(what())),
    };
    let mut all = Vec::new();
    for &level in chain {
        match attached(level) {
            Collected::Yes(policies) => {
                let bearings = policies
                    .iter()
                    .map(|&policy| inquiry.bearing(Origin::AtLevel(policy, level), policy));
                all.push(Level {
                    id: Some(level),
                    policies: Ok(bearings.collect()),
                });
            }
            Collected::Not if call.as_collected() => {}
            Collected::Not => {
                let level = &call.graph.level(level).id;
                let note = not_collected(format!("{} (level {level})", what()));
                all.push(Level::open(note));
            }
        }
    }
    Levels::These(all)
}

/// Reads the resource control policies of the resource's account (R158 to R164).
///
/// Source: Resource control policies (RCPs); RCP evaluation; RCP syntax, Organizations User Guide.
pub(crate) fn resource_control<'a>(inquiry: &Inquiry<'a>) -> Side<'a> {
    let mut deny = Side::silent(PolicyType::Rcp);
    if inquiry.call.request.ignoring.rcps || is_exempt(inquiry) {
        return deny;
    }
    let levels = match rcp_levels(inquiry) {
        Levels::These(levels) => levels,
        Levels::Open(note) => vec![Level::open(note)],
    };
    if !levels.is_empty() {
        inquiry.rule(158);
        if inquiry.relation != Relation::Same {
            inquiry.rule(160);
        }
        if trust::is_assuming(inquiry.call.action) {
            inquiry.rule(164);
            inquiry.rule(202);
        }
    }
    let owner = inquiry.owner_account().map(|account| account.membership);
    if owner == Some(Membership::Management) {
        inquiry.rule(161);
    }
    for level in levels {
        match level.policies {
            Ok(bearings) => {
                for bearing in bearings {
                    add_denies(inquiry, &mut deny, bearing);
                }
            }
            Err(note) => deny.add_note(note),
        }
    }
    deny
}

// R159, R162.
fn is_exempt(inquiry: &Inquiry<'_>) -> bool {
    let service = inquiry.call.service();
    if !is_under_rcps(service) {
        inquiry.rule(159);
        return true;
    }
    let managed_key = inquiry
        .target
        .key()
        .is_some_and(|key| key.aws_managed == Collected::Yes(true));
    if managed_key {
        inquiry.rule(174);
    }
    let exempt = managed_key
        || inquiry.call.action == "kms:RetireGrant"
        || inquiry.call.subject.is_service_linked()
        || hands_out_service_linked_role(inquiry);
    if exempt {
        inquiry.rule(162);
    }
    exempt || (inquiry.target.owner == Owner::Nobody && inquiry.target.arn.is_none())
}

// Services assume their service-linked roles past RCPs.
// Source: Resource control policies (RCPs), AWS Organizations User Guide, read 2026-11-24.
fn hands_out_service_linked_role(inquiry: &Inquiry<'_>) -> bool {
    let linked = inquiry.target.role.is_some_and(|role| role.service_linked);
    linked && trust::is_assume_role(inquiry.call.action)
}

fn rcp_levels<'a>(inquiry: &Inquiry<'a>) -> Levels<'a> {
    let call = &inquiry.call;
    if let Some(levels) = &call.request.overrides.rcps {
        return given_levels(PolicyType::Rcp, levels);
    }
    let owner = inquiry.target.owner_account();
    let what = || match owner {
        Some(account) => format!("resource control policies of account {account}"),
        None => format!("resource control policies on {}", inquiry.target.text),
    };
    levels(inquiry, inquiry.target.index, what, |level| {
        &call.graph.level(level).rcps
    })
}

fn add_denies<'a>(inquiry: &Inquiry<'a>, deny: &mut Side<'a>, bearing: Bearing<'a>) {
    let Some(document) = readable(&bearing, deny) else {
        return;
    };
    for statement in &document.statements {
        if !is_rcp_statement(statement) {
            inquiry.rule(163);
            continue;
        }
        if statement::concerns(inquiry, statement, Effect::Deny) {
            // Everyone, whoever calls (R160).
            add_hit(inquiry, deny, bearing.origin, statement, Truth::True, &[]);
        }
    }
}

// Customers' policies have this form; anything else has no effect (R163).
fn is_rcp_statement(statement: &Statement) -> bool {
    let everyone = statement.principal.as_ref().is_some_and(|clause| {
        !clause.negated && clause.entries.as_slice() == [NamedPrincipal::Everyone]
    });
    let actions = statement.actions.as_ref().is_some_and(|clause| {
        !clause.negated
            && clause
                .patterns
                .iter()
                .all(|pattern| pattern.as_str() != "*")
    });
    everyone && actions && statement.resources.is_some()
}

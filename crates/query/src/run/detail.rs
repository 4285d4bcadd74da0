//! Paths, reasons and conditions of rows.

use std::collections::BTreeMap;

use whocan_eval::{Decision, Logic, OpenPoint};
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Verdicts};
use whocan_policy::Session;

use super::complete;
use super::dependency;
use super::draft::Found;
use super::slice::Slice;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::Plan;
use crate::rows::{Call, Need, Outcome, Row, Verdict};

/// Adds path, calls and conditions to every row that lacks them.
pub(super) fn all(found: &mut Found, plan: &Plan, context: Context<'_>) {
    complete::all(found);
    if found.reach {
        paths(found, plan, context);
    }
    let Found {
        drafts,
        goals,
        slices,
        reach,
        ..
    } = found;
    let goal_at = |at: usize| goal_at(goals, slices, at);
    let mut known = Keys::new();
    for draft in drafts.iter_mut().filter(|draft| !draft.detailed) {
        draft.detailed = true;
        if let Some(goal) = draft
            .goal
            .and_then(goal_at)
            .map(|goal| of_row(goal, &draft.row))
        {
            draft.row.evidence = calls(&draft.row, &goal, *reach, plan, context);
            keys(&mut draft.row, &goal, plan, context, &mut known);
            conditions(&mut draft.row);
        }
    }
}

/// Returns what a row's chain leads to: the call of its slice, or the role it becomes.
fn goal_at(goals: &[Goal], slices: &[Slice], at: usize) -> Option<Goal> {
    match slices.get(at) {
        Some(slice) => Some(slice.goal()),
        None => goals.get(at).cloned(),
    }
}

/// Returns the goal with the row's own action, which is like that of its slice.
fn of_row(mut goal: Goal, row: &Row) -> Goal {
    if let (Goal::Request(ask), Some(action)) = (&mut goal, &row.action) {
        ask.action.clone_from(action);
    }
    goal
}

/// Finds the chains of all rows, with one search for each goal.
fn paths(found: &mut Found, plan: &Plan, context: Context<'_>) {
    let mut by_goal: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, draft) in found.drafts.iter().enumerate() {
        if let (Some(goal), None) = (draft.goal, &draft.row.path)
            && draft
                .row
                .verdict
                .is_some_and(|verdict| verdict.strict != Outcome::No)
        {
            by_goal.entry(goal).or_default().push(at);
        }
    }
    for (goal, drafts) in by_goal {
        let starts: Vec<PrincipalId> = drafts
            .iter()
            .filter_map(|at| found.drafts[*at].row.principal)
            .collect();
        let Some(goal) = goal_at(&found.goals, &found.slices, goal) else {
            continue;
        };
        let paths = context
            .engine
            .paths(&starts, &goal, &plan.walk, found.makers.as_ref());
        for (at, path) in drafts.into_iter().zip(paths) {
            if let Some(path) = path {
                found.drafts[at].row.path = Some(path.hops);
            }
        }
    }
}

/// Explains the calls of a row: each hop, then the request itself.
fn calls(row: &Row, goal: &Goal, reach: bool, plan: &Plan, context: Context<'_>) -> Vec<Call> {
    let Some(start) = row.principal else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    let mut from = start;
    for hop in row.path.iter().flatten() {
        let ask = Ask {
            action: hop.action.to_owned(),
            resource: context.graph.principal(hop.role).arn.to_string(),
            ..of_hop(&plan.base)
        };
        calls.extend(call(from, &ask, plan, context));
        from = hop.role;
    }
    if let Goal::Request(ask) | Goal::Together(ask, _) = goal {
        let last = call(from, ask, plan, context);
        let better = reach
            .then(|| unsigned(row, last.as_ref(), ask, plan, context))
            .flatten();
        calls.extend(better.or(last));
    }
    calls
}

/// Who may make each call on a key, by the service that makes it, action and
/// key: asked once for all rows.
type Keys = BTreeMap<(String, String, String), Verdicts>;

/// Says what encrypted data needs besides; with `including dependencies` the
/// calls on the key are among the row's own.
fn keys(row: &mut Row, goal: &Goal, plan: &Plan, context: Context<'_>, known: &mut Keys) {
    let (Goal::Request(ask) | Goal::Together(ask, _)) = goal else {
        return;
    };
    let Some(from) = row.evidence.last().map(|call| call.from) else {
        return;
    };
    let dependency = dependency::of(ask, context.graph);
    for key in &dependency.calls {
        // The key's policy may look at the service through which the call comes.
        let service = ask.action.split(':').next().unwrap_or_default();
        let asked = (service.to_owned(), key.action.clone(), key.resource.clone());
        let able = known
            .entry(asked)
            .or_insert_with(|| context.engine.can(key, None));
        let as_collected = able.as_collected.of(from).into();
        let strict = match plan.as_collected {
            true => as_collected,
            false => able.strict.of(from).into(),
        };
        let lacks = strict == Outcome::No;
        let remedy = || context.engine.remedy(from, key, !plan.as_collected);
        row.needs.push(Need {
            action: key.action.clone(),
            key: key.resource.clone(),
            verdict: Verdict {
                strict,
                as_collected,
            },
            remedy: lacks.then(remedy).flatten(),
        });
        if plan.dependencies {
            row.evidence.extend(call(from, key, plan, context));
        }
    }
    if let Some(point) = dependency.open().filter(|_| plan.dependencies) {
        row.conditions
            .push(format!("{} needs no key (not collected)", point.subject));
        row.open.push(point);
    }
}

/// Returns what the calls of a chain share with the request at its end: given
/// keys and ignored policies, but neither its session policy nor its route.
pub(super) fn of_hop(base: &Ask) -> Ask {
    Ask {
        session: Session::default(),
        access_point: None,
        endpoint: None,
        ..base.clone()
    }
}

/// Returns the request without signature, which any principal may send (R238),
/// where it is what gives the row its verdict.
fn unsigned(
    row: &Row,
    signed: Option<&Call>,
    ask: &Ask,
    plan: &Plan,
    context: Context<'_>,
) -> Option<Call> {
    let signed = Outcome::from(signed?.decision.truth());
    if signed >= row.verdict?.strict {
        return None;
    }
    let anonymous = context.graph.principal_of("anonymous")?;
    let call = call(anonymous, ask, plan, context)?;
    (Outcome::from(call.decision.truth()) > signed).then_some(call)
}

/// Explains one call.
pub(super) fn call(
    from: PrincipalId,
    ask: &Ask,
    plan: &Plan,
    context: Context<'_>,
) -> Option<Call> {
    let strict = !plan.as_collected;
    let decision = context.engine.explain(from, ask, strict)?;
    let remedy = match decision {
        Decision::Deny(_) => context.engine.remedy(from, ask, strict),
        Decision::Allow(_) | Decision::If(..) => None,
    };
    Some(Call {
        from,
        action: ask.action.clone(),
        resource: ask.resource.clone(),
        decision,
        remedy,
    })
}

/// Collects what an *if* depends on from the calls that are open.
fn conditions(row: &mut Row) {
    for call in &row.evidence {
        if let Decision::If(reason, open) = &call.decision {
            for condition in &reason.conditions {
                if !row.conditions.contains(condition) {
                    row.conditions.push(condition.clone());
                }
            }
            let new: Vec<OpenPoint> = open
                .iter()
                .filter(|point| !row.open.contains(point))
                .cloned()
                .collect();
            row.open.extend(new);
        }
    }
    row.logic = logic(&row.evidence);
}

/// Returns what is plain to see of the conditions of all calls: those of one
/// that contradict each other are enough, and all must hold always.
fn logic(calls: &[Call]) -> Option<Logic> {
    let mut open = calls.iter().filter_map(|call| match &call.decision {
        Decision::If(reason, _) => Some(reason.logic),
        Decision::Allow(_) | Decision::Deny(_) => None,
    });
    let first = open.next()?;
    open.fold(first, |all, one| match (all, one) {
        (Some(Logic::Contradictory), _) | (_, Some(Logic::Contradictory)) => {
            Some(Logic::Contradictory)
        }
        (Some(Logic::Always), Some(Logic::Always)) => Some(Logic::Always),
        _ => None,
    })
}

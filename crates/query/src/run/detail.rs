//! Paths, reasons and conditions of rows.

use std::collections::BTreeMap;

use whocan_eval::{Decision, OpenPoint};
use whocan_graph::PrincipalId;
use whocan_index::Ask;
use whocan_policy::Session;

use super::complete;
use super::draft::Found;
use super::slice::Slice;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::Plan;
use crate::rows::{Call, Outcome, Row};

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
    for draft in drafts.iter_mut().filter(|draft| !draft.detailed) {
        draft.detailed = true;
        if let Some(goal) = draft
            .goal
            .and_then(goal_at)
            .map(|goal| of_row(goal, &draft.row))
        {
            draft.row.evidence = calls(&draft.row, &goal, *reach, plan, context);
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
    if let Goal::Request(ask) = goal {
        let last = call(from, ask, plan, context);
        let better = reach
            .then(|| unsigned(row, last.as_ref(), ask, plan, context))
            .flatten();
        calls.extend(better.or(last));
    }
    calls
}

/// Returns what the calls of a chain share with the request at its end: given
/// keys and ignored policies, but neither its session policy nor its route.
fn of_hop(base: &Ask) -> Ask {
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

fn call(from: PrincipalId, ask: &Ask, plan: &Plan, context: Context<'_>) -> Option<Call> {
    let strict = !plan.as_collected;
    let decision = context.engine.explain(from, ask, strict)?;
    Some(Call {
        from,
        action: ask.action.clone(),
        resource: ask.resource.clone(),
        decision,
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
}

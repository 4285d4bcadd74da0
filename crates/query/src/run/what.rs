//! `what can PRINCIPAL do`, `what can PRINCIPAL reach`.

use std::collections::BTreeSet;

use whocan_graph::PrincipalId;
use whocan_policy::catalogue::catalogue;

use super::draft::{Combine, Draft, Found};
use super::part::Teller;
use super::slice::{combine, slices};
use super::who;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Deed, Plan};
use crate::rows::{Outcome, Row, Verdict};
use crate::thing::Thing;

/// Finds the actions that a principal has, each with the parts of its resources.
pub(super) fn find(
    subject: PrincipalId,
    reach: bool,
    deeds: &[Deed],
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let columns: &[&str] = match reach {
        true => &[
            "action",
            "level",
            "verdict",
            "hops",
            "via",
            "parts",
            "conditions",
        ],
        false => &["action", "level", "verdict", "parts", "conditions"],
    };
    let mut found = Found::new(columns, Combine::Some);
    found.reach = reach;
    let mut teller = Teller::default();
    let walk = reach.then_some(&plan.walk);
    let focus = Some(subject).filter(|_| !reach);
    let possible = focus.map(|subject| candidates(subject, context));
    for deed in deeds {
        if possible
            .as_ref()
            .is_some_and(|possible| !possible.contains(deed.action))
        {
            continue;
        }
        let first = found.slices.len();
        let own = slices(std::slice::from_ref(deed), walk, focus, &plan.base, context);
        let verdict = who::of(&combine(&own, Combine::Some), subject);
        found.slices.extend(own);
        if verdict == Verdict::plain(Outcome::No) {
            found.slices.truncate(first);
            continue;
        }
        let on_it: Vec<(usize, Verdict)> = (first..found.slices.len())
            .map(|at| (at, found.slices[at].of(subject)))
            .filter(|(_, verdict)| *verdict != Verdict::plain(Outcome::No))
            .collect();
        let lead = who::lead(&on_it, &found.slices, subject);
        let row = Row {
            verdict: Some(verdict),
            principal: Some(subject),
            action: Some(deed.action.to_owned()),
            parts: teller.parts(&on_it, &found.slices, first..found.slices.len()),
            hops: lead.and_then(|at| found.slices[at].hops(subject)),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            goal: lead,
            slices: on_it,
            ..Draft::default()
        });
    }
    found.goals = who::goals(&found.slices);
    who::note_complexity(&mut found);
    found
}

fn candidates(subject: PrincipalId, context: Context<'_>) -> BTreeSet<&'static str> {
    let actions = context.engine.candidate_actions(subject);
    actions.into_iter().map(|id| catalogue().name(id)).collect()
}

/// Finds the roles that a principal comes to, itself not among them.
pub(super) fn find_roles(subject: PrincipalId, plan: &Plan, context: Context<'_>) -> Found {
    let columns = [
        "resource",
        "resource.account",
        "verdict",
        "hops",
        "via",
        "conditions",
    ];
    let mut found = Found::new(&columns, Combine::Nothing);
    found.reach = true;
    let candidates = context.engine.candidate_roles(subject, &plan.walk);
    for role in candidates
        .iter()
        .map(PrincipalId)
        .filter(|role| *role != subject)
    {
        let goal = Goal::Become(role);
        let reached = context.engine.reach(&goal, &plan.walk);
        let verdict = who::of(&reached.verdicts, subject);
        if verdict == Verdict::plain(Outcome::No) {
            continue;
        }
        let row = Row {
            verdict: Some(verdict),
            principal: Some(subject),
            resource: Some(Thing::Principal(role)),
            hops: reached.hops(subject),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            goal: Some(found.goals.len()),
            ..Draft::default()
        });
        found.goals.push(goal);
    }
    found
}

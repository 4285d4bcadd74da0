//! `what can PRINCIPAL do`, `what can PRINCIPAL reach`.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::Reached;
use whocan_policy::catalogue::catalogue;

use super::draft::{Combine, Draft, Found};
use super::slice::{Asking, combine, hops};
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
            "needs",
        ],
        false => &["action", "level", "verdict", "parts", "conditions", "needs"],
    };
    let mut found = Found::new(columns, Combine::Some);
    found.reach = reach;
    let alone: RoaringBitmap = [subject.0].into_iter().collect();
    let mut asking = Asking::about(&alone, reach, plan, context);
    let possible = (!reach).then(|| candidates(subject, context));
    for deed in deeds {
        let possible = possible.as_ref();
        if possible.is_some_and(|possible| !possible.contains(deed.action)) {
            continue;
        }
        let first = found.slices.len();
        let own = asking.slices(std::slice::from_ref(deed));
        let verdicts = combine(&own, Combine::Some);
        let verdict = who::of(&verdicts, subject);
        if verdict == Verdict::plain(Outcome::No) {
            continue;
        }
        let nearest = hops(&own).map(|hops| Reached { verdicts, ..hops });
        found.slices.extend(own);
        let row = Row {
            verdict: Some(verdict),
            principal: Some(subject),
            action: Some(deed.action.to_owned()),
            hops: nearest.and_then(|nearest| nearest.hops(subject)),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            span: first..found.slices.len(),
            ..Draft::default()
        });
    }
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
    let candidates = context.engine.candidates(subject, &plan.walk);
    let is_role = |id: &PrincipalId| context.graph.principal(*id).role().is_some();
    let roles = candidates.iter().map(PrincipalId).filter(is_role);
    for role in roles.filter(|role| *role != subject) {
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

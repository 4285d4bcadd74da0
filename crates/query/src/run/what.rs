//! `what can PRINCIPAL do`, `what can PRINCIPAL reach`.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::Reached;

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
    deeds: Option<&[Deed]>,
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
    let anything: Vec<Deed>;
    let deeds = match deeds {
        Some(deeds) => deeds,
        None => {
            anything = asking.anything();
            &anything
        }
    };
    let possible = asking.possible(deeds);
    let alike = asking.alike(deeds);
    // What was found for the first of the deeds that are alike.
    let mut known: BTreeMap<usize, Option<Draft>> = BTreeMap::new();
    for ((deed, first), _) in deeds
        .iter()
        .zip(alike)
        .zip(possible)
        .filter(|(_, able)| *able)
    {
        let draft = known
            .entry(first)
            .or_insert_with(|| draft(subject, deed, &mut asking, &mut found));
        if let Some(mut draft) = draft.clone() {
            draft.row.action = Some(deed.action.to_owned());
            found.drafts.push(draft);
        }
    }
    found.makers = asking.makers;
    who::note_complexity(&mut found);
    found
}

/// Decides one deed; the draft lacks the action's name.
fn draft(
    subject: PrincipalId,
    deed: &Deed,
    asking: &mut Asking<'_>,
    found: &mut Found,
) -> Option<Draft> {
    let own = asking.slices(std::slice::from_ref(deed));
    let verdicts = combine(&own, Combine::Some);
    let verdict = who::of(&verdicts, subject);
    if verdict == Verdict::plain(Outcome::No) {
        return None;
    }
    let nearest = hops(&own).map(|hops| Reached { verdicts, ..hops });
    let first = found.slices.len();
    found.slices.extend(own);
    let row = Row {
        verdict: Some(verdict),
        principal: Some(subject),
        hops: nearest.and_then(|nearest| nearest.hops(subject)),
        ..Row::default()
    };
    Some(Draft {
        row,
        span: first..found.slices.len(),
        ..Draft::default()
    })
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
        let reached = context.engine.reach(&goal, &plan.walk, None);
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

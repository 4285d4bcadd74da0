//! `which RESOURCES can SUBJECT ...`.

use std::cmp::Reverse;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::Reached;

use super::draft::{Combine, Draft, Found};
use super::slice::{Asking, anybody, combine, hops};
use super::{what, who};
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Item, Items, Plan};
use crate::rows::Row;
use crate::thing::Thing;

/// Finds the resources on which any of the subjects has the access.
pub(super) fn find(
    subjects: &RoaringBitmap,
    reach: bool,
    resources: &Items,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let mut found = Found::new(&columns(subjects, reach), Combine::Some);
    found.reach = reach;
    let mut asking = Asking::about(subjects, reach, plan, context);
    let (items, notes) = resources.deeds(context.graph);
    found.notes.extend(notes);
    for (item, deeds) in items {
        let first = found.slices.len();
        let own = asking.slices(&deeds);
        let verdicts = combine(&own, Combine::Some);
        let nearest = hops(&own).map(|hops| Reached {
            verdicts: verdicts.clone(),
            ..hops
        });
        let hops = |id: PrincipalId| nearest.as_ref().and_then(|nearest| nearest.hops(id));
        let able = anybody(&verdicts) & subjects;
        let best = able
            .iter()
            .map(PrincipalId)
            .min_by_key(|id| (Reverse(who::of(&verdicts, *id)), hops(*id), *id));
        let Some(best) = best else { continue };
        found.slices.extend(own);
        let (resource, region) = match item {
            Item::Thing(thing) => (Some(thing), None),
            Item::Region(region) => (None, Some(region)),
        };
        let text = region.as_ref().and_then(|region| region.within.first());
        let row = Row {
            verdict: Some(who::of(&verdicts, best)),
            principal: Some(best),
            resource,
            resource_text: text.map(|pattern| pattern.to_string()),
            hops: hops(best),
            count: i64::try_from(able.len()).ok(),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            span: first..found.slices.len(),
            region,
            ..Draft::default()
        });
    }
    found.makers = asking.makers;
    who::note_complexity(&mut found);
    found
}

fn columns(subjects: &RoaringBitmap, reach: bool) -> Vec<&'static str> {
    let mut columns = vec!["resource", "resource.account", "verdict"];
    if subjects.len() > 1 {
        columns.extend(["principal", "count"]);
    }
    if reach {
        columns.extend(["hops", "via"]);
    }
    columns.extend(["parts", "conditions", "needs"]);
    columns
}

fn one(subjects: &RoaringBitmap) -> Option<PrincipalId> {
    match (subjects.len(), subjects.min()) {
        (1, Some(one)) => Some(PrincipalId(one)),
        _ => None,
    }
}

/// Finds the roles that any of the subjects comes to.
pub(super) fn find_roles(
    subjects: &RoaringBitmap,
    roles: &RoaringBitmap,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    if let Some(subject) = one(subjects) {
        let mut found = what::find_roles(subject, plan, context);
        found.drafts.retain(|draft| match draft.row.resource {
            Some(Thing::Principal(role)) => roles.contains(role.0),
            _ => false,
        });
        return found;
    }
    let mut found = Found::new(
        &[
            "resource",
            "resource.account",
            "verdict",
            "principal",
            "count",
            "hops",
            "via",
        ],
        Combine::Nothing,
    );
    found.reach = true;
    for role in roles.iter().map(PrincipalId) {
        let goal = Goal::Become(role);
        let reached = context.engine.reach(&goal, &plan.walk, None);
        if let Some(mut draft) = nearest(role, subjects, &reached) {
            draft.goal = Some(found.goals.len());
            found.goals.push(goal);
            found.drafts.push(draft);
        }
    }
    found
}

/// Drafts the row of a role from the subject that comes to it best.
fn nearest(role: PrincipalId, subjects: &RoaringBitmap, reached: &Reached) -> Option<Draft> {
    let mut able = anybody(&reached.verdicts) & subjects;
    // Being a role already is no way to come to it.
    able.remove(role.0);
    let best = able.iter().map(PrincipalId).min_by_key(|id| {
        (
            Reverse(who::of(&reached.verdicts, *id)),
            reached.hops(*id),
            *id,
        )
    })?;
    let row = Row {
        verdict: Some(who::of(&reached.verdicts, best)),
        principal: Some(best),
        resource: Some(Thing::Principal(role)),
        hops: reached.hops(best),
        count: i64::try_from(able.len()).ok(),
        ..Row::default()
    };
    Some(Draft {
        row,
        ..Draft::default()
    })
}

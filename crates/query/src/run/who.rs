//! `who can ...`, `which PRINCIPALS can ...`, `paths from ...`.

use roaring::RoaringBitmap;
use whocan_graph::{PrincipalId, PrincipalKind};
use whocan_index::{Reached, Verdicts};

use super::draft::{Combine, Draft, Found};
use super::part::Teller;
use super::slice::{Slice, anybody, combine, slices};
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Access, Aim, Plan};
use crate::rows::{Outcome, Row, Verdict};

/// Finds the principals that have an access.
pub(super) fn find(
    principals: &RoaringBitmap,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    match &access.aim {
        Aim::Become(roles) => becoming(principals, roles, plan, context),
        Aim::Deeds { .. } => doing(principals, access, plan, context),
    }
}

/// Keeps the rows that are surest and nearest.
pub(super) fn shortest(found: &mut Found) {
    let best = |draft: &Draft| (std::cmp::Reverse(draft.row.verdict), draft.row.hops);
    let least = found.drafts.iter().map(best).min();
    found.drafts.retain(|draft| Some(best(draft)) == least);
}

/// Finds the chains from principals to an access.
pub(super) fn find_paths(
    from: &RoaringBitmap,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let mut found = find(from, access, plan, context);
    found.columns = vec!["principal", "verdict", "hops", "via"];
    found
}

/// Returns how the parts of an access combine.
pub(super) fn combination(aim: &Aim) -> Combine {
    match aim {
        Aim::Deeds {
            all_actions,
            all_resources,
            ..
        } => match (all_actions, all_resources) {
            (false, false) => Combine::Some,
            (true, false) => Combine::EachAction,
            (false, true) => Combine::EachResource,
            (true, true) => Combine::All,
        },
        Aim::Become(_) => Combine::Nothing,
    }
}

fn doing(principals: &RoaringBitmap, access: &Access, plan: &Plan, context: Context<'_>) -> Found {
    let Aim::Deeds { deeds, .. } = &access.aim else {
        return Found::new(&[], Combine::Nothing);
    };
    let columns: &[&str] = match access.reach {
        true => &[
            "principal",
            "principal.account",
            "verdict",
            "hops",
            "via",
            "parts",
            "conditions",
        ],
        false => &[
            "principal",
            "principal.account",
            "verdict",
            "parts",
            "conditions",
        ],
    };
    let mut found = Found::new(columns, combination(&access.aim));
    found.reach = access.reach;
    let walk = access.reach.then_some(&plan.walk);
    let focus = match (principals.len(), principals.min()) {
        (1, Some(one)) => Some(PrincipalId(one)),
        _ => None,
    };
    // Chains end at others, so only a direct question can look at one principal alone.
    let focus = focus.filter(|_| !access.reach);
    found.slices = slices(deeds, walk, focus, &plan.base, context);
    let all = combine(&found.slices, found.combine);
    let candidates = anybody(&all) & principals;
    let mut teller = Teller::default();
    for id in candidates.iter().map(PrincipalId) {
        if !repeats_its_role(id, &all, &candidates, context) {
            let draft = draft(id, &all, &found, &mut teller);
            found.drafts.push(draft);
        }
    }
    found.goals = goals(&found.slices);
    note_complexity(&mut found);
    found
}

/// Returns the goals of slices, at the same positions.
pub(super) fn goals(slices: &[Slice]) -> Vec<Goal> {
    let asks = slices.iter().map(|slice| Box::new(slice.ask.clone()));
    asks.map(Goal::Request).collect()
}

pub(super) fn note_complexity(found: &mut Found) {
    if found.slices.iter().any(|slice| slice.too_complex) {
        found.notes.push(
            "some patterns are too complex to be told apart; what rests on them is if".to_owned(),
        );
    }
}

/// Drafts the row of one principal.
fn draft(id: PrincipalId, all: &Verdicts, found: &Found, teller: &mut Teller) -> Draft {
    let verdict = of(all, id);
    let own: Vec<(usize, Verdict)> = found
        .slices
        .iter()
        .enumerate()
        .map(|(at, slice)| (at, slice.of(id)))
        .filter(|(_, on_it)| on_it.strict != Outcome::No || on_it.as_collected != Outcome::No)
        .collect();
    let lead = match found.combine {
        Combine::Some => lead(&own, &found.slices, id),
        // Of what must all hold, the part that holds least decides.
        _ => weakest(&own),
    };
    let row = Row {
        verdict: Some(verdict),
        principal: Some(id),
        parts: teller.parts(&own, &found.slices, 0..found.slices.len()),
        hops: lead.and_then(|at| found.slices[at].hops(id)),
        ..Row::default()
    };
    Draft {
        row,
        goal: lead,
        slices: own,
        ..Draft::default()
    }
}

/// Returns the slice that shows best why a row is there: the surest, then the nearest, then the
/// direct route.
pub(super) fn lead(own: &[(usize, Verdict)], slices: &[Slice], id: PrincipalId) -> Option<usize> {
    let best = own.iter().min_by_key(|(at, verdict)| {
        let slice = &slices[*at];
        let routed = slice.ask.access_point.is_some();
        (std::cmp::Reverse(*verdict), slice.hops(id), routed, *at)
    });
    best.map(|(at, _)| *at)
}

fn weakest(own: &[(usize, Verdict)]) -> Option<usize> {
    let least = own.iter().min_by_key(|(at, verdict)| (*verdict, *at));
    least.map(|(at, _)| *at)
}

pub(super) fn of(all: &Verdicts, id: PrincipalId) -> Verdict {
    Verdict {
        strict: all.strict.of(id).into(),
        as_collected: all.as_collected.of(id).into(),
    }
}

/// Returns whether a session that a policy names says no more than its role does.
fn repeats_its_role(
    id: PrincipalId,
    all: &Verdicts,
    candidates: &RoaringBitmap,
    context: Context<'_>,
) -> bool {
    match &context.graph.principal(id).kind {
        PrincipalKind::Session { role, .. } => {
            candidates.contains(role.0) && of(all, *role) >= of(all, id)
        }
        _ => false,
    }
}

fn becoming(
    principals: &RoaringBitmap,
    roles: &RoaringBitmap,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let columns = [
        "principal",
        "principal.account",
        "verdict",
        "hops",
        "via",
        "conditions",
    ];
    let mut found = Found::new(&columns, Combine::Nothing);
    found.reach = true;
    let reached: Vec<Reached> = roles
        .iter()
        .map(|role| {
            context
                .engine
                .reach(&Goal::Become(PrincipalId(role)), &plan.walk)
        })
        .collect();
    found.goals = roles
        .iter()
        .map(|role| Goal::Become(PrincipalId(role)))
        .collect();
    let mut anyone = RoaringBitmap::new();
    for one in &reached {
        anyone |= anybody(&one.verdicts);
    }
    anyone &= principals;
    for id in anyone.iter().map(PrincipalId) {
        let nearest = reached
            .iter()
            .enumerate()
            .min_by_key(|(_, one)| (std::cmp::Reverse(of(&one.verdicts, id)), one.hops(id)));
        let Some((at, best)) = nearest else { continue };
        let role = PrincipalId(roles.select(at as u32).unwrap_or_default());
        let row = Row {
            verdict: Some(of(&best.verdicts, id)),
            principal: Some(id),
            resource: Some(crate::thing::Thing::Principal(role)),
            hops: best.hops(id),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            goal: Some(at),
            ..Draft::default()
        });
    }
    if roles.len() > 1 {
        found.columns.insert(4, "resource");
    }
    found
}

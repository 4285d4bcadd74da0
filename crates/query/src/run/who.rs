//! `who can ...`, `which PRINCIPALS can ...`, `paths from ...`.

use roaring::RoaringBitmap;
use whocan_graph::{PrincipalId, PrincipalKind};
use whocan_index::{Reached, Verdicts};

use super::complete;
use super::draft::{Combine, Draft, Found};
use super::slice::{Asking, anybody, combine, hops};
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Access, Aim, Plan};
use crate::rows::{Row, Verdict};

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
    let mut asking = Asking::about(principals, walk, &plan.base, context);
    found.slices = asking.slices(deeds);
    found.makers = asking.makers;
    let all = combine(&found.slices, found.combine);
    let hops = hops(&found.slices).filter(|_| found.combine == Combine::Some);
    let nearest = hops.map(|hops| Reached {
        verdicts: all.clone(),
        ..hops
    });
    let candidates = anybody(&all) & principals;
    for id in candidates.iter().map(PrincipalId) {
        if !repeats_its_role(id, &all, &candidates, context) {
            let row = Row {
                verdict: Some(of(&all, id)),
                principal: Some(id),
                hops: nearest.as_ref().and_then(|nearest| nearest.hops(id)),
                ..Row::default()
            };
            found.drafts.push(Draft {
                row,
                span: 0..found.slices.len(),
                ..Draft::default()
            });
        }
    }
    if access.reach && found.combine != Combine::Some {
        // How far it is to all of it is known part by part only.
        complete::all(&mut found);
    }
    note_complexity(&mut found);
    found
}

pub(super) fn note_complexity(found: &mut Found) {
    if found.slices.iter().any(|slice| slice.too_complex) {
        found.notes.push(
            "some patterns are too complex to be told apart; what rests on them is if".to_owned(),
        );
    }
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
                .reach(&Goal::Become(PrincipalId(role)), &plan.walk, None)
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

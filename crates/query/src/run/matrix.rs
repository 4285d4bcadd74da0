//! `matrix SET by SET`: which way leads from each thing of one set to each of another.

use std::cmp::Reverse;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::Reached;

use super::draft::{Combine, Draft, Found};
use super::slice::{Asking, anybody, combine, hops};
use super::who;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Aim, Plan};
use crate::rows::Row;
use crate::thing::Thing;

/// Finds the pairs between which a way leads, each with the principal that has the best.
pub(super) fn find(
    rows: &[(Thing, RoaringBitmap)],
    columns: &[(Thing, Aim)],
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let shown = [
        "row",
        "column",
        "verdict",
        "count",
        "principal",
        "hops",
        "via",
    ];
    let mut found = Found::new(&shown, Combine::Some);
    found.reach = true;
    let mut everybody = RoaringBitmap::new();
    for (_, principals) in rows {
        everybody |= principals;
    }
    let mut asking = Asking::about(&everybody, true, plan, context);
    for (thing, aim) in columns {
        let end = End::of(aim, &mut asking, &mut found, plan);
        for (row, principals) in rows {
            // Being there already is no way in.
            let own = row == thing && matches!(aim, Aim::Become(_));
            let mut able = anybody(&end.reached.verdicts) & principals;
            if let Aim::Become(roles) = aim {
                able -= roles;
            }
            if let Some(draft) = end.draft(&able, *row, *thing).filter(|_| !own) {
                found.drafts.push(draft);
            }
        }
    }
    found.drafts.sort_by_key(|draft| draft.row.thing);
    found.makers = asking.makers;
    let pairs = rows.len() * columns.len();
    found.notes.push(match found.drafts.len() {
        0 if pairs == 1 => "one pair was asked about, and between the two is no way".to_owned(),
        _ if pairs == 1 => "one pair was asked about, and it has a way".to_owned(),
        0 => format!("{pairs} pairs were asked about, and between none is a way"),
        some => format!(
            "{pairs} pairs were asked about; {some} have a way, those without one have no row"
        ),
    });
    who::note_complexity(&mut found);
    found
}

/// One column, with who comes there.
struct End {
    reached: Reached,
    span: std::ops::Range<usize>,
    goal: Option<usize>,
}

impl End {
    fn of(aim: &Aim, asking: &mut Asking<'_>, found: &mut Found, plan: &Plan) -> End {
        match aim {
            Aim::Become(roles) => {
                let goal = Goal::BecomeAny(roles.clone());
                let reached = asking.context.engine.reach(&goal, &plan.walk, None);
                found.goals.push(goal);
                End {
                    reached,
                    span: 0..0,
                    goal: Some(found.goals.len() - 1),
                }
            }
            Aim::Deeds { deeds, .. } => {
                let slices = asking.slices(deeds);
                let verdicts = combine(&slices, who::combination(aim));
                let hops = hops(&slices).unwrap_or_default();
                let first = found.slices.len();
                found.slices.extend(slices);
                End {
                    reached: Reached { verdicts, ..hops },
                    span: first..found.slices.len(),
                    goal: None,
                }
            }
        }
    }

    fn draft(&self, able: &RoaringBitmap, row: Thing, column: Thing) -> Option<Draft> {
        let verdicts = &self.reached.verdicts;
        let best = able
            .iter()
            .map(PrincipalId)
            .min_by_key(|id| (Reverse(who::of(verdicts, *id)), self.reached.hops(*id), *id))?;
        let row = Row {
            verdict: Some(who::of(verdicts, best)),
            principal: Some(best),
            thing: Some(row),
            resource: Some(column),
            hops: self.reached.hops(best),
            count: i64::try_from(able.len()).ok(),
            ..Row::default()
        };
        Some(Draft {
            row,
            span: self.span.clone(),
            goal: self.goal,
            ..Draft::default()
        })
    }
}

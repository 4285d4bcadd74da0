//! `can ...`, `why ...`, `why not ...`: one principal, one row, always with reasons.

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;

use super::draft::{Draft, Found};
use super::who;
use crate::context::Context;
use crate::plan::{Access, Plan};
use crate::rows::{Outcome, Row, Verdict};

/// Decides one principal's access; the row is there also if it is *no*.
pub(super) fn find(
    subject: PrincipalId,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let alone: RoaringBitmap = [subject.0].into_iter().collect();
    let mut found = who::find(&alone, access, plan, context);
    if found.drafts.is_empty() {
        let row = Row {
            verdict: Some(Verdict::plain(Outcome::No)),
            principal: Some(subject),
            ..Row::default()
        };
        // The reasons of a no are those of the first part that was asked.
        let asked = !found.slices.is_empty() || !found.goals.is_empty();
        let goal = asked.then_some(0);
        found.drafts.push(Draft {
            row,
            goal,
            ..Draft::default()
        });
    }
    found
        .columns
        .retain(|column| *column != "principal.account");
    found
}

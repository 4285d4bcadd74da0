//! `assert BOUND QUESTION`.

use super::draft::{Draft, Found};
use super::present::reading;
use crate::ast::Bound;
use crate::context::Context;
use crate::members::Members;
use crate::plan::Plan;
use crate::rows::{Assertion, Outcome};

/// Judges a bound, and leaves the rows that speak for the judgement: the
/// violations if too much is there, else what was counted.
///
/// `none`, `only` and `at most` are judged on what is possible, `some` and
/// `at least` on what is sure, `exactly` on both; so a gap that could hide a
/// violation fails the assertion.
pub(super) fn judge(
    bound: &Bound,
    only: Option<&Members>,
    mut found: Found,
    plan: &Plan,
    context: Context<'_>,
) -> (Assertion, Found) {
    let own = super::own_side(&plan.shape);
    let outcome = |draft: &Draft| reading(draft, plan);
    found.drafts.retain(|draft| outcome(draft) != Outcome::No);
    if let Some(only) = only {
        found
            .drafts
            .retain(|draft| match (draft.row.own(own), &draft.region) {
                (Some(thing), _) => !only.holds(thing, context.graph),
                (None, Some(region)) => !only
                    .regions
                    .iter()
                    .any(|one| one.contains(region) == Ok(true)),
                (None, None) => true,
            });
    }
    let possible = found.drafts.len() as u64;
    let sure = found
        .drafts
        .iter()
        .filter(|draft| outcome(draft) == Outcome::Yes)
        .count() as u64;
    let holds = match bound {
        Bound::None | Bound::Only(_) => possible == 0,
        Bound::Some => sure > 0,
        Bound::Exactly(count) => sure == *count && possible == *count,
        Bound::AtMost(count) => possible <= *count,
        Bound::AtLeast(count) => sure >= *count,
    };
    let mut reason = match (bound, possible - sure) {
        (Bound::Only(_), 0) => format!("{} outside the set", rows(sure)),
        (Bound::Only(_), open) => {
            format!(
                "{} outside the set, {open} more under conditions or gaps",
                rows(sure)
            )
        }
        (_, 0) => rows(sure),
        (_, open) => format!("{}, {open} more under conditions or gaps", rows(sure)),
    };
    if plan.as_collected {
        reason.push_str(", as collected");
    }
    (Assertion { holds, reason }, found)
}

fn rows(count: u64) -> String {
    match count {
        0 => "no row".to_owned(),
        1 => "1 row".to_owned(),
        _ => format!("{count} rows"),
    }
}

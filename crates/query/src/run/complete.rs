//! Which parts of what was asked a row holds on; found late, for rows that are looked at.

use std::sync::Arc;

use super::draft::{Combine, Draft, Found};
use super::part::Teller;
use super::slice::Slice;
use crate::rows::{Outcome, Part, Verdict};

/// Finds the parts of every row, and tells them.
pub(super) fn all(found: &mut Found) {
    let Found {
        drafts,
        slices,
        combine,
        teller,
        ..
    } = found;
    for draft in drafts.iter_mut() {
        own(draft, slices, *combine);
        tell(draft, slices, teller);
    }
}

/// Finds the slices that a row holds on, and the one that shows best why it is there.
pub(super) fn own(draft: &mut Draft, slices: &[Slice], combine: Combine) {
    let (Some(principal), false, false) =
        (draft.row.principal, draft.has_own, draft.span.is_empty())
    else {
        return;
    };
    draft.has_own = true;
    let no = Verdict::plain(Outcome::No);
    draft.slices = draft
        .span
        .clone()
        .map(|at| (at, slices[at].of(principal)))
        .filter(|(_, verdict)| *verdict != no)
        .collect();
    lead(draft, slices, combine);
}

/// Chooses the slice that shows best why a row is there: the surest, then the
/// nearest, then the direct route; of what must all hold, the one that holds least.
pub(super) fn lead(draft: &mut Draft, slices: &[Slice], combine: Combine) {
    let Some(principal) = draft.row.principal else {
        return;
    };
    let own = draft.slices.iter();
    let best = match combine {
        Combine::Some | Combine::Nothing => own.min_by_key(|(at, verdict)| {
            let slice = &slices[*at];
            let routed = slice.ask.access_point.is_some();
            let surest = std::cmp::Reverse(*verdict);
            (surest, slice.hops(principal), routed, *at)
        }),
        _ => own.min_by_key(|(at, verdict)| (*verdict, *at)),
    };
    if let Some((at, _)) = best {
        draft.goal = Some(*at);
        draft.row.hops = slices[*at].hops(principal);
    }
}

fn tell(draft: &mut Draft, slices: &[Slice], teller: &mut Teller) {
    if draft.has_own && !draft.told {
        draft.told = true;
        draft.row.parts = teller.parts(&draft.slices, slices, draft.span.clone());
        if let Some(action) = &draft.row.action {
            draft.row.parts = named(&draft.row.parts, action);
        }
    }
}

/// Returns parts of a row about one action, which were told of one like it.
fn named(parts: &Arc<[Part]>, action: &str) -> Arc<[Part]> {
    if parts.iter().all(|part| part.actions == [action]) {
        return parts.clone();
    }
    let mut parts = parts.to_vec();
    for part in &mut parts {
        part.actions = vec![action.to_owned()];
    }
    parts.into()
}

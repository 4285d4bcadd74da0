//! Rows on their way to an answer.

use std::cmp::Reverse;
use std::ops::Range;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_policy::{Region, Truth};

use super::part::Teller;
use super::slice::Slice;
use super::{barren, complete, detail};
use crate::check::Check;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Column, Condition, Plan};
use crate::rows::{Facts, Outcome, Row, Verdict};
use crate::thing::Thing;

/// All rows that were found, before any is left out.
pub(super) struct Found {
    pub drafts: Vec<Draft>,
    /// What the rows' chains lead to; drafts point here.
    pub goals: Vec<Goal>,
    /// The parts that were asked about; drafts point here.
    pub slices: Vec<Slice>,
    /// The columns of the shape.
    pub columns: Vec<&'static str>,
    /// Whether chains were followed, so that rows have paths.
    pub reach: bool,
    /// Who alone makes the requests at the ends of chains, if not everybody.
    pub makers: Option<RoaringBitmap>,
    /// How the parts of a row combine.
    pub combine: Combine,
    /// What happened on the way.
    pub notes: Vec<String>,
    /// Tells the parts of rows.
    pub teller: Teller,
}

/// One row with what is needed to detail it.
#[derive(Clone, Default)]
pub(super) struct Draft {
    pub row: Row,
    /// The position of its goal, the best of its slices.
    pub goal: Option<usize>,
    /// Where the slices stand that were asked about for this row.
    pub span: Range<usize>,
    /// Those that it holds on, each with the verdict; once `has_own`.
    pub slices: Vec<(usize, Verdict)>,
    /// Whether `slices` and `goal` are found.
    pub has_own: bool,
    /// Whether the parts are told.
    pub told: bool,
    /// The region that a row of `which` is about, if it is no known thing.
    pub region: Option<Region>,
    /// Who makes the last call, where the row's path says so.
    pub caller: Option<PrincipalId>,
    /// Whether path and reasons are in the row.
    pub detailed: bool,
}

/// How the parts of a row make its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combine {
    /// Any is enough.
    Some,
    /// Every action, on any resource.
    EachAction,
    /// Every resource, by any action.
    EachResource,
    /// Everything.
    All,
    /// Rows have no parts.
    Nothing,
}

impl Found {
    /// Returns no rows yet.
    pub fn new(columns: &[&'static str], combine: Combine) -> Found {
        Found {
            drafts: Vec::new(),
            goals: Vec::new(),
            slices: Vec::new(),
            columns: columns.to_vec(),
            reach: false,
            makers: None,
            combine,
            notes: Vec::new(),
            teller: Teller::default(),
        }
    }
}

impl Combine {
    /// Combines truths, each with the position of its slice.
    pub fn fold(self, slices: &[Slice], truths: impl Iterator<Item = (usize, Truth)>) -> Truth {
        match self {
            Combine::Some | Combine::Nothing => Truth::any(truths.map(|(_, truth)| truth)),
            Combine::All => Truth::all(truths.map(|(_, truth)| truth)),
            Combine::EachAction => {
                let groups = grouped(truths, |at| slices[at].action);
                Truth::all(groups.into_iter().map(Truth::any))
            }
            Combine::EachResource => {
                let groups = grouped(truths, |at| slices[at].place());
                Truth::all(groups.into_iter().map(Truth::any))
            }
        }
    }
}

fn grouped<K: Ord>(
    truths: impl Iterator<Item = (usize, Truth)>,
    key: impl Fn(usize) -> K,
) -> Vec<Vec<Truth>> {
    let mut groups = std::collections::BTreeMap::<K, Vec<Truth>>::new();
    for (at, truth) in truths {
        groups.entry(key(at)).or_default().push(truth);
    }
    groups.into_values().collect()
}

/// Takes away what `except` and `where` exclude.
///
/// A predicate that cannot be decided keeps the row as *if*, open by a gap.
/// `keep` keeps rows that are *no* too.
pub(super) fn filter(found: &mut Found, plan: &Plan, context: Context<'_>, keep: bool) {
    let own = super::own_side(&plan.shape);
    if !plan.except.is_empty() {
        found
            .drafts
            .retain(|draft| match (draft.row.own(own), &draft.region) {
                (Some(thing), _) => !plan.except.holds(thing, context.graph),
                (None, Some(region)) => {
                    let witness = region.witness().ok().flatten();
                    !witness.is_some_and(|witness| plan.except.regions_hold(&witness))
                }
                (None, None) => true,
            });
    }
    if plan.filter.is_empty() {
        return;
    }
    let checks = || plan.filter.iter().map(|condition| &condition.check);
    if checks().any(Check::looks_at_details) {
        detail::all(found, plan, context);
    } else if checks().any(Check::looks_at_parts) {
        complete::all(found);
    }
    let by_part = checks().any(Check::looks_at_resource) && found.combine != Combine::Nothing;
    let mut drafts = std::mem::take(&mut found.drafts);
    let Found {
        slices, combine, ..
    } = &*found;
    for draft in &mut drafts {
        let about_one = draft.row.resource.is_some() || draft.region.is_some();
        if by_part && !about_one && !draft.span.is_empty() {
            complete::own(draft, slices, *combine);
            filter_parts(draft, slices, *combine, plan, context);
        } else {
            let facts = draft.row.facts(context.graph);
            let verdict = and(&plan.filter, &facts, draft.row.verdict);
            draft.row.verdict = Some(verdict);
        }
    }
    let possible = |draft: &Draft| {
        draft
            .row
            .verdict
            .is_none_or(|verdict| verdict.strict != Outcome::No)
    };
    if keep || drafts.iter().any(possible) {
        drafts.retain(|draft| keep || possible(draft));
        found.drafts = drafts;
    } else if !drafts.is_empty() {
        found.drafts = drafts;
        let notes = barren::notes(found, &plan.filter, context.graph);
        found.notes.extend(notes);
        found.drafts.clear();
    }
}

/// Filters the parts of a row one by one, because the predicate looks at them.
fn filter_parts(
    draft: &mut Draft,
    slices: &[Slice],
    combine: Combine,
    plan: &Plan,
    context: Context<'_>,
) {
    for (at, verdict) in &mut draft.slices {
        let slice = &slices[*at];
        let mut facts = draft.row.facts(context.graph);
        facts.resource = slice.thing(context.graph);
        facts.resource_text = Some(&slice.ask.resource);
        facts.action = facts.action.or(Some(slice.action));
        *verdict = and(&plan.filter, &facts, Some(*verdict));
    }
    draft
        .slices
        .retain(|(_, verdict)| verdict.strict != Outcome::No);
    let truths = |reading: fn(&Verdict) -> Outcome| {
        let each = draft
            .slices
            .iter()
            .map(move |(at, verdict)| (*at, truth(reading(verdict))));
        Outcome::from(combine.fold(slices, each))
    };
    let verdict = Verdict {
        strict: truths(|verdict| verdict.strict),
        as_collected: truths(|verdict| verdict.as_collected),
    };
    draft.row.verdict = Some(if draft.slices.is_empty() {
        Verdict::plain(Outcome::No)
    } else {
        verdict
    });
    complete::lead(draft, slices, combine);
}

fn and(filter: &[Condition], facts: &Facts<'_>, verdict: Option<Verdict>) -> Verdict {
    let checks = || filter.iter().map(|condition| &condition.check);
    let strict = Truth::all(checks().map(|check| check.of_row(facts)));
    let as_collected = match strict {
        Truth::Unknown => Truth::all(checks().map(|check| check.of_row_as_collected(facts))),
        decided => decided,
    };
    let verdict = verdict.unwrap_or(Verdict::plain(Outcome::Yes));
    Verdict {
        strict: verdict.strict.min(strict.into()),
        as_collected: verdict.as_collected.min(as_collected.into()),
    }
}

pub(super) fn truth(outcome: Outcome) -> Truth {
    match outcome {
        Outcome::Yes => Truth::True,
        Outcome::If => Truth::Unknown,
        Outcome::No => Truth::False,
    }
}

/// Orders rows: as asked, else the surest and nearest first, then by id.
pub(super) fn sort(drafts: &mut [Draft], order: &[(Column, bool)], context: Context<'_>) {
    if order.is_empty() {
        // Things that are listed keep their order.
        drafts.sort_by_key(|draft| (Reverse(draft.row.verdict), draft.row.hops));
        return;
    }
    let mut keyed: Vec<(Vec<crate::attribute::Value>, Draft)> = drafts
        .iter_mut()
        .map(|draft| {
            let draft = std::mem::take(draft);
            let facts = draft.row.facts(context.graph);
            let keys = order.iter().map(|(column, _)| column.source.of_row(&facts));
            (keys.collect(), draft)
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| {
        let pairs = one.iter().zip(other).zip(order);
        let orderings = pairs.map(|((one, other), (_, descending))| {
            let ordering = one.order(other, context.graph);
            if *descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        orderings.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    for (slot, (_, draft)) in drafts.iter_mut().zip(keyed) {
        *slot = draft;
    }
}

impl Row {
    /// Returns the thing that the row is about.
    pub(crate) fn own(&self, side: crate::plan::Side) -> Option<Thing> {
        match side {
            crate::plan::Side::Principal => self.principal.map(Thing::Principal),
            crate::plan::Side::Resource => self.resource,
            _ => self.thing,
        }
    }
}

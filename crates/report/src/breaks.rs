//! What would break a finding: edits after which the access is gone.
//!
//! Every edit that is told was made on a copy of the snapshot, an index was
//! built from it, and the finding's own question was asked again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use whocan_graph::Graph;
use whocan_index::Index;
use whocan_policy::AccountId;
use whocan_snapshot::Snapshot;

use crate::edit::Edit;
use crate::finding::Status;
use crate::found::{Found, candidates};

/// Among so many candidates all sets are tried, from the smallest on.
const MOST_TRIED: usize = 12;

/// So often another way around all edits so far is looked for.
const MOST_DETOURS: usize = 6;

/// What would break a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Breaks {
    /// Edits that together take the access away; empty if none were found.
    pub edits: Vec<Edit>,
    /// The same in words.
    pub words: Vec<String>,
    /// Whether fewer edits would not do. Otherwise none of them can be left out.
    pub smallest: bool,
    /// Why there are none, or not the fewest.
    pub note: Option<String>,
}

/// Looks for what breaks each finding, the new and the worst first.
///
/// At most `budget` changed snapshots are built; findings that had no turn say so.
pub(crate) fn find(found: &mut [Found], snapshot: &Snapshot, budget: usize) {
    let mut lab = Lab {
        snapshot,
        left: budget,
    };
    for one in found.iter_mut() {
        one.finding.breaks = without_search(one);
    }
    single(found, &mut lab);
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|at| {
        let finding = &found[*at].finding;
        (finding.status, Reverse(finding.severity))
    });
    for at in order {
        if found[at].finding.breaks.is_none() {
            found[at].finding.breaks = Some(several(&found[at], &mut lab));
        }
    }
}

/// Says in words what breaks each finding.
pub(crate) fn tell(found: &mut [Found], graph: &Graph) {
    let account = |number: &str| {
        let id = number.parse::<AccountId>().ok();
        let known = id.and_then(|id| graph.account_of(id));
        let name = known.map(|account| graph.account(account).name.to_string());
        name.filter(|name| !name.is_empty())
            .unwrap_or_else(|| number.to_owned())
    };
    for breaks in found.iter_mut().flat_map(|one| &mut one.finding.breaks) {
        let words = breaks.edits.iter().map(|edit| edit.words(&account));
        breaks.words = words.collect();
    }
}

/// Returns what can be said of a finding that nothing is tried for.
fn without_search(found: &Found) -> Option<Breaks> {
    let note = if found.narrow.is_empty() {
        "not looked for: it stands for many ways, which other reports tell one by one"
    } else if found.candidates.is_empty() && found.undo.is_empty() {
        "no statement that could be removed grants it"
    } else if found.finding.status == Status::Accepted {
        "not looked for: the finding is accepted"
    } else {
        return None;
    };
    Some(Breaks {
        note: Some(note.to_owned()),
        ..Breaks::default()
    })
}

/// Tries each edit alone, those that may break most findings first.
fn single(found: &mut [Found], lab: &mut Lab<'_>) {
    let mut tried: BTreeSet<Edit> = BTreeSet::new();
    while let Some(edit) = most_promising(found, &tried) {
        let Some(index) = lab.with(&[&edit]) else {
            return;
        };
        for one in found.iter_mut() {
            let open = one.finding.breaks.is_none() && one.may_lose_by(&edit);
            if open && one.is_gone(&index) {
                one.finding.breaks = Some(Breaks::of(vec![edit.clone()], true));
            }
        }
        tried.insert(edit);
    }
}

/// Returns the edit that undoes a change, or is a candidate, of the most open findings.
fn most_promising(found: &[Found], tried: &BTreeSet<Edit>) -> Option<Edit> {
    let mut counts: BTreeMap<&Edit, (bool, usize)> = BTreeMap::new();
    for one in found.iter().filter(|one| one.finding.breaks.is_none()) {
        let undo = one.undo.iter().map(|edit| (edit, true));
        let others = one.candidates.iter().take(MOST_TRIED);
        for (edit, undoes) in undo.chain(others.map(|edit| (edit, false))) {
            if !tried.contains(edit) {
                let known = counts.entry(edit).or_default();
                *known = (known.0 || undoes, known.1 + 1);
            }
        }
    }
    let best = counts
        .into_iter()
        .max_by_key(|(edit, count)| (*count, Reverse((edit.rank(), (*edit).clone()))));
    best.map(|(edit, _)| edit.clone())
}

/// Looks for several edits, after no single one did.
fn several(found: &Found, lab: &mut Lab<'_>) -> Breaks {
    let mut all = [found.undo.clone(), found.candidates.clone()].concat();
    for _ in 0..MOST_DETOURS {
        let Some(index) = lab.with(&all.iter().collect::<Vec<&Edit>>()) else {
            return spent();
        };
        let Some(rows) = found.rows(&index, 8) else {
            return Breaks::none("the question cannot be asked of a changed snapshot");
        };
        if rows.is_empty() {
            return fewest(found, all, lab);
        }
        let graph = index.graph();
        let more = rows.iter().flat_map(|row| candidates(row, graph));
        let more: Vec<Edit> = more.filter(|edit| !all.contains(edit)).collect();
        if more.is_empty() {
            return Breaks::none("another way remains that no single statement grants");
        }
        all.extend(more);
        all.sort_by_key(|edit| (edit.rank(), edit.clone()));
        all.dedup();
    }
    Breaks::none(
        "there are many ways to the same access: removing statements of a few of them does not end it",
    )
}

/// Returns the fewest of edits that together are enough.
fn fewest(found: &Found, all: Vec<Edit>, lab: &mut Lab<'_>) -> Breaks {
    if all.len() > MOST_TRIED {
        return minimal(found, all, lab);
    }
    let count = all.len();
    let mut sets: Vec<Vec<usize>> = (1..1_u32 << count)
        .map(|bits| (0..count).filter(|at| bits & (1 << at) != 0).collect())
        .collect();
    sets.sort_by_key(Vec::len);
    // Single ones were tried for the findings' own candidates; a detour's were not.
    for set in sets {
        let edits: Vec<&Edit> = set.iter().map(|at| &all[*at]).collect();
        if let ([only], true) = (edits.as_slice(), set.len() == 1)
            && found.may_lose_by(only)
        {
            continue;
        }
        let Some(index) = lab.with(&edits) else {
            return minimal(found, all, lab);
        };
        if found.is_gone(&index) {
            return Breaks::of(edits.into_iter().cloned().collect(), true);
        }
    }
    Breaks::of(all, false)
}

/// Leaves out whatever is not needed.
fn minimal(found: &Found, all: Vec<Edit>, lab: &mut Lab<'_>) -> Breaks {
    let mut kept = all.clone();
    for edit in all.iter().rev() {
        let less: Vec<&Edit> = kept.iter().filter(|one| *one != edit).collect();
        match lab.with(&less) {
            Some(index) if found.is_gone(&index) => {
                kept.retain(|one| one != edit);
            }
            Some(_) => {}
            None => {
                let mut breaks = Breaks::of(kept, false);
                breaks.note = Some("some of these may not be needed".to_owned());
                return breaks;
            }
        }
    }
    Breaks::of(kept, false)
}

fn spent() -> Breaks {
    Breaks::none("not looked for: `--what-if` says how many changed snapshots are tried")
}

impl Breaks {
    fn of(edits: Vec<Edit>, smallest: bool) -> Breaks {
        Breaks {
            words: Vec::new(),
            edits,
            smallest,
            note: None,
        }
    }

    fn none(note: &str) -> Breaks {
        Breaks {
            note: Some(note.to_owned()),
            ..Breaks::default()
        }
    }
}

impl Found {
    fn may_lose_by(&self, edit: &Edit) -> bool {
        self.candidates.contains(edit) || self.undo.contains(edit)
    }

    /// Returns whether the access is gone; `false` also if that cannot be told.
    fn is_gone(&self, index: &Index) -> bool {
        self.rows(index, 0).is_some_and(|rows| rows.is_empty())
    }
}

/// Builds what would be.
struct Lab<'a> {
    snapshot: &'a Snapshot,
    left: usize,
}

impl Lab<'_> {
    /// Returns the index of the snapshot after these edits; `None` if the budget is spent.
    fn with(&mut self, edits: &[&Edit]) -> Option<Index> {
        self.left = self.left.checked_sub(1)?;
        let mut snapshot = self.snapshot.clone();
        for edit in edits {
            edit.apply(&mut snapshot);
        }
        Some(Index::build(Arc::new(Graph::build(&snapshot))))
    }
}

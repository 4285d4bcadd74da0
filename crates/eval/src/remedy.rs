//! What would have to change for a denied request to be allowed.
//!
//! Every statement that denies may go, and every side that is silent may get a
//! statement. A way is a set of such changes under which the formula of the
//! decision holds; the fewest are looked for.

mod candidates;

use std::rc::Rc;

use serde::Serialize;
use whocan_graph::Graph;
use whocan_policy::Truth;

use crate::fixed::Fixed;
use crate::inquiry::Call;
use crate::judge::Verdict;
use crate::side::{Formula, Side};
use crate::{PolicyType, explain};

use candidates::Candidate;

/// Among so many candidates all sets are tried, from the smallest on.
const MOST_TRIED: usize = 12;

/// How many ways are told where several are equally small.
const MOST_WAYS: usize = 4;

/// What would have to change for a denied request to be allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// Ways, each enough by itself; all changes of a way are needed. Never empty.
    pub ways: Vec<Vec<Change>>,
    /// For each way the conditions under which the request is allowed then, as a
    /// decision has them; none where it is allowed for sure.
    pub conditions: Vec<Vec<String>>,
    /// Whether no smaller set of changes would do. Otherwise there were too many
    /// to try, and of the one way that is told no change can be left out.
    pub smallest: bool,
    /// What the request would be then: allowed, or still open.
    pub then: Truth,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// A policy gets a statement that allows this.
    Grant {
        /// The kind of policy.
        policy_type: PolicyType,
        /// Whose it is: the ARN of a principal or resource, the id of a level; empty if given.
        of: String,
        /// Whom the statement names, in a resource-based policy.
        grantee: Option<Grantee>,
        /// The action.
        action: String,
        /// The resource.
        resource: String,
    },
    /// A statement no longer denies this.
    Lift {
        /// The kind of policy.
        policy_type: PolicyType,
        /// The policy's name and place, as in evidence.
        source: String,
        /// The statement: its Sid, or its position as `#2`.
        statement: String,
    },
    /// Block Public Access no longer takes away what the bucket grants.
    Unblock {
        /// The ARN of what is asked for.
        resource: String,
    },
}

/// Whom a statement of a resource-based policy names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grantee {
    /// The role behind a session, or the user behind a federated session.
    Role,
    /// The caller itself, or everyone.
    Itself,
    /// The account of the caller.
    Account,
}

/// Finds the fewest changes that allow a request; `None` if it is not denied,
/// or no policy can.
pub(crate) fn of(graph: &Graph, call: &Call<'_>, verdicts: &[Verdict<'_>]) -> Option<Remedy> {
    let puzzle = Puzzle {
        verdicts,
        candidates: candidates::of(graph, call, verdicts),
    };
    let nobody = verdicts.iter().any(|verdict| verdict.missing.is_some());
    if nobody || puzzle.truth(&[]) != Truth::False {
        return None;
    }
    let all: Vec<usize> = (0..puzzle.candidates.len()).collect();
    let then = puzzle.truth(&all);
    if then == Truth::False {
        return None;
    }
    let smallest = all.len() <= MOST_TRIED;
    let sets = match smallest {
        true => puzzle.smallest(then),
        false => vec![puzzle.minimal(all, then)],
    };
    let told = puzzle.told(&sets);
    Some(Remedy {
        ways: told.iter().map(|set| puzzle.changes(set)).collect(),
        conditions: told.iter().map(|set| puzzle.conditions(set)).collect(),
        smallest,
        then,
    })
}

struct Puzzle<'v, 'a> {
    verdicts: &'v [Verdict<'a>],
    candidates: Vec<Candidate<'a>>,
}

impl<'a> Puzzle<'_, 'a> {
    /// Returns the smallest sets that make the request as true as `wanted`.
    fn smallest(&self, wanted: Truth) -> Vec<Vec<usize>> {
        let count = self.candidates.len();
        let sets = (0..1_u32 << count).map(|bits| {
            let set = (0..count).filter(|at| bits & (1 << at) != 0);
            set.collect::<Vec<usize>>()
        });
        let mut by_size: Vec<Vec<usize>> = sets.collect();
        by_size.sort_by_key(Vec::len);
        let mut found: Vec<Vec<usize>> = Vec::new();
        for set in by_size {
            if found.first().is_some_and(|one| one.len() < set.len()) {
                break;
            }
            if self.truth(&set) >= wanted {
                found.push(set);
            }
        }
        found
    }

    /// Leaves out of `all` whatever is not needed to be as true as `wanted`.
    fn minimal(&self, all: Vec<usize>, wanted: Truth) -> Vec<usize> {
        let mut kept = all.clone();
        for one in all {
            let less: Vec<usize> = kept.iter().copied().filter(|at| *at != one).collect();
            if self.truth(&less) >= wanted {
                kept = less;
            }
        }
        kept
    }

    /// Returns the sets to tell: of those that differ only in whom a statement
    /// names the first.
    fn told<'s>(&self, sets: &'s [Vec<usize>]) -> Vec<&'s Vec<usize>> {
        let mut told: Vec<&Vec<usize>> = Vec::new();
        for set in sets {
            let is_like = |other: &&Vec<usize>| {
                let pairs = other.iter().zip(set);
                let change = |at: &usize| &self.candidates[*at].change;
                other.len() == set.len() && { pairs }
                    .all(|(one, two)| change(one).is_like(change(two)))
            };
            if told.len() < MOST_WAYS && !told.iter().any(is_like) {
                told.push(set);
            }
        }
        told
    }

    /// Returns the changes of a set.
    fn changes(&self, set: &[usize]) -> Vec<Change> {
        let all = set.iter().map(|at| self.candidates[*at].change.clone());
        all.collect()
    }

    /// Returns the conditions of the request after these changes.
    fn conditions(&self, set: &[usize]) -> Vec<String> {
        let made: Vec<&Candidate<'a>> = set.iter().map(|at| &self.candidates[*at]).collect();
        let verdicts = self.verdicts.iter();
        let verdicts: Vec<Verdict<'a>> = verdicts.map(|one| changed(one, &made)).collect();
        explain::conditions_of(&verdicts)
    }

    /// Returns what the request would be after these changes.
    fn truth(&self, made: &[usize]) -> Truth {
        let made: Vec<&Candidate<'a>> = made.iter().map(|at| &self.candidates[*at]).collect();
        Truth::all(self.verdicts.iter().map(|verdict| after(verdict, &made)))
    }
}

fn after<'a>(verdict: &Verdict<'a>, made: &[&Candidate<'a>]) -> Truth {
    match &verdict.fixed {
        Some(Fixed::Allowed(_)) => return Truth::True,
        Some(Fixed::Denied(_)) => return Truth::False,
        Some(Fixed::Open(_)) | None => {}
    }
    let holds = |formula: &Formula<'a>| {
        formula.truth_where(&|side: &Rc<Side<'a>>| {
            if made.iter().any(|one| one.opens(side)) {
                Truth::True
            } else {
                side.truth
            }
        })
    };
    let passes = Truth::all(verdict.filters.iter().map(|(_, filter)| holds(filter)));
    let denied = Truth::any(verdict.denies.iter().map(|side| denies(side, made)));
    let open = match verdict.fixed {
        Some(_) => Truth::Unknown,
        None => Truth::True,
    };
    holds(&verdict.grant) & passes & !denied & open
}

/// Returns the verdict as it would be after these changes.
fn changed<'a>(verdict: &Verdict<'a>, made: &[&Candidate<'a>]) -> Verdict<'a> {
    let open = |formula: &Formula<'a>| {
        formula.with_sides(&|side: &Rc<Side<'a>>| {
            let opened = made.iter().any(|one| one.opens(side));
            match opened {
                true => Rc::new(Side::granted(side.policy_type)),
                false => Rc::clone(side),
            }
        })
    };
    let filters = verdict.filters.iter();
    let kept = |side: &Side<'a>| {
        let hits = side.hits.iter();
        let kept = hits.filter(|hit| !made.iter().any(|one| one.lifts(hit)));
        Side {
            truth: denies(side, made),
            hits: kept.cloned().collect(),
            ..side.clone()
        }
    };
    Verdict {
        permission: verdict.permission,
        resource: verdict.resource.clone(),
        truth: after(verdict, made),
        fixed: verdict.fixed.clone(),
        grant: open(&verdict.grant),
        blame: verdict.blame.clone(),
        filters: filters.map(|(of, filter)| (*of, open(filter))).collect(),
        denies: verdict.denies.iter().map(kept).collect(),
        missing: verdict.missing.clone(),
    }
}

fn denies<'a>(side: &Side<'a>, made: &[&Candidate<'a>]) -> Truth {
    let kept = side
        .hits
        .iter()
        .filter(|hit| !made.iter().any(|one| one.lifts(hit)));
    let notes = side.notes.iter().map(|_| Truth::Unknown);
    Truth::any(kept.map(|hit| hit.truth).chain(notes))
}

impl Change {
    /// Returns whether the two differ at most in whom a statement names.
    fn is_like(&self, other: &Change) -> bool {
        let plain = |change: &Change| match change.clone() {
            Change::Grant {
                policy_type,
                of,
                action,
                resource,
                ..
            } => Change::Grant {
                policy_type,
                of,
                grantee: None,
                action,
                resource,
            },
            other => other,
        };
        plain(self) == plain(other)
    }
}

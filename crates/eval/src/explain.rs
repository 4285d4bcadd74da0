//! Reasons in words: evidence, conditions, open points.

mod conditions;
mod evidence;
mod logic;

use std::collections::BTreeSet;

use whocan_graph::Graph;
use whocan_policy::Truth;

use crate::fixed::Fixed;
use crate::judge::Verdict;
use crate::rules::Rules;
use crate::side::{Formula, Side};
use crate::{Decision, OpenPoint, PolicyType, Reason};

pub(crate) use evidence::{source, statement_name};

/// Returns the decision that the verdicts on all parts of a request make together.
pub(crate) fn decision(graph: &Graph, verdicts: &[Verdict<'_>], rules: &Rules) -> Decision {
    let truth = Truth::all(verdicts.iter().map(|verdict| verdict.truth));
    let mut reason = Reason {
        rules: rules.numbers().collect(),
        ..Reason::default()
    };
    match truth {
        Truth::True => {
            for verdict in verdicts {
                evidence::of_allow(graph, verdict, &mut reason.evidence);
            }
            finish(&mut reason);
            Decision::Allow(reason)
        }
        Truth::False => {
            let denied: Vec<_> = verdicts
                .iter()
                .filter(|verdict| verdict.truth == Truth::False)
                .collect();
            reason.explicit = denied.iter().any(|verdict| verdict.is_explicit());
            reason.denied_by = denied_by(&denied);
            for verdict in denied {
                evidence::of_deny(graph, verdict, &mut reason.evidence);
            }
            finish(&mut reason);
            Decision::Deny(reason)
        }
        Truth::Unknown => {
            let mut points = BTreeSet::new();
            for verdict in verdicts {
                evidence::of_open(graph, verdict, &mut reason.evidence);
                open_points(verdict, &mut points);
            }
            reason.conditions = conditions_of(verdicts);
            reason.logic = logic::of(verdicts);
            finish(&mut reason);
            Decision::If(reason, points.into_iter().collect())
        }
    }
}

/// Returns under which conditions open verdicts are allowed together.
pub(crate) fn conditions_of(verdicts: &[Verdict<'_>]) -> Vec<String> {
    let mut all = Vec::new();
    for verdict in verdicts {
        conditions::of(verdict, &mut all);
    }
    conditions::simplify(&mut all);
    all
}

// The same statement may decide about several resources.
fn finish(reason: &mut Reason) {
    let mut seen = Vec::new();
    for evidence in std::mem::take(&mut reason.evidence) {
        if !seen.contains(&evidence) {
            seen.push(evidence);
        }
    }
    seen.sort_by_key(|evidence| evidence.policy_type);
    reason.evidence = seen;
}

// First what denies by a statement, then what is silent, each in AWS's order.
fn denied_by(verdicts: &[&Verdict<'_>]) -> Vec<PolicyType> {
    let mut explicit = BTreeSet::new();
    let mut silent = BTreeSet::new();
    for verdict in verdicts {
        let denies = verdict.denies.iter();
        explicit.extend(
            denies
                .filter(|side| side.truth == Truth::True)
                .map(|side| side.policy_type),
        );
        silent.extend(silent_types(verdict));
    }
    let rest = silent.difference(&explicit).copied();
    explicit.iter().copied().chain(rest).collect()
}

/// Returns the types of policy that would have to allow and do not.
fn silent_types(verdict: &Verdict<'_>) -> Vec<PolicyType> {
    let mut silent = Vec::new();
    if verdict.grant.truth() == Truth::False {
        silent.extend_from_slice(&verdict.blame);
    }
    let filters = verdict.filters.iter();
    let closed = filters.filter(|(_, filter)| filter.truth() == Truth::False);
    silent.extend(closed.map(|(policy_type, _)| *policy_type));
    silent
}

fn open_points(verdict: &Verdict<'_>, points: &mut BTreeSet<OpenPoint>) {
    if verdict.truth != Truth::Unknown {
        return;
    }
    if let Some(Fixed::Open(note)) = &verdict.fixed {
        points.insert(note.point.clone());
    }
    let filters = verdict.filters.iter().map(|(_, filter)| filter);
    for formula in std::iter::once(&verdict.grant).chain(filters) {
        each_open(formula, &mut |side| add_points(side, points));
    }
    for side in &verdict.denies {
        if side.truth == Truth::Unknown {
            add_points(side, points);
        }
    }
}

fn add_points(side: &Side<'_>, points: &mut BTreeSet<OpenPoint>) {
    points.extend(side.notes.iter().map(|note| note.point.clone()));
    let open = side.hits.iter().filter(|hit| hit.truth == Truth::Unknown);
    for hit in open {
        points.extend(hit.notes.iter().map(|note| note.point.clone()));
        let conditions = hit.conditions.iter();
        points.extend(conditions.flat_map(|one| one.points.iter().cloned()));
    }
}

/// Visits the open sides that keep a formula open.
fn each_open<'f, 'a>(formula: &'f Formula<'a>, visit: &mut impl FnMut(&'f Side<'a>)) {
    if formula.truth() != Truth::Unknown {
        return;
    }
    match formula {
        Formula::Side(side) => visit(side),
        Formula::All(parts) | Formula::Any(parts) => {
            for part in parts {
                each_open(part, visit);
            }
        }
    }
}

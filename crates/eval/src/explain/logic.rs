//! Whether open conditions contradict each other, or always hold.
//!
//! Only what is plain to see: tests of one key by what they ask of its one
//! value. Nothing here changes a decision.

use whocan_policy::{Condition, Filling, Test, Truth, VariableValue};

use crate::Logic;
use crate::context::is_multi_valued;
use crate::judge::Verdict;
use crate::side::{Formula, Hit, Side};

/// Past so many combinations nothing is said.
const MOST_WAYS: usize = 64;

/// A condition that must hold, or, negated, must not; `None` is anything else that is open.
type Literal<'a> = Option<(&'a Condition, bool)>;

/// Returns what is plain to see of the conditions of an *if*.
pub(super) fn of(verdicts: &[Verdict<'_>]) -> Option<Logic> {
    let open = || {
        verdicts
            .iter()
            .filter(|verdict| verdict.truth == Truth::Unknown)
    };
    if open().any(|verdict| is_contradictory(verdict) == Some(true)) {
        return Some(Logic::Contradictory);
    }
    open().all(always_holds).then_some(Logic::Always)
}

fn formulas<'v, 'a>(verdict: &'v Verdict<'a>) -> Vec<&'v Formula<'a>> {
    let filters = verdict.filters.iter().map(|(_, filter)| filter);
    let all = std::iter::once(&verdict.grant).chain(filters);
    all.filter(|formula| formula.truth() == Truth::Unknown)
        .collect()
}

fn is_contradictory(verdict: &Verdict<'_>) -> Option<bool> {
    let mut ways = vec![Vec::new()];
    for formula in formulas(verdict) {
        ways = product(ways, ways_of(formula)?)?;
    }
    let clauses: Vec<Vec<Literal<'_>>> = verdict.denies.iter().flat_map(avoided).collect();
    let mut single = Vec::new();
    for clause in &clauses {
        if let [only] = clause.as_slice() {
            single.push(*only);
        }
    }
    Some(ways.iter().all(|way| {
        let must: Vec<Literal<'_>> = way.iter().chain(&single).copied().collect();
        let against = |one: &Literal<'_>| must.iter().any(|other| conflict(*one, *other));
        must.iter().any(against) || clauses.iter().any(|clause| clause.iter().all(against))
    }))
}

fn always_holds(verdict: &Verdict<'_>) -> bool {
    let pair = |all: &[Literal<'_>]| {
        all.iter()
            .any(|one| all.iter().any(|other| are_opposites(*one, *other)))
    };
    let granted = formulas(verdict).into_iter().all(|formula| {
        let Some(ways) = ways_of(formula) else {
            return false;
        };
        let alone: Vec<Literal<'_>> = ways
            .iter()
            .filter_map(|way| match way.as_slice() {
                [only] => Some(*only),
                _ => None,
            })
            .collect();
        pair(&alone)
    });
    let mut clauses = verdict.denies.iter().flat_map(avoided);
    verdict.fixed.is_none() && granted && clauses.all(|clause| pair(&clause))
}

/// Returns what an open formula asks for: alternatives, each of things that must all hold.
fn ways_of<'a>(formula: &Formula<'a>) -> Option<Vec<Vec<Literal<'a>>>> {
    match formula {
        Formula::Side(side) => Some(ways_of_side(side)),
        Formula::All(parts) => {
            let mut all = vec![Vec::new()];
            for part in open(parts) {
                all = product(all, ways_of(part)?)?;
            }
            Some(all)
        }
        Formula::Any(parts) => {
            let mut any = Vec::new();
            for part in open(parts) {
                any.extend(ways_of(part)?);
            }
            (any.len() <= MOST_WAYS).then_some(any)
        }
    }
}

fn open<'f, 'a>(parts: &'f [Formula<'a>]) -> impl Iterator<Item = &'f Formula<'a>> {
    parts.iter().filter(|part| part.truth() == Truth::Unknown)
}

fn product<'a>(
    one: Vec<Vec<Literal<'a>>>,
    other: Vec<Vec<Literal<'a>>>,
) -> Option<Vec<Vec<Literal<'a>>>> {
    if one.len() * other.len() > MOST_WAYS {
        return None;
    }
    let pairs = one.iter().flat_map(|left| {
        other
            .iter()
            .map(move |right| left.iter().chain(right).copied().collect())
    });
    Some(pairs.collect())
}

fn ways_of_side<'a>(side: &Side<'a>) -> Vec<Vec<Literal<'a>>> {
    let hits = side.hits.iter().filter(|hit| hit.truth == Truth::Unknown);
    let mut ways: Vec<Vec<Literal<'a>>> = hits.map(|hit| literals(hit, false)).collect();
    ways.extend(side.notes.iter().map(|_| vec![None]));
    ways
}

/// Returns what an open Deny must not be: for each statement alternatives.
fn avoided<'a>(side: &Side<'a>) -> Vec<Vec<Literal<'a>>> {
    let hits = side.hits.iter().filter(|hit| hit.truth == Truth::Unknown);
    let mut clauses: Vec<Vec<Literal<'a>>> = hits.map(|hit| literals(hit, true)).collect();
    clauses.extend(side.notes.iter().map(|_| vec![None]));
    clauses
}

fn literals<'a>(hit: &Hit<'a>, negated: bool) -> Vec<Literal<'a>> {
    let conditions = hit.conditions.iter();
    let conditions = conditions.map(|one| Some((one.condition, negated)));
    conditions.chain(hit.notes.iter().map(|_| None)).collect()
}

/// Returns whether one holds exactly where the other does not.
fn are_opposites(one: Literal<'_>, other: Literal<'_>) -> bool {
    let (Some((one, one_negated)), Some((other, other_negated))) = (one, other) else {
        return false;
    };
    let plain = |condition: &Condition| {
        condition.operator.qualifier.is_none()
            && !condition.operator.if_exists
            && !matches!(condition.operator.test, Test::Undocumented | Test::Null)
    };
    let opposed =
        (one.operator.negated != one_negated) != (other.operator.negated != other_negated);
    plain(one)
        && plain(other)
        && opposed
        && one.key == other.key
        && one.operator.test == other.operator.test
        && one.values == other.values
}

/// Returns whether the two can never both hold.
fn conflict(one: Literal<'_>, other: Literal<'_>) -> bool {
    if are_opposites(one, other) {
        return true;
    }
    match (one, other) {
        (Some((one, false)), Some((other, false))) => {
            one.key == other.key
                && !is_multi_valued(&one.key)
                && (no_common_value(one, other) || no_common_value(other, one))
        }
        _ => false,
    }
}

/// Returns whether `one` asks for one of a few values, all of which `other` rules out.
fn no_common_value(one: &Condition, other: &Condition) -> bool {
    let asks = &one.operator;
    if asks.negated || asks.if_exists || asks.qualifier.is_some() || one.values.is_empty() {
        return false;
    }
    let fill = |condition: &Condition| condition.fill(|_| VariableValue::Unknown);
    match (asks.test, other.operator.test) {
        (Test::StringEquals | Test::Bool, _) => {
            let wanted = fill(other);
            let mut values = fill(one).into_iter();
            values.all(|value| match &value {
                Filling::Pattern(pattern) => pattern.literal().is_some_and(|text| {
                    other.operator.decide(&wanted, Some(&[text])) == Truth::False
                }),
                _ => false,
            })
        }
        (Test::StringLike, Test::StringLike) | (Test::Arn, Test::Arn) => {
            let other_asks = &other.operator;
            let plain = !other_asks.negated && other_asks.qualifier.is_none();
            plain && !other_asks.if_exists && apart(&fill(one), &fill(other))
        }
        (Test::IpAddress, Test::IpAddress) => ranges_apart(one, other),
        _ => false,
    }
}

fn apart(one: &[Filling], other: &[Filling]) -> bool {
    one.iter().all(|left| {
        other.iter().all(|right| match (left, right) {
            (
                Filling::Pattern(left) | Filling::Open(left),
                Filling::Pattern(right) | Filling::Open(right),
            ) => !left.overlaps(right),
            _ => false,
        })
    })
}

// Two ranges meet only if the first address of one lies in the other.
fn ranges_apart(one: &Condition, other: &Condition) -> bool {
    let operator = &other.operator;
    if operator.negated || operator.qualifier.is_some() {
        return false;
    }
    let first = |condition: &Condition| -> Vec<String> {
        let values = condition.values.iter();
        values
            .map(|value| {
                let text = &*value.text;
                text.split('/').next().unwrap_or(text).to_owned()
            })
            .collect()
    };
    let lies_in = |address: &str, condition: &Condition| {
        let wanted = condition.fill(|_| VariableValue::Unknown);
        condition.operator.decide(&wanted, Some(&[address])) != Truth::False
    };
    let mut candidates = first(one).into_iter().chain(first(other));
    !candidates.any(|address| lies_in(&address, one) && lies_in(&address, other))
}

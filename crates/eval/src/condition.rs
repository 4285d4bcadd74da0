//! Conditions of one statement, on what is known of their keys.

use whocan_policy::{Condition, Filling, KeyName, KeyState, Pattern, Test, Truth, VariableValue};

use crate::OpenPoint;
use crate::context::{derived, variable};
use crate::inquiry::{Inquiry, undocumented};
use crate::noted;

/// A condition that may hold or not.
#[derive(Clone, Debug)]
pub(crate) struct OpenCondition<'a> {
    /// The condition.
    pub condition: &'a Condition,
    /// What is open in it.
    pub points: Vec<OpenPoint>,
}

/// Decides one condition (R62 to R88).
pub(crate) fn decide(inquiry: &Inquiry<'_>, condition: &Condition) -> Truth {
    inquiry.rule(operator_rule(condition));
    let wanted = condition.fill(|name| variable(inquiry, &name.key));
    let known = derived(inquiry, &condition.key);
    noted::condition(inquiry, condition, &known.state);
    if wanted.contains(&Filling::Nothing) {
        inquiry.rule(94);
    }
    holds(condition, &wanted, &known.state, &known.excluded)
}

/// Returns what is open in a condition that is neither true nor false.
pub(crate) fn open_points(inquiry: &Inquiry<'_>, condition: &Condition) -> Vec<OpenPoint> {
    let mut points = Vec::new();
    let mut add = |key: &KeyName| {
        let known = derived(inquiry, key);
        if !matches!(known.state, KeyState::Known(_) | KeyState::Absent) {
            points.push(OpenPoint {
                subject: key.as_written().to_owned(),
                kind: known.kind,
            });
        }
    };
    add(&condition.key);
    for value in &condition.values {
        for name in value.template.variables() {
            if variable(inquiry, &name.key) == VariableValue::Unknown {
                add(&name.key);
            }
        }
    }
    if points.is_empty() {
        let operator = &condition.operator.text;
        let subject = format!("{operator} on {}", condition.key.as_written());
        points.push(undocumented(subject).point);
    }
    points.sort();
    points.dedup();
    points
}

// The rule that describes an operator, for the reasons.
fn operator_rule(condition: &Condition) -> u16 {
    match condition.operator.test {
        Test::StringEquals => 67,
        Test::StringEqualsIgnoreCase => 68,
        Test::StringLike => 69,
        Test::Numeric(_) => 70,
        Test::Date(_) => 71,
        Test::Bool => 72,
        Test::BinaryEquals => 73,
        Test::IpAddress => 74,
        Test::Arn => 75,
        Test::Null => 79,
        Test::Undocumented => 88,
    }
}

fn holds(
    condition: &Condition,
    wanted: &[Filling],
    state: &KeyState,
    excluded: &[String],
) -> Truth {
    let operator = &condition.operator;
    match state {
        KeyState::Known(values) => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            operator.decide(wanted, Some(&values))
        }
        KeyState::Absent => operator.decide(wanted, None),
        KeyState::Present => present(condition, wanted, "", excluded),
        KeyState::Prefix(prefix) => present(condition, wanted, prefix, excluded),
        KeyState::Outside(pattern) => outside(condition, wanted, &Pattern::glob(pattern)),
        KeyState::OneOf(states) => {
            let each = states.iter();
            agreed(each.map(|one| holds(condition, wanted, one, excluded)))
        }
        KeyState::Unknown => agreed([
            operator.decide(wanted, None),
            present(condition, wanted, "", excluded),
        ]),
    }
}

/// Returns what all possible states agree on.
fn agreed(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let mut truths = truths.into_iter();
    let first = truths.next().unwrap_or(Truth::Unknown);
    if truths.all(|truth| truth == first) {
        first
    } else {
        Truth::Unknown
    }
}

/// Decides a condition on a key whose value, not empty, only starts with
/// `prefix` for sure and is none of `excluded`.
fn present(condition: &Condition, wanted: &[Filling], prefix: &str, excluded: &[String]) -> Truth {
    let operator = &condition.operator;
    // Neither an empty list nor an undocumented operator looks at the value;
    // Null only at its presence (R79).
    if wanted.is_empty() || matches!(operator.test, Test::Null | Test::Undocumented) {
        return operator.decide(wanted, Some(&["present"]));
    }
    let matched = match operator.test {
        Test::StringEquals | Test::StringLike => covers_any(wanted, prefix, excluded),
        Test::StringEqualsIgnoreCase => equals_any_without_case(wanted, prefix),
        Test::Arn => overlaps_any(wanted, prefix),
        Test::Bool => return of_both(condition, wanted),
        _ => Truth::Unknown,
    };
    if operator.negated { !matched } else { matched }
}

// Decides a condition on a key whose value is any that `excluded` does not match.
fn outside(condition: &Condition, wanted: &[Filling], excluded: &Pattern) -> Truth {
    let operator = &condition.operator;
    let is_excluded = |filling: &Filling| match filling {
        Filling::Pattern(pattern) | Filling::Open(pattern) => {
            excluded.contains(pattern) == Some(true)
        }
        Filling::Nothing => true,
        Filling::Undocumented => false,
    };
    let by_text = matches!(operator.test, Test::StringEquals | Test::StringLike);
    if by_text && !wanted.is_empty() && wanted.iter().all(is_excluded) {
        return Truth::from(operator.negated);
    }
    present(condition, wanted, "", &[])
}

// A boolean key has one of two values.
fn of_both(condition: &Condition, wanted: &[Filling]) -> Truth {
    let operator = &condition.operator;
    agreed(["true", "false"].map(|value| operator.decide(wanted, Some(&[value]))))
}

fn covers_any(wanted: &[Filling], prefix: &str, excluded: &[String]) -> Truth {
    let values = starting_with(prefix);
    let is_excluded = |pattern: &Pattern| {
        let literal = pattern.literal();
        literal.is_some_and(|text| excluded.iter().any(|one| one == text))
    };
    Truth::any(wanted.iter().map(|filling| match filling {
        Filling::Pattern(pattern) if is_excluded(pattern) => Truth::False,
        Filling::Pattern(pattern) if pattern.contains(&values) == Some(true) => Truth::True,
        Filling::Pattern(pattern) | Filling::Open(pattern) if !pattern.overlaps(&values) => {
            Truth::False
        }
        Filling::Nothing => Truth::False,
        Filling::Pattern(_) | Filling::Open(_) | Filling::Undocumented => Truth::Unknown,
    }))
}

// That a pattern covers every text of this start says nothing of values that
// are no ARNs, so nothing is sure here but a mismatch.
fn overlaps_any(wanted: &[Filling], prefix: &str) -> Truth {
    let values = starting_with(prefix);
    Truth::any(wanted.iter().map(|filling| match filling {
        Filling::Pattern(pattern) | Filling::Open(pattern) => {
            if pattern.overlaps(&values) {
                Truth::Unknown
            } else {
                Truth::False
            }
        }
        Filling::Nothing => Truth::False,
        Filling::Undocumented => Truth::Unknown,
    }))
}

fn equals_any_without_case(wanted: &[Filling], prefix: &str) -> Truth {
    let lower = |text: &str| text.to_lowercase();
    let prefix = lower(prefix);
    Truth::any(wanted.iter().map(|filling| match filling {
        Filling::Pattern(pattern) => match pattern.literal() {
            Some(text) if !lower(text).starts_with(&prefix) => Truth::False,
            _ => Truth::Unknown,
        },
        Filling::Nothing => Truth::False,
        Filling::Open(_) | Filling::Undocumented => Truth::Unknown,
    }))
}

// No known prefix (the id of a role, the start of a role's ARN) has wildcards.
fn starting_with(prefix: &str) -> Pattern {
    Pattern::glob(&format!("{prefix}*"))
}

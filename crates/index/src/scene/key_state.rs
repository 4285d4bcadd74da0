//! What is known of a key decides what is known of a condition.

use whocan_policy::{Condition, Filling, KeyState, Pattern, Test, Truth, VariableValue};

use crate::state::{before_other, is_literal};

/// Decides one condition with the key in `state` and the values filled in.
pub(crate) fn decide(condition: &Condition, wanted: &[Filling], state: &KeyState) -> Truth {
    let operator = &condition.operator;
    if let Some(prefix) = before_other(state) {
        return other(condition, wanted, prefix);
    }
    match state {
        KeyState::Known(values) => {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            operator.decide(wanted, Some(&values))
        }
        KeyState::Absent => operator.decide(wanted, None),
        KeyState::OneOf(states) => {
            let decided = states.iter().map(|state| decide(condition, wanted, state));
            agreed(decided)
        }
        KeyState::Present => present(condition, wanted, ""),
        KeyState::Prefix(prefix) => present(condition, wanted, prefix),
        KeyState::Outside(pattern) => outside(condition, wanted, &Pattern::glob(pattern)),
        KeyState::Unknown => {
            let absent = operator.decide(wanted, None);
            agreed([absent, present(condition, wanted, "")].into_iter())
        }
    }
}

// What holds in every state holds; anything else is open.
fn agreed(mut decided: impl Iterator<Item = Truth>) -> Truth {
    let Some(first) = decided.next() else {
        return Truth::Unknown;
    };
    if decided.all(|other| other == first) {
        first
    } else {
        Truth::Unknown
    }
}

// In the request with a value that starts with `prefix` and that no condition names.
fn other(condition: &Condition, wanted: &[Filling], prefix: &str) -> Truth {
    let by_text = matches!(
        condition.operator.test,
        Test::StringEquals | Test::StringLike
    );
    let unnamed = |at: usize| {
        let value = condition.values.get(at);
        value.is_none_or(|value| !is_literal(value))
    };
    if !by_text || wanted.is_empty() {
        return present(condition, wanted, prefix);
    }
    let open = wanted.iter().enumerate().filter(|(at, _)| unnamed(*at));
    let open: Vec<Filling> = open.map(|(_, filling)| filling.clone()).collect();
    match (open.is_empty(), condition.operator.negated) {
        (true, negated) => negated.into(),
        (false, _) => present(condition, &open, prefix),
    }
}

// In the request with a value that is not empty and starts with `prefix`:
// presence itself is decided, and what holds of every such value.
fn present(condition: &Condition, wanted: &[Filling], prefix: &str) -> Truth {
    let operator = &condition.operator;
    let looks_at_value = !matches!(operator.test, Test::Null | Test::Undocumented);
    if !looks_at_value || wanted.is_empty() {
        return operator.decide(wanted, Some(&["x"]));
    }
    if operator.test == Test::Bool {
        let both = ["true", "false"].iter();
        return agreed(both.map(|value| operator.decide(wanted, Some(&[value]))));
    }
    let matched = Truth::any(wanted.iter().map(|filling| match operator.test {
        Test::StringLike | Test::StringEquals => covers(filling, prefix),
        // A value need not be an ARN, so only a mismatch is sure.
        Test::Arn => covers(filling, prefix) & Truth::Unknown,
        Test::StringEqualsIgnoreCase => equals_without_case(filling, prefix),
        _ => Truth::Unknown,
    }));
    if operator.negated { !matched } else { matched }
}

// In the request with any value but those that `inside` matches.
fn outside(condition: &Condition, wanted: &[Filling], inside: &Pattern) -> Truth {
    let operator = &condition.operator;
    let mismatch = |filling: &Filling| match filling {
        Filling::Pattern(asked) | Filling::Open(asked) => inside.contains(asked) == Some(true),
        Filling::Nothing => true,
        Filling::Undocumented => false,
    };
    match operator.test {
        Test::StringEquals | Test::StringLike
            if !wanted.is_empty() && wanted.iter().all(mismatch) =>
        {
            if operator.negated {
                Truth::True
            } else {
                Truth::False
            }
        }
        _ => present(condition, wanted, ""),
    }
}

fn equals_without_case(filling: &Filling, prefix: &str) -> Truth {
    let literal = match filling {
        Filling::Pattern(pattern) => pattern.literal(),
        Filling::Nothing => return Truth::False,
        Filling::Open(_) | Filling::Undocumented => None,
    };
    match literal.map(str::to_lowercase) {
        Some(text) if !text.starts_with(&prefix.to_lowercase()) => Truth::False,
        _ => Truth::Unknown,
    }
}

fn covers(filling: &Filling, prefix: &str) -> Truth {
    let values = starting_with(prefix);
    match filling {
        Filling::Pattern(pattern) | Filling::Open(pattern) if !pattern.overlaps(&values) => {
            Truth::False
        }
        Filling::Pattern(pattern) if pattern.contains(&values) == Some(true) => Truth::True,
        Filling::Nothing => Truth::False,
        Filling::Pattern(_) | Filling::Open(_) | Filling::Undocumented => Truth::Unknown,
    }
}

// Neither unique ids nor given beginnings hold wildcards.
fn starting_with(prefix: &str) -> Pattern {
    Pattern::glob(&format!("{prefix}*"))
}

/// Returns what a variable inserts for a key in `state`.
pub(crate) fn variable(state: &KeyState) -> VariableValue {
    match state {
        state if before_other(state).is_some() => VariableValue::Unknown,
        KeyState::Known(values) => match values.as_slice() {
            [one] if !one.is_empty() => VariableValue::Known(one.clone()),
            _ => VariableValue::None,
        },
        KeyState::Absent => VariableValue::None,
        KeyState::OneOf(states) => {
            let mut inserted = states.iter().map(variable);
            let first = inserted.next().unwrap_or(VariableValue::Unknown);
            if inserted.all(|other| other == first) {
                first
            } else {
                VariableValue::Unknown
            }
        }
        KeyState::Present | KeyState::Prefix(_) | KeyState::Outside(_) | KeyState::Unknown => {
            VariableValue::Unknown
        }
    }
}

/// Returns whether what somebody has said, `given`, fills what is `implied`:
/// what is open is filled, what is known is never overridden.
pub(crate) fn fits(implied: &KeyState, given: &KeyState) -> bool {
    match before_other(implied) {
        Some("") => {
            return matches!(
                given,
                KeyState::Known(_) | KeyState::Prefix(_) | KeyState::OneOf(_)
            );
        }
        Some(prefix) => return fits(&KeyState::Prefix(prefix.to_owned()), given),
        None => {}
    }
    match (implied, given) {
        (KeyState::Known(_) | KeyState::Absent, _) => false,
        (KeyState::Present | KeyState::Prefix(_), KeyState::Absent) => false,
        (KeyState::Prefix(prefix), KeyState::Known(values)) => values
            .iter()
            .all(|value| value.starts_with(prefix.as_str())),
        (KeyState::Prefix(_), _) => false,
        (KeyState::Outside(pattern), KeyState::Known(values)) => {
            let inside = Pattern::glob(pattern);
            values.iter().all(|value| !inside.matches(value))
        }
        (KeyState::Outside(_), _) => false,
        (KeyState::OneOf(states), given) => states.iter().any(|state| match state {
            KeyState::Outside(_) => fits(state, given),
            other => other == given,
        }),
        (KeyState::Present | KeyState::Unknown, _) => true,
    }
}

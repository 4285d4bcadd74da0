//! What is known of a request's context keys: section H of the rules, key by key.

mod call;
mod delivered;
mod network;
mod owner;
mod principal;
mod service;
mod session;

use std::sync::Arc;

use whocan_policy::{KeyName, KeyState, Pattern, VariableValue};

pub(crate) use service::is_multi_valued;

use crate::inquiry::Inquiry;
use crate::session::SetValue;
use crate::{OpenKind, Precedence};

/// What is known of one key, and who decides what is not.
#[derive(Clone, Debug)]
pub(crate) struct Derived {
    /// The state.
    pub state: KeyState,
    /// Whether it is only a default, which gives way to what is given (R5, R6).
    pub default: bool,
    /// Who or what decides it where it is open.
    pub kind: OpenKind,
    /// Values that it does not have, where it is present with an unknown one.
    pub excluded: Arc<[String]>,
}

impl Derived {
    fn fact(state: KeyState) -> Derived {
        Derived {
            state,
            default: false,
            kind: OpenKind::Environment,
            excluded: Arc::default(),
        }
    }

    fn value(value: impl Into<String>) -> Derived {
        Derived::fact(KeyState::Known(vec![value.into()]))
    }

    fn absent() -> Derived {
        Derived::fact(KeyState::Absent)
    }

    fn open(kind: OpenKind) -> Derived {
        Derived {
            kind,
            ..Derived::fact(KeyState::Unknown)
        }
    }

    fn present(kind: OpenKind) -> Derived {
        Derived {
            kind,
            ..Derived::fact(KeyState::Present)
        }
    }

    fn set(value: &SetValue) -> Derived {
        match value {
            SetValue::Known(value) => Derived::value(value),
            SetValue::Other(excluded) => Derived {
                excluded: Arc::clone(excluded),
                ..Derived::present(OpenKind::CallerChosen)
            },
        }
    }

    fn by_default(state: KeyState) -> Derived {
        Derived {
            default: true,
            ..Derived::fact(state)
        }
    }
}

/// Returns what is known of `key` in this request.
pub(crate) fn derived(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    if let Some((_, known)) = inquiry.keys.borrow().iter().find(|(name, _)| name == key) {
        return known.clone();
    }
    let derived = settle(inquiry, key);
    let mut keys = inquiry.keys.borrow_mut();
    keys.push((key.clone(), derived.clone()));
    derived
}

/// Returns what is known of a policy variable's value (R93, R97, R98).
pub(crate) fn variable(inquiry: &Inquiry<'_>, key: &KeyName) -> VariableValue {
    if is_multi_valued(key) {
        inquiry.rule(97);
        return VariableValue::None;
    }
    let value = value_of(&derived(inquiry, key).state);
    if value == VariableValue::None {
        inquiry.rule(93);
    }
    value
}

fn value_of(state: &KeyState) -> VariableValue {
    match state {
        KeyState::Known(values) => match values.as_slice() {
            [value] if !value.is_empty() => VariableValue::Known(value.clone()),
            _ => VariableValue::None,
        },
        KeyState::Absent => VariableValue::None,
        KeyState::Present | KeyState::Prefix(_) | KeyState::Outside(_) | KeyState::Unknown => {
            VariableValue::Unknown
        }
        KeyState::OneOf(states) => {
            let mut values = states.iter().map(value_of);
            let first = values.next().unwrap_or(VariableValue::None);
            if values.all(|value| value == first) {
                first
            } else {
                VariableValue::Unknown
            }
        }
    }
}

// The order of the sources: given, what the ARNs and the snapshot imply,
// defaults; what is then still open is absent if the context is complete.
fn settle(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    let given = inquiry.call.request.given.get(key);
    if let (Some(given), Precedence::Given) = (given, inquiry.call.precedence) {
        return Derived {
            kind: implied(inquiry, key).kind,
            ..Derived::fact(given.clone())
        };
    }
    let implied = implied(inquiry, key);
    let state = match given {
        Some(given) if implied.default || agrees(&implied.state, given) => given.clone(),
        _ if inquiry.call.request.given.complete => close(implied.state),
        _ => implied.state,
    };
    Derived { state, ..implied }
}

/// Returns whether what is given fills an open state.
fn agrees(implied: &KeyState, given: &KeyState) -> bool {
    match (implied, given) {
        (KeyState::Unknown, _) => true,
        (KeyState::Present, KeyState::Absent | KeyState::Unknown) => false,
        (KeyState::Present, _) => true,
        (KeyState::Prefix(prefix), KeyState::Known(values)) => values
            .iter()
            .all(|value| value.starts_with(prefix.as_str())),
        (KeyState::Outside(pattern), KeyState::Known(values)) => {
            let pattern = Pattern::glob(pattern);
            !values.iter().any(|value| pattern.matches(value))
        }
        (KeyState::OneOf(states), given) => {
            let is = |state: &KeyState| state == given;
            let is_outside = |state: &KeyState| matches!(state, KeyState::Outside(_));
            let mut states = states.iter();
            states.any(|state| is(state) || is_outside(state) && agrees(state, given))
        }
        _ => false,
    }
}

/// Returns what an open state is in a context that is complete: absent, unless
/// a part of its value is known.
fn close(state: KeyState) -> KeyState {
    match state {
        KeyState::Present | KeyState::Unknown => KeyState::Absent,
        KeyState::OneOf(states) if states.contains(&KeyState::Absent) => KeyState::Absent,
        KeyState::Known(_)
        | KeyState::Absent
        | KeyState::Prefix(_)
        | KeyState::Outside(_)
        | KeyState::OneOf(_) => state,
    }
}

/// Returns what the ARNs and the snapshot imply: the table of keys (R99).
fn implied(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    let lower = key.as_lower();
    let global = lower.strip_prefix("aws:").and_then(|name| {
        principal::key(inquiry, name, key)
            .or_else(|| session::key(inquiry, name))
            .or_else(|| network::key(inquiry, name))
            .or_else(|| owner::key(inquiry, name, key))
            .or_else(|| call::key(inquiry, name, key))
    });
    global
        .or_else(|| delivered::key(inquiry, lower))
        .or_else(|| {
            lower
                .strip_prefix("sts:")
                .and_then(|name| call::sts(inquiry, name, key))
        })
        .unwrap_or_else(|| service::key(inquiry, key))
}

//! What is known of a request's context keys.

use std::collections::BTreeMap;

use crate::KeyName;

/// What is known of one context key (R4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// Present with exactly these values; single-valued keys have one.
    Known(Vec<String>),
    /// Not in the request.
    Absent,
    /// In the request with an unknown value.
    Present,
    /// In the request with an unknown value that starts with this text.
    Prefix(String),
    /// In the request with an unknown value that does not match this pattern of `*` and `?`.
    Outside(String),
    /// One of these states, as `absent` or `false` for MFA in a role's session.
    OneOf(Vec<KeyState>),
    /// Nothing is known, not even whether it is in the request.
    Unknown,
}

/// What the person who asks says about the request.
///
/// What wins where it and the facts disagree is a [`Precedence`]. What is
/// neither given nor implied is unknown, or absent if the context is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given {
    /// The keys.
    pub keys: BTreeMap<KeyName, KeyState>,
    /// Whether every key that is not given and not implied is absent.
    pub complete: bool,
}

impl Given {
    /// Returns what is said about `key`.
    pub fn get(&self, key: &KeyName) -> Option<&KeyState> {
        self.keys.get(key)
    }
}

/// What wins where a given key and the facts disagree.
///
/// A default (R5, R6: a direct call over TLS) always gives way to what is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precedence {
    /// `given` fills open keys and never overrides a known fact: for questions
    /// about a snapshot, and for every call on a path.
    #[default]
    Facts,
    /// `given` comes first, as in a call that somebody observed or wrote down:
    /// for simulations.
    Given,
}

//! What a chain of assumed roles fixes: source identity and transitive tags.

use std::collections::BTreeSet;

use crate::name::{Name, SessionName};
use serde::{Deserialize, Serialize};
use whocan_policy::{Condition, ConditionValue, Given, KeyName, KeyState, Test};

use crate::facts::Facts;

/// What a chain fixes of a call (R210, R211, R233).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// The source identity that the calling session carries; `None` where the
    /// chain starts and nothing is known of the session.
    pub carried: Option<Fixed>,
    /// The one that the session which the call starts will carry; `None` where
    /// nothing looks at it.
    pub next: Option<Fixed>,
    /// The tags that the calling session passes on.
    pub transitive: Vec<FixedTag>,
    /// The tags that the call passes as transitive; `None` leaves them open.
    pub passed: Option<Vec<FixedTag>>,
    /// All tags that were passed to the calling session, where they are known.
    pub tags: Option<Vec<(String, String)>>,
    /// The calling session's name, where it is known.
    pub name: Name,
    /// The name that the call gives the session it starts, where it is known.
    pub next_name: Name,
}

impl State {
    /// Returns whether it says more of the calling session than its source identity.
    pub fn speaks_of_session(&self) -> bool {
        self.tags.is_some() || self.name.is_some() || !self.transitive.is_empty()
    }

    /// Returns the state, if it says anything.
    pub fn if_any(self) -> Option<State> {
        (self != State::default()).then_some(self)
    }
}

/// A tag's key, and its value.
pub(crate) type FixedTag = (String, Fixed);

/// The value of something that is set once.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fixed {
    /// Not set.
    #[default]
    Unset,
    /// Set to this text, which some condition names.
    Literal(String),
    /// Set to a text that no condition names.
    Other,
    /// Set to a text of which nothing is known.
    Any,
    /// Not known, set or not.
    Open,
}

/// Stands for a text that no condition names.
const OTHER: &str = "(any other)";

impl Fixed {
    /// Returns whether it is set for sure.
    pub fn is_set(&self) -> bool {
        !matches!(self, Fixed::Unset | Fixed::Open)
    }

    /// Returns what is known of a key with this value.
    pub fn key_state(&self) -> KeyState {
        let known = |text: &str| KeyState::Known(vec![text.to_owned()]);
        match self {
            Fixed::Unset => KeyState::Absent,
            Fixed::Literal(text) => known(text),
            Fixed::Other => known(OTHER),
            Fixed::Any => KeyState::Present,
            Fixed::Open => KeyState::Unknown,
        }
    }
}

impl SessionName {
    /// Returns what is known of a key whose value is `before` and then the name.
    pub fn key_state(&self, before: &str) -> KeyState {
        let name = match self {
            SessionName::Literal(name) => name,
            SessionName::Other(_) => OTHER,
        };
        KeyState::Known(vec![format!("{before}{name}")])
    }
}

/// Returns whether a key has a value that no condition names, of which else
/// nothing is known.
pub(crate) fn is_other(state: &KeyState) -> bool {
    before_other(state) == Some("")
}

/// Returns how the value of a key starts that no condition names, of which
/// else nothing is known.
pub(crate) fn before_other(state: &KeyState) -> Option<&str> {
    match state {
        KeyState::Known(values) => match values.as_slice() {
            [one] => one.strip_suffix(OTHER),
            _ => None,
        },
        _ => None,
    }
}

/// The source identities that conditions name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceIdentities {
    // Whether any condition or variable looks at it.
    looked_at: bool,
    literals: BTreeSet<String>,
}

impl SourceIdentities {
    /// Reads the conditions of all documents.
    pub fn of(facts: &Facts) -> SourceIdentities {
        let mut all = SourceIdentities {
            looked_at: facts.inserts(is_source_identity),
            ..SourceIdentities::default()
        };
        facts.conditions().for_each(|one| all.add(&one.condition));
        all
    }

    fn add(&mut self, condition: &Condition) {
        let values = condition.values.iter();
        let mut variables = values.flat_map(|value| value.template.variables());
        let by_variable = variables.any(|variable| is_source_identity(&variable.key));
        if !is_source_identity(&condition.key) && !by_variable {
            return;
        }
        self.looked_at = true;
        if condition.operator.test != Test::Null {
            self.literals.extend(literals(condition));
        }
    }

    /// Returns the values that are worth telling apart: none where nothing looks.
    pub fn values(&self, given: &Given) -> Vec<Fixed> {
        let mut keys = ["sts:SourceIdentity", "aws:SourceIdentity"].into_iter();
        let is_given = keys.any(|key| given.get(&KeyName::new(key)).is_some());
        if !self.looked_at && !is_given {
            return Vec::new();
        }
        let mut values = vec![Fixed::Unset, Fixed::Open, Fixed::Other];
        values.extend(self.literals.iter().cloned().map(Fixed::Literal));
        values
    }
}

/// Returns the texts that a condition names, without patterns and variables.
pub(crate) fn literals(condition: &Condition) -> impl Iterator<Item = String> {
    let named = condition.values.iter().filter(|value| is_literal(value));
    named.map(|value| value.text.to_string())
}

/// Returns whether a value is a text, without patterns and variables.
pub(crate) fn is_literal(value: &ConditionValue) -> bool {
    !value.text.contains(['*', '?']) && value.template.variables().next().is_none()
}

fn is_source_identity(key: &KeyName) -> bool {
    matches!(key.as_lower(), "sts:sourceidentity" | "aws:sourceidentity")
}

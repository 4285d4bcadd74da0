//! Conditions as data: operator, key, values.

use std::fmt;
use std::sync::Arc;

use crate::{Filling, Operator, Template, Variable, VariableValue};

/// One operator on one key; a `Condition` block is the conjunction of these (R62, R63).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The context key.
    pub key: KeyName,
    /// The values, alternatives for a positive operator (R64, R65).
    pub values: Vec<ConditionValue>,
}

/// The name of a context key, compared without case (R66).
///
/// Kept in lower case for comparing and as written for showing.
#[derive(Clone)]
pub struct KeyName {
    lower: Arc<str>,
    written: Arc<str>,
}

/// One value of a condition; booleans and numbers are their text (R15).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionValue {
    /// The text as the document writes it.
    pub text: Arc<str>,
    /// The same, read for variables.
    pub template: Template,
}

impl Condition {
    /// Fills in the variables of all values, as the operator compares them.
    pub fn fill(&self, _value: impl FnMut(&Variable) -> VariableValue) -> Vec<Filling> {
        todo!()
    }
}

impl KeyName {
    /// Takes a key's name as written.
    pub fn new(written: &str) -> KeyName {
        KeyName {
            lower: written.to_lowercase().into(),
            written: written.into(),
        }
    }

    /// Returns the name in lower case.
    pub fn as_lower(&self) -> &str {
        &self.lower
    }

    /// Returns the name as written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Returns the text behind `prefix` (given in lower case), as written: the tag of `aws:PrincipalTag/team`.
    pub fn behind(&self, prefix: &str) -> Option<&str> {
        self.lower
            .starts_with(prefix)
            .then(|| &self.written[prefix.len()..])
    }
}

impl PartialEq for KeyName {
    fn eq(&self, other: &KeyName) -> bool {
        self.lower == other.lower
    }
}

impl Eq for KeyName {}

impl PartialOrd for KeyName {
    fn partial_cmp(&self, other: &KeyName) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeyName {
    fn cmp(&self, other: &KeyName) -> std::cmp::Ordering {
        self.lower.cmp(&other.lower)
    }
}

impl std::hash::Hash for KeyName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.lower.hash(state);
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

//! Conditions as data: operator, key, values.

use std::fmt;
use std::sync::Arc;

use crate::json::Json;
use crate::reading::{Place, Reading};
use crate::{Filling, Flavour, Operator, ProblemKind, Template, Test, Variable, VariableValue};

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
    // INVARIANT: `written` in lower case; shared with it where they are equal.
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
    pub fn fill(&self, mut value: impl FnMut(&Variable) -> VariableValue) -> Vec<Filling> {
        let flavour = match self.operator.test {
            Test::StringLike => Flavour::Glob,
            Test::Arn => Flavour::Arn,
            _ => Flavour::Exact,
        };
        self.values
            .iter()
            .map(|wanted| wanted.template.fill(flavour, &mut value))
            .collect()
    }
}

/// Reads a `Condition` element; none of its conditions is dropped without
/// making the statement doubtful.
pub(crate) fn read(
    json: Option<Json>,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let Some(json) = json else {
        return conditions;
    };
    for (name, keys) in read_object(json, place, reading, doubtful) {
        let place = place.element(&name);
        let operator = Operator::parse(&name);
        if operator.test == Test::Undocumented {
            reading.note(&place, ProblemKind::UnknownOperator(name.clone()));
        }
        for (key, values) in read_object(keys, &place, reading, doubtful) {
            let place = place.element(&key);
            if let Some(values) = read_values(values, &operator, &place, reading, doubtful) {
                conditions.push(Condition {
                    operator: operator.clone(),
                    key: KeyName::new(&key),
                    values,
                });
            }
        }
    }
    conditions
}

fn read_object(
    json: Json,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Vec<(String, Json)> {
    match json {
        Json::Object(pairs) => pairs,
        _ => {
            reading.note(place, ProblemKind::WrongType("an object"));
            *doubtful = true;
            Vec::new()
        }
    }
}

fn read_values(
    json: Json,
    operator: &Operator,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<Vec<ConditionValue>> {
    let variables = reading.variables && operator.test.takes_variables();
    let entries = match json {
        Json::List(entries) => entries,
        single => vec![single],
    };
    if entries.is_empty() {
        reading.note(place, ProblemKind::EmptyList("Condition"));
    }
    let values: Option<Vec<_>> = entries
        .into_iter()
        .map(|entry| Some(ConditionValue::new(&scalar(entry)?, variables)))
        .collect();
    if values.is_none() {
        let expected = "text, numbers or booleans, alone or in a list";
        reading.note(place, ProblemKind::WrongType(expected));
        *doubtful = true;
    }
    values
}

fn scalar(json: Json) -> Option<String> {
    match json {
        Json::Text(text) | Json::Number(text) => Some(text),
        Json::Bool(value) => Some(value.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => None,
    }
}

impl ConditionValue {
    /// Reads `text`; variables only if `variables` (version and operator permit them).
    pub fn new(text: &str, variables: bool) -> ConditionValue {
        ConditionValue {
            text: text.into(),
            template: Template::parse(text, variables),
        }
    }
}

impl KeyName {
    /// Takes a key's name as written.
    pub fn new(written: &str) -> KeyName {
        let lower: String = written.chars().flat_map(char::to_lowercase).collect();
        let shared: Arc<str> = written.into();
        KeyName {
            lower: if lower == written {
                Arc::clone(&shared)
            } else {
                lower.into()
            },
            written: shared,
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

    /// Returns the text behind `prefix` (given in ASCII lower case), as
    /// written: the tag of `aws:PrincipalTag/team`.
    pub fn behind(&self, prefix: &str) -> Option<&str> {
        let (start, rest) = self.written.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_ignore_case_the_tag_included() {
        let key = KeyName::new("AWS:principaltag/Team");
        assert_eq!(key, KeyName::new("aws:PrincipalTag/team"));
        assert_eq!(key.behind("aws:principaltag/"), Some("Team"));
        assert_eq!(key.behind("aws:requesttag/"), None);
        assert_eq!(key.to_string(), "AWS:principaltag/Team");
    }

    #[test]
    fn letters_that_grow_in_lower_case_split_no_name() {
        let key = KeyName::new("İ:x");
        assert_eq!(key.behind("i"), None);
        assert_eq!(KeyName::new("ΣΑΣ"), KeyName::new("σασ"));
    }
}

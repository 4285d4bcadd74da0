//! JSON as written: keys in order, duplicates kept, numbers as their text.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

// A policy nests seven levels deep (document, statements, statement,
// condition, operator, key, value). The rest is room for foreign elements.
const DEEPEST: usize = 32;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    /// All pairs in order, those with the same key included.
    Object(Vec<(String, Json)>),
}

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// It is no JSON: where and why.
    NotJson {
        line: usize,
        column: usize,
        why: String,
    },
    /// It nests deeper than any policy.
    TooDeep,
}

impl Json {
    /// Reads one value and nothing behind it.
    pub(crate) fn parse(text: &str) -> Result<Json, JsonError> {
        // This first pass checks the whole text, without recursion.
        let raw: &RawValue = serde_json::from_str(text)?;
        read(raw.get(), 0)
    }
}

// Each level is scanned once more for each level above it, which keeps the
// text of numbers at hand. Levels are few.
fn read(raw: &str, depth: usize) -> Result<Json, JsonError> {
    if depth > DEEPEST {
        return Err(JsonError::TooDeep);
    }
    Ok(match raw.as_bytes().first() {
        Some(b'{') => Json::Object(read_object(raw, depth)?),
        Some(b'[') => Json::List(read_list(raw, depth)?),
        Some(b'"') => Json::Text(serde_json::from_str(raw)?),
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'n') => Json::Null,
        _ => Json::Number(raw.to_owned()),
    })
}

fn read_object(raw: &str, depth: usize) -> Result<Vec<(String, Json)>, JsonError> {
    let pairs = serde_json::Deserializer::from_str(raw).deserialize_map(Pairs)?;
    pairs
        .into_iter()
        .map(|(key, value)| Ok((key, read(value.get(), depth + 1)?)))
        .collect()
}

fn read_list(raw: &str, depth: usize) -> Result<Vec<Json>, JsonError> {
    let entries: Vec<&RawValue> = serde_json::from_str(raw)?;
    entries
        .into_iter()
        .map(|entry| read(entry.get(), depth + 1))
        .collect()
}

/// Collects the pairs of an object, duplicates included.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> JsonError {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let why = error.to_string().replace(&place, "");
        JsonError::NotJson { line, column, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Json {
        Json::Text(text.to_owned())
    }

    #[test]
    fn duplicate_keys_and_the_text_of_numbers_are_kept() {
        assert_eq!(
            Json::parse(r#"{"b": 1.10, "a": [true, null], "b": "x"}"#),
            Ok(Json::Object(vec![
                ("b".to_owned(), Json::Number("1.10".to_owned())),
                (
                    "a".to_owned(),
                    Json::List(vec![Json::Bool(true), Json::Null])
                ),
                ("b".to_owned(), text("x")),
            ]))
        );
    }

    #[test]
    fn what_is_no_json_says_where() {
        assert_eq!(
            Json::parse("{\n  \"a\": }"),
            Err(JsonError::NotJson {
                line: 2,
                column: 8,
                why: "expected value".to_owned()
            })
        );
        assert!(Json::parse("{} {}").is_err());
        assert!(Json::parse("").is_err());
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(Json::parse(&deep), Err(JsonError::TooDeep));
        let fine = "[".repeat(30) + &"]".repeat(30);
        assert!(Json::parse(&fine).is_ok());
    }
}

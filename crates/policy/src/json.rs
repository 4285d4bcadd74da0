//! JSON as written: keys in order, duplicates kept, numbers as their text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
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
        if let Some(json) = read_at_once(text) {
            return Ok(json);
        }
        // This first pass checks the whole text, without recursion.
        let raw: &RawValue = serde_json::from_str(text)?;
        read(raw.get(), 0)
    }
}

/// Reads in one pass what nearly every policy is: no deep nesting, no fractions.
///
/// `None` for all else, errors included.
fn read_at_once(text: &str) -> Option<Json> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let json = Level(0).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(json)
}

/// Reads a value at this depth.
#[derive(Clone, Copy)]
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.0 > DEEPEST {
            return Err(D::Error::custom("nests too deep"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    // Whole numbers are written in one way only; there is no `visit_f64`.
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Json, S::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element_seed(Level(self.0 + 1))? {
            entries.push(entry);
        }
        Ok(Json::List(entries))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Json, M::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key()? {
            pairs.push((key, map.next_value_seed(Level(self.0 + 1))?));
        }
        Ok(Json::Object(pairs))
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
    use proptest::prelude::*;

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

    proptest! {
        // Both ways to read agree, on JSON of all kinds and on texts cut short.
        #[test]
        fn one_pass_reads_the_same_as_many(value in any_json(), cut in 0..200_usize) {
            let end = value.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(value.len());
            for text in [&value, &value[..end]] {
                let slow = serde_json::from_str(text)
                    .map_err(JsonError::from)
                    .and_then(|raw: &RawValue| read(raw.get(), 0));
                prop_assert_eq!(Json::parse(text), slow);
            }
        }
    }

    fn any_json() -> impl Strategy<Value = String> {
        let number = prop_oneof![
            Just("-0".to_owned()),
            Just("1.10".to_owned()),
            Just("1e3".to_owned()),
            Just("-9223372036854775808".to_owned()),
            Just("18446744073709551616".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
        ];
        let plain = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("false".to_owned())
        ];
        let text =
            "[aé\\\\\"\n/*$]{0,6}".prop_map(|text| serde_json::Value::from(text).to_string());
        let leaf = prop_oneof![number, plain, text];
        leaf.prop_recursive(5, 40, 4, |inner| {
            let pair =
                ("[ab]", inner.clone()).prop_map(|(key, value)| format!("\"{key}\": {value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4)
                    .prop_map(|list| format!("[{}]", list.join(" , "))),
                prop::collection::vec(pair, 0..4)
                    .prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
            ]
        })
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

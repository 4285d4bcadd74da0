//! A JSON object's fields, as a person wrote them: strictly read, each with its name.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What is wrong with a request, and in which field.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    place: String,
    problem: String,
}

impl Fault {
    /// Returns a fault in the field at `place`.
    pub fn new(place: impl Into<String>, problem: impl Into<String>) -> Fault {
        Fault {
            place: place.into(),
            problem: problem.into(),
        }
    }

    /// Returns a fault that stands in no field.
    pub fn whole(problem: impl Into<String>) -> Fault {
        Fault::new("", problem)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.problem)
        } else {
            write!(f, "`{}`: {}", self.place, self.problem)
        }
    }
}

/// The pairs of an object, in order.
pub struct Fields<'a> {
    place: &'a str,
    pairs: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Reads the object `text`, which is the field at `place` (empty: the line).
    ///
    /// With `known`, any other field is a fault; without, any name will do.
    pub fn read(
        text: &'a str,
        place: &'a str,
        known: Option<&[&str]>,
    ) -> Result<Fields<'a>, Fault> {
        if !text.trim_start().starts_with('{') && is_json(text) {
            let found = kind(text.trim_start());
            return Err(Fault::new(
                place,
                format!("expected an object, found {found}"),
            ));
        }
        let pairs = pairs(text).map_err(|error| not_json(place, &error))?;
        let fields = Fields { place, pairs };
        fields.check(known)?;
        Ok(fields)
    }

    fn check(&self, known: Option<&[&str]>) -> Result<(), Fault> {
        let mut names: Vec<&str> = self.pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Fault::new(self.at(twice[0]), "stands more than once"));
        }
        let Some(known) = known else {
            return Ok(());
        };
        match self
            .pairs
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()))
        {
            Some((name, _)) => Err(Fault::whole(format!(
                "unknown field `{}`: expected one of {}",
                self.at(name),
                known.join(", ")
            ))),
            None => Ok(()),
        }
    }

    /// Returns all pairs.
    pub fn pairs(&self) -> &[(String, &'a RawValue)] {
        &self.pairs
    }

    /// Returns the place of the field `name`.
    pub fn at(&self, name: &str) -> String {
        let short: String = name.chars().take(100).collect();
        if self.place.is_empty() {
            short
        } else {
            format!("{}.{short}", self.place)
        }
    }

    /// Returns a field's JSON; `null` counts as not there.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.pairs.iter().find(|(known, _)| known == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    /// Returns a field's value, read as `T`; `expected` says what that is.
    pub fn value<T: DeserializeOwned>(
        &self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        decode(text, &self.at(name), expected).map(Some)
    }

    /// Returns a text field.
    pub fn text(&self, name: &str) -> Result<Option<String>, Fault> {
        self.value(name, "a string")
    }

    /// Returns a field that is an object of texts, in order.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<(String, String)>>, Fault> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let place = self.at(name);
        let fields = Fields::read(text, &place, None)?;
        let pairs = fields.pairs.iter().map(|(key, value)| {
            let value = decode(value.get(), &fields.at(key), "a string")?;
            Ok((key.clone(), value))
        });
        pairs.collect::<Result<_, Fault>>().map(Some)
    }
}

/// Reads `text` as `T`; `expected` says what that is.
pub fn decode<T: DeserializeOwned>(text: &str, place: &str, expected: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| {
        let problem = format!("expected {expected}, found {}", kind(text));
        Fault::new(place, problem)
    })
}

/// Returns the field `name` of the object `text`, or of what is left of one.
///
/// Whatever is wrong elsewhere does not matter: an error about a line that
/// breaks off should still say which request it was.
pub fn salvage<'a>(text: &'a str, name: &str) -> Option<&'a RawValue> {
    let mut pairs = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The pairs before the error are there all the same.
    let _ = Collecting(&mut pairs).deserialize(&mut deserializer);
    let (_, value) = pairs.into_iter().find(|(known, _)| known == name)?;
    Some(value)
}

/// Returns the entries of the list `text`.
pub fn entries<'a>(text: &'a str, place: &str, expected: &str) -> Result<Vec<&'a RawValue>, Fault> {
    serde_json::from_str(text).map_err(|_| {
        let problem = format!("expected {expected}, found {}", kind(text));
        Fault::new(place, problem)
    })
}

/// Returns what a JSON value is, in words.
pub fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Reads one object and nothing behind it.
fn pairs(text: &str) -> Result<Vec<(String, &RawValue)>, serde_json::Error> {
    let mut pairs = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Collecting(&mut pairs).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(pairs)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

fn not_json(place: &str, error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let why = text.strip_suffix(&position).unwrap_or(&text);
    Fault::new(
        place,
        format!("not JSON at column {}: {why}", error.column()),
    )
}

/// Collects the pairs of an object, those with the same name included.
struct Collecting<'v, 'a>(&'v mut Vec<(String, &'a RawValue)>);

impl<'a> DeserializeSeed<'a> for Collecting<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Collecting<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(pair) = map.next_entry()? {
            self.0.push(pair);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salvaged(text: &str) -> Option<&str> {
        salvage(text, "id").map(RawValue::get)
    }

    #[test]
    fn the_id_of_a_line_that_breaks_off_is_found() {
        assert_eq!(salvaged(r#"{"id": 7, "principal": "ar"#), Some("7"));
        assert_eq!(salvaged(r#"{"a": [1, {}], "id": "x" "#), Some(r#""x""#));
        assert_eq!(salvaged(r#"{"id": "x"#), None);
        assert_eq!(salvaged("[1]"), None);
        assert_eq!(salvaged(""), None);
    }
}

//! A JSON object's fields, as a person wrote them: strictly read, each with its name.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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
            return Err(Fault::new(place, format!("expected an object, found {found}")));
        }
        let Pairs(pairs) = serde_json::from_str(text).map_err(|error| not_json(place, &error))?;
        let fields = Fields { place, pairs };
        fields.check(known)?;
        Ok(fields)
    }

    /// Reads the object `text` and lets any field pass, those that stand twice too.
    pub fn unchecked(text: &'a str) -> Result<Fields<'a>, serde_json::Error> {
        let Pairs(pairs) = serde_json::from_str(text)?;
        Ok(Fields { place: "", pairs })
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
        match self.pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
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
    pub fn value<T: serde::de::DeserializeOwned>(
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
pub fn decode<T: serde::de::DeserializeOwned>(
    text: &str,
    place: &str,
    expected: &str,
) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|_| {
        let problem = format!("expected {expected}, found {}", kind(text));
        Fault::new(place, problem)
    })
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
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'de>, D::Error> {
        struct Collector;
        impl<'de> Visitor<'de> for Collector {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs<'de>, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Collector)
    }
}

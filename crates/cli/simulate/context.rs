//! What a request says about context keys.

use std::collections::BTreeMap;

use whocan_policy::{Given, KeyName, KeyState};

use super::fields::{Fault, Fields, entries, kind};

/// Reads `context` and `context_complete`.
pub fn read(fields: &Fields<'_>) -> Result<Given, Fault> {
    let complete = fields.value("context_complete", "true or false")?;
    let mut keys = BTreeMap::new();
    if let Some(text) = fields.get("context") {
        let context = Fields::read(text, "context", None)?;
        for (key, value) in context.pairs() {
            let place = context.at(key);
            let state = state(value.get(), &place)?;
            if keys.insert(KeyName::new(key), state).is_some() {
                let problem = "stands more than once: keys are the same in upper and lower case";
                return Err(Fault::new(place, problem));
            }
        }
    }
    Ok(Given {
        keys,
        complete: complete.unwrap_or(false),
    })
}

/// Reads the state of one key: values, one value, or null for a known absence.
fn state(text: &str, place: &str) -> Result<KeyState, Fault> {
    match text.as_bytes().first() {
        Some(b'n') => Ok(KeyState::Absent),
        Some(b'[') => {
            let values = entries(text, place, "a list")?.into_iter();
            let values: Result<Vec<String>, Fault> =
                values.map(|value| scalar(value.get(), place)).collect();
            Ok(KeyState::Known(values?))
        }
        _ => Ok(KeyState::Known(vec![scalar(text, place)?])),
    }
}

/// Reads one value; numbers and booleans are their text, as in policies (R15).
fn scalar(text: &str, place: &str) -> Result<String, Fault> {
    match text.as_bytes().first() {
        Some(b'"') => super::fields::decode(text, place, "a string"),
        Some(b'{' | b'[' | b'n') => {
            let problem = format!(
                "expected a string, a number, a boolean, a list of these, or null, found {}{}",
                kind(text),
                if text.starts_with('{') {
                    ""
                } else {
                    " in a list"
                }
            );
            Err(Fault::new(place, problem))
        }
        _ => Ok(text.to_owned()),
    }
}

//! The policy documents in a file.

use serde_json::Value;

/// How deep documents are looked for, in objects and in texts.
const DEEPEST: usize = 60;

/// What was found in one file.
#[derive(Debug, Default)]
pub struct Documents {
    /// The texts of the documents.
    pub texts: Vec<String>,
    /// Texts that should be JSON and are not, policies or not.
    pub broken: usize,
}

/// Returns the documents in a file, of which each line is a value if `lines`.
pub fn of(text: &str, lines: bool) -> Documents {
    let mut found = Documents::default();
    match lines {
        true => text.lines().for_each(|line| of_value(line, &mut found)),
        false => of_value(text, &mut found),
    }
    found
}

fn of_value(text: &str, found: &mut Documents) {
    if text.trim().is_empty() {
        return;
    }
    match serde_json::from_str::<Value>(text) {
        // As it stands: doubled keys vanish in a parsed value.
        Ok(value) if is_document(&value) => found.texts.push(text.to_owned()),
        Ok(value) => collect(&value, DEEPEST, found),
        Err(_) => found.broken += 1,
    }
}

fn is_document(value: &Value) -> bool {
    let has = |name| {
        value
            .get(name)
            .is_some_and(|one| one.is_array() || one.is_object())
    };
    value.is_object() && has("Statement")
}

fn collect(value: &Value, depth: usize, found: &mut Documents) {
    if depth == 0 {
        return;
    }
    match value {
        _ if is_document(value) => found.texts.push(value.to_string()),
        Value::Array(all) => all.iter().for_each(|one| collect(one, depth - 1, found)),
        Value::Object(all) => all.values().for_each(|one| collect(one, depth - 1, found)),
        Value::String(text) => in_text(text, depth - 1, found),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

// A document as text, as AWS hands out those of IAM and SNS; percent-encoded
// ones are read by the parser itself.
fn in_text(text: &str, depth: usize, found: &mut Documents) {
    if !text.contains("Statement") {
        return;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if is_document(&value) => found.texts.push(text.to_owned()),
        Ok(value) => collect(&value, depth, found),
        Err(_) if text.starts_with("%7B") => found.texts.push(text.to_owned()),
        Err(_) => {}
    }
}

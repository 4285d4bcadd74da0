//! Values that are JSON, or text that holds JSON, and policies in either.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::formats::answer::quoted;
use crate::formats::resource::Policy;
use crate::json;

/// How often a value may be a text that holds a text.
const DEEPEST: usize = 3;

/// Returns the JSON that a value is or holds.
pub(super) fn opened(raw: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(raw);
    for _ in 0..DEEPEST {
        if !text.starts_with('"') {
            break;
        }
        let Ok(inner) = serde_json::from_str::<String>(&text) else {
            break;
        };
        let starts = inner.trim_ascii_start();
        if !starts.starts_with(['{', '[', '"']) && starts != "null" {
            break;
        }
        text = Cow::Owned(inner);
    }
    text
}

/// Where a policy stands inside a part.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
struct Holder {
    #[serde(default, rename = "policyText", alias = "PolicyText")]
    text: Option<Box<RawValue>>,
    #[serde(default, rename = "policy", alias = "Policy")]
    policy: Option<Box<RawValue>>,
    #[serde(default, rename = "Statement")]
    statement: Option<Box<RawValue>>,
}

/// Returns the policy that a part holds: as itself, or in `policyText` or `policy`.
pub(super) fn policy(raw: &str) -> Policy {
    let whole = opened(raw);
    if whole == "null" || whole == "\"\"" || whole == "{}" {
        return Policy::None;
    }
    let holder: Holder = json::read(&whole).unwrap_or_default();
    match (holder.statement, holder.text.or(holder.policy)) {
        (None, Some(inner)) => match opened(inner.get()).as_ref() {
            "null" | "\"\"" => Policy::None,
            inner => Policy::Is(document(inner)),
        },
        (None, None) if names_policy_text(&whole) => Policy::None,
        _ => Policy::Is(document(&whole)),
    }
}

/// Returns whether a part says that there is no policy: its only field is `null`.
fn names_policy_text(text: &str) -> bool {
    ["policyText", "PolicyText"]
        .iter()
        .any(|field| text.contains(&quoted(field)))
}

/// Returns a document as JSON: what is no JSON stays a text, to be reported.
pub(super) fn document(text: &str) -> String {
    match json::check(text) {
        Ok(()) => text.to_owned(),
        Err(_) => quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> String {
        match policy(raw) {
            Policy::Is(text) => text,
            Policy::None => "none".to_owned(),
            Policy::Unknown | Policy::Broken(_) => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_policy_is_found_in_each_of_its_forms() {
        for raw in [
            r#"{"Statement":[]}"#,
            r#""{\"Statement\":[]}""#,
            r#"{"policyText":"{\"Statement\":[]}"}"#,
            r#""{\"policyText\":\"{\\\"Statement\\\":[]}\"}""#,
        ] {
            assert_eq!(shown(raw), r#"{"Statement":[]}"#, "{raw}");
        }
        for raw in [
            "null",
            r#""""#,
            "{}",
            r#"{"policyText":null}"#,
            r#""{\"policyText\":null}""#,
        ] {
            assert_eq!(shown(raw), "none", "{raw}");
        }
        assert_eq!(shown(r#""{\"Statement\":""#), r#""{\"Statement\":""#);
    }
}

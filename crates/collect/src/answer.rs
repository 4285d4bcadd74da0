//! The body of an answer as the AWS command line prints it.

use serde_json::{Map, Value};

use crate::table::{Call, Pages, Service, Wire};
use crate::xml;

/// Reads the body of an answer.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn read(service: &Service, call: &Call, body: &str) -> Result<Value, String> {
    match service.wire {
        Wire::Json { .. } | Wire::RestJson => {
            if body.trim_ascii().is_empty() {
                return Ok(Value::Object(Map::new()));
            }
            match serde_json::from_str(body) {
                Ok(Value::Object(answer)) => Ok(Value::Object(answer)),
                Ok(_) => Err("expected an object".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        }
        wire => xml::read(wire, call, body),
    }
}

/// Takes the token of the next page out of an answer, with the marks beside it:
/// the command line prints neither.
pub(crate) fn take_token(answer: &mut Value, pages: &Pages) -> Option<String> {
    let members = answer.as_object_mut()?;
    let token = members.shift_remove(pages.token);
    let ends = ["IsTruncated", "Truncated"]
        .iter()
        .filter_map(|mark| members.shift_remove(*mark))
        .any(|mark| mark == Value::Bool(false));
    match token {
        Some(Value::String(token)) if !token.is_empty() && !ends => Some(token),
        _ => None,
    }
}

/// Joins the lists of a further page to the first.
pub(crate) fn join(whole: &mut Value, mut page: Value, pages: &Pages) {
    for list in pages.lists {
        let more = page.get_mut(*list).map(Value::take);
        let Some(Value::Array(more)) = more else {
            continue;
        };
        match whole.get_mut(*list) {
            Some(Value::Array(known)) => known.extend(more),
            _ => whole[*list] = Value::Array(more),
        }
    }
}

/// Returns the names that a path such as `Keys[].KeyId` leads to.
pub(crate) fn names(answer: &Value, path: &str) -> Vec<String> {
    let mut found = vec![answer];
    for step in path.split('.') {
        let (name, is_list) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let members = found.into_iter().filter_map(|value| value.get(name));
        found = match is_list {
            true => members.filter_map(Value::as_array).flatten().collect(),
            false => members.collect(),
        };
    }
    let texts = found.into_iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGES: Pages = Pages {
        sent: "Marker",
        token: "NextMarker",
        lists: &["Keys"],
    };

    #[test]
    fn pages_are_joined_and_their_marks_are_gone() {
        let mut first = json!({"Keys": [{"KeyId": "a"}], "NextMarker": "m", "Truncated": true});
        assert_eq!(take_token(&mut first, &PAGES).as_deref(), Some("m"));
        let mut second = json!({"Keys": [{"KeyId": "b"}], "Truncated": false});
        assert_eq!(take_token(&mut second, &PAGES), None);
        join(&mut first, second, &PAGES);
        assert_eq!(first, json!({"Keys": [{"KeyId": "a"}, {"KeyId": "b"}]}));
        assert_eq!(names(&first, "Keys[].KeyId"), ["a", "b"]);
    }

    #[test]
    fn a_list_of_texts_names_them_itself() {
        let tables = json!({"TableNames": ["a", "b"]});
        assert_eq!(names(&tables, "TableNames[]"), ["a", "b"]);
        assert!(names(&json!({}), "TableNames[]").is_empty());
    }
}

//! Two texts of one policy, statement by statement.

use serde_json::Value;
use whocan_policy::{Document, Statement};

/// A statement in the words of its document, and as it is understood.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// How people name it: its `Sid`, or its number from 1.
    pub label: String,
    /// The JSON text.
    pub text: String,
    /// The statement; `None` for a whole document that cannot be read as statements.
    pub statement: Option<Statement>,
}

/// A statement that is in one of two documents only, or differs between them.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub before: Option<Written>,
    pub after: Option<Written>,
}

/// Returns what differs between two texts of a policy.
///
/// Where a statement stands and how it is written out makes no difference:
/// only what it says. Statements with one `Sid` in both are one that was edited.
pub(crate) fn differences(before: Option<&str>, after: Option<&str>) -> Vec<Pair> {
    let mut old = before.map(statements).unwrap_or_default();
    let mut new = after.map(statements).unwrap_or_default();
    old.retain(|one| match new.iter().position(|other| same(one, other)) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
    let mut pairs = Vec::new();
    for one in old {
        let label = one.statement.as_ref().and_then(|one| one.sid.clone());
        let edited = new.iter().position(|other| {
            let other = other.statement.as_ref().and_then(|one| one.sid.clone());
            label.is_some() && other == label
        });
        pairs.push(Pair {
            before: Some(one),
            after: edited.map(|at| new.remove(at)),
        });
    }
    pairs.extend(new.into_iter().map(|one| Pair {
        before: None,
        after: Some(one),
    }));
    pairs
}

fn same(one: &Written, other: &Written) -> bool {
    match (&one.statement, &other.statement) {
        (Some(one), Some(other)) => {
            let other = Statement {
                index: one.index,
                ..other.clone()
            };
            *one == other
        }
        _ => one.text == other.text,
    }
}

fn statements(text: &str) -> Vec<Written> {
    let document = Document::parse(text);
    let whole = || {
        vec![Written {
            label: "the whole document".to_owned(),
            text: text.to_owned(),
            statement: None,
        }]
    };
    let Ok(Value::Object(mut parts)) = serde_json::from_str::<Value>(text) else {
        return whole();
    };
    let texts = match parts.remove("Statement") {
        Some(Value::Array(all)) => all,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    if document.malformed || texts.len() != document.statements.len() {
        return whole();
    }
    let both = document.statements.into_iter().zip(texts);
    both.map(|(statement, text)| Written {
        label: match &statement.sid {
            Some(sid) => sid.to_string(),
            None => format!("#{}", statement.index + 1),
        },
        text: text.to_string(),
        statement: Some(statement),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(statements: &str) -> String {
        format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
    }

    fn labels(before: &str, after: &str) -> Vec<(Option<String>, Option<String>)> {
        let all = differences(Some(before), Some(after)).into_iter();
        let label = |one: Option<Written>| one.map(|one| one.label);
        all.map(|pair| (label(pair.before), label(pair.after)))
            .collect()
    }

    const READ: &str =
        r#"{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#;
    const WRITE: &str = r#"{"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["*"]}"#;

    #[test]
    fn the_same_statements_in_another_order_and_form_are_no_difference() {
        let before = document(&format!("{READ}, {WRITE}"));
        let moved = r#"{"Resource": "*", "Action": "s3:PutObject", "Effect": "Allow"}"#;
        let after = document(&format!("{moved}, {READ}"));
        assert_eq!(labels(&before, &after), []);
    }

    #[test]
    fn a_statement_with_the_same_label_was_edited_and_others_come_and_go() {
        let before = document(&format!("{READ}, {WRITE}"));
        let wider = READ.replace("s3:GetObject", "s3:*");
        let fresh = r#"{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}"#;
        let after = document(&format!("{wider}, {fresh}"));
        let read = Some("Read".to_owned());
        assert_eq!(
            labels(&before, &after),
            [
                (read.clone(), read),
                (Some("#2".to_owned()), None),
                (None, Some("#2".to_owned())),
            ]
        );
    }

    #[test]
    fn a_text_that_is_no_policy_differs_as_a_whole() {
        let before = document(READ);
        let all = differences(Some(&before), Some("no policy"));
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].after.as_ref().unwrap().label, "the whole document");
    }
}

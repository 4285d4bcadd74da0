//! Saved queries: a text with a header and parameters, as in `queries/*.wq`.
//!
//! ```text
//! # question: Who reads this bucket, directly or over assumed roles?
//! # why: What is in it is only as safe as the longest chain that leads to it.
//! # source: what auditors ask first
//! # param bucket: set = bucket/payroll -- the bucket
//! who can reach s3:GetObject on $bucket
//! ```
//!
//! A parameter is filled in as text of its type, so a value never changes the
//! shape of a question.

use std::collections::BTreeMap;
use std::fmt;

use whocan_grammar::{Stretch, quoted, stretches};

/// A text with its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    /// What it answers, in a sentence.
    pub question: String,
    /// Why that matters.
    pub why: String,
    /// Who asks it, or who says why.
    pub source: String,
    /// The data that a full answer waits for, if the snapshot cannot hold it yet.
    pub waits_for: Option<String>,
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    text: String,
}

/// A parameter of a saved query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name, without `$`.
    pub name: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// What it is without a value; none if it needs one.
    pub default: Option<String>,
    /// What it means.
    pub meaning: String,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A set: `bucket/logs`, `roles in account/prod`, an ARN.
    Set,
    /// One action or pattern of actions, or several parted by commas.
    Actions,
    /// A whole number.
    Number,
    /// Any text.
    Text,
    /// A stretch of time: `90d`.
    Duration,
}

/// Why a saved query cannot be read or filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedQueryError {
    /// A line of the header says nothing that headers say.
    #[error("line {line} of the header is not understood: `{text}`")]
    Header {
        /// The line, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// `$name` stands in the text and no parameter has the name.
    #[error("`${0}` is no parameter of this query")]
    Undeclared(String),
    /// A value was given for a parameter that the query does not have.
    #[error("this query has no parameter `{0}`")]
    Unknown(String),
    /// A parameter without default has no value.
    #[error("the parameter `{0}` needs a value")]
    Missing(String),
    /// A value is not what the parameter takes.
    #[error("`{value}` is no {kind}, which the parameter `{name}` takes")]
    Value {
        /// The parameter.
        name: String,
        /// What it takes.
        kind: ParameterKind,
        /// What was given.
        value: String,
    },
}

impl ParameterKind {
    const ALL: [ParameterKind; 5] = [
        ParameterKind::Set,
        ParameterKind::Actions,
        ParameterKind::Number,
        ParameterKind::Text,
        ParameterKind::Duration,
    ];

    /// Returns the word for it in headers.
    pub fn word(self) -> &'static str {
        match self {
            ParameterKind::Set => "set",
            ParameterKind::Actions => "action",
            ParameterKind::Number => "number",
            ParameterKind::Text => "text",
            ParameterKind::Duration => "duration",
        }
    }

    /// Returns the value as it stands in a question, `None` if it is none of the kind.
    fn written(self, value: &str) -> Option<String> {
        let value = value.trim();
        match self {
            ParameterKind::Set => is_set(value).then(|| format!("({value})")),
            ParameterKind::Actions => {
                let mut actions = value.split(',').map(str::trim);
                let all = actions.all(whocan_grammar::is_action);
                all.then(|| value.to_owned())
            }
            ParameterKind::Number => is_digits(value).then(|| value.to_owned()),
            ParameterKind::Text => Some(quoted(value)),
            ParameterKind::Duration => {
                let count = value.strip_suffix(['m', 'h', 'd', 'w', 'y'])?;
                is_digits(count).then(|| value.to_owned())
            }
        }
    }
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// Returns whether a text is one set: by itself it can be listed, and it closes what it opens.
fn is_set(value: &str) -> bool {
    // What only stands in parentheses because it closes them is none.
    if crate::parse(&format!("list {value}")).is_err() {
        return false;
    }
    let Ok(ast) = crate::parse(&format!("list ({value})")) else {
        return false;
    };
    let listed = |kind: &crate::ast::StatementKind| match kind {
        crate::ast::StatementKind::Ask(question) => {
            matches!(question.shape, crate::ast::Shape::List { .. })
                && question.clauses == crate::ast::Clauses::default()
        }
        _ => false,
    };
    matches!(ast.statements.as_slice(), [only] if listed(&only.kind))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl SavedQuery {
    /// Reads a text; without a header it has no parameters.
    ///
    /// # Errors
    ///
    /// [`SavedQueryError::Header`] for a `param` line that says no parameter.
    pub fn read(text: &str) -> Result<SavedQuery, SavedQueryError> {
        let mut saved = SavedQuery {
            question: String::new(),
            why: String::new(),
            source: String::new(),
            waits_for: None,
            parameters: Vec::new(),
            text: text.to_owned(),
        };
        let header = text.lines().take_while(|line| line.starts_with('#'));
        for (line, number) in header.zip(1..) {
            let said = line.trim_start_matches('#').trim();
            let Some((field, value)) = said.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match field.trim() {
                "question" => value.clone_into(&mut saved.question),
                "why" => value.clone_into(&mut saved.why),
                "source" => value.clone_into(&mut saved.source),
                "waits for" => saved.waits_for = Some(value.to_owned()),
                field => {
                    if let Some(name) = field.strip_prefix("param ") {
                        let parameter = parameter(name.trim(), value);
                        let parameter = parameter.ok_or_else(|| SavedQueryError::Header {
                            line: number,
                            text: line.to_owned(),
                        })?;
                        saved.parameters.push(parameter);
                    }
                }
            }
        }
        Ok(saved)
    }

    /// Returns the text with the parameters filled in.
    ///
    /// # Errors
    ///
    /// A value that is missing, unknown or not of its parameter's kind, and a
    /// `$name` that no parameter has.
    pub fn filled(&self, values: &BTreeMap<String, String>) -> Result<String, SavedQueryError> {
        let declared = |name: &str| self.parameters.iter().any(|one| one.name == name);
        if let Some(unknown) = values.keys().find(|name| !declared(name)) {
            return Err(SavedQueryError::Unknown(unknown.clone()));
        }
        let mut written: BTreeMap<&str, String> = BTreeMap::new();
        for parameter in &self.parameters {
            written.insert(&parameter.name, parameter.written(values)?);
        }
        fill(&self.text, &written)
    }

    /// Returns the text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text without its header.
    pub fn body(&self) -> &str {
        let mut rest = self.text.as_str();
        while rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        rest.trim()
    }
}

impl Parameter {
    fn written(&self, values: &BTreeMap<String, String>) -> Result<String, SavedQueryError> {
        let value = values.get(&self.name).or(self.default.as_ref());
        let value = value.ok_or_else(|| SavedQueryError::Missing(self.name.clone()))?;
        self.kind
            .written(value)
            .ok_or_else(|| SavedQueryError::Value {
                name: self.name.clone(),
                kind: self.kind,
                value: value.clone(),
            })
    }
}

/// Reads `bucket: set = bucket/payroll -- the bucket`, of which the name is already cut off.
fn parameter(name: &str, said: &str) -> Option<Parameter> {
    let (said, meaning) = said.split_once("--").unwrap_or((said, ""));
    let (kind, default) = match said.split_once('=') {
        Some((kind, default)) => (kind, Some(default.trim().to_owned())),
        None => (said, None),
    };
    let kind = ParameterKind::ALL
        .into_iter()
        .find(|one| one.word() == kind.trim())?;
    let is_name = !name.is_empty() && name.bytes().all(is_name_byte);
    is_name.then(|| Parameter {
        name: name.to_owned(),
        kind,
        default,
        meaning: meaning.trim().to_owned(),
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Replaces each `$name` outside of comments and quotes.
fn fill(text: &str, written: &BTreeMap<&str, String>) -> Result<String, SavedQueryError> {
    let mut filled = String::with_capacity(text.len());
    for (stretch, piece) in stretches(text) {
        match stretch {
            Stretch::Code => fill_code(piece, written, &mut filled)?,
            Stretch::Quoted | Stretch::Unclosed | Stretch::Comment => filled.push_str(piece),
        }
    }
    Ok(filled)
}

fn fill_code(
    code: &str,
    written: &BTreeMap<&str, String>,
    filled: &mut String,
) -> Result<(), SavedQueryError> {
    let mut rest = code;
    while let Some((before, behind)) = rest.split_once('$') {
        filled.push_str(before);
        let end = behind.bytes().position(|byte| !is_name_byte(byte));
        let (name, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let value = written.get(name);
        let value = value.ok_or_else(|| SavedQueryError::Undeclared(name.to_owned()))?;
        filled.push_str(value);
        rest = behind;
    }
    filled.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# question: Who reads it?
# param bucket: set = bucket/logs -- the bucket
# param most: number = 3
who can reach s3:GetObject on $bucket within $most hops # not $this
where name = \"$that\"
";

    fn filled(values: &[(&str, &str)]) -> Result<String, String> {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let saved = SavedQuery::read(TEXT).map_err(|error| error.to_string())?;
        let text = saved
            .filled(&values.collect())
            .map_err(|error| error.to_string())?;
        Ok(text.lines().nth(3).unwrap_or_default().to_owned())
    }

    #[test]
    fn parameters_have_defaults_and_take_values_of_their_kind() {
        assert_eq!(
            filled(&[]).as_deref(),
            Ok("who can reach s3:GetObject on (bucket/logs) within 3 hops # not $this")
        );
        assert_eq!(
            filled(&[("bucket", "bucket/a or bucket/b"), ("most", "1")]).as_deref(),
            Ok("who can reach s3:GetObject on (bucket/a or bucket/b) within 1 hops # not $this")
        );
    }

    #[test]
    fn a_value_never_changes_the_shape_of_the_question() {
        for value in [
            "bucket/a) or (bucket/b",
            "bucket/a where name = x",
            "",
            "a; list b",
            "#",
        ] {
            let error = filled(&[("bucket", value)]);
            assert!(error.is_err(), "{value}: {error:?}");
        }
        assert_eq!(
            filled(&[("most", "1 hops limit 2")]),
            Err("`1 hops limit 2` is no number, which the parameter `most` takes".to_owned())
        );
        assert_eq!(
            filled(&[("mots", "1")]),
            Err("this query has no parameter `mots`".to_owned())
        );
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_text() {
        let text = "# param x: number = 1\nlist roles where name = \"a\\\"$y\" limit $x";
        let filled = SavedQuery::read(text).map(|saved| saved.filled(&BTreeMap::new()));
        let filled = filled.and_then(|filled| filled).unwrap();
        assert!(filled.ends_with("name = \"a\\\"$y\" limit 1"), "{filled}");
    }

    #[test]
    fn a_broken_parameter_is_told() {
        let error = SavedQuery::read("# param x: thing\nlist roles").err();
        let said = error.map(|error| error.to_string());
        assert_eq!(
            said.as_deref(),
            Some("line 1 of the header is not understood: `# param x: thing`")
        );
    }
}

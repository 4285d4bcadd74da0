//! Policy documents.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use crate::json::{Json, JsonError};
use crate::reading::{Place, Reading};
use crate::{Problem, ProblemKind, Statement};

// A document inside a JSON string inside a JSON string has been seen; more has not.
const MOST_WRAPPINGS: usize = 2;

/// A policy document, read without loss of what bears on decisions.
///
/// Source: Grammar of the IAM JSON policy language, IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The version; a missing one is [`Version::V2008`] (R7), and so is an
    /// unknown one, which also makes the document malformed.
    pub version: Version,
    /// The `Id` element, if any.
    pub id: Option<Box<str>>,
    /// The statements, in order. Those without effect are kept; what is no
    /// object is not, but counts for the positions of the others.
    pub statements: Vec<Statement>,
    /// What is not as AWS writes it: duplicate keys first, then in document
    /// order. A thousand at most, the rest is one [`ProblemKind::More`].
    pub problems: Vec<Problem>,
    /// Whether the document as a whole cannot be trusted: not JSON, unknown
    /// elements or version, duplicate keys. It may allow and may deny anything (R16).
    pub malformed: bool,
}

/// The version of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, or none: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Document {
    /// Reads a document from plain or percent-encoded JSON text, or a JSON
    /// string holding either, itself in a JSON string or not.
    ///
    /// Never fails: what cannot be read is listed in `problems` and marks the
    /// document or the statement. Takes time linear in the text.
    pub fn parse(text: &str) -> Document {
        match unwrap(text) {
            Ok(json) => Document::read(json),
            Err(problem) => Document {
                version: Version::V2008,
                id: None,
                statements: Vec::new(),
                problems: vec![problem],
                malformed: true,
            },
        }
    }

    fn read(json: Json) -> Document {
        let mut reading = Reading::default();
        let top = Place::top();
        note_duplicates(&json, &top, &mut reading);
        let Json::Object(pairs) = json else {
            reading.note_malformed(&top, ProblemKind::WrongType("an object"));
            return Document::finish(Version::V2008, None, Vec::new(), reading);
        };
        let (mut version, mut id, mut statements) = (None, None, None);
        for (name, value) in pairs {
            match name.as_str() {
                "Version" => version = Some(value),
                "Id" => id = Some(value),
                "Statement" => statements = Some(value),
                _ => reading.note_malformed(
                    &top.element(&name),
                    ProblemKind::UnknownElement(name.clone()),
                ),
            }
        }
        let version = read_version(version, &top.element("Version"), &mut reading);
        reading.variables = version == Version::V2012;
        let id = read_label(id, &top.element("Id"), &mut reading);
        let statements = read_statements(statements, &top, &mut reading);
        Document::finish(version, id, statements, reading)
    }

    fn finish(
        version: Version,
        id: Option<Box<str>>,
        statements: Vec<Statement>,
        reading: Reading,
    ) -> Document {
        Document {
            version,
            id,
            statements,
            malformed: reading.malformed,
            problems: reading.into_problems(),
        }
    }
}

/// Reads the JSON of a document through the wrappings it may come in.
fn unwrap(text: &str) -> Result<Json, Problem> {
    let mut json = parse_json(text)?;
    for _ in 0..MOST_WRAPPINGS {
        match json {
            Json::Text(inner) => json = parse_json(&inner)?,
            _ => break,
        }
    }
    Ok(json)
}

fn parse_json(text: &str) -> Result<Json, Problem> {
    let text = text.trim_start_matches('\u{feff}').trim();
    Json::parse(&decode_percents(text)?).map_err(|error| match error {
        JsonError::NotJson { line, column, why } => Problem {
            place: format!("line {line} column {column}"),
            kind: ProblemKind::NotJson(why),
        },
        JsonError::TooDeep => Problem {
            place: Place::top().to_string(),
            kind: ProblemKind::TooDeep,
        },
    })
}

// No JSON starts with a percent sign, so one there tells the two apart. A plus
// is a plus: IAM encodes blanks as `%20` (RFC 3986).
fn decode_percents(text: &str) -> Result<Cow<'_, str>, Problem> {
    if !text.starts_with('%') {
        return Ok(text.into());
    }
    percent_decode_str(text).decode_utf8().map_err(|_| Problem {
        place: Place::top().to_string(),
        kind: ProblemKind::NotJson("percent-encoded bytes are not UTF-8".to_owned()),
    })
}

/// Notes each key that stands twice in one object, at any depth.
fn note_duplicates(json: &Json, place: &Place<'_>, reading: &mut Reading) {
    match json {
        Json::Object(pairs) => {
            let mut seen = BTreeSet::new();
            for (key, value) in pairs {
                let place = place.element(key);
                if !seen.insert(key) {
                    reading.note_malformed(&place, ProblemKind::DuplicateKey(key.clone()));
                }
                note_duplicates(value, &place, reading);
            }
        }
        Json::List(entries) => {
            for (position, entry) in entries.iter().enumerate() {
                note_duplicates(entry, &place.entry(position), reading);
            }
        }
        _ => {}
    }
}

// AWS refuses to store any other version, so nobody knows what one would do.
fn read_version(json: Option<Json>, place: &Place<'_>, reading: &mut Reading) -> Version {
    match json {
        None => Version::V2008,
        Some(Json::Text(text)) if text == "2012-10-17" => Version::V2012,
        Some(Json::Text(text)) if text == "2008-10-17" => Version::V2008,
        Some(Json::Text(text)) => {
            reading.note_malformed(place, ProblemKind::UnknownVersion(text));
            Version::V2008
        }
        Some(_) => {
            reading.note_malformed(place, ProblemKind::WrongType("text"));
            Version::V2008
        }
    }
}

/// Reads an `Id` or `Sid`: labels, whose type bears on no decision (R9).
pub(crate) fn read_label(
    json: Option<Json>,
    place: &Place<'_>,
    reading: &mut Reading,
) -> Option<Box<str>> {
    match json? {
        Json::Text(text) => Some(text.into()),
        _ => {
            reading.note(place, ProblemKind::WrongType("text"));
            None
        }
    }
}

fn read_statements(json: Option<Json>, top: &Place<'_>, reading: &mut Reading) -> Vec<Statement> {
    let place = top.element("Statement");
    let statements = match json {
        None => {
            reading.note(top, ProblemKind::Missing("Statement"));
            Vec::new()
        }
        Some(Json::List(entries)) => {
            let read = |(position, entry)| {
                read_statement(position, entry, &place.entry(position), reading)
            };
            entries.into_iter().enumerate().filter_map(read).collect()
        }
        Some(single) => read_statement(0, single, &place, reading)
            .into_iter()
            .collect(),
    };
    note_duplicate_sids(&statements, &place, reading);
    statements
}

fn read_statement(
    position: usize,
    json: Json,
    place: &Place<'_>,
    reading: &mut Reading,
) -> Option<Statement> {
    match json {
        Json::Object(pairs) => {
            let index = u32::try_from(position).unwrap_or(u32::MAX);
            Some(Statement::read(index, pairs, place, reading))
        }
        _ => {
            reading.note_malformed(place, ProblemKind::WrongType("an object"));
            None
        }
    }
}

fn note_duplicate_sids(statements: &[Statement], place: &Place<'_>, reading: &mut Reading) {
    let mut seen = BTreeSet::new();
    for statement in statements {
        let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty()) else {
            continue;
        };
        if !seen.insert(sid) {
            let entry = place.entry(statement.index as usize);
            reading.note(&entry, ProblemKind::DuplicateSid(sid.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests;

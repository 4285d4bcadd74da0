//! Policy documents.

use std::fmt;

use crate::Statement;

/// A policy document, read without loss of what bears on decisions.
///
/// Source: Grammar of the IAM JSON policy language, IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The version; a missing one is [`Version::V2008`] (R7).
    pub version: Version,
    /// The `Id` element, if any.
    pub id: Option<Box<str>>,
    /// The statements, in order. Those without effect are kept, so that
    /// positions stay true.
    pub statements: Vec<Statement>,
    /// What is not as AWS writes it, in document order.
    pub problems: Vec<Problem>,
    /// Whether the document as a whole cannot be trusted: not JSON, unknown
    /// elements, duplicate keys. It may allow and may deny anything (R16).
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

/// Something in a document that AWS would not store, or that means less than it seems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `Statement[2].Condition.StringLike`, or `line 3 column 7` where it is not JSON.
    pub place: String,
    /// What.
    pub kind: ProblemKind,
}

/// What is wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is no JSON: what the parser says.
    NotJson(String),
    /// An element that the grammar does not have.
    UnknownElement(String),
    /// A key that stands twice in one object.
    DuplicateKey(String),
    /// An element of the wrong type: what was expected.
    WrongType(&'static str),
    /// `Effect` is missing or not exactly `Allow` or `Deny`.
    Effect(String),
    /// Both forms of an element, or neither where one is needed.
    Alternatives(&'static str),
    /// A list without entries.
    EmptyList(&'static str),
    /// An operator that AWS does not document.
    UnknownOperator(String),
    /// A version other than the two.
    UnknownVersion(String),
    /// A principal that matches nobody.
    Nobody(String),
    /// An action that can match none.
    OddAction(String),
    /// Nested deeper than any policy can be.
    TooDeep,
}

impl Document {
    /// Reads a document from plain or percent-encoded JSON text, or a JSON string holding either.
    ///
    /// Never fails: what cannot be read is listed in `problems` and marks the
    /// document or the statement.
    pub fn parse(_text: &str) -> Document {
        todo!()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}

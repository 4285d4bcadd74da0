//! Why a text cannot be answered, and where in the text the reason stands.

use std::fmt;
use std::sync::Arc;

use crate::ast::Span;

/// A text that cannot be answered.
///
/// Shows itself through miette (message, label, hint); [`QueryError::pointed`]
/// gives the same in plain text.
#[derive(Debug, Clone)]
pub struct QueryError {
    fault: Box<Fault>,
    text: Arc<str>,
}

/// What is wrong, where, and what would help; not yet tied to its text.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) problem: Problem,
    pub(crate) span: Span,
    pub(crate) hint: Option<String>,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text is longer than any text that is parsed.
    #[error("the text is longer than {max_bytes} bytes")]
    TooLong {
        /// The limit.
        max_bytes: usize,
    },
    /// Parentheses nest too deep.
    #[error("parentheses nest deeper than {max} levels")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// The text takes too many steps to parse.
    #[error("the text is too complex to parse")]
    TooComplex,
    /// Something opened here is not closed.
    #[error("`{0}` is opened here and never closed")]
    Unclosed(char),
    /// A parenthesis closes nothing.
    #[error("`)` closes nothing")]
    Unopened,
    /// The text stops making sense here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What could have stood here, in words.
        expected: String,
        /// What stands here, in backticks, or `the end`.
        found: String,
    },
    /// A clause that can stand once stands twice.
    #[error("`{0}` stands twice")]
    Repeated(&'static str),
    /// A number is out of range.
    #[error("the number `{0}` is too large")]
    TooLarge(String),
    /// A `let` name is a word of the language.
    #[error("`{0}` is a word of the language and cannot be a name")]
    ReservedName(String),
    /// The language has it, this version does not answer it.
    #[error("{0} is not answered by this version")]
    NotAnswered(String),
    /// A bare word that is neither kind nor `let` name.
    #[error("unknown set `{0}`")]
    UnknownSet(String),
    /// A shorthand with a kind that does not exist.
    #[error("unknown kind `{kind}` in `{written}`")]
    UnknownKind {
        /// The kind as written.
        kind: String,
        /// The whole shorthand.
        written: String,
    },
    /// A name that nothing in the snapshot has.
    #[error("nothing in this snapshot is called `{0}`")]
    NoSuchThing(String),
    /// A name that several things have, where one is needed.
    #[error("`{written}` is {count} things, and one is needed here")]
    Ambiguous {
        /// The name as written.
        written: String,
        /// How many things have it.
        count: usize,
    },
    /// A broken ARN.
    #[error("`{written}` is no ARN: {why}")]
    BadArn {
        /// The ARN as written.
        written: String,
        /// What is wrong with it.
        why: String,
    },
    /// An action that AWS does not know.
    #[error("unknown action `{0}`")]
    UnknownAction(String),
    /// A pattern that no action of AWS matches.
    #[error("no action matches `{0}`")]
    NoActionMatches(String),
    /// A resource whose form the action does not take.
    #[error("`{action}` does not take `{resource}`")]
    WrongResource {
        /// The action.
        action: String,
        /// The resource as written.
        resource: String,
    },
    /// An attribute that does not exist, or not for these rows.
    #[error("unknown attribute `{0}`")]
    UnknownAttribute(String),
    /// An attribute is used as what it is not.
    #[error("`{attribute}` is {is}, not {used_as}")]
    WrongType {
        /// The attribute as written.
        attribute: String,
        /// What it is, with article.
        is: String,
        /// What the predicate takes it for, with article.
        used_as: String,
    },
    /// An edge kind that does not exist.
    #[error("unknown kind of edge `{0}`")]
    UnknownEdge(String),
    /// Something else that reads well but means nothing.
    #[error("{0}")]
    Senseless(String),
}

impl Fault {
    pub(crate) fn new(problem: Problem, span: Span) -> Fault {
        Fault {
            problem,
            span,
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn not_answered(what: impl Into<String>, span: Span) -> Fault {
        Fault::new(Problem::NotAnswered(what.into()), span)
    }

    pub(crate) fn senseless(what: impl Into<String>, span: Span) -> Fault {
        Fault::new(Problem::Senseless(what.into()), span)
    }

    /// Ties the fault to the text in which it was found.
    pub(crate) fn in_text(self, text: &str) -> QueryError {
        QueryError {
            fault: Box::new(self),
            text: Arc::from(text),
        }
    }
}

impl QueryError {
    /// Returns what is wrong.
    pub fn problem(&self) -> &Problem {
        &self.fault.problem
    }

    /// Returns where it stands, in bytes of the text.
    pub fn span(&self) -> Span {
        self.fault.span
    }

    /// Returns the advice, if there is some.
    pub fn hint(&self) -> Option<&str> {
        self.fault.hint.as_deref()
    }

    /// Returns message, spot and hint as plain lines, without colour.
    ///
    /// ```text
    /// error: unknown action `s3:GetObjekt`
    ///  1 | who can s3:GetObjekt on bucket/logs
    ///    |         ^^^^^^^^^^^^
    /// hint: did you mean `s3:GetObject`?
    /// ```
    pub fn pointed(&self) -> String {
        let (number, line, column) = self.line();
        let gutter = number.to_string();
        let spot: String = self.text[self.span().start..self.span().end.min(self.text.len())]
            .chars()
            .take_while(|char| *char != '\n')
            .collect();
        let mut out = format!("error: {self}\n {gutter} | {}\n", line.trim_end());
        out += &format!(
            " {} | {}{}\n",
            " ".repeat(gutter.len()),
            blanks_under(&line[..column]),
            "^".repeat(spot.chars().count().max(1)),
        );
        if let Some(hint) = self.hint() {
            out += &format!("hint: {hint}\n");
        }
        out
    }

    /// Returns number and text of the line that the span starts in, and the
    /// byte offset of the start within that line.
    fn line(&self) -> (usize, &str, usize) {
        let start = self.span().start.min(self.text.len());
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let number = self.text[..start].matches('\n').count() + 1;
        let rest = &self.text[line_start..];
        let line = rest.split('\n').next().unwrap_or(rest);
        (number, line, start - line_start)
    }
}

/// Returns blanks as wide as `before`; tabs stay, so that the caret stays below its spot.
fn blanks_under(before: &str) -> String {
    before
        .chars()
        .map(|char| if char == '\t' { '\t' } else { ' ' })
        .collect()
}

impl fmt::Display for QueryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.problem.fmt(out)
    }
}

impl std::error::Error for QueryError {}

impl miette::Diagnostic for QueryError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint()
            .map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let Span { start, end } = self.span();
        let label = miette::LabeledSpan::new(Some("here".to_owned()), start, end - start);
        Some(Box::new(std::iter::once(label)))
    }
}

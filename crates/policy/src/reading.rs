//! The state of reading one document: where we are, what was noted.

use std::fmt;

use crate::clipped::Clipped;
use crate::{Problem, ProblemKind};

// A hostile document has a problem every few bytes; nobody reads more than these.
const MOST_PROBLEMS: usize = 1000;

/// What is noted while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Whether the version permits variables.
    pub(crate) variables: bool,
    /// Whether the document as a whole cannot be trusted.
    pub(crate) malformed: bool,
    problems: Vec<Problem>,
    unlisted: usize,
}

/// A place in a document, as a path from the top.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Top,
    Element(&'a str),
    Entry(usize),
}

impl Reading {
    /// Notes a problem that leaves the document as a whole readable.
    pub(crate) fn note(&mut self, place: &Place<'_>, kind: ProblemKind) {
        if self.problems.len() == MOST_PROBLEMS {
            self.unlisted += 1;
            return;
        }
        let place = place.to_string();
        self.problems.push(Problem { place, kind });
    }

    /// Notes a problem after which the document as a whole cannot be trusted (R16).
    pub(crate) fn note_malformed(&mut self, place: &Place<'_>, kind: ProblemKind) {
        self.malformed = true;
        self.note(place, kind);
    }

    /// Returns all problems.
    pub(crate) fn into_problems(mut self) -> Vec<Problem> {
        if self.unlisted > 0 {
            self.problems.push(Problem {
                place: Place::top().to_string(),
                kind: ProblemKind::More(self.unlisted),
            });
        }
        self.problems
    }
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(crate) fn top() -> Place<'static> {
        Place {
            above: None,
            step: Step::Top,
        }
    }

    /// The element or key `name` in here.
    pub(crate) fn element(&'a self, name: &'a str) -> Place<'a> {
        Place {
            above: Some(self),
            step: Step::Element(name),
        }
    }

    /// The entry at `position` in here.
    pub(crate) fn entry(&'a self, position: usize) -> Place<'a> {
        Place {
            above: Some(self),
            step: Step::Entry(position),
        }
    }

    fn is_top(&self) -> bool {
        matches!(self.step, Step::Top)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above.filter(|above| !above.is_top()) {
            above.fmt(f)?;
            if matches!(self.step, Step::Element(_)) {
                f.write_str(".")?;
            }
        }
        match self.step {
            Step::Top => f.write_str("document"),
            Step::Element(name) => Clipped(name).fmt(f),
            Step::Entry(position) => write!(f, "[{position}]"),
        }
    }
}

//! How a command ends, as the shell sees it.

use std::process::ExitCode;

use whocan_query::rows::{self, Answer};

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Yes, some rows, done.
    Yes,
    /// No, no rows.
    No,
    /// An assertion does not hold.
    Failed,
    /// Only under conditions.
    If,
    /// Some of what was asked could not be answered, and was told so.
    Errors,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Yes => 0,
            Outcome::No | Outcome::Failed => 1,
            Outcome::Errors => 2,
            Outcome::If => 3,
        })
    }
}

impl Outcome {
    /// Returns the outcome of a text whose answers so far had the outcome
    /// `before` and whose next one is `answer`.
    ///
    /// A failed assertion cannot be made up for; of questions, the surest counts.
    pub fn with(before: Option<Outcome>, answer: &Answer) -> Outcome {
        let failed = answer
            .assertion
            .as_ref()
            .is_some_and(|assertion| !assertion.holds);
        match (before, answer.outcome) {
            (Some(Outcome::Failed), _) => Outcome::Failed,
            _ if failed => Outcome::Failed,
            (Some(Outcome::Yes), _) | (_, rows::Outcome::Yes) => Outcome::Yes,
            (Some(Outcome::If), _) | (_, rows::Outcome::If) => Outcome::If,
            _ => Outcome::No,
        }
    }
}

//! How a command ends, as the shell sees it.

use std::process::ExitCode;

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Yes, some rows, done.
    Yes,
    /// No, no rows.
    No,
    /// Only under conditions.
    If,
    /// Some of what was asked could not be answered, and was told so.
    Errors,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(match outcome {
            Outcome::Yes => 0,
            Outcome::No => 1,
            Outcome::Errors => 2,
            Outcome::If => 3,
        })
    }
}

//! What a change brought or took.

use serde::Serialize;

use crate::access::AccessChange;

/// What one question shows of a change.
#[derive(Clone, Debug, Serialize)]
pub struct Effect {
    /// The question, which anybody can ask of both snapshots.
    pub question: String,
    /// Whose access differs, by subject.
    pub changes: Vec<AccessChange>,
}

//! Patterns over action names, such as `s3:Get*`.

use std::fmt;
use std::sync::Arc;

/// An entry of `Action` or `NotAction`, exactly as the document writes it.
///
/// A glob over the whole string, prefix included, without case (R40 to R42).
/// Nothing is repaired: ` sqs:SendMessage` or `sqs:A,sqs:B` match no action (R45).
/// Source: IAM JSON policy elements: Action, IAM User Guide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionPattern(Arc<str>);

impl ActionPattern {
    /// Takes the text as it stands.
    pub fn new(text: &str) -> ActionPattern {
        ActionPattern(text.into())
    }

    /// Returns the text as it stands.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the pattern covers the action `name`, such as `s3:GetObject`.
    pub fn matches(&self, _name: &str) -> bool {
        todo!()
    }

    /// Returns whether some action name is covered by both patterns.
    pub fn overlaps(&self, _other: &ActionPattern) -> bool {
        todo!()
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

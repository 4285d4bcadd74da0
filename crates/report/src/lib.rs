//! What changed between two snapshots: which policies and settings, and whose access through them.
//!
//! [`causes`] compares what AWS said, object by object, and looks into nothing
//! whose hash is the same. [`compare`] compares the answers to one question.
//! [`diff`] does both: each cause with the access that it brought or took.

mod access;
mod cause;
mod diff;
mod effect;
mod fact;
mod question;
mod statement;
pub mod text;

pub use access::{AccessChange, Standing, compare};
pub use cause::{Cause, Change, StatementChange, causes};
pub use diff::{Diff, Entry, Side, diff};
pub use effect::Effect;

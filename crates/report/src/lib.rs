//! What changed between two snapshots, and reports of what is found in one.
//!
//! [`causes`] compares what AWS said, object by object, and looks into nothing
//! whose hash is the same. [`compare`] compares the answers to one question.
//! [`diff`] does both: each cause with the access that it brought or took.
//!
//! A [`Definition`] is a report's file. [`run()`] asks its questions and makes a
//! [`Finished`] report, which [`forms`] writes. All of it draws its conclusions
//! from the query language; nothing here decides about access.

mod access;
mod asking;
mod baseline;
mod breaks;
mod cause;
mod changed;
mod definition;
mod diff;
mod edit;
mod effect;
mod fact;
mod finding;
mod finished;
pub mod forms;
mod found;
mod held;
mod history;
mod named;
mod narrow;
mod picture;
mod question;
mod run;
mod severity;
mod statement;
pub mod text;
mod value;

pub use access::{AccessChange, Standing, compare};
pub use baseline::{Baseline, entry};
pub use breaks::Breaks;
pub use cause::{Cause, Change, StatementChange, causes};
pub use definition::{
    Asked, Changes, Definition, DefinitionError, Delivery, Form, Style, Surroundings,
};
pub use diff::{Diff, Entry, Side, diff};
pub use edit::{Edit, EditedPolicy};
pub use effect::Effect;
pub use finding::{Accepted, Deciding, Fact, Finding, Status, Step};
pub use finished::{
    BaselineState, Cell, Finished, Gone, Matrix, Point, ReportedCause, SCHEMA, Section,
    StaleAcceptance, Summary, Taken,
};
pub use held::{Held, HeldPart};
pub use history::{Past, Seen, seen};
pub use named::Named;
pub use run::{Inputs, run};
pub use severity::Severity;

//! Finished reports as text: one file for each form.
//!
//! Whatever comes from an account is data in every form: escaped where the form
//! has markup, and without what a terminal or a spreadsheet would obey.

mod json;

use crate::{Finished, Form};

pub use json::{json, lines};

/// Returns a finished report in a form.
pub fn write(report: &Finished, form: Form) -> Vec<u8> {
    match form {
        Form::Jsonl => lines(report),
        _ => json(report),
    }
}

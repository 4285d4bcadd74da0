//! Finished reports as text: one file for each form.
//!
//! Whatever comes from an account is data in every form: escaped where the form
//! has markup, and without what a terminal or a spreadsheet would obey.

mod csv;
mod html;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod sarif;
mod text;

use crate::{Finished, Form};

pub use json::{json, lines};
pub use text::{chat, line, text};

/// Returns a finished report in a form.
pub fn write(report: &Finished, form: Form) -> Vec<u8> {
    match form {
        Form::Html => html::html(report),
        Form::Markdown => markdown::markdown(report).into_bytes(),
        Form::Json => json(report),
        Form::Jsonl => lines(report),
        Form::Csv => csv::csv(report),
        Form::Sarif => sarif::sarif(report),
        Form::Ocsf => ocsf::ocsf(report),
        Form::Junit => junit::junit(report).into_bytes(),
    }
}

/// Returns the hops of a finding in one line: `user/ana → role/deploy (prod)`.
fn way(finding: &crate::Finding) -> String {
    let mut names: Vec<String> = Vec::new();
    if let Some(first) = finding.path.first() {
        names.push(first.from.full());
    }
    names.extend(finding.path.iter().map(|step| step.to.full()));
    names.join(" → ")
}

/// Returns what would break a finding in one line, or why nothing is known.
fn remedy(finding: &crate::Finding) -> String {
    let Some(breaks) = &finding.breaks else {
        return String::new();
    };
    match breaks.words.is_empty() {
        true => breaks.note.clone().unwrap_or_default(),
        false => breaks.words.join(", and "),
    }
}

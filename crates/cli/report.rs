//! `whocan report`: reports as files, run, accepted, listed.

use std::path::Path;

use jiff::Timestamp;
use whocan_render::{Grid, Tone, json};
use whocan_report::{Definition, Finished, Form, Status, forms};

use crate::args::{ListFormat, Report, ReportFormat, ReportRun};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;
use crate::terminal::Terminal;

mod accept;
mod deliver;
mod desk;
mod file;
mod folder;
mod schedule;

use desk::{Desk, Settings};

/// Does what was asked with reports.
pub fn run(args: &Report, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    match args {
        Report::Run(args) => make(args, store),
        Report::List { files, shown } => list(files, shown.format, terminal),
        Report::Accept(args) => accept::run(args, store),
        Report::Schedule(args) => schedule::run(args, store, terminal),
    }
}

/// Runs the reports and writes or prints them.
fn make(args: &ReportRun, store: Option<&Path>) -> Result<Outcome, Failure> {
    let files = file::read(&args.files, &args.params)?;
    if args.out.is_none() && args.format.len() > 1 {
        return Err(
            Failure::new("standard output takes one format").hint("write several with --out DIR")
        );
    }
    let desk = Desk::open(store, &args.snapshot)?;
    let mut outcome = Outcome::Yes;
    for read in &files {
        let report = desk.report(read, &Settings::of(args), Timestamp::now())?;
        outcome = worse(outcome, of(&report));
        match &args.out {
            Some(dir) => {
                let forms = formats(&args.format, &read.definition);
                folder::write(dir, &report, &forms)?;
                output::write(forms::line(&report))?;
            }
            None => print(args, &report)?,
        }
    }
    Ok(outcome)
}

fn print(args: &ReportRun, report: &Finished) -> Result<(), Failure> {
    let text = match args.format.first() {
        Some(format) => forms::write(report, format.form()),
        None => forms::text(report).into_bytes(),
    };
    Ok(output::write(text)?)
}

/// Returns the forms to write: as asked, else as the file says.
fn formats(asked: &[ReportFormat], definition: &Definition) -> Vec<Form> {
    match (asked.is_empty(), definition.formats.is_empty()) {
        (false, _) => asked.iter().map(|format| format.form()).collect(),
        (true, false) => definition.formats.clone(),
        (true, true) => vec![Form::Html, Form::Json],
    }
}

/// Returns how a report ends: something new, or something that could not be answered.
fn of(report: &Finished) -> Outcome {
    let new = report
        .findings
        .iter()
        .any(|finding| finding.status == Status::New);
    match (report.problems.is_empty(), new) {
        (false, _) => Outcome::Errors,
        (true, true) => Outcome::Failed,
        (true, false) => Outcome::Yes,
    }
}

fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Errors, _) | (_, Outcome::Errors) => Outcome::Errors,
        (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
        _ => Outcome::Yes,
    }
}

/// Lists reports: those named, or those that come with the program.
fn list(
    files: &[std::path::PathBuf],
    format: ListFormat,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let files = match files {
        [] => file::shipped()?,
        _ => file::read(files, &[])?,
    };
    let text = match format {
        ListFormat::Json => {
            let all: Vec<serde_json::Value> =
                files.iter().map(|one| described(&one.definition)).collect();
            json::to_document(&all)
        }
        ListFormat::Table => {
            let mut grid = Grid::new(&["report", "title", "severity", "schedule"]);
            for one in &files {
                let definition = &one.definition;
                let schedule = definition.schedule.as_ref().map(|(cron, _)| cron.clone());
                let cells = [
                    definition.code.clone(),
                    definition.title.clone(),
                    definition.severity.word().to_owned(),
                    schedule.unwrap_or_default(),
                ];
                grid.row(cells.map(|cell| (cell, Tone::Plain)));
            }
            grid.lines(terminal.look()).into_bytes()
        }
    };
    output::write(text)?;
    Ok(Outcome::Yes)
}

fn described(definition: &Definition) -> serde_json::Value {
    let codes = definition.questions.iter().map(|asked| asked.code.as_str());
    let changes = definition.changes.iter().map(|one| one.code.as_str());
    serde_json::json!({
        "code": definition.code,
        "title": definition.title,
        "why": definition.why,
        "severity": definition.severity.word(),
        "audience": definition.audience,
        "owner": definition.owner,
        "schedule": definition.schedule.as_ref().map(|(cron, _)| cron),
        "codes": codes.chain(changes).collect::<Vec<&str>>(),
    })
}

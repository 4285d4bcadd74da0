//! `whocan report accept`: findings that somebody answers for.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use whocan_report::{Baseline, Finding, entry};

use super::desk::{Desk, Settings};
use super::file;
use crate::args::ReportAccept;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

/// Adds entries for findings to the report's baseline.
pub fn run(args: &ReportAccept, store: Option<&Path>) -> Result<Outcome, Failure> {
    let read = file::read(std::slice::from_ref(&args.file), &args.params)?;
    let read = &read[0];
    let named = args.baseline.clone().or_else(|| read.baseline_path());
    let path = named.ok_or_else(|| {
        Failure::new("the report does not say where accepted findings are kept")
            .hint("give it a key `baseline`, or name the file with --baseline")
    })?;
    let settings = Settings {
        since: args.since.clone(),
        baseline: path.exists().then(|| path.clone()),
        history: Some(0),
        what_if: 0,
    };
    let now = Timestamp::now();
    let report = Desk::open(store, &args.snapshot)?.report(read, &settings, now)?;
    let fresh: Vec<&Finding> = report.new_findings().collect();
    let chosen = chosen(args, &fresh)?;
    let expires = expires(args.expires.as_deref(), now)?;
    let mut text = match path.exists() {
        true => crate::input::text(&path)?,
        false => "# Accepted findings: each with a reason, an owner and a last day.\n".to_owned(),
    };
    for finding in &chosen {
        text.push_str(&entry(
            &report.code,
            finding,
            &args.reason,
            &args.owner,
            expires,
        ));
    }
    // What is written can be read again, or nothing is written.
    Baseline::read(&path.display().to_string(), &text).map_err(Failure::new)?;
    fs::write(&path, &text).map_err(|error| Failure::writing(&path, &error))?;
    output::write(format!(
        "accepted {} until {expires} in {}\n",
        match chosen.len() {
            1 => "1 finding".to_owned(),
            count => format!("{count} findings"),
        },
        path.display()
    ))?;
    Ok(Outcome::Yes)
}

fn chosen<'a>(args: &ReportAccept, fresh: &[&'a Finding]) -> Result<Vec<&'a Finding>, Failure> {
    if args.all {
        return Ok(fresh.to_vec());
    }
    let each = args.ids.iter().map(|id| {
        let mut found = fresh
            .iter()
            .filter(|finding| finding.id.starts_with(id.as_str()));
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(*one),
            (None, _) => Err(
                Failure::new(format_args!("no new finding has the id `{id}`"))
                    .hint("`whocan report run` lists them"),
            ),
            (Some(_), Some(_)) => Err(Failure::new(format_args!("`{id}` begins several ids"))),
        }
    });
    each.collect()
}

fn expires(said: Option<&str>, now: Timestamp) -> Result<Date, Failure> {
    let today = now.to_zoned(TimeZone::UTC).date();
    match said {
        Some(text) => text.parse().map_err(|_| {
            Failure::new(format_args!("`{text}` is no day")).hint("write it as 2027-03-31")
        }),
        None => today
            .checked_add(Span::new().days(90))
            .map_err(Failure::new),
    }
}

//! The long run: `cargo run --release --example agreement -- --cases N --seed S`.
//!
//! Draws random small organizations, asks the judge and the index, prints what
//! was compared by rule, and for each kind of disagreement one small case. With
//! `--case FILE` it asks again about a case that an earlier run wrote down.

#![allow(clippy::print_stdout, reason = "a program prints")]

#[path = "../../crates/index/tests/agreement/harness/mod.rs"]
mod harness;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use rayon::prelude::*;

use harness::case::{Case, Counts};
use harness::compare::Disagreement;
use harness::run;
use harness::tally::Tally;

/// Compares the judge and the index on random small organizations.
#[derive(Parser)]
struct Options {
    /// How many organizations are drawn.
    #[arg(long, default_value_t = 1000)]
    cases: u64,
    /// Where the row of organizations starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of the first one.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many kinds of disagreement are made small.
    #[arg(long, default_value_t = 5)]
    show: usize,
    /// Stops after so many disagreements.
    #[arg(long, default_value_t = 1000)]
    most: usize,
    /// Where the small cases are written, one file each.
    #[arg(long)]
    keep: Option<std::path::PathBuf>,
    /// Asks again about a case in a file.
    #[arg(long)]
    case: Option<std::path::PathBuf>,
}

const COUNTS: Counts = Counts {
    can: 12,
    reach: 2,
    region: 2,
};

/// How many organizations are drawn between two reports.
const BATCH: u64 = 200;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    // A panic is a finding like any other; it is told with its case.
    std::panic::set_hook(Box::new(|_| {}));
    if let Some(path) = &options.case {
        return again(path);
    }
    let mut tally = Tally::default();
    let mut found: Vec<(u64, Disagreement)> = Vec::new();
    let started = Instant::now();
    let mut reported = Instant::now();
    let end = options.first + options.cases;
    let mut next = options.first;
    while next < end && found.len() < options.most {
        let batch = next..end.min(next + BATCH);
        next = batch.end;
        let results: Vec<(u64, Tally, Vec<Disagreement>)> = batch
            .into_par_iter()
            .map(|number| {
                let mut tally = Tally::default();
                let case = Case::draw(options.seed, number, COUNTS);
                let found = run::check(&case, &mut tally);
                (number, tally, found)
            })
            .collect();
        for (number, one, differences) in results {
            tally.merge(&one);
            found.extend(
                differences
                    .into_iter()
                    .map(|difference| (number, difference)),
            );
        }
        if reported.elapsed() > Duration::from_secs(10) {
            reported = Instant::now();
            progress(next, &tally, found.len(), started);
        }
    }
    progress(next, &tally, found.len(), started);
    println!("\n{tally}");
    report(&options, &found)
}

fn progress(cases: u64, tally: &Tally, found: usize, started: Instant) {
    let seconds = started.elapsed().as_secs();
    println!(
        "{cases} cases, {} requests, {found} disagreements, {seconds} s",
        tally.requests
    );
}

fn report(options: &Options, found: &[(u64, Disagreement)]) -> anyhow::Result<()> {
    let mut kinds: BTreeMap<&str, Vec<&(u64, Disagreement)>> = BTreeMap::new();
    for one in found {
        kinds.entry(&one.1.sign).or_default().push(one);
    }
    for (sign, all) in &kinds {
        println!("{:>6} {sign}", all.len());
    }
    let mut shown = 0;
    for (sign, all) in &kinds {
        let mut before = None;
        for (number, difference) in all {
            if shown >= options.show * kinds.len().min(options.show) {
                break;
            }
            // One of a case is enough.
            if before == Some(number) {
                continue;
            }
            before = Some(number);
            let case = Case::draw(options.seed, *number, COUNTS);
            let (small, difference) = run::smallest(&case, difference);
            println!("\n=== {sign}, case {number}\n{small}{difference}");
            if let Some(folder) = &options.keep {
                let path = folder.join(format!("{number}-{shown}.json"));
                let text = serde_json::to_string(&small)?;
                std::fs::write(&path, text).context("writing a case")?;
            }
            shown += 1;
            if all.iter().position(|one| one.0 == *number) >= Some(options.show) {
                break;
            }
        }
    }
    anyhow::ensure!(found.is_empty(), "{} disagreements", found.len());
    Ok(())
}

fn again(path: &std::path::Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).context("reading a case")?;
    let case: Case = serde_json::from_str(&text).context("reading a case")?;
    let found = run::check(&case, &mut Tally::default());
    println!("{case}");
    for difference in &found {
        println!("{difference}");
    }
    anyhow::ensure!(found.is_empty(), "{} disagreements", found.len());
    Ok(())
}

//! The long run: `cargo run --release --example agreement -- --cases N --seed S`.
//!
//! Draws random small organizations, asks the judge and the index, prints what
//! was compared by rule, and for each kind of disagreement some small cases.
//! `--first` starts the row later, `--show` says how many cases of a kind are
//! made small, `--most` stops after so many disagreements, `--keep FOLDER`
//! writes the small cases down and `--case FILE` asks about one of them again.

#![allow(clippy::print_stdout, reason = "a program prints")]

#[path = "../../tests/agreement/harness/mod.rs"]
mod harness;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use harness::case::{Case, Counts};
use harness::compare::Disagreement;
use harness::run;
use harness::tally::Tally;

const COUNTS: Counts = Counts {
    can: 12,
    reach: 2,
    region: 2,
};

/// How many organizations are drawn between two looks at the clock.
const BATCH: u64 = 100;

struct Options {
    cases: u64,
    seed: u64,
    first: u64,
    show: usize,
    most: usize,
    keep: Option<PathBuf>,
    case: Option<PathBuf>,
}

impl Options {
    fn read() -> Result<Options, Box<dyn Error>> {
        let mut options = Options {
            cases: 1000,
            seed: 1,
            first: 0,
            show: 1,
            most: 1000,
            keep: None,
            case: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(name) = words.next() {
            let value = words.next().ok_or(format!("`{name}` needs a value"))?;
            match name.as_str() {
                "--cases" => options.cases = value.parse()?,
                "--seed" => options.seed = value.parse()?,
                "--first" => options.first = value.parse()?,
                "--show" => options.show = value.parse()?,
                "--most" => options.most = value.parse()?,
                "--keep" => options.keep = Some(value.into()),
                "--case" => options.case = Some(value.into()),
                _ => return Err(format!("there is no option `{name}`").into()),
            }
        }
        Ok(options)
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::read()?;
    // A panic is a finding like any other; it is told with its case.
    std::panic::set_hook(Box::new(|_| {}));
    let agreed = match &options.case {
        Some(path) => again(path)?,
        None => search(&options)?,
    };
    Ok(if agreed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

type Found = Vec<(u64, Disagreement)>;

fn search(options: &Options) -> Result<bool, Box<dyn Error>> {
    let mut tally = Tally::default();
    let mut found = Found::new();
    let started = Instant::now();
    let mut reported = Instant::now();
    let end = options.first + options.cases;
    let mut next = options.first;
    while next < end && found.len() < options.most {
        let batch = next..end.min(next + BATCH);
        next = batch.end;
        for (one, differences) in ask(options.seed, batch) {
            tally.merge(&one);
            found.extend(differences);
        }
        if reported.elapsed() > Duration::from_secs(10) {
            reported = Instant::now();
            progress(next, &tally, found.len(), started);
        }
    }
    progress(next, &tally, found.len(), started);
    println!("\n{tally}");
    report(options, &found)?;
    Ok(found.is_empty())
}

fn ask(seed: u64, numbers: std::ops::Range<u64>) -> Vec<(Tally, Found)> {
    let all = numbers.into_par_iter().map(|number| {
        let mut tally = Tally::default();
        let case = Case::draw(seed, number, COUNTS);
        let found = run::check(&case, &mut tally);
        let found = found.into_iter().map(|difference| (number, difference));
        (tally, found.collect())
    });
    all.collect()
}

fn progress(cases: u64, tally: &Tally, found: usize, started: Instant) {
    let seconds = started.elapsed().as_secs();
    println!(
        "{cases} cases, {} requests, {found} disagreements, {seconds} s",
        tally.requests
    );
}

fn report(options: &Options, found: &[(u64, Disagreement)]) -> Result<(), Box<dyn Error>> {
    // Of each kind one disagreement for each organization.
    let mut kinds: BTreeMap<&str, BTreeMap<u64, &Disagreement>> = BTreeMap::new();
    for (number, one) in found {
        let kind = kinds.entry(&one.sign).or_default();
        kind.entry(*number).or_insert(one);
    }
    for (sign, all) in &kinds {
        println!("{sign}: in {} organizations", all.len());
    }
    for (sign, all) in &kinds {
        for (number, difference) in all.iter().take(options.show) {
            let case = Case::draw(options.seed, *number, COUNTS);
            let (small, difference) = run::smallest(&case, difference);
            println!("\n=== {sign}, organization {number}\n{small}{difference}");
            if let Some(folder) = &options.keep {
                let name = sign.replace(|one: char| !one.is_alphanumeric(), "-");
                let path = folder.join(format!("{number}-{name}.json"));
                std::fs::write(path, serde_json::to_string(&small)?)?;
            }
        }
    }
    Ok(())
}

fn again(path: &Path) -> Result<bool, Box<dyn Error>> {
    let case: Case = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let found = run::check(&case, &mut Tally::default());
    println!("{case}");
    for difference in &found {
        println!("{difference}");
    }
    Ok(found.is_empty())
}

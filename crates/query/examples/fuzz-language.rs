//! The long run: `cargo run --release --example fuzz-language -- --minutes N [--seed S]`.
//!
//! Draws texts near the language until the time is over and says which of them
//! break a promise of the parser, the planner or the formatter.

#![allow(clippy::print_stdout, reason = "a program prints")]

#[path = "../tests/example/mod.rs"]
mod example;
#[path = "../tests/fuzz/mod.rs"]
mod texts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use texts::{Became, Dice, check, seeds, text};

/// How many texts are drawn between two words about them.
const BATCH: u64 = 20_000;

fn main() -> ExitCode {
    let (mut minutes, mut seed) = (1, 0);
    let mut words = std::env::args().skip(1);
    while let (Some(word), value) = (words.next(), words.next()) {
        let number = value.and_then(|value| value.parse().ok());
        match (word.as_str(), number) {
            ("--minutes", Some(number)) => minutes = number,
            ("--seed", Some(number)) => seed = number,
            _ => {
                println!("expected --minutes N and --seed S");
                return ExitCode::from(2);
            }
        }
    }
    run(Duration::from_secs(60 * minutes), seed)
}

fn run(time: Duration, seed: u64) -> ExitCode {
    let seeds = seeds();
    let begun = Instant::now();
    let (mut drawn, mut planned, mut found) = (0_u64, 0_u64, 0_u64);
    let mut slowest = Duration::ZERO;
    while begun.elapsed() < time {
        let text = text(&mut Dice::new(seed.wrapping_add(drawn)), &seeds);
        let started = Instant::now();
        let checked = catch_unwind(AssertUnwindSafe(|| check(&text)));
        slowest = slowest.max(started.elapsed());
        match checked.unwrap_or_else(|_| Err("a panic".to_owned())) {
            Ok(became) => planned += u64::from(became == Became::Planned),
            Err(why) => {
                found += 1;
                println!("--- text {}:\n{text}\n--- {why}", seed.wrapping_add(drawn));
            }
        }
        drawn += 1;
        if drawn.is_multiple_of(BATCH) {
            println!("{drawn} texts, {planned} sentences, slowest {slowest:?}, {found} found");
        }
    }
    println!("{drawn} texts, {planned} sentences, slowest {slowest:?}, {found} found");
    ExitCode::from(u8::from(found > 0))
}

//! Decides rule cases: `cargo run -q --release --example rule-cases -- FILE.jsonl`.
//!
//! Reads one case a line and answers one line each, in order:
//! `{"id", "eval", "index", "hops", "open"}`. A case that cannot be read or
//! decided answers `{"id", "error"}` and the rest go on.

mod answer;
mod case;
mod line;
mod question;
mod world;

use std::fs::File;
use std::io::{BufRead, BufReader, Write, stdout};

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let path = std::env::args()
        .nth(1)
        .context("expected a file of cases, one JSON object a line")?;
    let file = File::open(&path).with_context(|| format!("cannot open `{path}`"))?;
    let mut out = stdout().lock();
    for line in BufReader::new(file).lines() {
        let line = line.with_context(|| format!("cannot read `{path}`"))?;
        if !line.trim().is_empty() {
            writeln!(out, "{}", judge(&line))?;
        }
    }
    Ok(())
}

fn judge(line: &str) -> String {
    let answered = serde_json::from_str::<case::Case>(line)
        .map_err(|error| error.to_string())
        .and_then(|case| line::line(&case));
    match answered {
        Ok(line) => serde_json::to_string(&line).expect("a line is plain data"),
        Err(error) => serde_json::json!({"id": id(line), "error": error}).to_string(),
    }
}

fn id(line: &str) -> serde_json::Value {
    let value: Option<serde_json::Value> = serde_json::from_str(line).ok();
    value
        .and_then(|value| value.get("id").cloned())
        .unwrap_or_default()
}

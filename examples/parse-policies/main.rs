//! Parses every policy below a folder: `cargo run -q --release --example parse-policies -- DIR [--list]`.
//!
//! Looks into each `.json` and `.jsonl` file for policy documents: the whole
//! file, an object anywhere in it that has a `Statement`, or such an object as
//! text, percent-encoded or not. Prints how many there are and what in them is
//! not known; `--list` prints every unknown name with how often it stands there.

#![allow(clippy::print_stdout, reason = "a program prints")]

mod documents;
mod findings;

use std::path::{Path, PathBuf};

use anyhow::Context;

use findings::Findings;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (options, folders): (Vec<&String>, Vec<&String>) =
        words.iter().partition(|word| word.starts_with("--"));
    if let Some(other) = options.iter().find(|option| **option != "--list") {
        anyhow::bail!("there is no option `{other}`");
    }
    let folder = folders.first().context("expected a folder of policies")?;
    let mut findings = Findings::default();
    for path in files(Path::new(folder.as_str()))? {
        let bytes = std::fs::read(&path);
        let bytes = bytes.with_context(|| format!("cannot read `{}`", path.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = path.extension().is_some_and(|end| end == "jsonl");
        findings.file(&documents::of(&text, lines));
    }
    print!("{findings}");
    if !options.is_empty() {
        print!("{}", findings.list());
    }
    Ok(())
}

/// Returns the files to look into, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot list `{}`", folder.display()))? {
            let path = entry?.path();
            let kind = path.extension().and_then(|end| end.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(kind, Some("json" | "jsonl")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

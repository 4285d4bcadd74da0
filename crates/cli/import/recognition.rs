//! `whocan import --recognize`: what paths are, without storing anything.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use whocan_import::{Format, Recognition, Recognized, recognize};
use whocan_render::Plain;

use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

// Two thousand accounts of one format need no two thousand lines.
const MOST_ACCOUNTS: usize = 3;

/// Prints what each path is recognised as. The outcome is no if one is nothing known.
pub fn run(paths: &[PathBuf]) -> Result<Outcome, Failure> {
    let mut text = String::new();
    let mut all = true;
    for path in paths {
        let recognition = recognize(path)?;
        all &= !recognition.found.is_empty();
        describe(&mut text, path, &recognition);
    }
    output::write(text)?;
    Ok(if all { Outcome::Yes } else { Outcome::No })
}

fn describe(text: &mut String, path: &Path, recognition: &Recognition) {
    let path = path.display().to_string();
    if recognition.found.is_empty() {
        let _ = writeln!(text, "{}: nothing that is known", Plain(&path));
    }
    for (format, why) in &recognition.missing {
        let _ = writeln!(text, "  not {format}: expected {why}");
    }
    for inside in &recognition.inside {
        let inside = inside.display().to_string();
        let _ = writeln!(text, "  but there is an export in {}", Plain(&inside));
    }
    let mut formats: BTreeMap<Format, Vec<&Recognized>> = BTreeMap::new();
    for found in &recognition.found {
        formats.entry(found.format).or_default().push(found);
    }
    for (format, found) in formats {
        let _ = writeln!(text, "{}: {format}, {}", Plain(&path), contents(&found));
    }
}

/// Names the accounts, the first of them if there are many.
fn contents(found: &[&Recognized]) -> String {
    let accounts: Vec<String> = found
        .iter()
        .filter_map(|found| found.account.map(|id| id.to_string()))
        .collect();
    let mut parts = Vec::new();
    if found.iter().any(|found| found.account.is_none()) {
        parts.push("an organization".to_owned());
    }
    let named = accounts.iter().take(MOST_ACCOUNTS).cloned();
    let named: Vec<String> = named.collect();
    match accounts.len() {
        0 => {}
        1 => parts.push(format!("account {}", named.join(""))),
        few if few <= MOST_ACCOUNTS => parts.push(format!("accounts {}", named.join(", "))),
        many => parts.push(format!("{many} accounts ({}, ...)", named.join(", "))),
    }
    parts.join(", ")
}

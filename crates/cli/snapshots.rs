//! `whocan snapshots`: what the store holds.

use std::path::Path;

use serde::Serialize;
use whocan_render::{Grid, Look, Plain, Tone, json};
use whocan_snapshot::{Finding, FindingKind, Manifest, SnapshotId, Store, StoreError};

use crate::args::{ListFormat, Snapshots};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::terminal::Terminal;
use crate::{cached, output, store_location};

mod contents;
mod prune;

/// Does what was asked with the store.
pub fn run(
    args: &Snapshots,
    store: Option<&Path>,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let store = store_location::open(store)?;
    match args {
        Snapshots::List { shown } => list(&store, shown.format, terminal.look()),
        Snapshots::Show {
            id,
            documents,
            shown,
        } => contents::show(&store, id, *documents, shown.format, terminal.look()),
        Snapshots::Verify { id, shown } => verify(&store, id.as_deref(), shown.format),
        Snapshots::Remove { ids } => remove(&store, ids),
        Snapshots::Prune(args) => prune::run(&store, args, terminal.look()),
    }
}

/// One snapshot in a list.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a SnapshotId,
    label: Option<&'a str>,
    taken: jiff::Timestamp,
    source: &'a str,
    accounts: usize,
    organization: bool,
    assumptions: &'a [String],
}

impl<'a> Entry<'a> {
    fn of(id: &'a SnapshotId, manifest: &'a Manifest) -> Entry<'a> {
        Entry {
            id,
            label: manifest.label.as_deref(),
            taken: manifest.taken,
            source: &manifest.source,
            accounts: manifest.accounts.len(),
            organization: manifest.organization.is_some(),
            assumptions: &manifest.assumptions,
        }
    }
}

fn list(store: &Store, format: ListFormat, look: Look) -> Result<Outcome, Failure> {
    let snapshots = store.snapshots()?;
    let entries: Vec<Entry<'_>> = snapshots
        .iter()
        .map(|(id, manifest)| Entry::of(id, manifest))
        .collect();
    let text = match format {
        ListFormat::Json => json::to_document(&entries),
        ListFormat::Table => table(&entries, look).into_bytes(),
    };
    output::write(text)?;
    Ok(if entries.is_empty() {
        Outcome::No
    } else {
        Outcome::Yes
    })
}

fn table(entries: &[Entry<'_>], look: Look) -> String {
    let mut grid = Grid::new(&["snapshot", "label", "accounts", "source"]);
    for entry in entries {
        let accounts = match entry.organization {
            true => format!("{}, an organization", entry.accounts),
            false => entry.accounts.to_string(),
        };
        let cells = [
            entry.id.0.as_str(),
            entry.label.unwrap_or(""),
            &accounts,
            entry.source,
        ];
        grid.row(cells.map(|text| (text, Tone::Plain)));
    }
    match entries {
        [] => "no snapshots yet: `whocan import PATH` makes one\n".to_owned(),
        _ => grid.lines(look),
    }
}

/// One thing that is wrong.
#[derive(Serialize)]
struct Found<'a> {
    kind: String,
    damage: bool,
    path: String,
    message: &'a str,
    snapshots: &'a [SnapshotId],
}

impl<'a> Found<'a> {
    fn of(finding: &'a Finding) -> Found<'a> {
        Found {
            kind: kebab(finding.kind),
            damage: finding.kind.is_damage(),
            path: finding.path.display().to_string(),
            message: &finding.message,
            snapshots: &finding.snapshots,
        }
    }
}

/// Returns the kind's name as `missing-object`.
fn kebab(kind: FindingKind) -> String {
    let mut name = String::new();
    for character in format!("{kind:?}").chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

fn verify(store: &Store, id: Option<&str>, format: ListFormat) -> Result<Outcome, Failure> {
    let findings = match id {
        Some(text) => {
            let id = exact_or_found(store, text)?;
            let mut findings = store.verify_snapshot(&id);
            findings.extend(cached::verify(store, &id));
            findings
        }
        None => [store.verify(), cached::verify_all(store)].concat(),
    };
    let damaged = findings.iter().any(|finding| finding.kind.is_damage());
    let text = match format {
        ListFormat::Json => {
            let found: Vec<Found<'_>> = findings.iter().map(Found::of).collect();
            json::to_document(&found)
        }
        ListFormat::Table => findings_text(&findings, damaged).into_bytes(),
    };
    output::write(text)?;
    Ok(if damaged { Outcome::No } else { Outcome::Yes })
}

fn findings_text(findings: &[Finding], damaged: bool) -> String {
    let mut text = String::new();
    for finding in findings {
        let what = if finding.kind.is_damage() {
            "damage"
        } else {
            "note"
        };
        text.push_str(&format!("{what}: {}\n", Plain(&finding.message)));
    }
    if !damaged {
        text.push_str("all that is stored can be read\n");
    }
    text
}

/// Returns the snapshot that `text` means. A damaged one is known by its id only.
fn exact_or_found(store: &Store, text: &str) -> Result<SnapshotId, Failure> {
    match store.find(text) {
        Ok(id) => Ok(id),
        Err(StoreError::Damaged { .. }) => Ok(SnapshotId(text.to_owned())),
        Err(error) => Err(error.into()),
    }
}

fn remove(store: &Store, texts: &[String]) -> Result<Outcome, Failure> {
    let found = texts.iter().map(|text| exact_or_found(store, text));
    let mut ids = found.collect::<Result<Vec<SnapshotId>, Failure>>()?;
    ids.sort();
    ids.dedup();
    let mut writer = store.writer()?;
    for id in &ids {
        let removed = writer.remove(id)?;
        let kept = match removed.kept {
            true => ", and kept what an unreadable snapshot may need",
            false => "",
        };
        output::write(format!(
            "removed {id} and {} objects that only it needed{kept}\n",
            removed.objects
        ))?;
    }
    Ok(Outcome::Yes)
}

//! Old snapshots go, so many of each period stay.

use std::collections::BTreeSet;

use serde::Serialize;
use whocan_render::{Grid, Look, Tone, json};
use whocan_snapshot::{Candidate, Reason, Removed, Retention, SnapshotId, Store};

use crate::args::{Keep, ListFormat, Prune};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

/// Removes what no rule keeps, or says what it would remove.
pub fn run(store: &Store, args: &Prune, look: Look) -> Result<Outcome, Failure> {
    // Nobody may add a snapshot between the decision and the deed.
    let writer = match args.dry_run {
        true => None,
        false => Some(store.writer()?),
    };
    let candidates = store.candidates()?;
    let reasons = retention(&args.keep, args.labelled_too).reasons(&candidates);
    let pruned = Pruned::of(&candidates, &reasons);
    let removed = match writer {
        None => None,
        Some(mut writer) => Some(writer.remove_all(&pruned.goes())?),
    };
    output::write(match args.shown.format {
        ListFormat::Json => json::to_document(&pruned.document(removed)),
        ListFormat::Table => pruned.text(removed, look).into_bytes(),
    })?;
    Ok(Outcome::Yes)
}

fn retention(keep: &Keep, labelled_too: bool) -> Retention {
    Retention {
        last: keep.last.unwrap_or(0),
        hourly: keep.hourly.unwrap_or(0),
        daily: keep.daily.unwrap_or(0),
        weekly: keep.weekly.unwrap_or(0),
        monthly: keep.monthly.unwrap_or(0),
        yearly: keep.yearly.unwrap_or(0),
        labelled_too,
    }
}

/// What was decided about each snapshot.
struct Pruned<'a> {
    decided: Vec<Decided<'a>>,
}

/// One snapshot, and why it stays; it goes if there is no reason.
#[derive(Serialize)]
struct Decided<'a> {
    id: &'a SnapshotId,
    label: Option<&'a str>,
    taken: jiff::Timestamp,
    of: &'a str,
    what_if: bool,
    kept_by: Vec<String>,
}

/// The whole answer as JSON.
#[derive(Serialize)]
struct Document<'a> {
    dry_run: bool,
    snapshots: &'a [Decided<'a>],
    removed: Option<Counts>,
}

/// How much was removed.
#[derive(Serialize)]
struct Counts {
    snapshots: usize,
    objects: u64,
    derived: u64,
}

impl<'a> Pruned<'a> {
    fn of(candidates: &'a [Candidate], reasons: &[BTreeSet<Reason>]) -> Pruned<'a> {
        let decided = candidates.iter().zip(reasons).map(|(it, reasons)| Decided {
            id: &it.id,
            label: it.label.as_deref(),
            taken: it.taken,
            of: &it.subject.name,
            what_if: it.subject.what_if,
            kept_by: reasons.iter().map(Reason::to_string).collect(),
        });
        Pruned {
            decided: decided.collect(),
        }
    }

    fn goes(&self) -> Vec<SnapshotId> {
        let gone = self.decided.iter().filter(|it| it.kept_by.is_empty());
        gone.map(|it| it.id.clone()).collect()
    }

    fn document(&'a self, removed: Option<Removed>) -> Document<'a> {
        Document {
            dry_run: removed.is_none(),
            snapshots: &self.decided,
            removed: removed.map(|removed| Counts {
                snapshots: self.goes().len(),
                objects: removed.objects,
                derived: removed.derived,
            }),
        }
    }

    fn text(&self, removed: Option<Removed>, look: Look) -> String {
        let mut grid = Grid::new(&["snapshot", "label", "kept by"]);
        for it in &self.decided {
            let (why, tone) = match (it.kept_by.as_slice(), &removed) {
                ([], None) => ("would be removed".to_owned(), Tone::No),
                ([], Some(_)) => ("removed".to_owned(), Tone::No),
                (reasons, _) => (reasons.join(", "), Tone::Plain),
            };
            grid.row([
                (it.id.0.as_str(), Tone::Plain),
                (it.label.unwrap_or(""), Tone::Plain),
                (why.as_str(), tone),
            ]);
        }
        let table = match self.decided.as_slice() {
            [] => String::new(),
            _ => grid.lines(look),
        };
        format!("{table}{}\n", self.summary(removed))
    }

    fn summary(&self, removed: Option<Removed>) -> String {
        let gone = self.goes().len();
        let kept = self.decided.len() - gone;
        match removed {
            None => format!("would remove {gone} snapshots and keep {kept}; nothing was removed"),
            Some(removed) => format!(
                "removed {gone} snapshots and kept {kept}; {} objects and {} derived files went that none of these needs",
                removed.objects, removed.derived
            ),
        }
    }
}

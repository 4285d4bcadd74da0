//! Where reports are made: one snapshot, and those before it.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use whocan_index::Index;
use whocan_report::{Definition, Finished, Inputs, Past, Seen, Side, Taken, seen};
use whocan_snapshot::{Manifest, ObjectHash, SnapshotId, Store};

use super::file::Read;
use crate::args::ReportRun;
use crate::failure::Failure;
use crate::ground::Ground;
use crate::{cached, store_location};

/// How reports are made.
#[derive(Clone, Debug)]
pub struct Settings {
    pub since: Option<String>,
    pub baseline: Option<PathBuf>,
    pub history: Option<usize>,
    pub what_if: usize,
}

impl Settings {
    /// Returns what the command line says.
    pub fn of(args: &ReportRun) -> Settings {
        Settings {
            since: args.since.clone(),
            baseline: args.baseline.clone(),
            history: args.history,
            what_if: args.what_if,
        }
    }
}

/// One snapshot with its index, and the manifests of those before it.
pub struct Desk {
    store: Store,
    taken: Taken,
    ground: Ground,
    index: Index,
    // The newest first.
    earlier: Vec<(SnapshotId, Manifest)>,
}

impl Desk {
    /// Opens the store at the snapshot that `name` means.
    pub fn open(store: Option<&Path>, name: &str) -> Result<Desk, Failure> {
        Desk::at(store_location::open(store)?, name)
    }

    /// Lays out the snapshot that `name` means.
    pub fn at(store: Store, name: &str) -> Result<Desk, Failure> {
        let ground = Ground::find(&store, name)?;
        let index = cached::index(&store, &ground.id)?;
        let all = store.snapshots()?;
        let before = |(id, manifest): &(SnapshotId, Manifest)| {
            *id != ground.id && !manifest.is_what_if() && manifest.taken < ground.manifest.taken
        };
        let mut earlier: Vec<(SnapshotId, Manifest)> = all.into_iter().filter(before).collect();
        earlier.sort_by(|one, other| (other.1.taken, &other.0).cmp(&(one.1.taken, &one.0)));
        Ok(Desk {
            taken: taken(&ground.id, &ground.manifest),
            store,
            ground,
            index,
            earlier,
        })
    }

    /// Makes one report.
    pub fn report(
        &self,
        read: &Read,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Finished, Failure> {
        let definition = &read.definition;
        let since = self.since(settings.since.as_deref())?;
        let pasts = self.pasts(definition, settings.history.unwrap_or(definition.history))?;
        let known = match (&settings.since, since) {
            (Some(_), Some((id, manifest))) => Some(self.past(definition, id, manifest)?),
            _ => None,
        };
        let before = match (&definition.changes, since) {
            (Some(_), Some((id, manifest))) => {
                let ground = Ground::find(&self.store, &id.0)?;
                let index = cached::index(&self.store, id)?;
                Some((taken(id, manifest), ground, index))
            }
            _ => None,
        };
        let baseline = read.baseline(settings.baseline.as_deref())?;
        let inputs = Inputs {
            now: (&self.taken, side(&self.ground, &self.index)),
            before: before
                .as_ref()
                .map(|(taken, ground, index)| (taken, side(ground, index))),
            since: known.as_ref(),
            pasts: &pasts,
            baseline: baseline.as_ref(),
            generated: now,
            what_if: settings.what_if,
        };
        Ok(whocan_report::run(definition, inputs))
    }

    /// Returns the snapshot to compare with: the one that is named, the latest
    /// that is so old, or the one before.
    fn since(&self, said: Option<&str>) -> Result<Option<&(SnapshotId, Manifest)>, Failure> {
        let Some(said) = said else {
            return Ok(self.earlier.first());
        };
        if let Some(age) = age(said) {
            let until = self.taken.taken - age;
            let mut old = self
                .earlier
                .iter()
                .filter(|(_, manifest)| manifest.taken <= until);
            let none = || {
                Failure::new(format_args!(
                    "no snapshot is {said} older than {}",
                    self.taken.id
                ))
                .hint("`whocan snapshots list` lists them")
            };
            return Ok(Some(old.next().ok_or_else(none)?));
        }
        let id = self.store.find(said)?;
        let found = self.earlier.iter().find(|(own, _)| *own == id);
        let none = || {
            Failure::new(format_args!(
                "snapshot {id} is not older than {}",
                self.taken.id
            ))
            .hint("`--since` takes an earlier snapshot, or an age such as 7d")
        };
        Ok(Some(found.ok_or_else(none)?))
    }

    /// Returns what earlier snapshots would have reported, the newest first.
    fn pasts(&self, definition: &Definition, count: usize) -> Result<Vec<Past>, Failure> {
        if definition.questions.is_empty() {
            return Ok(Vec::new());
        }
        let earlier = self.earlier.iter().take(count);
        earlier
            .map(|(id, manifest)| self.past(definition, id, manifest))
            .collect()
    }

    /// Returns what one earlier snapshot would have reported, which the store keeps.
    fn past(
        &self,
        definition: &Definition,
        id: &SnapshotId,
        manifest: &Manifest,
    ) -> Result<Past, Failure> {
        let kept = self.kept(definition, id, manifest);
        let known = std::fs::read(&kept).ok();
        let known = known.and_then(|bytes| serde_json::from_slice::<Vec<Seen>>(&bytes).ok());
        let all = match known {
            Some(seen) => seen,
            None => {
                let index = cached::index(&self.store, id)?;
                let fresh = seen(definition, &index);
                // Only a convenience: without it the next report takes longer.
                let _ = keep(&self.store, &kept, &fresh);
                fresh
            }
        };
        Ok(Past {
            taken: taken(id, manifest),
            seen: all,
        })
    }

    /// Returns the file that keeps what a snapshot would have reported.
    ///
    /// Its name begins with the content that it is derived from. The snapshot's
    /// time and activity bear on it too, so its id is part of the name.
    fn kept(&self, definition: &Definition, id: &SnapshotId, manifest: &Manifest) -> PathBuf {
        let asked = definition.questions.iter();
        let asked: Vec<(&str, &str, bool)> = asked
            .map(|one| (one.code.as_str(), one.text.as_str(), one.pairs))
            .collect();
        let said = format!("{} {id} {asked:?}", env!("CARGO_PKG_VERSION"));
        let asked = ObjectHash::of(said.as_bytes());
        let content = manifest.content_hash();
        let name = format!("{content}.{}.seen", &asked.as_str()[..16]);
        self.store.derived_dir().join(name)
    }
}

fn keep(store: &Store, path: &Path, seen: &[Seen]) -> Result<(), Failure> {
    let dir = store.create_derived_dir()?;
    let bytes = serde_json::to_vec(seen).map_err(Failure::new)?;
    // Unfinished files begin with the content's hash as well.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let writing = |error| Failure::writing(path, &error);
    let mut file = tempfile::Builder::new()
        .prefix(&format!("{name}."))
        .tempfile_in(dir)
        .map_err(writing)?;
    std::io::Write::write_all(&mut file, &bytes).map_err(writing)?;
    file.persist(path).map_err(|error| writing(error.error))?;
    Ok(())
}

fn taken(id: &SnapshotId, manifest: &Manifest) -> Taken {
    Taken {
        id: id.0.clone(),
        label: manifest.label.clone(),
        taken: manifest.taken,
    }
}

fn side<'a>(ground: &'a Ground, index: &'a Index) -> Side<'a> {
    Side {
        manifest: &ground.manifest,
        snapshot: &ground.snapshot,
        index,
    }
}

/// Returns the stretch of time that `7d` or `12h` says.
fn age(text: &str) -> Option<SignedDuration> {
    let hours = match text.strip_suffix('d') {
        Some(days) => days.parse::<i64>().ok()?.checked_mul(24)?,
        None => text.strip_suffix('h')?.parse::<i64>().ok()?,
    };
    (0..=24 * 36_500)
        .contains(&hours)
        .then(|| SignedDuration::from_hours(hours))
}

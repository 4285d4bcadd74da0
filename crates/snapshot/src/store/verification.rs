//! The search for everything that is wrong with a store.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::envelope::Kind;
use super::inventory::Inventory;
use super::manifests::Reference;
use super::needs::Needs;
use super::{ObjectHash, StoreError, derived, lock, manifests, objects, writer};
use crate::{AccountObject, ActivityObject, OrganizationObject, SnapshotId};

/// One thing that is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: FindingKind,
    /// The same in words, with the path.
    pub message: String,
    /// The snapshots that do not load because of it, sorted.
    pub snapshots: Vec<SnapshotId>,
}

/// What is wrong with a file of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FindingKind {
    /// A directory cannot be listed.
    UnreadableDirectory,
    /// A manifest is damaged, too new or forbidden.
    UnreadableManifest,
    /// An object that a manifest names is not there.
    MissingObject,
    /// An object is damaged, too new or forbidden.
    UnreadableObject,
    /// No manifest names the object: an import was not finished.
    UnreferencedObject,
    /// A writer died while it wrote the file.
    Unfinished,
    /// Derived from a snapshot that is gone.
    UnneededDerived,
    /// Derived from a snapshot and of no use: it will be built again. Whoever
    /// knows what is derived finds this, not the store.
    UnusableDerived,
    /// Not of the store at all.
    Foreign,
    /// Others than the owner may read or write it.
    NotPrivate,
}

impl FindingKind {
    /// Returns whether something that was stored cannot be read; all other
    /// findings are only untidy, or too open.
    pub fn is_damage(self) -> bool {
        matches!(
            self,
            FindingKind::UnreadableDirectory
                | FindingKind::UnreadableManifest
                | FindingKind::MissingObject
                | FindingKind::UnreadableObject
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Examines a whole store.
pub(super) fn verify(store: &Path) -> Vec<Finding> {
    let mut search = Search::new(store);
    // The order matters while others work. What was there before the lock was
    // found free, and is there afterwards, is not what a writer is busy with.
    let unfinished = search.list(
        &writer::temporary_dir(store),
        writer::temporary_files(store),
    );
    let listed = search
        .list(&objects::dir(store), objects::list(store))
        .objects;
    let nobody_writes = lock::is_free(store);

    let ids = search.list(&manifests::dir(store), manifests::list(store));
    let named = search.examine_manifests(&ids);
    search.examine_objects(&named);
    search.examine_others(&listed, &named, nobody_writes);
    if nobody_writes {
        search.report_unfinished(&unfinished);
    }
    search.report_derived();
    search.report_inventory();
    search.finish()
}

/// Examines one snapshot.
pub(super) fn verify_snapshot(store: &Path, id: &SnapshotId) -> Vec<Finding> {
    let mut search = Search::new(store);
    let named = search.examine_manifests(std::slice::from_ref(id));
    if named.is_empty() && search.findings.is_empty() && manifests::load(store, id).is_err() {
        let error = StoreError::NoSuchSnapshot { text: id.0.clone() };
        let path = manifests::path(store, id);
        search.add(path, FindingKind::UnreadableManifest, error.to_string());
    }
    search.examine_objects(&named);
    search.finish()
}

/// Who names each object.
type Named = BTreeMap<Reference, Vec<SnapshotId>>;

struct Search<'a> {
    store: &'a Path,
    findings: Vec<Finding>,
}

impl Search<'_> {
    fn new(store: &Path) -> Search<'_> {
        Search {
            store,
            findings: Vec::new(),
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        self.findings.sort();
        self.findings.dedup();
        self.findings
    }

    fn add(&mut self, path: PathBuf, kind: FindingKind, message: String) {
        self.findings.push(Finding {
            path,
            kind,
            message,
            snapshots: Vec::new(),
        });
    }

    /// Takes a listing, or notes that there is none.
    fn list<T: Default>(&mut self, dir: &Path, listed: Result<T, StoreError>) -> T {
        listed.unwrap_or_else(|error| {
            let message = error.to_string();
            self.add(dir.to_owned(), FindingKind::UnreadableDirectory, message);
            T::default()
        })
    }

    /// Reads manifests and returns what they name.
    fn examine_manifests(&mut self, ids: &[SnapshotId]) -> Named {
        let mut named = Named::new();
        for id in ids {
            let references = manifests::load(self.store, id)
                .and_then(|manifest| manifests::references(&manifest));
            match references {
                Ok(references) => {
                    for reference in references {
                        named.entry(reference).or_default().push(id.clone());
                    }
                }
                // Removed meanwhile.
                Err(StoreError::NoSuchSnapshot { .. }) => {}
                Err(error) => self.findings.push(Finding {
                    path: manifests::path(self.store, id),
                    kind: FindingKind::UnreadableManifest,
                    message: error.to_string(),
                    snapshots: vec![id.clone()],
                }),
            }
        }
        named
    }

    /// Loads every object that a manifest names.
    fn examine_objects(&mut self, named: &Named) {
        let store = self.store;
        let found: Vec<Finding> = named
            .par_iter()
            .filter_map(|(reference, ids)| {
                let error = load(store, reference).err()?;
                // A snapshot may have been removed since its manifest was read.
                let ids = ids
                    .iter()
                    .filter(|id| manifests::path(store, id).exists())
                    .cloned()
                    .collect::<Vec<_>>();
                let is_gone = matches!(error, StoreError::MissingObject { .. }) && ids.is_empty();
                (!is_gone).then(|| object_finding(store, &reference.hash, &error, ids))
            })
            .collect();
        self.findings.extend(found);
    }

    /// Proves the objects that no manifest names, and reports them if nobody
    /// is about to name them.
    fn examine_others(&mut self, listed: &[ObjectHash], named: &Named, nobody_writes: bool) {
        let store = self.store;
        let known: BTreeSet<&ObjectHash> = named.keys().map(|reference| &reference.hash).collect();
        let others: Vec<&ObjectHash> = listed.iter().filter(|hash| !known.contains(hash)).collect();
        let damaged: Vec<Finding> = others
            .par_iter()
            .filter_map(|hash| match objects::load_bytes(store, hash) {
                // Removed meanwhile.
                Ok(_) | Err(StoreError::MissingObject { .. }) => None,
                Err(error) => Some(object_finding(store, hash, &error, Vec::new())),
            })
            .collect();
        self.findings.extend(damaged);
        let manifest_is_unreadable = self
            .findings
            .iter()
            .any(|finding| finding.kind == FindingKind::UnreadableManifest);
        if !nobody_writes || manifest_is_unreadable {
            return;
        }
        for hash in others {
            let path = objects::path(store, hash);
            if path.exists() {
                let message = format!("no snapshot names the object `{}`", path.display());
                self.add(path, FindingKind::UnreferencedObject, message);
            }
        }
    }

    fn report_unfinished(&mut self, paths: &[PathBuf]) {
        for path in paths.iter().filter(|path| path.exists()) {
            let message = format!("`{}` was never finished", path.display());
            self.add(path.clone(), FindingKind::Unfinished, message);
        }
    }

    fn report_derived(&mut self) {
        let unneeded = Needs::load(self.store).and_then(|needs| match needs.unreadable.first() {
            Some(_) => Ok(Vec::new()),
            None => derived::unneeded(self.store, &needs),
        });
        let unneeded = self.list(&derived::dir(self.store), unneeded);
        for path in unneeded {
            let message = format!(
                "`{}` is derived from nothing that is stored",
                path.display()
            );
            self.add(path, FindingKind::UnneededDerived, message);
        }
    }

    fn report_inventory(&mut self) {
        let inventory = self.list(self.store, Inventory::take(self.store));
        for (path, mode) in inventory.open_to_others() {
            let message = format!(
                "`{}` is open to others: its mode is {mode:o}",
                path.display()
            );
            self.add(path.clone(), FindingKind::NotPrivate, message);
        }
        for path in inventory.foreign {
            let message = format!("`{}` is not of the store", path.display());
            self.add(path, FindingKind::Foreign, message);
        }
    }
}

fn object_finding(
    store: &Path,
    hash: &ObjectHash,
    error: &StoreError,
    snapshots: Vec<SnapshotId>,
) -> Finding {
    Finding {
        path: objects::path(store, hash),
        kind: match error {
            StoreError::MissingObject { .. } => FindingKind::MissingObject,
            _ => FindingKind::UnreadableObject,
        },
        message: error.to_string(),
        snapshots,
    }
}

/// Loads an object as whoever loads the snapshot would.
fn load(store: &Path, reference: &Reference) -> Result<(), StoreError> {
    let Reference {
        hash,
        kind,
        account,
    } = reference;
    let found = match kind {
        Kind::Account => objects::load::<AccountObject>(store, hash, *kind)?.id,
        Kind::Activity => objects::load::<ActivityObject>(store, hash, *kind)?.id,
        Kind::Organization | Kind::Manifest => {
            objects::load::<OrganizationObject>(store, hash, *kind)?;
            return Ok(());
        }
    };
    match account {
        Some(expected) => objects::check_account(store, hash, found, *expected),
        None => Ok(()),
    }
}

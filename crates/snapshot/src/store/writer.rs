//! The one who writes into a store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::disk::{self, Disk, RealDisk, TEMPORARY_PREFIX};
use super::envelope::Kind;
use super::lock::Lock;
use super::{ObjectHash, StoreError, manifests, objects};
use crate::{AccountObject, ActivityObject, Manifest, OrganizationObject, SnapshotId};

/// The one who writes into a store.
///
/// Objects can be put from several threads at once. An object that was put is
/// whole and stays, even if the process is killed before the snapshot is
/// committed; the next import of the same content finds it.
#[derive(Debug)]
pub struct Writer {
    pub(super) dir: PathBuf,
    pub(super) disk: Box<dyn Disk>,
    /// The directories with new names that may not be on disk yet.
    unsynced: Mutex<BTreeSet<PathBuf>>,
    /// What was put here and waits for its manifest; no removal may drop it.
    put: Mutex<BTreeMap<ObjectHash, Origin>>,
    _lock: Lock,
}

/// Where an object comes from that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// The store had it before.
    Before,
    /// This writer wrote it.
    Here,
}

impl Writer {
    pub(super) fn new(dir: &Path) -> Result<Writer, StoreError> {
        Writer::with_disk(dir, Box::new(RealDisk))
    }

    pub(super) fn with_disk(dir: &Path, disk: Box<dyn Disk>) -> Result<Writer, StoreError> {
        let lock = Lock::take(dir)?;
        let writer = Writer {
            dir: dir.to_owned(),
            disk,
            unsynced: Mutex::default(),
            put: Mutex::default(),
            _lock: lock,
        };
        writer.clear_temporary();
        Ok(writer)
    }

    /// Stores an account's object, unless the store has it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`], [`StoreError::Io`] or [`StoreError::TooLarge`]; then
    /// the store is as it was.
    pub fn put_account(&self, account: &AccountObject) -> Result<ObjectHash, StoreError> {
        self.put(Kind::Account, account)
    }

    /// Stores the organization's object, unless the store has it.
    ///
    /// # Errors
    ///
    /// Those of [`Writer::put_account`].
    pub fn put_organization(
        &self,
        organization: &OrganizationObject,
    ) -> Result<ObjectHash, StoreError> {
        self.put(Kind::Organization, organization)
    }

    /// Stores an account's activity, unless the store has it.
    ///
    /// # Errors
    ///
    /// Those of [`Writer::put_account`].
    pub fn put_activity(&self, activity: &ActivityObject) -> Result<ObjectHash, StoreError> {
        self.put(Kind::Activity, activity)
    }

    /// Makes a snapshot of objects that are in the store.
    ///
    /// Sorts the manifest's lists and sets its format. Everything that it names
    /// is on disk before the manifest is, and the manifest is when this returns.
    ///
    /// # Errors
    ///
    /// [`StoreError::MissingObject`], [`StoreError::NotAHash`] and
    /// [`StoreError::AccountTwice`] for a manifest that would not load;
    /// [`StoreError::Full`] or [`StoreError::Io`]; then there is no snapshot.
    pub fn commit(&mut self, manifest: Manifest) -> Result<SnapshotId, StoreError> {
        let manifest = manifests::normalize(manifest);
        manifests::check(&manifest)?;
        let references = manifests::references(&manifest)?;
        for reference in &references {
            let path = objects::path(&self.dir, &reference.hash);
            if !path.is_file() {
                return Err(StoreError::MissingObject { path });
            }
        }
        let dir = manifests::dir(&self.dir);
        self.ensure_directory(&dir)?;
        self.sync_directories()?;

        let id = manifests::free_id(&self.dir, &manifest)?;
        let path = manifests::path(&self.dir, &id);
        self.write_file(&path, &manifests::encode(&manifest))?;
        self.sync_directory(&dir).inspect_err(|_| {
            // An error means that there is no snapshot.
            let _ = self.disk.remove(&path);
        })?;
        // From now on the manifest protects them, as long as it is there.
        let mut put_here = self.put_here();
        for reference in &references {
            put_here.remove(&reference.hash);
        }
        drop(put_here);
        Ok(id)
    }

    /// Returns what was put by this writer and waits for its manifest.
    pub(super) fn put_here(&self) -> MutexGuard<'_, BTreeMap<ObjectHash, Origin>> {
        self.put.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sync_directory(&self, dir: &Path) -> Result<(), StoreError> {
        self.disk
            .sync_directory(dir)
            .map_err(|error| StoreError::io("sync", dir, error))
    }

    fn put(&self, kind: Kind, content: &impl Serialize) -> Result<ObjectHash, StoreError> {
        let (hash, bytes) = objects::encode(kind, content)?;
        let path = objects::path(&self.dir, &hash);
        let inner = path.parent().expect("an object is inside the store");
        self.ensure_directory(&objects::dir(&self.dir))?;
        self.ensure_directory(inner)?;
        // An object that is there and damaged is written again: this is how a
        // store is healed.
        let origin = match objects::load_bytes(&self.dir, &hash) {
            Ok(_) => Origin::Before,
            Err(_) => {
                self.write_file(&path, &objects::compress(&path, &bytes)?)?;
                Origin::Here
            }
        };
        // Even if it was there: its writer may have died before syncing.
        self.note_unsynced(inner);
        // Put twice, it was written here if it was once.
        let mut put_here = self.put_here();
        let known = put_here.entry(hash.clone()).or_insert(origin);
        *known = (*known).max(origin);
        Ok(hash)
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let temporary = temporary_dir(&self.dir);
        self.ensure_directory(&temporary)?;
        disk::write_file(self.disk.as_ref(), &temporary, path, bytes)
    }

    /// Makes a directory of the store, if it is not there.
    fn ensure_directory(&self, dir: &Path) -> Result<(), StoreError> {
        self.disk
            .create_directory(dir)
            .map_err(|error| StoreError::io("create", dir, error))?;
        self.note_unsynced(dir.parent().expect("it is inside the store"));
        Ok(())
    }

    fn note_unsynced(&self, dir: &Path) {
        let mut unsynced = self.unsynced.lock().unwrap_or_else(PoisonError::into_inner);
        if !unsynced.contains(dir) {
            unsynced.insert(dir.to_owned());
        }
    }

    fn sync_directories(&self) -> Result<(), StoreError> {
        let mut unsynced = self.unsynced.lock().unwrap_or_else(PoisonError::into_inner);
        for dir in unsynced.iter() {
            self.sync_directory(dir)?;
        }
        unsynced.clear();
        Ok(())
    }

    /// Drops what writers left that died; nobody else writes now.
    ///
    /// What cannot be dropped is no obstacle; verification will name it.
    fn clear_temporary(&self) {
        for path in temporary_files(&self.dir).unwrap_or_default() {
            let _ = self.disk.remove(&path);
        }
    }
}

/// Returns the directory of unfinished files.
///
/// One for all, so that the next writer finds what a dead one left.
pub(super) fn temporary_dir(store: &Path) -> PathBuf {
    store.join("temporary")
}

/// Lists the unfinished files.
pub(super) fn temporary_files(store: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let dir = temporary_dir(store);
    let names = disk::list_directory(&dir)?;
    let ours = names
        .iter()
        .filter(|name| name.starts_with(TEMPORARY_PREFIX));
    Ok(ours.map(|name| dir.join(name)).collect())
}

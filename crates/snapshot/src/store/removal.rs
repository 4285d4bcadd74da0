//! The way out of a store.

use std::fs;
use std::io;
use std::path::Path;

use super::needs::Needs;
use super::writer::{self, Origin};
use super::{ObjectHash, StoreError, Writer, derived, manifests, objects};
use crate::SnapshotId;

/// What was dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many objects.
    pub objects: u64,
    /// How many derived files or directories.
    pub derived: u64,
    /// How many unfinished files.
    pub temporary: u64,
    /// Whether objects were kept because the manifest of another snapshot
    /// cannot be read, so that nobody knows which of them it needs.
    pub kept: bool,
}

impl Writer {
    /// Removes a snapshot, the objects that only it needed, and what was
    /// derived from them.
    ///
    /// Whoever has loaded the snapshot keeps it; whoever is loading it gets
    /// [`StoreError::RemovedMeanwhile`]. A damaged manifest can be removed too;
    /// its objects then wait for [`Writer::prune`].
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchSnapshot`]; [`StoreError::Newer`] for a manifest that
    /// this version cannot judge; [`StoreError::Io`], after which the rest of
    /// the objects waits for [`Writer::prune`].
    pub fn remove(&mut self, id: &SnapshotId) -> Result<Removed, StoreError> {
        let references = match manifests::load(&self.dir, id) {
            Ok(manifest) => manifests::references(&manifest)?,
            Err(StoreError::Damaged { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        self.remove_file(&manifests::path(&self.dir, id))?;
        self.sync_directory(&manifests::dir(&self.dir))?;

        let needs = Needs::load(&self.dir)?;
        if !needs.unreadable.is_empty() {
            return Ok(Removed {
                kept: true,
                ..Removed::default()
            });
        }
        let named = references.into_iter().map(|reference| reference.hash);
        let objects = self.remove_objects(named, &needs)?;
        let derived = self.remove_derived(&needs)?;
        Ok(Removed {
            objects,
            derived,
            ..Removed::default()
        })
    }

    /// Removes many snapshots, and then everything that no other needs.
    ///
    /// Killed at any moment, the store is whole: the manifests go first, the
    /// oldest first, and an object only when none that names it is left. What a
    /// dead removal left, the next one drops.
    ///
    /// # Errors
    ///
    /// Those of [`Writer::prune`], before anything is dropped; after an
    /// [`StoreError::Io`] on the way the rest waits for the next time.
    pub fn remove_all(&mut self, ids: &[SnapshotId]) -> Result<Removed, StoreError> {
        if let Some(unreadable) = Needs::load(&self.dir)?.unreadable.into_iter().next() {
            return Err(unreadable);
        }
        for id in ids {
            self.remove_file(&manifests::path(&self.dir, id))?;
        }
        if !ids.is_empty() {
            self.sync_directory(&manifests::dir(&self.dir))?;
        }
        self.prune()
    }

    /// Drops everything that no snapshot needs: objects of imports that were
    /// not finished, derived files, unfinished files.
    ///
    /// What this writer has put stays, since a manifest may follow.
    ///
    /// # Errors
    ///
    /// The first manifest that cannot be read, before anything is dropped: its
    /// objects would be lost. [`StoreError::Io`].
    pub fn prune(&mut self) -> Result<Removed, StoreError> {
        let mut needs = Needs::load(&self.dir)?;
        if !needs.unreadable.is_empty() {
            return Err(needs.unreadable.remove(0));
        }
        let temporary = writer::temporary_files(&self.dir)?;
        for path in &temporary {
            self.remove_file(path)?;
        }
        Ok(Removed {
            objects: self.remove_objects(objects::list(&self.dir)?.objects, &needs)?,
            derived: self.remove_derived(&needs)?,
            temporary: temporary.len() as u64,
            kept: false,
        })
    }

    /// Drops what this writer wrote since its last commit, for an import that
    /// failed and shall leave nothing behind.
    ///
    /// What the store had before stays, also what an import left that was killed.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`], after which the rest waits for [`Writer::prune`].
    pub fn discard(&mut self) -> Result<Removed, StoreError> {
        let needs = Needs::load(&self.dir)?;
        let put = std::mem::take(&mut *self.put_here());
        if !needs.unreadable.is_empty() {
            return Ok(Removed {
                kept: true,
                ..Removed::default()
            });
        }
        let written = put
            .into_iter()
            .filter(|(_, origin)| *origin == Origin::Here)
            .map(|(hash, _)| hash);
        Ok(Removed {
            objects: self.remove_objects(written, &needs)?,
            ..Removed::default()
        })
    }

    fn remove_objects(
        &self,
        candidates: impl IntoIterator<Item = ObjectHash>,
        needs: &Needs,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        let put_here = self.put_here();
        for hash in candidates {
            if !needs.objects.contains(&hash) && !put_here.contains_key(&hash) {
                self.remove_file(&objects::path(&self.dir, &hash))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn remove_derived(&self, needs: &Needs) -> Result<u64, StoreError> {
        let unneeded = derived::unneeded(&self.dir, needs)?;
        for path in &unneeded {
            if path.is_dir() {
                fs::remove_dir_all(path).map_err(|error| StoreError::io("remove", path, error))?;
            } else {
                self.remove_file(path)?;
            }
        }
        Ok(unneeded.len() as u64)
    }

    /// Removes a file, which may be gone already.
    fn remove_file(&self, path: &Path) -> Result<(), StoreError> {
        match self.disk.remove(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(|error| StoreError::io("remove", path, error)),
        }
    }
}

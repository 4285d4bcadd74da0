//! The store on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use whocan_policy::AccountId;

use crate::{
    AccountObject, ActivityObject, Candidate, Manifest, OrganizationObject, Snapshot, SnapshotId,
};

mod derived;
mod disk;
mod envelope;
mod error;
#[cfg(test)]
mod faults;
mod hash;
mod inventory;
mod lock;
mod lookup;
mod manifests;
mod needs;
mod objects;
mod removal;
mod subjects;
mod verification;
mod version;
mod writer;

pub use envelope::FORMAT;
pub use error::StoreError;
pub use hash::ObjectHash;
pub use removal::Removed;
pub use verification::{Finding, FindingKind};
pub use writer::Writer;

use envelope::Kind;

/// A directory that keeps snapshots.
///
/// ```text
/// version               what this directory is, and which version of it
/// lock                  held by the one writer
/// objects/ab/cdef...    one compressed object each, named by its content
/// snapshots/ID.json     one manifest each: hashes, a time, a label
/// index/HASH...         what was derived from them and can be built again
/// temporary/            what the writer is writing
/// collections/TIME/     what was read of accounts whose collection is not finished
/// schedule/             what the schedule of reports has done
/// ```
///
/// A file gets its name only when it is whole and on disk, so readers need no
/// lock: any number of them may work while one [`Writer`] does.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

impl Store {
    /// Opens the store in `dir`, which is made if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotAStore`] if `dir` holds something else,
    /// [`StoreError::Newer`] if a newer version made it, [`StoreError::Damaged`]
    /// if its version cannot be read, [`StoreError::Io`] if the disk refuses.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Store, StoreError> {
        let dir = dir.into();
        version::open(&dir)?;
        Ok(Store { dir })
    }

    /// Returns where the store is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns where to keep files that can be built again from snapshots.
    ///
    /// The directory may not exist yet, see [`Store::create_derived_dir`]. The name of each file or directory in
    /// it begins with the 64 digits of the [`Manifest::content_hash`] or of the
    /// object that it is derived from, those of unfinished files too: this is
    /// how [`Writer::remove`] and [`Writer::prune`] know what nothing needs.
    pub fn derived_dir(&self) -> PathBuf {
        derived::dir(&self.dir)
    }

    /// Makes the directory for derived files, private like everything here.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] or [`StoreError::Io`].
    pub fn create_derived_dir(&self) -> Result<PathBuf, StoreError> {
        let dir = self.derived_dir();
        disk::create_private_directory(&dir)
            .map_err(|error| StoreError::io("create", &dir, error))?;
        Ok(dir)
    }

    /// Returns where collections that are not finished keep what they have read.
    ///
    /// The directory may not exist yet, see [`Store::create_collections_dir`].
    pub fn collections_dir(&self) -> PathBuf {
        collections_dir(&self.dir)
    }

    /// Makes the directory for collections, private like everything here.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] or [`StoreError::Io`].
    pub fn create_collections_dir(&self) -> Result<PathBuf, StoreError> {
        let dir = self.collections_dir();
        disk::create_private_directory(&dir)
            .map_err(|error| StoreError::io("create", &dir, error))?;
        Ok(dir)
    }

    /// Returns where the schedule of reports keeps what it has done.
    ///
    /// The directory may not exist yet.
    pub fn schedule_dir(&self) -> PathBuf {
        schedule_dir(&self.dir)
    }

    /// Becomes the store's one writer, until the writer is dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] if another process, or another part of this one,
    /// is writing. The lock of a process that died is gone with it.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        Writer::new(&self.dir)
    }

    /// Returns all snapshots with their manifests, the oldest first.
    ///
    /// # Errors
    ///
    /// The first manifest that cannot be read: without it, nobody could say
    /// which snapshot is the latest or bears a label.
    pub fn snapshots(&self) -> Result<Vec<(SnapshotId, Manifest)>, StoreError> {
        lookup::snapshots(&self.dir)
    }

    /// Returns all snapshots, the oldest first, as far as it matters for
    /// whether they stay.
    ///
    /// # Errors
    ///
    /// Those of [`Store::snapshots`], and those of loading an organization's
    /// object: without it nobody could say whose history a snapshot belongs to.
    pub fn candidates(&self) -> Result<Vec<Candidate>, StoreError> {
        subjects::candidates(&self.dir)
    }

    /// Returns the id of the latest snapshot.
    ///
    /// # Errors
    ///
    /// [`StoreError::Empty`] if there is none.
    pub fn latest(&self) -> Result<SnapshotId, StoreError> {
        lookup::latest(&self.dir)
    }

    /// Returns the snapshot that a person means by `text`: an id, the word
    /// `latest`, a label, or the beginning of an id, in this order.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchSnapshot`] or, with the candidates,
    /// [`StoreError::Ambiguous`]. A manifest that cannot be read is an error
    /// unless `text` is an id or `latest`: its label might be the one asked for.
    pub fn find(&self, text: &str) -> Result<SnapshotId, StoreError> {
        lookup::find(&self.dir, text)
    }

    /// Loads the manifest of one snapshot.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchSnapshot`], [`StoreError::Damaged`],
    /// [`StoreError::Newer`] or [`StoreError::Io`].
    pub fn manifest(&self, id: &SnapshotId) -> Result<Manifest, StoreError> {
        manifests::load(&self.dir, id)
    }

    /// Loads one snapshot whole, and proves each object by its hash.
    ///
    /// What was loaded stays, whatever a writer does later.
    ///
    /// # Errors
    ///
    /// Those of [`Store::manifest`] for the manifest and for each object, and
    /// [`StoreError::MissingObject`]; [`StoreError::RemovedMeanwhile`] if a writer
    /// removed the snapshot while it was being loaded.
    pub fn load(&self, id: &SnapshotId) -> Result<Snapshot, StoreError> {
        let manifest = self.manifest(id)?;
        self.load_named(id, &manifest)
    }

    /// Loads one account's object.
    ///
    /// # Errors
    ///
    /// [`StoreError::MissingObject`], [`StoreError::Damaged`],
    /// [`StoreError::Newer`] or [`StoreError::Io`].
    pub fn load_account(&self, hash: &ObjectHash) -> Result<AccountObject, StoreError> {
        objects::load(&self.dir, hash, Kind::Account)
    }

    /// Examines the whole store and returns everything that is wrong with it.
    ///
    /// Never stops at the first finding. While a writer is at work, temporary
    /// files and unreferenced objects are its business and no findings.
    pub fn verify(&self) -> Vec<Finding> {
        verification::verify(&self.dir)
    }

    /// Examines one snapshot, its manifest and each of its objects.
    pub fn verify_snapshot(&self, id: &SnapshotId) -> Vec<Finding> {
        verification::verify_snapshot(&self.dir, id)
    }

    fn load_named(&self, id: &SnapshotId, manifest: &Manifest) -> Result<Snapshot, StoreError> {
        self.load_objects(manifest).map_err(|error| match error {
            StoreError::MissingObject { .. } if !manifests::path(&self.dir, id).exists() => {
                StoreError::RemovedMeanwhile { id: id.clone() }
            }
            other => other,
        })
    }

    fn load_objects(&self, manifest: &Manifest) -> Result<Snapshot, StoreError> {
        let dir = &self.dir;
        let organization: Option<OrganizationObject> = match &manifest.organization {
            Some(hash) => Some(objects::load(dir, &hash.parse()?, Kind::Organization)?),
            None => None,
        };
        let accounts = load_each(&manifest.accounts, |id, hash| {
            let account: AccountObject = objects::load(dir, hash, Kind::Account)?;
            objects::check_account(dir, hash, account.id, id)?;
            Ok(account)
        })?;
        let activity = load_each(&manifest.activity, |id, hash| {
            let activity: ActivityObject = objects::load(dir, hash, Kind::Activity)?;
            objects::check_account(dir, hash, activity.id, id)?;
            Ok(activity)
        })?;
        Ok(Snapshot {
            taken: manifest.taken,
            assumptions: manifest.assumptions.clone(),
            organization: organization.map(Arc::new),
            accounts,
            activity,
        })
    }
}

fn schedule_dir(store: &Path) -> PathBuf {
    store.join("schedule")
}

fn collections_dir(store: &Path) -> PathBuf {
    store.join("collections")
}

/// Loads in parallel; which error is returned does not depend on the threads.
fn load_each<T: Send + Sync>(
    references: &[(AccountId, String)],
    load: impl Fn(AccountId, &ObjectHash) -> Result<T, StoreError> + Sync,
) -> Result<Vec<Arc<T>>, StoreError> {
    let loaded: Vec<Result<Arc<T>, StoreError>> = references
        .par_iter()
        .map(|(id, hash)| load(*id, &hash.parse()?).map(Arc::new))
        .collect();
    loaded.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_snapshot_removed_while_it_is_loaded_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let account = AccountObject::unread("111122223333".parse().unwrap());
        let mut writer = store.writer().unwrap();
        let hash = writer.put_account(&account).unwrap();
        let mut manifest = Manifest::new(Timestamp::UNIX_EPOCH, "test");
        manifest.accounts = vec![(account.id, hash.into())];
        let id = writer.commit(manifest).unwrap();
        drop(writer);

        let manifest = store.manifest(&id).unwrap();
        store.writer().unwrap().remove(&id).unwrap();
        let error = store.load_named(&id, &manifest).unwrap_err();
        assert!(
            matches!(error, StoreError::RemovedMeanwhile { .. }),
            "{error}"
        );
    }
}

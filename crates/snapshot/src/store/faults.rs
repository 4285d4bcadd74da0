//! Tests: the disk refuses at every step, one after the other.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::disk::{self, Disk};
use super::{Store, StoreError, Writer};
use crate::{AccountObject, Manifest, SnapshotId};

/// A disk that is full from the given step on.
#[derive(Debug)]
struct FullDisk {
    steps_left: Arc<AtomicU32>,
}

impl FullDisk {
    fn step(&self) -> io::Result<()> {
        let left = self
            .steps_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => Ok(()),
            Err(_) => Err(io::ErrorKind::StorageFull.into()),
        }
    }
}

impl Disk for FullDisk {
    fn create_directory(&self, dir: &Path) -> io::Result<()> {
        if !dir.exists() {
            self.step()?;
        }
        disk::create_private_directory(dir)
    }

    fn create_temporary(&self, dir: &Path) -> io::Result<NamedTempFile> {
        self.step()?;
        disk::create_private_temporary(dir)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        // A disk fills up in the middle of a file.
        file.write_all(&bytes[..bytes.len() / 2])?;
        self.step()?;
        file.write_all(&bytes[bytes.len() / 2..])
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.step()?;
        file.sync_all()
    }

    fn rename(&self, file: NamedTempFile, path: &Path) -> io::Result<()> {
        self.step()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    fn sync_directory(&self, dir: &Path) -> io::Result<()> {
        self.step()?;
        disk::sync_directory(dir)
    }
}

fn account(alias: &str) -> AccountObject {
    let mut account = AccountObject::unread("111122223333".parse().unwrap());
    account.aliases.push(alias.to_owned());
    account
}

fn import(writer: &mut Writer, alias: &str) -> Result<SnapshotId, StoreError> {
    let account = account(alias);
    let hash = writer.put_account(&account)?;
    let mut manifest = Manifest::new(Timestamp::UNIX_EPOCH, alias);
    manifest.accounts = vec![(account.id, hash.into())];
    writer.commit(manifest)
}

#[test]
fn a_disk_that_is_full_at_any_step_loses_nothing_and_leaves_no_half_snapshot() {
    let mut steps = 0;
    loop {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let before = import(&mut store.writer().unwrap(), "before").unwrap();

        let steps_left = Arc::new(AtomicU32::new(steps));
        let disk = FullDisk {
            steps_left: steps_left.clone(),
        };
        let mut writer = Writer::with_disk(dir.path(), Box::new(disk)).unwrap();
        let result = import(&mut writer, "after");
        drop(writer);

        assert!(
            store
                .verify()
                .iter()
                .all(|finding| !finding.kind.is_damage())
        );
        assert_eq!(store.load(&before).unwrap().accounts[0].aliases, ["before"]);
        match result {
            Ok(_) => break,
            Err(error) => assert!(matches!(error, StoreError::Full { .. }), "{error}"),
        }
        assert_eq!(store.snapshots().unwrap().len(), 1, "after {steps} steps");

        // With space again the same import succeeds.
        let after = import(&mut store.writer().unwrap(), "after").unwrap();
        assert_eq!(store.load(&after).unwrap().accounts[0].aliases, ["after"]);
        assert_eq!(store.verify(), [], "after {steps} steps");
        steps += 1;
    }
    // Two files of four steps each, and the directories.
    assert!(steps > 8, "only {steps} steps");
}

#[test]
fn a_full_disk_says_so_with_the_file_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path()).unwrap();
    let steps_left = Arc::new(AtomicU32::new(0));
    let mut writer = Writer::with_disk(dir.path(), Box::new(FullDisk { steps_left })).unwrap();
    let error = import(&mut writer, "any").unwrap_err();
    let objects = dir.path().join("objects");
    assert_eq!(
        error.to_string(),
        format!("no space is left to create `{}`", objects.display())
    );
    assert!(error.hint().unwrap().starts_with("free some space"));
}

#[test]
fn a_full_disk_does_not_keep_a_snapshot_from_being_removed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let id = import(&mut store.writer().unwrap(), "before").unwrap();
    // Removing takes no step that needs space but the one sync.
    let steps_left = Arc::new(AtomicU32::new(1));
    let mut writer = Writer::with_disk(dir.path(), Box::new(FullDisk { steps_left })).unwrap();
    assert_eq!(writer.remove(&id).unwrap().objects, 1);
}

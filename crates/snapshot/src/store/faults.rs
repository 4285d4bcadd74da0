//! Tests: the steps of writing, and what happens when one of them fails.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use super::disk::{self, Disk};
use super::{Finding, FindingKind, Store, StoreError, Writer};
use crate::{AccountObject, Manifest, SnapshotId};

/// What happens after the steps that succeed.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Every further step finds the disk full.
    Full,
    /// The process dies, and cleans nothing up.
    Death,
}

/// A disk on which only so many steps succeed.
#[derive(Debug)]
struct FailingDisk {
    steps_left: AtomicU32,
    fault: Fault,
}

impl FailingDisk {
    fn after(steps: u32, fault: Fault) -> Box<FailingDisk> {
        Box::new(FailingDisk {
            steps_left: AtomicU32::new(steps),
            fault,
        })
    }

    fn step(&self) -> io::Result<()> {
        let left = self
            .steps_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match (left, self.fault) {
            (Ok(_), _) => Ok(()),
            (Err(_), Fault::Full) => Err(io::ErrorKind::StorageFull.into()),
            (Err(_), Fault::Death) => std::process::abort(),
        }
    }
}

impl Disk for FailingDisk {
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
        // Disks fill up, and processes die, in the middle of a file.
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

/// A disk on which only so many removals succeed. What stands after one that
/// fails is what a process leaves that dies there.
#[derive(Debug)]
struct Removals {
    left: AtomicU32,
}

impl Disk for Removals {
    fn remove(&self, path: &Path) -> io::Result<()> {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match left {
            Ok(_) => std::fs::remove_file(path),
            Err(_) => Err(io::Error::other("no further")),
        }
    }
}

/// A disk that writes down what it is asked for.
#[derive(Debug)]
struct Witness {
    store: PathBuf,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Witness {
    fn note(&self, step: &str, path: &Path) {
        // Only the room: what follows is the hash of something.
        let inside = path.strip_prefix(&self.store).unwrap();
        let room = inside.iter().next().unwrap_or_default();
        let depth = "/*".repeat(inside.iter().count().saturating_sub(1));
        let note = format!("{step} {}{depth}", room.display());
        self.seen.lock().unwrap().push(note.trim_end().to_owned());
    }
}

impl Disk for Witness {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.note("write", &self.store);
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.note("sync", &self.store);
        file.sync_all()
    }

    fn rename(&self, file: NamedTempFile, path: &Path) -> io::Result<()> {
        self.note("rename to", path);
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    fn sync_directory(&self, dir: &Path) -> io::Result<()> {
        self.note("sync names in", dir);
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
fn everything_a_manifest_names_is_on_disk_before_the_manifest() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path()).unwrap();
    let seen = Arc::default();
    let witness = Witness {
        store: dir.path().to_owned(),
        seen: Arc::clone(&seen),
    };
    let mut writer = Writer::with_disk(dir.path(), Box::new(witness)).unwrap();
    import(&mut writer, "any").unwrap();
    let seen = seen.lock().unwrap().join("\n");
    insta::assert_snapshot!(seen, @"
    write
    sync
    rename to objects/*/*
    sync names in
    sync names in objects
    sync names in objects/*
    write
    sync
    rename to snapshots/*
    sync names in snapshots
    ");
}

#[test]
fn a_disk_that_is_full_at_any_step_loses_nothing_and_leaves_no_half_snapshot() {
    let mut steps = 0;
    loop {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let before = import(&mut store.writer().unwrap(), "before").unwrap();

        let disk = FailingDisk::after(steps, Fault::Full);
        let mut writer = Writer::with_disk(dir.path(), disk).unwrap();
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
    let disk = FailingDisk::after(0, Fault::Full);
    let mut writer = Writer::with_disk(dir.path(), disk).unwrap();
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
    let disk = FailingDisk::after(1, Fault::Full);
    let mut writer = Writer::with_disk(dir.path(), disk).unwrap();
    assert_eq!(writer.remove(&id).unwrap().objects, 1);
}

#[test]
fn a_removal_of_many_that_stops_at_any_step_leaves_every_snapshot_whole() {
    let mut removals = 0;
    loop {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let mut writer = store.writer().unwrap();
        // The first and the last share their object.
        let ids = ["shared", "a", "b", "shared"].map(|alias| import(&mut writer, alias).unwrap());
        drop(writer);

        let disk = Removals {
            left: AtomicU32::new(removals),
        };
        let mut writer = Writer::with_disk(dir.path(), Box::new(disk)).unwrap();
        let result = writer.remove_all(&ids[..3]);
        drop(writer);

        let findings = store.verify();
        let damage = findings.iter().find(|finding| finding.kind.is_damage());
        assert_eq!(damage, None, "after {removals} removals");
        for (id, _) in store.snapshots().unwrap() {
            store.load(&id).unwrap();
        }
        assert_eq!(store.load(&ids[3]).unwrap().accounts[0].aliases, ["shared"]);
        if let Ok(removed) = result {
            assert_eq!(removed.objects, 2);
            break;
        }
        // The next one finishes what was begun.
        store.writer().unwrap().remove_all(&ids[..3]).unwrap();
        assert_eq!(store.verify(), [], "after {removals} removals");
        assert_eq!(store.snapshots().unwrap().len(), 1);
        removals += 1;
    }
    // Three manifests and two objects.
    assert_eq!(removals, 5);
}

/// The names of the variables that tell `die_while_importing` where and when.
const STORE: &str = "WHOCAN_TEST_DEATH_STORE";
const STEPS: &str = "WHOCAN_TEST_DEATH_STEPS";

#[test]
fn a_process_that_dies_at_any_step_leaves_a_sound_store() {
    // The same test, started again by itself, is the process that dies.
    if let Some(dir) = std::env::var_os(STORE) {
        return die_while_importing(Path::new(&dir));
    }
    let (mut steps, mut half_written) = (0u32, 0);
    loop {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let before = import(&mut store.writer().unwrap(), "before").unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "store::faults::a_process_that_dies_at_any_step_leaves_a_sound_store",
            ])
            .env(STORE, dir.path())
            .env(STEPS, steps.to_string())
            .output()
            .unwrap();

        let findings = store.verify();
        let damage = findings.iter().find(|finding| finding.kind.is_damage());
        assert_eq!(damage, None, "after {steps} steps");
        assert_eq!(store.load(&before).unwrap().accounts[0].aliases, ["before"]);
        if child.status.success() {
            assert_eq!(store.snapshots().unwrap().len(), 2);
            break;
        }
        let unfinished = |finding: &&Finding| finding.kind == FindingKind::Unfinished;
        half_written += findings.iter().filter(unfinished).count();
        import(&mut store.writer().unwrap(), "after").unwrap();
        assert_eq!(store.verify(), [], "after {steps} steps");
        steps += 1;
    }
    // Both files can be found half-written, unsynced, and whole without a name.
    assert_eq!(half_written, 6, "after {steps} steps");
}

fn die_while_importing(dir: &Path) {
    let steps = std::env::var(STEPS).unwrap().parse().unwrap();
    let disk = FailingDisk::after(steps, Fault::Death);
    let mut writer = Writer::with_disk(dir, disk).unwrap();
    import(&mut writer, "after").unwrap();
}

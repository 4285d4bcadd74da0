//! The lock that makes a writer the only one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::{StoreError, disk};

/// How often and how long a writer waits for the lock.
///
/// Not to queue behind another writer: `is_free` holds the lock for a moment,
/// and a holder needs a moment to write down its number.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// The store's lock, held until this is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, and writes into it who holds it.
    pub(super) fn take(dir: &Path) -> Result<Lock, StoreError> {
        let path = path(dir);
        let cannot = |error| StoreError::io("lock", &path, error);
        // A writer may have died between making the file and making it private.
        let _ = disk::make_private(&path, 0o600);
        let file = open(&path).map_err(cannot)?;
        disk::make_private(&path, 0o600).map_err(cannot)?;
        for attempt in 1..=TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Lock::of(file)),
                Err(TryLockError::WouldBlock) if attempt < TRIES => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
        }
        Err(StoreError::Locked {
            dir: dir.to_owned(),
            pid: read_pid(&path),
        })
    }

    fn of(file: File) -> Lock {
        let mut lock = Lock { file };
        // The number is a courtesy to others. A full disk must not keep anybody
        // from becoming the writer who removes something.
        let text = format!("{}\n", std::process::id());
        if lock.file.set_len(0).is_ok() {
            let _ = lock.file.write_all(text.as_bytes());
        }
        lock
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file unlocks it; the file stays, since deleting it would
        // let two writers lock two files of the same name.
        let _ = self.file.set_len(0);
    }
}

/// Returns whether no writer is at work.
pub(super) fn is_free(dir: &Path) -> bool {
    match File::open(path(dir)) {
        Ok(file) => file.try_lock_shared().is_ok(),
        // Nobody ever wrote here.
        Err(_) => true,
    }
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("lock")
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn read_pid(path: &Path) -> Option<u32> {
    let bytes = disk::read_file(path, 64).ok()?;
    std::str::from_utf8(&bytes).ok()?.trim().parse().ok()
}

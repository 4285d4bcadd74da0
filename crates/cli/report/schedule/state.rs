//! What was run, so that a restart repeats nothing and misses nothing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use whocan_snapshot::Store;

use crate::failure::Failure;

/// The runs of each report, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    runs: BTreeMap<String, Run>,
}

/// What was run of one report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The time for which it last ran, or when it was first scheduled.
    pub last: Timestamp,
    /// How often the run that is due failed.
    #[serde(default)]
    pub attempts: u32,
    /// When it last did.
    #[serde(default)]
    pub tried: Option<Timestamp>,
    /// Which deliveries of the run that is due are done.
    #[serde(default)]
    pub delivered: Vec<usize>,
}

impl Run {
    fn since(last: Timestamp) -> Run {
        Run {
            last,
            attempts: 0,
            tried: None,
            delivered: Vec::new(),
        }
    }
}

impl State {
    /// Schedules a report from `now` on, unless it is known.
    pub fn begin(&mut self, code: &str, now: Timestamp) {
        self.runs
            .entry(code.to_owned())
            .or_insert_with(|| Run::since(now));
    }

    /// Returns what was run of a report.
    pub fn of(&mut self, code: &str) -> &mut Run {
        self.runs
            .entry(code.to_owned())
            .or_insert_with(|| Run::since(Timestamp::UNIX_EPOCH))
    }

    /// Says that the run for `due` is done.
    pub fn finish(&mut self, code: &str, due: Timestamp) {
        *self.of(code) = Run::since(due);
    }

    /// Says that a run failed, and returns how often it did.
    pub fn fail(&mut self, code: &str, due: Timestamp, now: Timestamp) -> u32 {
        let run = self.of(code);
        debug_assert!(run.last <= due);
        run.attempts += 1;
        run.tried = Some(now);
        run.attempts
    }

    /// Says that a delivery is done.
    pub fn delivered(&mut self, code: &str, number: usize) {
        self.of(code).delivered.push(number);
    }
}

/// The schedule's folder in the store, held by one process.
pub struct Held {
    dir: PathBuf,
    // Locked until it is closed, which the end of the process does.
    _lock: File,
}

impl Held {
    /// Takes the schedule of the store in `store`.
    pub fn take(store: &Store) -> Result<Held, Failure> {
        let dir = store.schedule_dir();
        let making = |error| Failure::writing(&dir, &error);
        fs::create_dir_all(&dir).map_err(making)?;
        private(&dir).map_err(making)?;
        let path = dir.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| Failure::writing(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Held { dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(format_args!(
                "another process schedules reports of `{}`",
                store.dir().display()
            ))
            .hint("one is enough: it runs all reports that it is started with")),
            Err(TryLockError::Error(error)) => Err(Failure::writing(&path, &error)),
        }
    }

    /// Loads what was run; nothing where there is no file.
    pub fn load(&self) -> Result<State, Failure> {
        let path = self.path();
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                Failure::new(format_args!("`{}` cannot be read: {error}", path.display()))
                    .hint("remove it to schedule from now on")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(Failure::reading(&path, &error)),
        }
    }

    /// Saves what was run, whole or not at all.
    pub fn save(&self, state: &State) -> Result<(), Failure> {
        let path = self.path();
        let writing = |error| Failure::writing(&path, &error);
        let bytes = serde_json::to_vec_pretty(state).map_err(Failure::new)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.dir).map_err(writing)?;
        file.write_all(&bytes).map_err(writing)?;
        file.as_file().sync_all().map_err(writing)?;
        file.persist(&path).map_err(|error| writing(error.error))?;
        Ok(())
    }

    /// Returns where deliveries go that nobody took.
    pub fn dead_letters(&self) -> PathBuf {
        self.dir.join("dead-letters")
    }

    fn path(&self) -> PathBuf {
        self.dir.join("state.json")
    }
}

#[cfg(unix)]
fn private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

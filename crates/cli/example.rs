//! The example organization, which the binary carries.

use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use whocan_snapshot::Snapshot;

use crate::failure::Failure;
use crate::import;

/// The files: path with slashes, content.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/example_files.rs"));

// When the example was exported, so that the same question gives the same
// answer on every day: 2026-09-14T09:00:00Z.
const TAKEN_SECONDS: i64 = 1_789_376_400;

/// Writes all files into `dir`, which is made if there is none.
pub fn write(dir: &Path) -> io::Result<()> {
    for (name, content) in FILES {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, content)?;
    }
    Ok(())
}

/// Imports the example, as `whocan import` would.
pub fn snapshot() -> Result<Snapshot, Failure> {
    let dir = tempfile::tempdir()
        .map_err(|error| Failure::new(format_args!("cannot make a temporary folder: {error}")))?;
    write(dir.path()).map_err(|error| Failure::writing(dir.path(), &error))?;
    let taken = Timestamp::from_second(TAKEN_SECONDS).expect("the constant is a time");
    import::into_memory(dir.path(), taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_carries_the_whole_example() {
        let snapshot = snapshot().unwrap();
        assert_eq!(snapshot.accounts.len(), 5);
        assert!(snapshot.organization.is_some());
        assert!(
            snapshot
                .taken
                .to_string()
                .starts_with("2026-09-14T09:00:00")
        );
    }
}

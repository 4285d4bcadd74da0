//! The file that says what the directory is.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::{self, RealDisk, TEMPORARY_PREFIX};
use super::{FORMAT, StoreError};

const TITLE: &str = "whocan store ";

/// Makes sure that `dir` is a store that this version can read.
pub(super) fn open(dir: &Path) -> Result<(), StoreError> {
    let path = path(dir);
    if !path.exists() {
        create(dir)?;
    }
    check(&path, &disk::read_file(&path, 1024)?)
}

/// Returns where the version is.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("version")
}

fn check(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let stated = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.strip_prefix(TITLE)?.strip_suffix('\n'));
    match stated.and_then(|number| number.parse().ok()) {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
        }),
        _ => Err(StoreError::damaged(path, format!("`{TITLE}{FORMAT}`"))),
    }
}

/// Makes a store of a directory that is new or empty.
///
/// The version is the first file, so that a directory in which a store was
/// begun is never taken for a foreign one. Several processes may do this at once.
fn create(dir: &Path) -> Result<(), StoreError> {
    let cannot = |error| StoreError::io("create the store", dir, error);
    create_directory(dir).map_err(cannot)?;
    let names = disk::list_directory(dir)?;
    let foreign = names
        .into_iter()
        .find(|name| !name.starts_with(TEMPORARY_PREFIX));
    match foreign {
        // Another process has just made the store.
        Some(_) if path(dir).exists() => return Ok(()),
        Some(found) => {
            return Err(StoreError::NotAStore {
                dir: dir.to_owned(),
                found,
            });
        }
        None => {}
    }
    disk::make_private(dir, 0o700).map_err(cannot)?;
    let text = format!("{TITLE}{FORMAT}\n");
    disk::write_file(&RealDisk, dir, &path(dir), text.as_bytes())?;
    disk::sync_directory(dir).map_err(cannot)?;
    match dir.canonicalize().map_err(cannot)?.parent() {
        Some(parent) => sync_parent(parent).map_err(cannot),
        None => Ok(()),
    }
}

/// Makes a directory and those above it, each private before the next is
/// made: under some umasks nobody could enter it otherwise.
fn create_directory(dir: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = dir
        .ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
        .collect();
    for above in missing.into_iter().rev() {
        disk::create_private_directory(above)?;
    }
    Ok(())
}

/// Syncs the directory that holds the store, if we may read it.
fn sync_parent(parent: &Path) -> io::Result<()> {
    match disk::sync_directory(parent) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

//! The steps of a write that survives a crash.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::StoreError;

/// How the names of unfinished files begin.
pub(super) const TEMPORARY_PREFIX: &str = ".whocan-";

/// What the writer asks of the operating system.
///
/// A trait, so that a test can let any step fail.
pub(super) trait Disk: Debug + Send + Sync {
    fn create_directory(&self, dir: &Path) -> io::Result<()> {
        create_private_directory(dir)
    }

    fn create_temporary(&self, dir: &Path) -> io::Result<NamedTempFile> {
        create_private_temporary(dir)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, file: NamedTempFile, path: &Path) -> io::Result<()> {
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    fn sync_directory(&self, dir: &Path) -> io::Result<()> {
        sync_directory(dir)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// The operating system itself.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {}

/// Writes a whole file: readers see the old one, or none, or the new one.
///
/// The file's bytes are on disk when this returns; its name is once the
/// directory is synced, which the caller does, once for many files.
/// `temporary_dir` is on the same file system as `path`.
pub(super) fn write_file(
    disk: &dyn Disk,
    temporary_dir: &Path,
    path: &Path,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let mut file = disk
        .create_temporary(temporary_dir)
        .map_err(|error| StoreError::io("create a file in", temporary_dir, error))?;
    disk.write(file.as_file_mut(), bytes)
        .and_then(|()| disk.sync(file.as_file()))
        .and_then(|()| disk.rename(file, path))
        .map_err(|error| StoreError::io("write", path, error))
}

/// Reads a file that should be small enough to hold in memory.
///
/// Only a regular file is opened, since a pipe would never end.
pub(super) fn read_file(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, StoreError> {
    let read = |error| StoreError::io("read", path, error);
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Err(error) if !path.is_symlink() => return Err(read(error)),
        // Something else, or a link that leads nowhere.
        _ => return Err(StoreError::damaged(path, "a file")),
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit_bytes + 1).read_to_end(&mut bytes))
        .map_err(read)?;
    if bytes.len() as u64 > limit_bytes {
        return Err(StoreError::damaged(
            path,
            format!("at most {limit_bytes} bytes"),
        ));
    }
    Ok(bytes)
}

/// Lists the names in a directory, sorted; none if it does not exist.
///
/// A name that is not Unicode is not ours; it is listed as it can be shown.
pub(super) fn list_directory(dir: &Path) -> Result<Vec<String>, StoreError> {
    let list = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    };
    match list() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| StoreError::io("list", dir, error)),
    }
}

/// Makes a directory that only its owner can enter, whatever the umask.
///
/// It may exist already, left by a writer that died before it was private.
pub(super) fn create_private_directory(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {}
        other => other?,
    }
    make_private(dir, 0o700)
}

/// Sets the permissions of `path`, unless they are these already.
pub(super) fn make_private(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o777 != mode {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

pub(super) fn create_private_temporary(dir: &Path) -> io::Result<NamedTempFile> {
    let file = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .tempfile_in(dir)?;
    // `tempfile` asks for 0600, from which a umask may still take.
    make_private(file.path(), 0o600)?;
    Ok(file)
}

/// Makes the names in a directory survive a loss of power.
pub(super) fn sync_directory(dir: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened as a file.
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

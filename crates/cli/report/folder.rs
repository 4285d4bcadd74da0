//! Finished reports in a directory, one file for each form.

use std::fs;
use std::io::Write;
use std::path::Path;

use whocan_report::{Finished, Form, forms};

use crate::failure::Failure;

/// Writes a report into `dir`, which is made if there is none.
///
/// A file is there whole or not at all.
pub fn write(dir: &Path, report: &Finished, all: &[Form]) -> Result<(), Failure> {
    fs::create_dir_all(dir).map_err(|error| Failure::writing(dir, &error))?;
    for form in all {
        let path = dir.join(format!("{}.{}", report.code, form.extension()));
        let writing = |error| Failure::writing(&path, &error);
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(writing)?;
        file.write_all(&forms::write(report, *form))
            .map_err(writing)?;
        readable(file.path()).map_err(writing)?;
        file.persist(&path).map_err(|error| writing(error.error))?;
    }
    Ok(())
}

/// Gives the file the rights that files of people have, not those of temporary ones.
#[cfg(unix)]
fn readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o640))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

//! Files that were derived from snapshots and can be built again.

use std::path::{Path, PathBuf};

use super::needs::Needs;
use super::{ObjectHash, StoreError, disk};

/// Returns the directory of all derived files.
pub(super) fn dir(store: &Path) -> PathBuf {
    store.join("index")
}

/// Lists what belongs to no snapshot and no object that a snapshot names.
///
/// A name that does not begin with a hash is somebody else's business.
pub(super) fn unneeded(store: &Path, needs: &Needs) -> Result<Vec<PathBuf>, StoreError> {
    let dir = dir(store);
    let names = disk::list_directory(&dir)?;
    let unneeded = names.iter().filter(|name| {
        ObjectHash::at_start_of(name)
            .is_some_and(|hash| !needs.contents.contains(&hash) && !needs.objects.contains(&hash))
    });
    Ok(unneeded.map(|name| dir.join(name)).collect())
}

//! Every name in a store, and whether it belongs there.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk::TEMPORARY_PREFIX;
use super::{StoreError, derived, disk, lock, manifests, objects, version, writer};

/// What stands in a store.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// Files and directories that the store put there.
    pub(super) ours: Vec<PathBuf>,
    /// Everything else.
    pub(super) foreign: Vec<PathBuf>,
}

impl Inventory {
    /// Lists all names, opens nothing.
    pub(super) fn take(store: &Path) -> Result<Inventory, StoreError> {
        let rooms = [
            version::path(store),
            lock::path(store),
            objects::dir(store),
            manifests::dir(store),
            derived::dir(store),
            writer::temporary_dir(store),
            super::collections_dir(store),
            super::schedule_dir(store),
        ];
        let mut inventory = Inventory {
            ours: vec![store.to_owned()],
            foreign: Vec::new(),
        };
        inventory.sort_in(store, |path, name| {
            rooms.iter().any(|room| room == path) || name.starts_with(TEMPORARY_PREFIX)
        })?;
        inventory.sort_in(&manifests::dir(store), |_, name| {
            name.strip_suffix(".json").is_some_and(manifests::is_id)
        })?;
        inventory.sort_in(&writer::temporary_dir(store), |_, name| {
            name.starts_with(TEMPORARY_PREFIX)
        })?;
        inventory.sort_in(&derived::dir(store), |_, _| true)?;
        let listing = objects::list(store)?;
        inventory.foreign.extend(listing.foreign);
        for hash in &listing.objects {
            let path = objects::path(store, hash);
            inventory.ours.extend(path.parent().map(Path::to_owned));
            inventory.ours.push(path);
        }
        inventory.ours.dedup();
        Ok(inventory)
    }

    /// Returns what others than the owner may read or write, with its mode.
    pub(super) fn open_to_others(&self) -> Vec<(&PathBuf, u32)> {
        self.ours
            .iter()
            .filter_map(|path| Some((path, mode(path)?)))
            .filter(|(_, mode)| mode & 0o077 != 0)
            .collect()
    }

    fn sort_in(
        &mut self,
        dir: &Path,
        is_ours: impl Fn(&Path, &str) -> bool,
    ) -> Result<(), StoreError> {
        for name in disk::list_directory(dir)? {
            let path = dir.join(&name);
            if is_ours(&path, &name) {
                self.ours.push(path);
            } else {
                self.foreign.push(path);
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|_| 0)
}

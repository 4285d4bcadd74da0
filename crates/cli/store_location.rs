//! Where snapshots are kept.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use whocan_snapshot::{Store, StoreError};

use crate::failure::Failure;

/// Opens the store that the person chose, or the default one.
pub fn open(chosen: Option<&Path>) -> Result<Store, Failure> {
    let dir = match chosen {
        Some(dir) => dir.to_owned(),
        None => default_dir()?,
    };
    Store::open(dir).map_err(Failure::from)
}

/// Returns the default: `whocan/store` in the platform's data directory.
fn default_dir() -> Result<PathBuf, Failure> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| {
        Failure::new("there is no home directory to keep snapshots in")
            .hint("say where with --store DIR or WHOCAN_STORE")
    })?;
    Ok(strategy.data_dir().join("whocan").join("store"))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let failure = Failure::new(&error);
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

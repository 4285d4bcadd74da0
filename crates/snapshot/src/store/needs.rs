//! What the snapshots of a store need.

use std::collections::BTreeSet;
use std::path::Path;

use super::{ObjectHash, StoreError, manifests};

/// Everything that some snapshot needs, as far as manifests can be read.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// The objects that manifests name.
    pub(super) objects: BTreeSet<ObjectHash>,
    /// The content hashes of the manifests themselves.
    pub(super) contents: BTreeSet<ObjectHash>,
    /// Why manifests cannot be read. While there is one, nobody knows what it
    /// needs, and nothing may be dropped.
    pub(super) unreadable: Vec<StoreError>,
}

impl Needs {
    /// Reads all manifests.
    pub(super) fn load(store: &Path) -> Result<Needs, StoreError> {
        let mut needs = Needs::default();
        for id in manifests::list(store)? {
            match manifests::load(store, &id) {
                Ok(manifest) => {
                    let references = manifests::references(&manifest)?;
                    needs
                        .objects
                        .extend(references.into_iter().map(|named| named.hash));
                    needs.contents.insert(manifest.content_hash());
                }
                // Removed meanwhile.
                Err(StoreError::NoSuchSnapshot { .. }) => {}
                Err(error) => needs.unreadable.push(error),
            }
        }
        Ok(needs)
    }
}

//! The indexes that a store keeps, so that not every process builds its own.
//!
//! They are a convenience only. Whatever is wrong with one, it is built again
//! and replaced; where none can be kept, the answer takes longer.

use std::path::PathBuf;
use std::sync::Arc;

use whocan_graph::Graph;
use whocan_index::{Index, IndexError};
use whocan_snapshot::{Finding, FindingKind, Manifest, ObjectHash, SnapshotId, Store, StoreError};

/// Returns the index of a snapshot.
pub fn index(store: &Store, id: &SnapshotId) -> Result<Index, StoreError> {
    let manifest = store.manifest(id)?;
    let key = manifest.content_hash();
    let path = path(store, &key);
    if let Ok(index) = Index::load(&path, key.as_str(), manifest.taken) {
        return Ok(index);
    }
    let graph = Graph::build(&store.load(id)?);
    let index = Index::build(Arc::new(graph));
    // A full disk or a store that one may only read takes nothing from the answer.
    if store.create_derived_dir().is_ok() {
        let _ = index.save(&path, key.as_str());
    }
    Ok(index)
}

/// Returns the facts of a snapshot alone: those that are kept, if they are.
pub fn graph(store: &Store, id: &SnapshotId) -> Result<Arc<Graph>, StoreError> {
    let manifest = store.manifest(id)?;
    let key = manifest.content_hash();
    match Index::load(&path(store, &key), key.as_str(), manifest.taken) {
        Ok(index) => Ok(index.graph().clone()),
        Err(_) => Ok(Arc::new(Graph::build(&store.load(id)?))),
    }
}

/// Examines the index that is kept of a snapshot, and returns what is wrong with it.
pub fn verify(store: &Store, id: &SnapshotId) -> Option<Finding> {
    finding(store, id, &store.manifest(id).ok()?)
}

fn finding(store: &Store, id: &SnapshotId, manifest: &Manifest) -> Option<Finding> {
    let key = manifest.content_hash();
    let path = path(store, &key);
    let error = match Index::verify(&path, key.as_str()) {
        Ok(()) => return None,
        Err(IndexError::Io { .. }) if !path.exists() => return None,
        Err(error) => error,
    };
    Some(Finding {
        path,
        kind: FindingKind::UnusableDerived,
        message: format!("{error}; it will be built again"),
        snapshots: vec![id.clone()],
    })
}

/// Examines all indexes that are kept.
///
/// While a manifest cannot be read there is worse to repair, and none is looked at.
pub fn verify_all(store: &Store) -> Vec<Finding> {
    let snapshots = store.snapshots().unwrap_or_default();
    let findings = snapshots.iter();
    findings
        .filter_map(|(id, manifest)| finding(store, id, manifest))
        .collect()
}

fn path(store: &Store, key: &ObjectHash) -> PathBuf {
    store.derived_dir().join(format!("{key}.index"))
}

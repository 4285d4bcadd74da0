//! Which snapshot a person means.

use std::path::Path;

use super::{StoreError, manifests};
use crate::{Manifest, SnapshotId};

/// How long the time at the start of an id is: `2026-11-24T231500Z`.
const TIME_LENGTH: usize = 18;

/// Returns all snapshots, the oldest first.
pub(super) fn snapshots(store: &Path) -> Result<Vec<(SnapshotId, Manifest)>, StoreError> {
    let ids = manifests::list(store)?;
    Ok(sorted(load_all(store, ids)?))
}

/// Returns the latest snapshot that shows what is, not what would be.
///
/// Ids begin with the time, so only manifests of the same second are read: one
/// old manifest that is damaged does not hide the latest snapshot.
pub(super) fn latest(store: &Path) -> Result<SnapshotId, StoreError> {
    let mut ids = manifests::list(store)?;
    while let Some(newest) = ids.pop() {
        let mut same_second = vec![newest.clone()];
        while let Some(id) = ids.pop_if(|id| time(id) == time(&newest)) {
            same_second.push(id);
        }
        // If all of them were removed meanwhile, the ones before are the latest.
        let mut found = sorted(load_all(store, same_second)?);
        found.retain(|(_, manifest)| !manifest.is_what_if());
        if let Some((id, _)) = found.pop() {
            return Ok(id);
        }
    }
    Err(StoreError::Empty {
        dir: store.to_owned(),
    })
}

/// Returns the snapshot that `text` means.
pub(super) fn find(store: &Path, text: &str) -> Result<SnapshotId, StoreError> {
    let ids = manifests::list(store)?;
    if let Some(id) = ids.iter().find(|id| id.0 == text) {
        return Ok(id.clone());
    }
    if text == "latest" {
        return latest(store);
    }
    let all = snapshots(store)?;
    let labelled = all
        .iter()
        .filter(|(_, manifest)| manifest.label.as_deref() == Some(text));
    let begun = all
        .iter()
        .filter(|(id, _)| !text.is_empty() && id.0.starts_with(text));
    match only(text, labelled)? {
        Some(id) => Ok(id),
        None => only(text, begun)?.ok_or_else(|| StoreError::NoSuchSnapshot {
            text: text.to_owned(),
        }),
    }
}

fn time(id: &SnapshotId) -> &str {
    id.0.get(..TIME_LENGTH).unwrap_or(&id.0)
}

/// Loads manifests; one that is removed meanwhile is left out.
fn load_all(store: &Path, ids: Vec<SnapshotId>) -> Result<Vec<(SnapshotId, Manifest)>, StoreError> {
    let mut loaded = Vec::with_capacity(ids.len());
    for id in ids {
        match manifests::load(store, &id) {
            Ok(manifest) => loaded.push((id, manifest)),
            Err(StoreError::NoSuchSnapshot { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(loaded)
}

/// Sorts by time; within one instant a longer id has a higher number at its end.
fn sorted(mut snapshots: Vec<(SnapshotId, Manifest)>) -> Vec<(SnapshotId, Manifest)> {
    snapshots.sort_by(|(a, left), (b, right)| {
        (left.taken, a.0.len(), a).cmp(&(right.taken, b.0.len(), b))
    });
    snapshots
}

fn only<'a>(
    text: &str,
    mut meant: impl Iterator<Item = &'a (SnapshotId, Manifest)>,
) -> Result<Option<SnapshotId>, StoreError> {
    let Some((first, _)) = meant.next() else {
        return Ok(None);
    };
    let others: Vec<SnapshotId> = meant.map(|(id, _)| id.clone()).collect();
    if others.is_empty() {
        return Ok(Some(first.clone()));
    }
    Err(StoreError::Ambiguous {
        text: text.to_owned(),
        candidates: [vec![first.clone()], others].concat(),
    })
}

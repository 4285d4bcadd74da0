//! Manifests: the files that make a snapshot of objects.

use std::io;
use std::path::{Path, PathBuf};

use whocan_policy::AccountId;

use super::envelope::{self, Kind};
use super::{FORMAT, ObjectHash, StoreError, disk};
use crate::{Manifest, SnapshotId};

/// How large a manifest may be; ten thousand accounts have some two million bytes.
const LIMIT_BYTES: u64 = 1 << 28;

/// Returns the directory of all manifests.
pub(super) fn dir(store: &Path) -> PathBuf {
    store.join("snapshots")
}

/// Returns where the manifest of a snapshot is.
pub(super) fn path(store: &Path, id: &SnapshotId) -> PathBuf {
    dir(store).join(format!("{id}.json"))
}

/// Returns the id that a manifest has, unless another snapshot has it already.
pub(super) fn base_id(manifest: &Manifest) -> String {
    let time = manifest.taken.strftime("%Y-%m-%dT%H%M%SZ");
    let hash = manifest.content_hash();
    format!("{time}-{}", &hash.as_str()[..8])
}

/// Returns an id that no snapshot has.
pub(super) fn free_id(store: &Path, manifest: &Manifest) -> Result<SnapshotId, StoreError> {
    let base = base_id(manifest);
    let taken = list(store)?;
    let numbered = (2u64..).map(|number| format!("{base}-{number}"));
    let free = std::iter::once(base.clone())
        .chain(numbered)
        .map(SnapshotId)
        .find(|id| taken.binary_search(id).is_err());
    Ok(free.expect("fewer snapshots than numbers"))
}

/// Returns whether `text` has the form of an id, and so may be part of a path.
pub(super) fn is_id(text: &str) -> bool {
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(ours)
}

/// Returns the bytes of a manifest's file.
pub(super) fn encode(manifest: &Manifest) -> Vec<u8> {
    envelope::seal_with_checksum(Kind::Manifest, manifest)
}

/// Lists the ids of all snapshots by the names of their files, sorted.
pub(super) fn list(store: &Path) -> Result<Vec<SnapshotId>, StoreError> {
    let names = disk::list_directory(&dir(store))?;
    let mut ids: Vec<SnapshotId> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".json"))
        .filter(|name| is_id(name))
        .map(|name| SnapshotId(name.to_owned()))
        .collect();
    ids.sort();
    Ok(ids)
}

/// Loads one manifest and makes sure that it is what its name says.
pub(super) fn load(store: &Path, id: &SnapshotId) -> Result<Manifest, StoreError> {
    let missing = || StoreError::NoSuchSnapshot { text: id.0.clone() };
    if !is_id(&id.0) {
        return Err(missing());
    }
    let path = path(store, id);
    let bytes = disk::read_file(&path, LIMIT_BYTES).map_err(|error| match error {
        StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => missing(),
        other => other,
    })?;
    let manifest: Manifest = envelope::open_with_checksum(&path, Kind::Manifest, &bytes)?;
    check(&manifest)
        .map_err(|error| StoreError::damaged(&path, format!("a sound manifest: {error}")))?;
    if normalize(manifest.clone()) != manifest {
        return Err(StoreError::damaged(&path, "sorted lists"));
    }
    if !names(id, &manifest) {
        return Err(StoreError::damaged(
            &path,
            format!("the name `{}.json`", base_id(&manifest)),
        ));
    }
    Ok(manifest)
}

/// Returns whether a snapshot with this manifest may have this id.
fn names(id: &SnapshotId, manifest: &Manifest) -> bool {
    match id.0.strip_prefix(&base_id(manifest)) {
        Some("") => true,
        Some(rest) => rest
            .strip_prefix('-')
            .is_some_and(|number| number.parse::<u64>().is_ok()),
        None => false,
    }
}

/// Makes sure that a manifest names objects only, and each account once.
pub(super) fn check(manifest: &Manifest) -> Result<(), StoreError> {
    references(manifest)?;
    for accounts in [&manifest.accounts, &manifest.activity] {
        if let Some(pair) = accounts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(StoreError::AccountTwice { account: pair[0].0 });
        }
    }
    Ok(())
}

/// Brings a manifest into the one form that it is stored in.
pub(super) fn normalize(mut manifest: Manifest) -> Manifest {
    manifest.format = FORMAT;
    manifest.assumptions.sort();
    manifest.assumptions.dedup();
    manifest.accounts.sort();
    manifest.activity.sort();
    manifest
}

/// One object that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    pub(super) hash: ObjectHash,
    pub(super) kind: Kind,
    /// The account that the object must be of.
    pub(super) account: Option<AccountId>,
}

/// Returns all objects that a manifest names.
pub(super) fn references(manifest: &Manifest) -> Result<Vec<Reference>, StoreError> {
    let mut references = Vec::new();
    if let Some(hash) = &manifest.organization {
        references.push(Reference {
            hash: hash.parse()?,
            kind: Kind::Organization,
            account: None,
        });
    }
    let accounts = manifest.accounts.iter().map(|named| (Kind::Account, named));
    let activity = manifest
        .activity
        .iter()
        .map(|named| (Kind::Activity, named));
    for (kind, (account, hash)) in accounts.chain(activity) {
        references.push(Reference {
            hash: hash.parse()?,
            kind,
            account: Some(*account),
        });
    }
    Ok(references)
}

//! Objects: the compressed files that are named by their content.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use whocan_policy::AccountId;

use super::envelope::{self, Kind};
use super::{ObjectHash, StoreError, disk};

/// How large an object may be before compression.
///
/// A guard against files made to fill the memory; an account with all its
/// policies has some ten million bytes.
pub(super) const LIMIT_BYTES: u64 = 1 << 30;

/// Fast, and close to the best: policy texts repeat themselves.
const COMPRESSION_LEVEL: i32 = 3;

/// Returns the directory of all objects.
pub(super) fn dir(store: &Path) -> PathBuf {
    store.join("objects")
}

/// Returns where an object is: `objects/ab/cdef...`.
pub(super) fn path(store: &Path, hash: &ObjectHash) -> PathBuf {
    let (start, rest) = hash.as_str().split_at(2);
    dir(store).join(start).join(rest)
}

/// Returns the bytes that make an object and the hash that names it.
pub(super) fn encode(
    kind: Kind,
    content: &impl Serialize,
) -> Result<(ObjectHash, Vec<u8>), StoreError> {
    let bytes = envelope::seal(kind, content);
    let size_bytes = bytes.len() as u64;
    if size_bytes > LIMIT_BYTES {
        return Err(StoreError::TooLarge {
            size_bytes,
            limit_bytes: LIMIT_BYTES,
        });
    }
    Ok((ObjectHash::of(&bytes), bytes))
}

/// Compresses the bytes of an object that will be at `path`.
pub(super) fn compress(path: &Path, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    zstd::bulk::compress(bytes, COMPRESSION_LEVEL)
        .map_err(|error| StoreError::io("compress", path, error))
}

/// Loads an object and proves it by its hash.
pub(super) fn load<T: DeserializeOwned>(
    store: &Path,
    hash: &ObjectHash,
    kind: Kind,
) -> Result<T, StoreError> {
    let bytes = load_bytes(store, hash)?;
    envelope::open(&path(store, hash), kind, &bytes)
}

/// Loads an object's bytes and proves them by their hash.
pub(super) fn load_bytes(store: &Path, hash: &ObjectHash) -> Result<Vec<u8>, StoreError> {
    let path = path(store, hash);
    let compressed = disk::read_file(&path, LIMIT_BYTES).map_err(|error| match error {
        StoreError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            StoreError::MissingObject { path: path.clone() }
        }
        other => other,
    })?;
    let bytes = decompress(&path, &compressed, LIMIT_BYTES)?;
    let found = ObjectHash::of(&bytes);
    if found != *hash {
        return Err(StoreError::damaged(
            &path,
            format!("content with the hash `{hash}`, found `{found}`"),
        ));
    }
    Ok(bytes)
}

/// Decompresses, and trusts no size that the file states.
fn decompress(path: &Path, compressed: &[u8], limit_bytes: u64) -> Result<Vec<u8>, StoreError> {
    let damaged =
        |error: io::Error| StoreError::damaged(path, format!("whole zstd frames: {error}"));
    let mut bytes = Vec::new();
    zstd::stream::read::Decoder::with_buffer(compressed)
        .map_err(damaged)?
        .take(limit_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(damaged)?;
    if bytes.len() as u64 > limit_bytes {
        return Err(StoreError::damaged(
            path,
            format!("at most {limit_bytes} bytes of content"),
        ));
    }
    Ok(bytes)
}

/// Makes sure that the object is of the account for which the manifest names it.
pub(super) fn check_account(
    store: &Path,
    hash: &ObjectHash,
    found: AccountId,
    expected: AccountId,
) -> Result<(), StoreError> {
    if found == expected {
        return Ok(());
    }
    Err(StoreError::damaged(
        &path(store, hash),
        format!("the account `{expected}`, found `{found}`"),
    ))
}

/// What stands in the directory of objects.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The objects, sorted.
    pub(super) objects: Vec<ObjectHash>,
    /// Everything else, sorted.
    pub(super) foreign: Vec<PathBuf>,
}

/// Lists the objects by their names alone.
pub(super) fn list(store: &Path) -> Result<Listing, StoreError> {
    let mut listing = Listing::default();
    for start in disk::list_directory(&dir(store))? {
        let inner = dir(store).join(&start);
        if start.len() != 2 || !inner.is_dir() {
            listing.foreign.push(inner);
            continue;
        }
        for rest in disk::list_directory(&inner)? {
            match format!("{start}{rest}").parse() {
                Ok(hash) => listing.objects.push(hash),
                Err(_) => listing.foreign.push(inner.join(rest)),
            }
        }
    }
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_larger_than_the_limit_is_not_unpacked() {
        let path = Path::new("object");
        let compressed = compress(path, &[0; 1_000_000]).unwrap();
        assert!(compressed.len() < 1000);
        assert_eq!(
            decompress(path, &compressed, 1_000_000).unwrap().len(),
            1_000_000
        );
        assert_eq!(
            decompress(path, &compressed, 999_999)
                .unwrap_err()
                .to_string(),
            "`object` is damaged: expected at most 999999 bytes of content"
        );
    }
}

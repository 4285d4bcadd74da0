//! The form of every object and manifest: two lines of JSON.
//!
//! The first line says what the second is, so that a reader can refuse what a
//! newer version wrote before it looks at the content:
//!
//! ```text
//! {"format":1,"kind":"account"}
//! {"id":"111122223333","partition":"aws",...}
//! ```

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{ObjectHash, StoreError};

/// The version of the format of stores, objects and manifests.
pub const FORMAT: u32 = 1;

/// How long a first line may be.
const HEADER_LIMIT_BYTES: usize = 256;

/// What the second line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Account,
    Organization,
    Activity,
    Manifest,
}

#[derive(Serialize)]
struct Header {
    format: u32,
    kind: Kind,
    /// The hash of the second line, in files that are not named by their hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

/// The one thing that every version, however new, says alike.
#[derive(Deserialize)]
struct Stated {
    format: u32,
}

/// Returns the bytes of an object.
pub(super) fn seal(kind: Kind, content: &impl Serialize) -> Vec<u8> {
    join(&header(kind, None), &line(content))
}

/// Returns the bytes of a file that proves itself.
pub(super) fn seal_with_checksum(kind: Kind, content: &impl Serialize) -> Vec<u8> {
    let content = line(content);
    join(&header(kind, Some(&content)), &content)
}

/// Reads the content of an object whose bytes are proved by its name.
pub(super) fn open<T: DeserializeOwned>(
    path: &Path,
    kind: Kind,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let (first, content) = split(path, bytes)?;
    check_header(path, first, &header(kind, None))?;
    parse(path, content)
}

/// Reads the content of a file that proves itself.
pub(super) fn open_with_checksum<T: DeserializeOwned>(
    path: &Path,
    kind: Kind,
    bytes: &[u8],
) -> Result<T, StoreError> {
    let (first, content) = split(path, bytes)?;
    check_header(path, first, &header(kind, Some(content)))?;
    parse(path, content)
}

fn header(kind: Kind, content: Option<&[u8]>) -> Vec<u8> {
    line(&Header {
        format: FORMAT,
        kind,
        checksum: content.map(|content| ObjectHash::of(content).into()),
    })
}

/// Returns the one text that stands for `value`: fields in the order of the
/// type, maps sorted, no blanks, no line ends.
fn line(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the types of this crate have only texts as keys")
}

fn join(header: &[u8], content: &[u8]) -> Vec<u8> {
    [header, b"\n", content, b"\n"].concat()
}

fn split<'a>(path: &Path, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), StoreError> {
    let end = bytes
        .iter()
        .take(HEADER_LIMIT_BYTES)
        .position(|&byte| byte == b'\n')
        .ok_or_else(|| StoreError::damaged(path, "a first line that states the format"))?;
    let content = bytes[end + 1..]
        .strip_suffix(b"\n")
        .ok_or_else(|| StoreError::damaged(path, "a line end at the end"))?;
    Ok((&bytes[..end], content))
}

/// Accepts exactly the first line that this version would have written.
fn check_header(path: &Path, found: &[u8], expected: &[u8]) -> Result<(), StoreError> {
    if found == expected {
        return Ok(());
    }
    match serde_json::from_slice(found) {
        Ok(Stated { format }) if format > FORMAT => Err(StoreError::Newer {
            path: path.to_owned(),
            found: format,
        }),
        _ => Err(StoreError::damaged(
            path,
            format!("the first line `{}`", String::from_utf8_lossy(expected)),
        )),
    }
}

/// Parses one JSON value.
///
/// serde_json gives up at a depth of 128, before the stack does, so a hostile
/// content is an error like any other.
fn parse<T: DeserializeOwned>(path: &Path, content: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(content).map_err(|error| {
        // The content is the file's second line; serde_json counts from its own first.
        let column = error.column();
        StoreError::damaged(
            path,
            format!("other content at line 2, column {column}: {error}"),
        )
    })
}

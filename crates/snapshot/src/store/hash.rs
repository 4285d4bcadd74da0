//! The name of an object: the hash of its content.

use std::fmt;
use std::str::FromStr;

use super::StoreError;

/// The BLAKE3 hash of an object's bytes before compression, which is its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectHash(
    // INVARIANT: 64 lower-case hexadecimal digits; paths are made of it.
    String,
);

impl ObjectHash {
    /// Returns the hash of `bytes`.
    pub fn of(bytes: &[u8]) -> ObjectHash {
        ObjectHash(blake3::hash(bytes).to_hex().to_string())
    }

    /// Returns the 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash with which `name` begins.
    pub(super) fn at_start_of(name: &str) -> Option<ObjectHash> {
        name.get(..64)?.parse().ok()
    }
}

impl FromStr for ObjectHash {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<ObjectHash, StoreError> {
        let digits = text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits && text.len() == 64 {
            Ok(ObjectHash(text.to_owned()))
        } else {
            Err(StoreError::NotAHash {
                text: text.to_owned(),
            })
        }
    }
}

impl From<ObjectHash> for String {
    fn from(hash: ObjectHash) -> String {
        hash.0
    }
}

impl fmt::Display for ObjectHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

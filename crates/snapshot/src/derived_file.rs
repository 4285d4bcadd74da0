//! A file that is derived from a snapshot: sections of bytes that prove themselves.
//!
//! ```text
//! magic        8 bytes    what it is
//! format       4 bytes    little-endian
//! rules       32 bytes    hash of what fingerprints the program's rules
//! key         32 bytes    hash of what the file is derived from
//! checksum    32 bytes    hash of all that is above and below
//! lengths      8 bytes each, their number first, little-endian
//! sections                one after the other
//! ```
//!
//! Hashes are BLAKE3; the checksum is the hash of the hashes of pieces, so that
//! all cores can work at it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

/// The version of the layout.
const FORMAT: u32 = 4;

const HEADER_BYTES: usize = 8 + 4 + 32 + 32;
const LENGTHS_AT: usize = HEADER_BYTES + 32;

/// So many bytes are hashed in one piece.
const PIECE_BYTES: usize = 1 << 20;

/// A derived file could not be written or read.
///
/// Whatever it is, the file can be made again from its snapshot.
#[derive(Debug, thiserror::Error)]
pub enum DerivedError {
    /// The disk refuses.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried, such as `read`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is none of these, or not whole.
    #[error("`{}` is damaged: expected {expected}", path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What should be there.
        expected: &'static str,
    },
    /// The file was saved by a whocan with other rules.
    #[error("`{}` was saved by another version of whocan", path.display())]
    OtherRules {
        /// Where.
        path: PathBuf,
    },
    /// The file is about another snapshot.
    #[error("`{}` is about another snapshot", path.display())]
    OtherSnapshot {
        /// Where.
        path: PathBuf,
    },
}

/// What a derived file is, and what it was made of.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// What it is.
    pub magic: &'a [u8; 8],
    /// What fingerprints the rules by which it was made.
    pub rules: &'a str,
    /// What it was made of.
    pub key: &'a str,
}

/// A derived file in memory, proved whole.
#[derive(Clone, Debug)]
pub struct DerivedFile {
    bytes: Arc<Vec<u8>>,
    sections: Vec<Range<usize>>,
}

/// Some bytes of a derived file, or of their own. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Section {
    bytes: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl DerivedFile {
    /// Saves sections as the file `path`, which nobody else can read.
    ///
    /// The file gets its name only when it is whole and on disk, so readers need
    /// no lock. Until then it has a longer name that begins alike.
    ///
    /// # Errors
    ///
    /// [`DerivedError::Io`] if the disk refuses; nothing is left behind then.
    pub fn save(path: &Path, origin: Origin<'_>, sections: &[Vec<u8>]) -> Result<(), DerivedError> {
        let mut bytes = header(origin);
        bytes.extend([0; 32]);
        bytes.extend((sections.len() as u64).to_le_bytes());
        for section in sections {
            bytes.extend((section.len() as u64).to_le_bytes());
        }
        for section in sections {
            bytes.extend(section);
        }
        let checksum = checksum(&bytes);
        bytes[HEADER_BYTES..LENGTHS_AT].copy_from_slice(&checksum);
        write_whole(path, &bytes).map_err(|source| DerivedError::Io {
            action: "write",
            path: path.to_owned(),
            source,
        })
    }

    /// Loads a file and proves it.
    ///
    /// # Errors
    ///
    /// [`DerivedError::Io`] if it cannot be read, among others because there is
    /// none, or another variant if it cannot be used. Make it again then.
    pub fn load(path: &Path, origin: Origin<'_>) -> Result<DerivedFile, DerivedError> {
        let bytes = fs::read(path).map_err(|source| DerivedError::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        check_header(path, origin, &bytes)?;
        let damaged = |expected| DerivedError::Damaged {
            path: path.to_owned(),
            expected,
        };
        if checksum(&bytes) != bytes[HEADER_BYTES..LENGTHS_AT] {
            return Err(damaged("content with the stated checksum"));
        }
        let sections = sections(&bytes).ok_or_else(|| damaged("whole sections"))?;
        Ok(DerivedFile {
            bytes: Arc::new(bytes),
            sections,
        })
    }

    /// Returns one of the sections; an empty one if the file has not so many.
    pub fn section(&self, at: usize) -> Section {
        Section {
            bytes: self.bytes.clone(),
            range: self.sections.get(at).cloned().unwrap_or_default(),
        }
    }
}

impl Section {
    /// Returns a part of the section, `None` if it has no such bytes.
    pub fn part(&self, range: Range<usize>) -> Option<Section> {
        self.get(range.clone())?;
        let start = self.range.start;
        Some(Section {
            bytes: self.bytes.clone(),
            range: start + range.start..start + range.end,
        })
    }
}

impl Deref for Section {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

impl From<Vec<u8>> for Section {
    fn from(bytes: Vec<u8>) -> Section {
        Section {
            range: 0..bytes.len(),
            bytes: Arc::new(bytes),
        }
    }
}

fn header(origin: Origin<'_>) -> Vec<u8> {
    let mut header = Vec::with_capacity(LENGTHS_AT);
    header.extend(origin.magic);
    header.extend(FORMAT.to_le_bytes());
    header.extend(blake3::hash(origin.rules.as_bytes()).as_bytes());
    header.extend(blake3::hash(origin.key.as_bytes()).as_bytes());
    header
}

fn check_header(path: &Path, origin: Origin<'_>, bytes: &[u8]) -> Result<(), DerivedError> {
    let damaged = |expected| DerivedError::Damaged {
        path: path.to_owned(),
        expected,
    };
    let path = || path.to_owned();
    let own = header(origin);
    if bytes.len() < LENGTHS_AT {
        return Err(damaged("a whole header"));
    }
    if bytes[..8] != *origin.magic {
        return Err(damaged("a saved index"));
    }
    if bytes[8..44] != own[8..44] {
        return Err(DerivedError::OtherRules { path: path() });
    }
    if bytes[44..HEADER_BYTES] != own[44..] {
        return Err(DerivedError::OtherSnapshot { path: path() });
    }
    Ok(())
}

fn checksum(bytes: &[u8]) -> [u8; 32] {
    let pieces: Vec<blake3::Hash> = bytes[LENGTHS_AT..]
        .par_chunks(PIECE_BYTES)
        .map(blake3::hash)
        .collect();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..HEADER_BYTES]);
    for piece in pieces {
        hasher.update(piece.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn sections(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let number = |at: usize| {
        let bytes = bytes.get(at..at.checked_add(8)?)?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let count = number(LENGTHS_AT)?;
    let lengths_end = LENGTHS_AT
        .checked_add(8)?
        .checked_add(count.checked_mul(8)?)?;
    let mut start = lengths_end;
    let mut sections = Vec::new();
    for at in (LENGTHS_AT + 8..lengths_end).step_by(8) {
        let end = start.checked_add(number(at)?)?;
        sections.push(start..end);
        start = end;
    }
    (start == bytes.len()).then_some(sections)
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    };
    // `tempfile` makes files that only their owner can read.
    let mut file = tempfile::Builder::new().prefix(name).tempfile_in(dir)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync(dir)
}

// Makes the name survive a loss of power.
fn sync(dir: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened as a file.
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

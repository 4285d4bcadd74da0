//! An index on disk.
//!
//! ```text
//! magic        8 bytes    whocanix
//! format       4 bytes    little-endian
//! rules       32 bytes    hash of what fingerprints this build's rules
//! key         32 bytes    hash of the caller's key
//! checksum    32 bytes    hash of all that is above and below
//! body                    postcard in zstd
//! ```
//!
//! Hashes are BLAKE3. Only what takes time is kept: the callers by document,
//! and the trust edges. The rest is read from the graph again.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use whocan_graph::Graph;

use crate::callers::Callers;
use crate::edges::{Edges, StoredEdges};
use crate::{Index, IndexError};

const MAGIC: &[u8; 8] = b"whocanix";

/// The version of the file's layout.
const FORMAT: u32 = 1;

const HEADER_BYTES: usize = 8 + 4 + 32 + 32;
const BODY_AT: usize = HEADER_BYTES + 32;

/// How large a body may be before compression: a guard against files made to
/// fill the memory. The index of a million principals has a tenth of it.
const LIMIT_BYTES: u64 = 8 << 30;

const COMPRESSION_LEVEL: i32 = 1;

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Body {
    universe: [u8; 32],
    callers: Callers,
    resource_actions: RoaringBitmap,
    edges: StoredEdges,
}

impl Index {
    /// Saves the index as the file `path`, which nobody else can read.
    ///
    /// The file gets its name only when it is whole and on disk, so readers need
    /// no lock. `key` says what the index is about: the content hash of its snapshot.
    /// Until the file has its name it has a longer one that begins alike.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use jiff::Timestamp;
    /// # use whocan_graph::Graph;
    /// # use whocan_index::Index;
    /// # use whocan_snapshot::{Manifest, Store};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let dir = tempfile::tempdir()?;
    /// # let store = Store::open(dir.path())?;
    /// # let mut writer = store.writer()?;
    /// # let id = writer.commit(Manifest::new(Timestamp::UNIX_EPOCH, "example"))?;
    /// let key = store.manifest(&id)?.content_hash();
    /// let path = store.derived_dir().join(format!("{key}.index"));
    /// let graph = Arc::new(Graph::build(&store.load(&id)?));
    /// let index = match Index::load(&path, key.as_str(), graph.clone()) {
    ///     Ok(index) => index,
    ///     // None yet, or none that can be used.
    ///     Err(_) => {
    ///         let index = Index::build(graph);
    ///         store.create_derived_dir()?;
    ///         index.save(&path, key.as_str())?;
    ///         index
    ///     }
    /// };
    /// # assert!(Index::load(&path, key.as_str(), index.graph().clone()).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError::Io`] if the disk refuses; nothing is left behind then.
    pub fn save(&self, path: &Path, key: &str) -> Result<(), IndexError> {
        let io = |action| {
            move |source| IndexError::Io {
                action,
                path: path.to_owned(),
                source,
            }
        };
        let bytes = self.to_bytes(key).map_err(io("compress"))?;
        write_whole(path, &bytes).map_err(io("write"))
    }

    /// Loads the index of `graph` that was saved under `key`.
    ///
    /// # Errors
    ///
    /// [`IndexError::Io`] if it cannot be read, among others because there is
    /// none, [`IndexError::Damaged`], [`IndexError::OtherRules`] or
    /// [`IndexError::OtherSnapshot`] if it cannot be used. Build it again then.
    pub fn load(path: &Path, key: &str, graph: Arc<Graph>) -> Result<Index, IndexError> {
        Index::from_bytes(path, key, graph, &read(path)?)
    }

    /// Checks the whole of a saved index, without its graph.
    ///
    /// # Errors
    ///
    /// Those of [`Index::load`].
    pub fn verify(path: &Path, key: &str) -> Result<(), IndexError> {
        let bytes = read(path)?;
        check_header(path, key, &bytes)?;
        checked_body(path, &bytes).map(drop)
    }

    fn to_bytes(&self, key: &str) -> io::Result<Vec<u8>> {
        let body = Body {
            universe: universe(&self.graph),
            callers: self.callers.clone(),
            resource_actions: self.resource_actions.clone(),
            edges: self.edges.to_stored(),
        };
        let body = postcard::to_stdvec(&body).map_err(io::Error::other)?;
        let body = zstd::bulk::compress(&body, COMPRESSION_LEVEL)?;
        let mut bytes = header(key);
        let checksum = checksum(&bytes, &body);
        bytes.extend(checksum);
        bytes.extend(body);
        Ok(bytes)
    }

    fn from_bytes(
        path: &Path,
        key: &str,
        graph: Arc<Graph>,
        bytes: &[u8],
    ) -> Result<Index, IndexError> {
        let damaged = |expected| IndexError::Damaged {
            path: path.to_owned(),
            expected,
        };
        check_header(path, key, bytes)?;
        let body = checked_body(path, bytes)?;
        let body = decompress(body).map_err(|_| damaged("whole zstd frames"))?;
        let body: Body = postcard::from_bytes(&body).map_err(|_| damaged("an index"))?;
        if body.universe != universe(&graph) {
            return Err(IndexError::OtherSnapshot {
                path: path.to_owned(),
            });
        }
        let fits = body.callers.fit(&graph);
        let mut index = Index::without_edges(graph, body.callers, body.resource_actions);
        let edges = Edges::from_stored(body.edges, &index);
        index.edges = edges.filter(|_| fits).ok_or_else(|| damaged("an index"))?;
        Ok(index)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, IndexError> {
    fs::read(path).map_err(|source| IndexError::Io {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

// Behind a header that was checked.
fn checked_body<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a [u8], IndexError> {
    let (header, rest) = bytes.split_at(HEADER_BYTES);
    let (stated, body) = rest.split_at(32);
    if checksum(header, body) != *stated {
        return Err(IndexError::Damaged {
            path: path.to_owned(),
            expected: "content with the stated checksum",
        });
    }
    Ok(body)
}

fn header(key: &str) -> Vec<u8> {
    let mut header = Vec::with_capacity(BODY_AT);
    header.extend(MAGIC);
    header.extend(FORMAT.to_le_bytes());
    header.extend(rules());
    header.extend(blake3::hash(key.as_bytes()).as_bytes());
    header
}

fn rules() -> [u8; 32] {
    *blake3::hash(env!("WHOCAN_RULES").as_bytes()).as_bytes()
}

fn check_header(path: &Path, key: &str, bytes: &[u8]) -> Result<(), IndexError> {
    let damaged = |expected| IndexError::Damaged {
        path: path.to_owned(),
        expected,
    };
    let path = || path.to_owned();
    let own = header(key);
    if bytes.len() < BODY_AT {
        return Err(damaged("a whole header"));
    }
    if bytes[..8] != *MAGIC {
        return Err(damaged("a saved index"));
    }
    if bytes[8..44] != own[8..44] {
        return Err(IndexError::OtherRules { path: path() });
    }
    if bytes[44..HEADER_BYTES] != own[44..] {
        return Err(IndexError::OtherSnapshot { path: path() });
    }
    Ok(())
}

fn checksum(header: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(body);
    *hasher.finalize().as_bytes()
}

// The principals and how many documents there are: what the numbers of an index mean.
fn universe(graph: &Graph) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for count in [graph.accounts().len(), graph.documents().len()] {
        hasher.update(&(count as u64).to_le_bytes());
    }
    for principal in graph.principals() {
        hasher.update(principal.arn.as_bytes());
        hasher.update(b"\n");
    }
    *hasher.finalize().as_bytes()
}

fn decompress(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(body)?;
    decoder.take(LIMIT_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT_BYTES {
        return Err(io::Error::other("too large"));
    }
    Ok(bytes)
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

//! An index on disk, with its graph: nodes and answers are read when somebody looks at them.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use whocan_graph::Graph;
use whocan_snapshot::{DerivedFile, Origin, Section, Table};

use crate::actions::{ACTIONS_SECTIONS, Actions};
use crate::edges::{EDGES_SECTIONS, Edges};
use crate::facts::{FACTS_SECTIONS, Facts};
use crate::{Base, Index, IndexError};

/// So many documents' holders are read from a file at once.
const DOCUMENTS_PER_CHUNK: usize = 64;

impl Index {
    /// Saves the index and its graph as the file `path`, which nobody else can read.
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
    /// let manifest = store.manifest(&id)?;
    /// let key = manifest.content_hash();
    /// let path = store.derived_dir().join(format!("{key}.index"));
    /// let index = match Index::load(&path, key.as_str(), manifest.taken) {
    ///     Ok(index) => index,
    ///     // None yet, or none that can be used.
    ///     Err(_) => {
    ///         let index = Index::build(Arc::new(Graph::build(&store.load(&id)?)));
    ///         store.create_derived_dir()?;
    ///         index.save(&path, key.as_str())?;
    ///         index
    ///     }
    /// };
    /// # assert!(Index::load(&path, key.as_str(), manifest.taken).is_ok());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`IndexError::Io`] if the disk refuses; nothing is left behind then.
    pub fn save(&self, path: &Path, key: &str) -> Result<(), IndexError> {
        // What few questions need and all would have to work out again.
        for condition in self.facts.of_callers() {
            condition
                .of_callers
                .get_or_init(|| self.decide_for_all(condition));
        }
        DerivedFile::save(path, origin(key), &self.to_sections())
    }

    /// Loads the index that was saved under `key`, of a snapshot that was taken at `taken`.
    ///
    /// # Errors
    ///
    /// [`IndexError::Io`] if it cannot be read, among others because there is
    /// none, [`IndexError::Damaged`], [`IndexError::OtherRules`] or
    /// [`IndexError::OtherSnapshot`] if it cannot be used. Build it again then.
    pub fn load(path: &Path, key: &str, taken: Timestamp) -> Result<Index, IndexError> {
        let file = DerivedFile::load(path, origin(key))?;
        Index::from_file(&file, taken).ok_or_else(|| IndexError::Damaged {
            path: path.to_owned(),
            expected: "an index",
        })
    }

    /// Checks the whole of a saved index.
    ///
    /// # Errors
    ///
    /// Those of [`Index::load`].
    pub fn verify(path: &Path, key: &str) -> Result<(), IndexError> {
        Index::load(path, key, Timestamp::UNIX_EPOCH).map(drop)
    }

    fn to_sections(&self) -> Vec<Vec<u8>> {
        let mut sections = self.graph.to_sections();
        let base = postcard::to_stdvec(&self.base).expect("only lists of known length");
        sections.push(base);
        sections.push(self.base.callers.identity.to_bytes(DOCUMENTS_PER_CHUNK));
        sections.extend(self.permissions.to_sections());
        sections.extend(self.facts.to_sections());
        sections.extend(self.edges.to_sections());
        sections
    }

    fn from_file(file: &DerivedFile, taken: Timestamp) -> Option<Index> {
        let graph = Arc::new(Graph::from_file(file, taken)?);
        let mut rest = Graph::SECTIONS..;
        let mut next = || rest.next().map(|at| file.section(at)).unwrap_or_default();
        let mut base: Base = postcard::from_bytes(&next()).ok()?;
        base.callers.identity = Table::from_section(next())?;
        let permissions: [Section; ACTIONS_SECTIONS] = std::array::from_fn(|_| next());
        let facts: [Section; FACTS_SECTIONS] = std::array::from_fn(|_| next());
        let edges: [Section; EDGES_SECTIONS] = std::array::from_fn(|_| next());
        let whole = base.callers.identity.len() == graph.documents().len();
        let permissions = Actions::from_sections(&graph, permissions)?;
        let facts = Facts::from_sections(graph.clone(), facts)?;
        let edges = Edges::from_sections(graph.principals().len(), edges)?;
        let mut index = Index::assemble(graph, base, permissions, facts);
        index.edges = edges;
        whole.then_some(index)
    }
}

fn origin(key: &str) -> Origin<'_> {
    Origin {
        magic: b"whocanix",
        rules: env!("WHOCAN_RULES"),
        key,
    }
}

//! Snapshots in memory, ready to be asked.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use whocan_graph::Graph;
use whocan_index::Index;
use whocan_render::json::Source;
use whocan_snapshot::{Snapshot, Store};

use crate::failure::Failure;
use crate::{cached, example, store_location};

/// A snapshot with everything that is concluded from it.
pub struct Loaded {
    id: Option<String>,
    index: Index,
}

impl Loaded {
    /// Loads the snapshot that `id` means.
    pub fn stored(store: Option<&Path>, id: &str) -> Result<Loaded, Failure> {
        let store = store_location::open(store)?;
        let id = store.find(id)?;
        let index = cached::index(&store, &id)?;
        Ok(Loaded {
            id: Some(id.0),
            index,
        })
    }

    /// Loads the example organization.
    pub fn example() -> Result<Loaded, Failure> {
        let graph = Arc::new(Graph::build(&example::snapshot()?));
        Ok(Loaded {
            id: None,
            index: Index::build(graph),
        })
    }

    /// Returns the facts.
    pub fn graph(&self) -> &Graph {
        self.index.graph()
    }

    /// Returns the conclusions.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Says which snapshot this is.
    pub fn source(&self) -> Source<'_> {
        Source {
            id: self.id.as_deref(),
            taken: self.graph().taken(),
            assumptions: self.graph().assumptions(),
        }
    }
}

/// Loads the facts of the snapshot that `id` means.
pub fn graph(store: &Store, id: &str) -> Result<Arc<Graph>, Failure> {
    let id = store.find(id)?;
    Ok(cached::graph(store, &id)?)
}

/// Returns the facts of nothing at all.
pub fn empty_graph() -> Graph {
    Graph::build(&Snapshot {
        taken: Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: Vec::new(),
        activity: Vec::new(),
    })
}

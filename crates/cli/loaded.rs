//! Snapshots in memory, ready to be asked.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use whocan_graph::Graph;
use whocan_index::Index;
use whocan_render::json::Source;
use whocan_snapshot::{Snapshot, Store};

use crate::args::Asked;
use crate::failure::Failure;
use crate::ground::Ground;
use crate::{cached, example, store_location, vendors};

/// A snapshot with everything that is concluded from it.
pub struct Loaded {
    id: Option<String>,
    index: Index,
}

impl Loaded {
    /// Loads the snapshot that the command line asks for.
    pub fn asked(store: Option<&Path>, asked: &Asked) -> Result<Loaded, Failure> {
        let vendors = asked.vendors.as_deref().map(vendors::read).transpose()?;
        let loaded = match asked.demo {
            true => Loaded::example()?,
            false => Loaded::stored(store, &asked.snapshot)?,
        };
        if let Some(vendors) = vendors {
            loaded.graph().name_vendors(vendors);
        }
        Ok(loaded)
    }

    /// Loads what a Terraform plan would make of the snapshot that is asked for.
    pub fn planned(
        store: Option<&Path>,
        asked: &Asked,
        plan: &Path,
        account: Option<&str>,
    ) -> Result<Loaded, Failure> {
        let vendors = asked.vendors.as_deref().map(vendors::read).transpose()?;
        let store = store_location::open(store)?;
        let ground = Ground::find(&store, &asked.snapshot)?.planned(plan, account)?;
        let loaded = Loaded {
            index: ground.index(),
            id: Some(ground.id.0),
        };
        if let Some(vendors) = vendors {
            loaded.graph().name_vendors(vendors);
        }
        Ok(loaded)
    }

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

    /// Loads another snapshot, `None` if `id` means this one.
    pub fn other(&self, store: Option<&Path>, id: &str) -> Result<Option<Loaded>, Failure> {
        let found = store_location::open(store)?.find(id)?;
        if self.id.as_deref() == Some(found.0.as_str()) {
            return Ok(None);
        }
        Loaded::stored(store, id).map(Some)
    }

    /// Loads the example organization.
    pub fn example() -> Result<Loaded, Failure> {
        let graph = Arc::new(Graph::build(&example::snapshot()?));
        Ok(Loaded {
            id: None,
            index: Index::build(graph),
        })
    }

    /// Returns the snapshot's id.
    pub fn name(&self) -> &str {
        self.id.as_deref().unwrap_or("the example organization")
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

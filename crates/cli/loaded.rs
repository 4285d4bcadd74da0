//! Snapshots in memory, ready to be asked.

use jiff::Timestamp;
use whocan_graph::Graph;
use whocan_snapshot::{Snapshot, Store};

use crate::failure::Failure;

/// Loads the graph of the snapshot that `id` means.
pub fn graph(store: &Store, id: &str) -> Result<Graph, Failure> {
    let id = store.find(id)?;
    let snapshot = store.load(&id)?;
    Ok(Graph::build(&snapshot))
}

/// Returns the graph of nothing at all.
pub fn empty_graph() -> Graph {
    Graph::build(&Snapshot {
        taken: Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: Vec::new(),
        activity: Vec::new(),
    })
}

//! The resources of each service, gathered at first use.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use whocan_graph::{Graph, ResourceId};

/// Lookups that are filled when somebody first asks.
#[derive(Debug, Default)]
pub(crate) struct Places {
    by_service: OnceLock<FxHashMap<String, Vec<ResourceId>>>,
}

impl Places {
    /// Returns the resources whose ARN names the service, in the graph's order.
    pub fn of(&self, graph: &Graph, service: &str) -> &[ResourceId] {
        let known = self.by_service.get_or_init(|| by_service(graph));
        known.get(service).map_or(&[], Vec::as_slice)
    }
}

fn by_service(graph: &Graph) -> FxHashMap<String, Vec<ResourceId>> {
    let mut all: FxHashMap<String, Vec<ResourceId>> = FxHashMap::default();
    for (id, resource) in (0..).map(ResourceId).zip(graph.resources()) {
        let service = resource.arn.split(':').nth(2).unwrap_or_default();
        match all.get_mut(service) {
            Some(own) => own.push(id),
            None => drop(all.insert(service.to_owned(), vec![id])),
        }
    }
    all
}

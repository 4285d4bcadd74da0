//! Every request at once: effective permissions as bitsets over principals.
//!
//! Statement-major: distinct statements, patterns and conditions are interned,
//! each statement keeps the roaring bitmap of the principals it bears on, and
//! "who" is answered by unions, intersections and differences of those in two
//! planes, *surely* and *possibly*. The AssumeRole closure stands on top. It
//! shares no decision code with `whocan-eval`, which it must agree with.
//! Start at [`Index::build`] and [`Index::can`].

mod actions;
mod callers;
mod candidates;
mod cells;
mod edges;
mod facts;
mod guardrails;
mod planes;
mod question;
mod reach;
mod scene;
mod state;
mod trust_facts;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{Graph, PrincipalId};

use actions::Actions;
use callers::Callers;
use edges::Edges;
use facts::Facts;
use guardrails::Guardrails;
use scene::Scene;
use state::SourceIdentities;
use trust_facts::TrustFacts;

pub use cells::resources_of;
pub use question::{Ask, Ignoring, Walk};
pub use verdict::{Cell, Hop, Path, Planes, Reached, Verdicts};

/// The conclusions about one snapshot.
#[derive(Debug)]
pub struct Index {
    pub(crate) graph: Arc<Graph>,
    pub(crate) callers: Callers,
    // The statements of identity-based policies.
    pub(crate) permissions: Actions,
    // Those with an identity-based policy that is no proper document (R16).
    pub(crate) malformed_identity: RoaringBitmap,
    pub(crate) roles: RoaringBitmap,
    pub(crate) edges: Edges,
    pub(crate) facts: Facts,
    pub(crate) source_identities: SourceIdentities,
    pub(crate) guardrails: Guardrails,
    // The regions, as written, that some condition compares with the request's.
    pub(crate) regions: Vec<String>,
    // The actions that something other than an identity-based policy may allow.
    pub(crate) resource_actions: RoaringBitmap,
    trust: Vec<TrustFacts>,
}

impl Index {
    /// Builds the index of a graph.
    pub fn build(graph: Arc<Graph>) -> Index {
        let callers = Callers::of(&graph);
        let held = |id: whocan_graph::DocumentId| !callers.identity[id.index()].is_empty();
        let sound = |id: whocan_graph::DocumentId| held(id) && !graph.document(id).malformed;
        let permissions = Actions::of(&graph, sound);
        let mut malformed_identity = RoaringBitmap::new();
        for (document, holders) in graph.documents().iter().zip(&callers.identity) {
            if document.malformed {
                malformed_identity |= holders;
            }
        }
        let trust = (0..graph.principals().len() as u32)
            .map(|id| TrustFacts::of_any(&graph, PrincipalId(id)));
        let mut index = Index {
            trust: trust.collect(),
            roles: graph.roles().map(|role| role.0).collect(),
            guardrails: Guardrails::of(&graph, &callers),
            callers,
            permissions,
            malformed_identity,
            edges: Edges::default(),
            facts: Facts::of(&graph),
            source_identities: SourceIdentities::of(&graph),
            regions: regions(&graph),
            resource_actions: candidates::resource_actions(&graph),
            graph,
        };
        index.edges = Edges::build(&index);
        index
    }

    /// Returns the graph that it is about.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Decides one action on one resource for every principal: a direct call, no chains.
    pub fn can(&self, ask: &Ask) -> Verdicts {
        Scene::new(self, ask, None).verdicts()
    }

    pub(crate) fn trust_facts(&self, role: PrincipalId) -> &TrustFacts {
        &self.trust[role.index()]
    }
}

fn regions(graph: &Graph) -> Vec<String> {
    let statements = graph
        .documents()
        .iter()
        .flat_map(|document| &document.statements);
    let conditions = statements.flat_map(|statement| &statement.conditions);
    let on_region =
        conditions.filter(|condition| condition.key.as_lower() == "aws:requestedregion");
    let named = on_region.flat_map(|condition| &condition.values);
    let named: BTreeSet<String> = named.map(|value| value.text.to_string()).collect();
    named.into_iter().collect()
}

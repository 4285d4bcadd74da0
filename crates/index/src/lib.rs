//! Every request at once: effective permissions as bitsets over principals.
//!
//! Statement-major: distinct statements, patterns and conditions are interned,
//! each statement keeps the roaring bitmap of the principals it bears on, and
//! "who" is answered by unions, intersections and differences of those in two
//! planes, *surely* and *possibly*. The AssumeRole closure stands on top. It
//! shares no decision code with `whocan-eval`, which it must agree with.
//! Start at [`Index::build`] and [`Index::can`].

mod actions;
mod alike;
mod callers;
mod candidates;
mod cells;
mod column;
mod edges;
mod error;
mod facts;
mod guardrails;
mod places;
mod planes;
mod question;
mod reach;
mod saved;
mod scene;
mod state;
mod trust_facts;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{Graph, PrincipalId, PrincipalKind};

use actions::Actions;
use callers::Callers;
use edges::Edges;
use facts::Facts;
use guardrails::Guardrails;
use places::Places;
use scene::{BearingByAccount, Scene};
use state::SourceIdentities;
use trust_facts::TrustFacts;

pub use cells::resources_of;
pub use error::IndexError;
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
    pub(crate) bearing: BearingByAccount,
    pub(crate) places: Places,
    // The regions, as written, that some condition compares with the request's.
    pub(crate) regions: Vec<String>,
    // The actions that something other than an identity-based policy may allow.
    pub(crate) resource_actions: RoaringBitmap,
    trust: Vec<TrustFacts>,
    // Principals whose ARN says so, by partition.
    pub(crate) partitions: Vec<(Arc<str>, RoaringBitmap)>,
}

impl Index {
    /// Builds the index of a graph.
    pub fn build(graph: Arc<Graph>) -> Index {
        let callers = Callers::of(&graph);
        let resource_actions = candidates::resource_actions(&graph);
        let mut index = Index::without_edges(graph, callers, resource_actions);
        index.edges = Edges::build(&index);
        index
    }

    // Who can start sessions of which role is decided with all the rest.
    fn without_edges(
        graph: Arc<Graph>,
        callers: Callers,
        resource_actions: RoaringBitmap,
    ) -> Index {
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
        Index {
            trust: trust.collect(),
            roles: graph.roles().map(|role| role.0).collect(),
            guardrails: Guardrails::of(&graph, &callers),
            bearing: BearingByAccount::of_none(&graph),
            places: Places::default(),
            callers,
            permissions,
            malformed_identity,
            edges: Edges::default(),
            facts: Facts::of(&graph),
            source_identities: SourceIdentities::of(&graph),
            regions: regions(&graph),
            partitions: partitions(&graph),
            resource_actions,
            graph,
        }
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

// Members of collected accounts have their account's partition, foreign
// principals and SAML providers that of their ARN.
fn partitions(graph: &Graph) -> Vec<(Arc<str>, RoaringBitmap)> {
    let mut all: BTreeMap<Arc<str>, RoaringBitmap> = BTreeMap::new();
    for (id, principal) in (0..).zip(graph.principals()) {
        let account = principal.account.map(|account| graph.account(account));
        let by_arn = match principal.kind {
            PrincipalKind::Foreign(_) | PrincipalKind::ForeignNamed(_) => Some(&*principal.arn),
            PrincipalKind::Saml => principal.arn.strip_prefix("saml:"),
            _ => None,
        };
        let partition = match account.filter(|account| account.collected) {
            Some(account) => Some(account.partition.clone()),
            None => by_arn.and_then(|arn| arn.split(':').nth(1)).map(Arc::from),
        };
        if let Some(partition) = partition {
            all.entry(partition).or_default().insert(id);
        }
    }
    all.into_iter().collect()
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

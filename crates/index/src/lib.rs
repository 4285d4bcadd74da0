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
mod beginnings;
mod callers;
mod candidates;
mod cells;
mod column;
mod doors;
mod edges;
mod facts;
mod guardrails;
mod load;
mod name;
mod onward;
mod places;
mod planes;
mod question;
mod reach;
mod reading;
mod saved;
mod scene;
mod state;
mod trust_facts;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use whocan_graph::{Graph, PrincipalId, PrincipalKind};

use actions::Actions;
use callers::Callers;
use cells::Pieces;
use doors::Doors;
use edges::Edges;
pub use edges::IDENTITY_CENTER;
use facts::Facts;
use guardrails::Guardrails;
use load::TagLooks;
use name::SessionNames;
use onward::Onward;
use places::Places;
use reading::Reading;
use scene::{BearingByAccount, Scene};
use state::SourceIdentities;
use trust_facts::{TrustFacts, TrustTable};

pub use cells::resources_of;
pub use question::{Ask, Walk};
pub use verdict::{Cell, Hop, Path, Planes, Reached, Verdicts};
pub use whocan_policy::Ignoring;
pub use whocan_snapshot::DerivedError as IndexError;

/// The conclusions about one snapshot.
#[derive(Debug)]
pub struct Index {
    pub(crate) graph: Arc<Graph>,
    pub(crate) base: Base,
    // The statements of identity-based policies.
    pub(crate) permissions: Actions,
    pub(crate) edges: Edges,
    pub(crate) facts: Facts,
    pub(crate) bearing: BearingByAccount,
    pub(crate) places: Places,
    pub(crate) pieces: Pieces,
    pub(crate) onward: Onward,
    trust: TrustTable,
}

/// What every question looks at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Base {
    pub callers: Callers,
    pub roles: RoaringBitmap,
    pub guardrails: Guardrails,
    // Those with an identity-based policy that is no proper document (R16).
    pub malformed_identity: RoaringBitmap,
    pub source_identities: SourceIdentities,
    pub tag_looks: TagLooks,
    pub session_names: SessionNames,
    // The regions, as written, that some condition compares with the request's.
    pub regions: Vec<String>,
    // Principals whose ARN says so, by partition.
    pub partitions: Vec<(Arc<str>, RoaringBitmap)>,
    // The actions that something other than an identity-based policy may allow.
    pub resource_actions: RoaringBitmap,
    // The action patterns of trust policies and policies of resources.
    pub resource_patterns: Vec<Box<str>>,
    pub doors: Doors,
}

impl Index {
    /// Builds the index of a graph.
    pub fn build(graph: Arc<Graph>) -> Index {
        let callers = Callers::of(&graph);
        let Reading {
            permissions,
            facts,
            malformed_identity,
            resource_actions,
            resource_patterns,
            doors,
            session_names,
        } = Reading::of(&graph, &callers);
        let base = Base {
            roles: graph.roles().map(|role| role.0).collect(),
            guardrails: Guardrails::of(&graph, &callers),
            malformed_identity,
            source_identities: SourceIdentities::of(&facts),
            tag_looks: TagLooks::of(&graph, &facts),
            session_names,
            regions: regions(&facts),
            partitions: partitions(&graph),
            resource_actions,
            resource_patterns,
            doors,
            callers,
        };
        let mut index = Index::assemble(graph, base, permissions, facts);
        index.edges = Edges::build(&index);
        index
    }

    fn assemble(graph: Arc<Graph>, base: Base, permissions: Actions, facts: Facts) -> Index {
        Index {
            trust: TrustTable::of_none(&graph),
            bearing: BearingByAccount::of_none(&graph),
            places: Places::default(),
            edges: Edges::default(),
            pieces: Pieces::default(),
            onward: Onward::default(),
            base,
            permissions,
            facts,
            graph,
        }
    }

    /// Returns the graph that it is about.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    // The service principal with this name, if some policy names it.
    pub(crate) fn service(&self, name: &str) -> Option<PrincipalId> {
        self.graph.principal_of(&format!("service:{name}"))
    }

    /// Adds to `roles` the sessions of them that policies name: a chain may pick their names (R239).
    pub fn with_sessions(&self, roles: &RoaringBitmap) -> RoaringBitmap {
        let mut all = roles.clone();
        for (role, sessions) in &self.base.callers.sessions_of {
            if roles.contains(role.0) {
                all |= sessions;
            }
        }
        all
    }

    /// Decides one action on one resource for every principal: a direct call, no chains.
    pub fn can(&self, ask: &Ask) -> Verdicts {
        Scene::new(self, ask, None).verdicts()
    }

    /// Returns whether the caller's sessions may carry a source identity (R119).
    pub(crate) fn may_carry_identity(&self, caller: PrincipalId) -> bool {
        match self.graph.principal(caller).kind {
            PrincipalKind::Role(..) => self.trust_facts(caller).sets_source_identity,
            PrincipalKind::Session { role, .. } => self.trust_facts(role).sets_source_identity,
            PrincipalKind::ForeignNamed(_) => self.base.callers.sessions.contains(caller.0),
            PrincipalKind::Foreign(_) => true,
            _ => false,
        }
    }

    pub(crate) fn trust_facts(&self, role: PrincipalId) -> &TrustFacts {
        self.trust.get(&self.graph, role)
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
            PrincipalKind::IdentityCenterUser { .. } => Some(&*principal.arn),
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

fn regions(facts: &Facts) -> Vec<String> {
    let conditions = facts.conditions().map(|one| &one.condition);
    let on_region =
        conditions.filter(|condition| condition.key.as_lower() == "aws:requestedregion");
    let named = on_region.flat_map(|condition| &condition.values);
    let named: BTreeSet<String> = named.map(|value| value.text.to_string()).collect();
    named.into_iter().collect()
}

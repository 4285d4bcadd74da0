//! Which actions a principal may have at all, before any is decided.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;
use whocan_graph::{Collected, DocumentId, Graph, PolicyId, PrincipalId, PrincipalKind};
use whocan_policy::catalogue::{ActionId, catalogue};
use whocan_policy::{ActionClause, Document, Effect};

use crate::Index;

impl Index {
    /// Returns the actions of the catalogue that some Allow might give the
    /// principal: those of its own policies, and those that a resource-based
    /// policy or grant gives to somebody. Every other action is *no*.
    ///
    /// In the catalogue's order. All actions, if a policy that bears on the
    /// principal was not collected or is no proper document.
    pub fn candidate_actions(&self, principal: PrincipalId) -> Vec<ActionId> {
        let all = catalogue().len() as u32;
        let unread = self.base.callers.identity_unread.contains(principal.0)
            || self.base.malformed_identity.contains(principal.0)
            || self.base.callers.foreign.contains(principal.0)
            || self.base.callers.federated_users.contains(principal.0)
            || self.base.callers.roots.contains(principal.0);
        if unread {
            return (0..all).map(ActionId).collect();
        }
        let mut own = Allowed::default();
        for document in self.documents_of(principal) {
            own.document(self.graph.document(document));
        }
        let mut actions = own.actions | &self.base.resource_actions;
        for action in CALLS_WITHOUT_PERMISSION {
            actions.extend(catalogue().action(action).map(|id| id.0));
        }
        actions.iter().map(ActionId).collect()
    }

    // The identity-based documents of a principal; a session has what its role has.
    fn documents_of(&self, principal: PrincipalId) -> BTreeSet<DocumentId> {
        let owner = match self.graph.principal(principal).kind {
            PrincipalKind::Session { role, .. } => role,
            _ => principal,
        };
        let identity = self.graph.principal(owner).identity();
        let policies = identity.iter().flat_map(|identity| &identity.policies);
        let documents = policies.filter_map(|one| self.graph.policy(one.policy).document);
        documents.collect()
    }
}

/// Calls that need no permission (R144).
const CALLS_WITHOUT_PERMISSION: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// The actions that some Allow of a resource-based policy, an ACL or a KMS
/// grant gives to anybody, while the documents are looked at.
pub(crate) struct ResourceActions {
    // The documents that are trust policies or policies of resources.
    documents: RoaringBitmap,
    given: Allowed,
    patterns: BTreeSet<Box<str>>,
}

impl ResourceActions {
    /// Reads what is known without the documents.
    pub fn of(graph: &Graph) -> ResourceActions {
        let mut found = ResourceActions {
            documents: RoaringBitmap::new(),
            given: Allowed::default(),
            patterns: BTreeSet::new(),
        };
        let mut open = BTreeSet::new();
        for resource in graph.resources() {
            if let Collected::Yes(Some(policy)) = resource.policy {
                found.add(graph, policy);
            }
            // ACLs, grants and policies that were not collected say actions of their service only.
            let service = resource.arn.split(':').nth(2).unwrap_or_default();
            if matches!(service, "s3" | "kms") || resource.policy.is_not() {
                open.insert(service);
            }
        }
        for service in open
            .into_iter()
            .filter_map(|name| catalogue().service(name))
        {
            found.given.actions.insert_range(service.action_range());
        }
        let roles = graph
            .roles()
            .filter_map(|role| graph.principal(role).role());
        roles.for_each(|role| found.add(graph, role.trust));
        found
    }

    fn add(&mut self, graph: &Graph, policy: PolicyId) {
        let document = graph.policy(policy).document;
        self.documents.extend(document.map(|id| id.0));
    }

    /// Takes a document.
    pub fn document(&mut self, id: DocumentId, document: &Document) {
        if !self.documents.contains(id.0) {
            return;
        }
        self.given.document(document);
        let clauses = document.statements.iter();
        let clauses = clauses.filter_map(|statement| statement.actions.as_ref());
        for pattern in clauses.flat_map(|clause| &clause.patterns) {
            if !self.patterns.contains(pattern.as_str()) {
                self.patterns.insert(pattern.as_str().into());
            }
        }
    }

    /// Returns the actions, and the distinct action patterns of all statements.
    pub fn finish(self) -> (RoaringBitmap, Vec<Box<str>>) {
        (self.given.actions, self.patterns.into_iter().collect())
    }
}

/// The actions that documents allow, whatever else they say.
#[derive(Default)]
struct Allowed {
    actions: RoaringBitmap,
    // Most documents say what others do.
    seen: FxHashSet<ActionClause>,
}

impl Allowed {
    fn document(&mut self, document: &Document) {
        if document.malformed {
            return self.everything();
        }
        let live = document
            .statements
            .iter()
            .filter(|statement| !statement.is_inert());
        for statement in live.filter(|statement| statement.effect == Some(Effect::Allow)) {
            match &statement.actions {
                Some(clause) if self.seen.contains(clause) => {}
                Some(clause) => {
                    self.actions |= covered(clause);
                    self.seen.insert(clause.clone());
                }
                None => self.everything(),
            }
        }
    }

    fn everything(&mut self) {
        self.actions.insert_range(0..catalogue().len() as u32);
    }
}

fn covered(clause: &ActionClause) -> RoaringBitmap {
    let mut actions = RoaringBitmap::new();
    for pattern in &clause.patterns {
        for range in catalogue().matching(pattern.as_str()) {
            actions.insert_range(range);
        }
    }
    if !clause.negated {
        return actions;
    }
    let mut all = RoaringBitmap::new();
    all.insert_range(0..catalogue().len() as u32);
    all - actions
}

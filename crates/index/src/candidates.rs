//! Which actions a principal may have at all, before any is decided.

use std::collections::BTreeSet;

use roaring::RoaringBitmap;
use whocan_graph::{Collected, DocumentId, PrincipalId, PrincipalKind};
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
        let mut actions = self.base.resource_actions.clone();
        for document in self.documents_of(principal) {
            actions |= allowed(self.graph.document(document));
        }
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

/// Returns the actions that some Allow of a resource-based policy, an ACL or a
/// KMS grant gives to anybody.
pub(crate) fn resource_actions(graph: &whocan_graph::Graph) -> RoaringBitmap {
    let mut actions = RoaringBitmap::new();
    for resource in graph.resources() {
        let policy = match resource.policy {
            Collected::Yes(policy) => policy.and_then(|policy| graph.document_of(policy)),
            Collected::Not => None,
        };
        if let Some(document) = policy {
            actions |= allowed(document);
        }
        // ACLs, grants and policies that were not collected say actions of their service only.
        let service = resource.arn.split(':').nth(2).unwrap_or_default();
        let open = matches!(service, "s3" | "kms") || resource.policy.is_not();
        if let Some(service) = catalogue().service(service).filter(|_| open) {
            actions.insert_range(service.action_range());
        }
    }
    for trust in graph
        .roles()
        .filter_map(|role| graph.principal(role).role().map(|facts| facts.trust))
    {
        if let Some(document) = graph.document_of(trust) {
            actions |= allowed(document);
        }
    }
    actions
}

fn allowed(document: &Document) -> RoaringBitmap {
    let all = catalogue().len() as u32;
    let mut actions = RoaringBitmap::new();
    if document.malformed {
        actions.insert_range(0..all);
        return actions;
    }
    let live = document
        .statements
        .iter()
        .filter(|statement| !statement.is_inert());
    for statement in live.filter(|statement| statement.effect == Some(Effect::Allow)) {
        match &statement.actions {
            Some(clause) => actions |= covered(clause),
            None => drop(actions.insert_range(0..all)),
        }
    }
    actions
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

//! The universe: every principal and entry point, by kind and account.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use whocan_graph::{Boundary, DocumentId, Graph, Principal, PrincipalId, PrincipalKind};
use whocan_snapshot::Table;

/// Principals by kind and account, and by the documents that bear on them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Callers {
    pub all: RoaringBitmap,
    pub users: RoaringBitmap,
    // Roles and their named sessions, and sessions of service-linked roles apart.
    pub sessions: RoaringBitmap,
    pub service_linked: RoaringBitmap,
    pub federated_users: RoaringBitmap,
    pub roots: RoaringBitmap,
    pub services: RoaringBitmap,
    pub oidc: RoaringBitmap,
    // Those with assertions: of a provider's users, and of Identity Center, whose users stand apart too.
    pub saml: RoaringBitmap,
    pub identity_center: RoaringBitmap,
    pub anonymous: RoaringBitmap,
    // Accounts that were not collected, and principals of them.
    pub foreign: RoaringBitmap,
    // By account index: everyone who belongs to it.
    pub by_account: Vec<RoaringBitmap>,
    // Whom each document bears on as an identity-based policy. It has a place of
    // its own in a file, where few of them are looked at.
    #[serde(skip)]
    pub identity: Table<RoaringBitmap>,
    // Those of whose identity-based policies one was not collected.
    pub identity_unread: RoaringBitmap,
    // Whom each document bears on as a boundary.
    pub boundary: Vec<(DocumentId, RoaringBitmap)>,
    pub boundary_unread: RoaringBitmap,
    pub unbounded: RoaringBitmap,
    // Named sessions by role.
    pub sessions_of: Vec<(PrincipalId, RoaringBitmap)>,
}

impl Callers {
    /// Sorts the principals of `graph`.
    pub fn of(graph: &Graph) -> Callers {
        let mut callers = Callers {
            by_account: vec![RoaringBitmap::new(); graph.accounts().len()],
            ..Callers::default()
        };
        let mut identity = vec![RoaringBitmap::new(); graph.documents().len()];
        let mut boundaries: FxHashMap<DocumentId, RoaringBitmap> = FxHashMap::default();
        let mut sessions_of: FxHashMap<PrincipalId, RoaringBitmap> = FxHashMap::default();
        for (id, principal) in (0..).zip(graph.principals()) {
            if let PrincipalKind::Session { role, .. } = principal.kind {
                sessions_of.entry(role).or_default().insert(id);
            }
            callers.sort(id, principal);
            callers.attach(graph, id, principal, &mut identity, &mut boundaries);
        }
        callers.sessions_of = sessions_of.into_iter().collect();
        callers.identity = identity.into();
        callers.boundary = boundaries.into_iter().collect();
        callers.boundary.sort_by_key(|(document, _)| *document);
        callers.sessions_of.sort_by_key(|(role, _)| *role);
        callers
    }

    fn sort(&mut self, id: u32, principal: &Principal) {
        self.all.insert(id);
        if let Some(account) = principal.account {
            self.by_account[account.index()].insert(id);
        }
        match &principal.kind {
            PrincipalKind::User(_) => self.users.insert(id),
            PrincipalKind::Role(_, facts) => {
                if facts.service_linked {
                    self.service_linked.insert(id);
                }
                self.sessions.insert(id)
            }
            PrincipalKind::Session { role, .. } => self.session(id, *role),
            PrincipalKind::FederatedUser { .. } => self.federated_users.insert(id),
            PrincipalKind::Root => self.roots.insert(id),
            PrincipalKind::Service => self.services.insert(id),
            PrincipalKind::Oidc { .. } => self.oidc.insert(id),
            PrincipalKind::Saml => self.saml.insert(id),
            PrincipalKind::IdentityCenterUser { .. } => {
                self.identity_center.insert(id);
                self.saml.insert(id)
            }
            PrincipalKind::Anonymous => self.anonymous.insert(id),
            PrincipalKind::Foreign(_) => self.foreign.insert(id),
            PrincipalKind::ForeignNamed(_) => self.foreign_named(id, &principal.arn),
        };
    }

    // What kind it is, its ARN tells.
    fn foreign_named(&mut self, id: u32, arn: &str) -> bool {
        if arn.contains(":role/aws-service-role/") {
            self.service_linked.insert(id);
        }
        if arn.contains(":role/") || arn.contains(":assumed-role/") {
            self.sessions.insert(id);
        } else if arn.contains(":federated-user/") {
            self.federated_users.insert(id);
        } else {
            self.users.insert(id);
        }
        self.foreign.insert(id)
    }

    // Sessions are numbered behind the roles of their account.
    fn session(&mut self, id: u32, role: PrincipalId) -> bool {
        if self.service_linked.contains(role.0) {
            self.service_linked.insert(id);
        }
        self.sessions.insert(id)
    }

    fn attach(
        &mut self,
        graph: &Graph,
        id: u32,
        principal: &Principal,
        identity_of: &mut [RoaringBitmap],
        boundaries: &mut FxHashMap<DocumentId, RoaringBitmap>,
    ) {
        // A session has what its role has.
        let owner = match principal.kind {
            PrincipalKind::Session { role, .. } => graph.principal(role),
            _ => principal,
        };
        let Some(identity) = owner.identity() else {
            self.unbounded.insert(id);
            return;
        };
        for attachment in &identity.policies {
            match graph.policy(attachment.policy).document {
                Some(document) => identity_of[document.index()].insert(id),
                None => self.identity_unread.insert(id),
            };
        }
        match identity.boundary {
            Boundary::None => self.unbounded.insert(id),
            Boundary::Policy(policy) => match graph.policy(policy).document {
                Some(document) => boundaries.entry(document).or_default().insert(id),
                None => self.boundary_unread.insert(id),
            },
        };
    }

    /// Returns a role and its named sessions.
    pub fn of_role(&self, role: PrincipalId) -> RoaringBitmap {
        let mut all: RoaringBitmap = [role.0].into_iter().collect();
        if let Some(sessions) = self.sessions_of(role) {
            all |= sessions;
        }
        all
    }

    /// Returns the named sessions of a role.
    pub fn sessions_of(&self, role: PrincipalId) -> Option<&RoaringBitmap> {
        let found = self
            .sessions_of
            .binary_search_by_key(&role, |(known, _)| *known);
        found.ok().map(|at| &self.sessions_of[at].1)
    }
}

//! Whom a question is about, if not everybody, and what bears on them.

use roaring::RoaringBitmap;
use whocan_graph::{Boundary, DocumentId, Graph, PrincipalId, PrincipalKind};

use super::Scene;

/// So many principals at most are asked for their documents, instead of each
/// document for its holders.
const FEW: u64 = 256;

/// The principals that a question is about.
#[derive(Clone, Debug)]
pub(crate) struct Focus {
    /// The principals.
    pub who: RoaringBitmap,
    // What bears on them, if they are few.
    bearing: Option<Bearing>,
}

/// The documents that bear on some principals; sorted and unique.
#[derive(Clone, Debug, Default)]
struct Bearing {
    identity: Vec<DocumentId>,
    boundary: Vec<DocumentId>,
}

impl Focus {
    /// Looks only at the principals of `who`.
    pub fn on(graph: &Graph, who: RoaringBitmap) -> Focus {
        let bearing = (who.len() <= FEW).then(|| Bearing::of(graph, &who));
        Focus { who, bearing }
    }
}

impl Bearing {
    fn of(graph: &Graph, who: &RoaringBitmap) -> Bearing {
        let mut bearing = Bearing::default();
        for id in who {
            let principal = graph.principal(PrincipalId(id));
            // A session has what its role has.
            let owner = match principal.kind {
                PrincipalKind::Session { role, .. } => graph.principal(role),
                _ => principal,
            };
            let Some(identity) = owner.identity() else {
                continue;
            };
            let policies = identity.policies.iter();
            let documents = policies.filter_map(|one| graph.policy(one.policy).document);
            bearing.identity.extend(documents);
            if let Boundary::Policy(policy) = identity.boundary {
                bearing.boundary.extend(graph.policy(policy).document);
            }
        }
        for documents in [&mut bearing.identity, &mut bearing.boundary] {
            documents.sort_unstable();
            documents.dedup();
        }
        bearing
    }
}

impl Scene<'_> {
    /// Looks only at the principals of `who` from now on.
    pub fn look_only_at(&mut self, who: RoaringBitmap) {
        self.focus = Some(Focus::on(self.graph(), who));
    }

    /// Returns those of `set` whom the question is about.
    pub fn among(&self, set: &RoaringBitmap) -> RoaringBitmap {
        match &self.focus {
            Some(focus) => set & &focus.who,
            None => set.clone(),
        }
    }

    /// Returns the identity-based documents that need to be looked at, `None` for all.
    pub fn identity_documents(&self) -> Option<&[DocumentId]> {
        let bearing = self.focus.as_ref()?.bearing.as_ref()?;
        Some(&bearing.identity)
    }

    /// Returns whether a boundary needs to be looked at.
    pub fn bounds_anyone(&self, boundary: DocumentId, holders: &RoaringBitmap) -> bool {
        match &self.focus {
            None => true,
            Some(Focus {
                bearing: Some(bearing),
                ..
            }) => bearing.boundary.binary_search(&boundary).is_ok(),
            Some(focus) => !focus.who.is_disjoint(holders),
        }
    }
}

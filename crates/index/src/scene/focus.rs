//! Whom a question is about, if not everybody, and what bears on them.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::OnceLock;

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Boundary, DocumentId, Graph, PrincipalId, PrincipalKind};

use super::Scene;
use crate::Index;

/// So many principals at most are asked for their documents, instead of each
/// document for its holders.
const FEW: u64 = 256;

/// The documents of so many are fewer than the statements about their account.
const VERY_FEW: u64 = 8;

/// The principals that a question is about; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Focus {
    /// The principals.
    pub who: Rc<RoaringBitmap>,
    // What bears on them, if they are few, and their accounts; known once somebody asked.
    bearing: Rc<OnceCell<Option<Bearing>>>,
    accounts: Rc<OnceCell<Option<Vec<AccountIndex>>>>,
}

/// So many accounts at most are asked for the documents that bear on their members.
const FEW_ACCOUNTS: usize = 8;

/// The documents that bear on the members of each account, gathered at first use.
#[derive(Debug)]
pub(crate) struct BearingByAccount(Vec<OnceLock<Bearing>>);

impl BearingByAccount {
    /// Returns the table for the accounts of `graph`, still empty.
    pub fn of_none(graph: &Graph) -> BearingByAccount {
        let accounts = graph.accounts().iter();
        BearingByAccount(accounts.map(|_| OnceLock::new()).collect())
    }

    fn of(&self, graph: &Graph, account: AccountIndex, members: Range<u32>) -> &Bearing {
        let known = &self.0[account.index()];
        known.get_or_init(|| Bearing::of(graph, &members.into_iter().collect()))
    }
}

/// The documents that bear on some principals; sorted and unique.
#[derive(Clone, Debug, Default)]
struct Bearing {
    identity: Vec<DocumentId>,
    boundary: Vec<DocumentId>,
}

impl Focus {
    /// Looks only at the principals of `who`.
    pub fn on(who: RoaringBitmap) -> Focus {
        Focus {
            who: Rc::new(who),
            bearing: Rc::default(),
            accounts: Rc::default(),
        }
    }

    fn accounts(&self, graph: &Graph) -> Option<&[AccountIndex]> {
        let accounts = self.accounts.get_or_init(|| accounts_of(graph, &self.who));
        accounts.as_deref()
    }

    fn bearing(&self, index: &Index) -> Option<&Bearing> {
        let bearing = self.bearing.get_or_init(|| {
            if self.who.len() <= FEW {
                Some(Bearing::of(&index.graph, &self.who))
            } else {
                Bearing::of_accounts(index, &self.who)
            }
        });
        bearing.as_ref()
    }
}

// The accounts of some principals, if they are few.
fn accounts_of(graph: &Graph, who: &RoaringBitmap) -> Option<Vec<AccountIndex>> {
    let mut accounts = Vec::new();
    let mut next = who.min();
    while let Some(id) = next {
        // Entry points come last and hold no policies.
        let Some(account) = graph.principal(PrincipalId(id)).account else {
            break;
        };
        if accounts.len() == FEW_ACCOUNTS {
            return None;
        }
        next = who.range(graph.principals_of(account).end..).next();
        accounts.push(account);
    }
    Some(accounts)
}

impl Bearing {
    // What bears on anybody of their accounts, if these are few and hold them all.
    fn of_accounts(index: &Index, who: &RoaringBitmap) -> Option<Bearing> {
        let graph = &index.graph;
        let mut bearing = Bearing::default();
        for account in accounts_of(graph, who)? {
            let members = graph.principals_of(account);
            bearing.add(index.bearing.of(graph, account, members));
        }
        bearing.sort();
        Some(bearing)
    }

    fn add(&mut self, other: &Bearing) {
        self.identity.extend(&other.identity);
        self.boundary.extend(&other.boundary);
    }

    fn sort(&mut self) {
        for documents in [&mut self.identity, &mut self.boundary] {
            documents.sort_unstable();
            documents.dedup();
        }
    }

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
        bearing.sort();
        bearing
    }
}

impl Scene<'_> {
    /// Looks only at the principals of `who` from now on.
    pub fn look_only_at(&mut self, who: RoaringBitmap) {
        self.focus = Some(Focus::on(who));
    }

    /// Returns those of `set` whom the question is about.
    pub fn among(&self, set: &RoaringBitmap) -> RoaringBitmap {
        match &self.focus {
            Some(focus) => set & &*focus.who,
            None => set.clone(),
        }
    }

    /// Returns the identity-based documents that need to be looked at, `None` for all.
    pub fn identity_documents(&self) -> Option<&[DocumentId]> {
        let bearing = self.focus.as_ref()?.bearing(self.index)?;
        Some(&bearing.identity)
    }

    /// Returns whether the question is about so few that their documents are few too.
    pub fn is_about_few(&self) -> bool {
        let focus = self.focus.as_ref();
        focus.is_some_and(|focus| focus.who.len() <= VERY_FEW)
    }

    /// Returns the accounts of those whom the question is about, if they are few.
    pub fn accounts_in_focus(&self) -> Option<&[AccountIndex]> {
        self.focus.as_ref()?.accounts(self.graph())
    }

    /// Returns whether the question is about any of `set`.
    pub fn concerns_any(&self, set: &RoaringBitmap) -> bool {
        let focus = self.focus.as_ref();
        focus.is_none_or(|focus| !focus.who.is_disjoint(set))
    }

    /// Returns whether a boundary needs to be looked at.
    pub fn bounds_anyone(&self, boundary: DocumentId, holders: &RoaringBitmap) -> bool {
        let known = self.focus.as_ref().and_then(|focus| focus.bearing.get());
        match known {
            Some(Some(bearing)) => bearing.boundary.binary_search(&boundary).is_ok(),
            _ => self.concerns_any(holders),
        }
    }
}

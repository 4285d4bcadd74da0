//! Who can start a session of which role.

use std::hash::Hasher;
use std::sync::{Arc, PoisonError, RwLock};

use rayon::prelude::*;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHasher};
use whocan_graph::PrincipalId;
use whocan_policy::{Assume, Given, Precedence, Session};

use crate::scene::Scene;
use crate::state::State;
use crate::{Ask, Ignoring, Index, Planes, Verdicts, Walk};

/// The calls that start a session, in the order in which they are tried.
pub(crate) const SESSION_CALLS: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
];

/// Callers by role, as computed when the index was built: the plain question.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    // By principal; `None` for those that are no roles.
    plain: Vec<Option<Arc<Verdicts>>>,
}

impl Edges {
    /// Decides every edge under no further assumption.
    pub fn build(index: &Index) -> Edges {
        let walk = Walk::default();
        let all = (0..index.graph.principals().len() as u32).into_par_iter();
        let plain = all.map(|id| {
            let role = PrincipalId(id);
            index.graph.principal(role).role()?;
            Some(decide(index, role, &walk, None, &Start::default()))
        });
        Edges {
            plain: shared(plain.collect()),
        }
    }

    fn plain(&self, role: PrincipalId) -> Option<Arc<Verdicts>> {
        self.plain.get(role.index()).cloned().flatten()
    }
}

// Gives roles with the same callers one answer in common.
fn shared(decided: Vec<Option<Verdicts>>) -> Vec<Option<Arc<Verdicts>>> {
    let mut known: FxHashMap<u64, Vec<Arc<Verdicts>>> = FxHashMap::default();
    let mut share = |verdicts: Verdicts| {
        let alike = known.entry(verdicts.fingerprint()).or_default();
        if let Some(same) = alike.iter().find(|one| ***one == verdicts) {
            return same.clone();
        }
        alike.push(Arc::new(verdicts));
        alike[alike.len() - 1].clone()
    };
    let all = decided.into_iter();
    all.map(|verdicts| verdicts.map(&mut share)).collect()
}

/// Callers by role and by what their sessions carry.
type Decided = FxHashMap<(PrincipalId, Option<State>), Arc<Verdicts>>;

/// The edges of one walk: the stored ones where nothing else is assumed,
/// others decided at first use.
pub(crate) struct WalkEdges<'a> {
    index: &'a Index,
    walk: &'a Walk,
    stored: bool,
    decided: RwLock<Decided>,
    // What the first call carries, where it is not as plain as the others.
    start: Option<Start>,
    decided_at_start: RwLock<Decided>,
}

/// What only the first call of a chain carries: the caller's own session, and
/// the parameters that the question gives.
#[derive(Clone, Default)]
struct Start {
    session: Session,
    assume: Option<Assume>,
}

impl<'a> WalkEdges<'a> {
    /// Returns the edges that `walk` may follow.
    pub fn of(index: &'a Index, walk: &'a Walk) -> WalkEdges<'a> {
        let plain = walk.given == Given::default()
            && walk.ignoring == Ignoring::default()
            && walk.via.is_empty();
        WalkEdges {
            index,
            walk,
            stored: plain,
            decided: RwLock::default(),
            start: None,
            decided_at_start: RwLock::default(),
        }
    }

    /// Returns the edges that `walk` may follow, the first one as the call
    /// that `ask` describes: session and parameters end with it (R232).
    pub fn starting_as(index: &'a Index, walk: &'a Walk, ask: &Ask) -> WalkEdges<'a> {
        let plain = ask.session == Session::default() && ask.assume.is_none();
        WalkEdges {
            start: (!plain).then(|| Start {
                session: ask.session.clone(),
                assume: ask.assume.clone(),
            }),
            ..WalkEdges::of(index, walk)
        }
    }

    /// Returns who can assume `role` with the first call of a chain.
    pub fn first_callers(&self, role: PrincipalId, state: Option<&State>) -> Arc<Verdicts> {
        match &self.start {
            None => self.callers(role, state),
            Some(start) => cached(&self.decided_at_start, (role, state.cloned()), || {
                decide(self.index, role, self.walk, state, start)
            }),
        }
    }

    /// Returns who can assume `role`; callers that are sessions are in `state`.
    pub fn callers(&self, role: PrincipalId, state: Option<&State>) -> Arc<Verdicts> {
        if self.stored
            && state.is_none()
            && let Some(stored) = self.index.edges.plain(role)
        {
            return stored;
        }
        cached(&self.decided, (role, state.cloned()), || {
            decide(self.index, role, self.walk, state, &Start::default())
        })
    }
}

fn cached(
    decided: &RwLock<Decided>,
    key: (PrincipalId, Option<State>),
    decide: impl FnOnce() -> Verdicts,
) -> Arc<Verdicts> {
    let known = decided.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(&key) {
        return known.clone();
    }
    drop(known);
    let fresh = Arc::new(decide());
    let mut all = decided.write().unwrap_or_else(PoisonError::into_inner);
    all.insert(key, fresh.clone());
    fresh
}

fn decide(
    index: &Index,
    role: PrincipalId,
    walk: &Walk,
    state: Option<&State>,
    start: &Start,
) -> Verdicts {
    let mut callers = Verdicts::default();
    for action in SESSION_CALLS {
        if !walk.via.is_empty() && !walk.via.contains(&action) {
            continue;
        }
        let ask = Ask::session_call(index, role, action, walk, start);
        let decided = Scene::new(index, &ask, state).verdicts();
        callers.strict.or(&decided.strict);
        callers.as_collected.or(&decided.as_collected);
    }
    callers
}

impl Ask {
    /// Returns the question that says nothing, for what is known of callers alone.
    pub(crate) fn about_callers() -> Ask {
        Ask {
            action: String::new(),
            resource: "*".to_owned(),
            resource_account: None,
            given: Given::default(),
            precedence: Precedence::Facts,
            session: Session::default(),
            assume: None,
            access_point: None,
            endpoint: None,
            ignoring: Ignoring::default(),
        }
    }

    fn session_call(
        index: &Index,
        role: PrincipalId,
        action: &str,
        walk: &Walk,
        start: &Start,
    ) -> Ask {
        Ask {
            action: action.to_owned(),
            resource: index.graph.principal(role).arn.to_string(),
            resource_account: None,
            // What one concrete request says of itself holds for no other call.
            given: walk.given.clone(),
            precedence: Precedence::Facts,
            session: start.session.clone(),
            assume: start.assume.clone(),
            access_point: None,
            endpoint: None,
            ignoring: walk.ignoring,
        }
    }
}

/// Which of the session calls gives the edge from `caller`.
pub(crate) fn call_of(index: &Index, caller: PrincipalId) -> &'static str {
    use whocan_graph::PrincipalKind;
    match index.graph.principal(caller).kind {
        PrincipalKind::Oidc { .. } => SESSION_CALLS[1],
        PrincipalKind::Saml => SESSION_CALLS[2],
        _ => SESSION_CALLS[0],
    }
}

impl Verdicts {
    // Equal for equal answers.
    fn fingerprint(&self) -> u64 {
        let mut hasher = FxHasher::default();
        for planes in [&self.strict, &self.as_collected] {
            for set in [&planes.surely, &planes.possibly] {
                hasher.write_u64(set.len());
                set.iter().for_each(|id| hasher.write_u32(id));
            }
        }
        hasher.finish()
    }

    /// Returns the planes of one reading of gaps.
    pub fn plane(&self, strict: bool) -> &Planes {
        if strict {
            &self.strict
        } else {
            &self.as_collected
        }
    }
}

impl Planes {
    /// Returns the sure or the possible set.
    pub fn set(&self, sure: bool) -> &RoaringBitmap {
        if sure { &self.surely } else { &self.possibly }
    }
}

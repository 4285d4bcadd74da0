//! Who can start a session of which role.

use std::cell::RefCell;
use std::hash::Hasher;
use std::sync::{Arc, PoisonError, RwLock};

use rayon::prelude::*;
use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use whocan_graph::PrincipalId;
use whocan_policy::{Assume, Given, Precedence, Session};
use whocan_snapshot::{Numbers, Section, Table};

use crate::facts::KeyId;
use crate::scene::Scene;
use crate::state::State;
use crate::{Ask, Ignoring, Index, Planes, Verdicts, Walk};

/// The calls that start a session, in the order in which they are tried.
pub(crate) const SESSION_CALLS: [&str; 3] =
    ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", WITH_SAML];

const WITH_SAML: &str = "sts:AssumeRoleWithSAML";

/// The name of the edges from users of Identity Center to the roles that are
/// assigned to them, beside the names of calls.
pub const IDENTITY_CENTER: &str = "IdentityCenter";

/// How many sections the edges take in a file.
pub(crate) const EDGES_SECTIONS: usize = 4;

/// So many answers are read from a file at once.
const ANSWERS_PER_CHUNK: usize = 32;

/// Callers by role, as computed when the index was built: the plain question.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    // Distinct answers.
    callers: Table<Answer>,
    // The keys that some statement on the way to an answer looks at, sorted:
    // who says nothing about these gets the same answer. Distinct sets of them.
    keys: Vec<Arc<[KeyId]>>,
    // By principal: which answer, plus one, and which keys; zero for those that are no roles.
    answer_of: Numbers,
    keys_of: Numbers,
}

/// Who can start sessions of some role.
#[derive(Clone, Debug)]
struct Answer(Arc<Verdicts>);

impl Edges {
    /// Decides every edge under no further assumption.
    pub fn build(index: &Index) -> Edges {
        let walk = Walk::default();
        let all = (0..index.graph.principals().len() as u32).into_par_iter();
        let plain = all.map(|id| {
            let role = PrincipalId(id);
            index.graph.principal(role).role()?;
            let keys = RefCell::default();
            let mut asked = Asked::of(index, &walk);
            asked.keys = Some(&keys);
            let callers = asked.decide(role, None);
            Some((callers, keys.into_inner()))
        });
        let plain: Vec<Option<(Verdicts, Vec<KeyId>)>> = plain.collect();
        let mut sharing = Sharing::default();
        let (mut answer_of, mut keys_of) = (Vec::new(), Vec::new());
        for one in plain {
            let (answer, keys) = match one {
                Some((callers, keys)) => (sharing.callers(callers) + 1, sharing.keys(keys)),
                None => (0, 0),
            };
            answer_of.push(answer);
            keys_of.push(keys);
        }
        Edges {
            callers: sharing.callers.into(),
            keys: sharing.keys,
            answer_of: Numbers::of(answer_of),
            keys_of: Numbers::of(keys_of),
        }
    }

    /// Returns the edges as sections of a file.
    pub fn to_sections(&self) -> [Vec<u8>; EDGES_SECTIONS] {
        let keys: Vec<&[KeyId]> = self.keys.iter().map(|keys| &**keys).collect();
        [
            self.callers.to_bytes(ANSWERS_PER_CHUNK),
            postcard::to_stdvec(&keys).expect("only lists of known length"),
            self.answer_of.as_bytes().to_vec(),
            self.keys_of.as_bytes().to_vec(),
        ]
    }

    /// Takes sections of a file, `None` if they are no edges between so many principals.
    pub fn from_sections(
        principals: usize,
        [callers, keys, answer_of, keys_of]: [Section; EDGES_SECTIONS],
    ) -> Option<Edges> {
        let callers: Table<Answer> = Table::from_section(callers)?;
        let keys: Vec<Vec<KeyId>> = postcard::from_bytes(&keys).ok()?;
        let edges = Edges {
            answer_of: Numbers::below(answer_of, callers.len() + 1)?,
            keys_of: Numbers::below(keys_of, keys.len().max(1))?,
            keys: keys.into_iter().map(Arc::from).collect(),
            callers,
        };
        let whole = edges.answer_of.len() == principals && edges.keys_of.len() == principals;
        whole.then_some(edges)
    }

    // The plain answer, and the keys that it depends on.
    fn plain(&self, role: PrincipalId) -> Option<(&Arc<Verdicts>, &[KeyId])> {
        let answer = self.answer_of.get(role.index())?.checked_sub(1)?;
        let keys = self.keys_of.get(role.index())?;
        let callers = &self.callers.get(answer as usize)?.0;
        Some((callers, self.keys.get(keys as usize)?))
    }
}

/// An answer in a file; the second reading of gaps only where it differs.
#[derive(Serialize, Deserialize)]
struct StoredAnswer {
    strict: (RoaringBitmap, RoaringBitmap),
    as_collected: Option<(RoaringBitmap, RoaringBitmap)>,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sets = |planes: &Planes| (planes.surely.clone(), planes.possibly.clone());
        let differs = self.0.strict != self.0.as_collected;
        let stored = StoredAnswer {
            strict: sets(&self.0.strict),
            as_collected: differs.then(|| sets(&self.0.as_collected)),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Answer, D::Error> {
        let stored = StoredAnswer::deserialize(deserializer)?;
        let planes = |(surely, possibly)| Planes { surely, possibly };
        let strict = planes(stored.strict);
        let as_collected = match stored.as_collected {
            Some(sets) => planes(sets),
            None => strict.clone(),
        };
        Ok(Answer(Arc::new(Verdicts {
            strict,
            as_collected,
        })))
    }
}

/// Gives roles with the same callers one answer in common.
#[derive(Default)]
struct Sharing {
    callers: Vec<Answer>,
    // By fingerprint.
    alike: FxHashMap<u64, Vec<u32>>,
    keys: Vec<Arc<[KeyId]>>,
    key_sets: FxHashMap<Arc<[KeyId]>, u32>,
}

impl Sharing {
    fn callers(&mut self, callers: Verdicts) -> u32 {
        let alike = self.alike.entry(callers.fingerprint()).or_default();
        let mut known = alike.iter();
        if let Some(&same) = known.find(|&&one| *self.callers[one as usize].0 == callers) {
            return same;
        }
        let fresh = self.callers.len() as u32;
        alike.push(fresh);
        self.callers.push(Answer(Arc::new(callers)));
        fresh
    }

    fn keys(&mut self, mut keys: Vec<KeyId>) -> u32 {
        keys.sort_unstable();
        keys.dedup();
        if let Some(&same) = self.key_sets.get(keys.as_slice()) {
            return same;
        }
        let fresh = self.keys.len() as u32;
        let keys: Arc<[KeyId]> = keys.into();
        self.keys.push(keys.clone());
        self.key_sets.insert(keys, fresh);
        fresh
    }
}

/// Callers by role and by what their sessions carry.
type Decided = FxHashMap<(PrincipalId, Option<State>), Arc<Verdicts>>;

/// The edges of one walk: the stored ones where nothing else is assumed,
/// others decided at first use.
pub(crate) struct WalkEdges<'a> {
    index: &'a Index,
    walk: &'a Walk,
    // The keys of which the walk says something; `None` if what is stored is of no use.
    given: Option<FxHashSet<KeyId>>,
    // Whose calls are followed, if not everybody's: each kind of caller has its own.
    callers: Option<RoaringBitmap>,
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
        let stored = walk.ignoring == Ignoring::default() && !walk.given.complete;
        let nobody = index.base.callers.identity_center.is_empty();
        let every = SESSION_CALLS.iter().all(|call| walk.follows(call))
            && (nobody || walk.follows(IDENTITY_CENTER));
        WalkEdges {
            index,
            walk,
            given: stored.then(|| index.facts.said_of(&walk.given)),
            callers: (!every).then(|| walk.callers(index)),
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

    /// Returns whether the first call of a chain is like the others.
    pub fn starts_as_others(&self) -> bool {
        self.start.is_none()
    }

    /// Returns who can assume `role` with the first call of a chain.
    pub fn first_callers(&self, role: PrincipalId, state: Option<&State>) -> Arc<Verdicts> {
        match &self.start {
            None => self.callers(role, state),
            Some(start) => cached(&self.decided_at_start, (role, state.cloned()), || {
                let mut asked = Asked::of(self.index, self.walk);
                asked.start = start.clone();
                self.followed(asked.decide(role, state))
            }),
        }
    }

    /// Returns who can assume `role`; callers that are sessions are in `state`.
    pub fn callers(&self, role: PrincipalId, state: Option<&State>) -> Arc<Verdicts> {
        let stored = self.stored(role).filter(|_| state.is_none());
        if let (Some(stored), None) = (stored, &self.callers) {
            return stored.clone();
        }
        cached(&self.decided, (role, state.cloned()), || {
            match (stored, &self.callers) {
                (Some(stored), Some(callers)) => stored.within(callers),
                _ => self.followed(Asked::of(self.index, self.walk).decide(role, state)),
            }
        })
    }

    // One call may serve several kinds of edges.
    fn followed(&self, decided: Verdicts) -> Verdicts {
        match &self.callers {
            Some(callers) => decided.within(callers),
            None => decided,
        }
    }

    fn stored(&self, role: PrincipalId) -> Option<&Arc<Verdicts>> {
        let (callers, keys) = self.index.edges.plain(role)?;
        let given = self.given.as_ref()?;
        let same = !keys.iter().any(|key| given.contains(key));
        same.then_some(callers)
    }
}

impl Walk {
    fn follows(&self, edge: &str) -> bool {
        self.via.is_empty() || self.via.contains(&edge)
    }

    /// Returns the calls by which the walk goes on, in the order in which they are tried.
    pub fn calls(&self) -> impl Iterator<Item = &'static str> {
        SESSION_CALLS.into_iter().filter(|call| {
            let signs_in = *call == WITH_SAML && self.follows(IDENTITY_CENTER);
            self.follows(call) || signs_in
        })
    }

    // Nobody can make another kind's call (R204, R215, R217).
    fn callers(&self, index: &Index) -> RoaringBitmap {
        let callers = &index.base.callers;
        let mut all = RoaringBitmap::new();
        for edge in SESSION_CALLS.iter().chain([&IDENTITY_CENTER]) {
            if !self.follows(edge) {
                continue;
            }
            all |= match *edge {
                "sts:AssumeRoleWithWebIdentity" => callers.oidc.clone(),
                WITH_SAML => &callers.saml - &callers.identity_center,
                IDENTITY_CENTER => callers.identity_center.clone(),
                _ => &callers.all - &(&callers.oidc | &callers.saml),
            };
        }
        all
    }
}

impl Index {
    /// Returns those with assertions of the sort that `walk` does not follow,
    /// where it follows the other: one call serves both.
    pub fn not_signing_in(&self, walk: &Walk) -> RoaringBitmap {
        let callers = &self.base.callers;
        match (walk.follows(WITH_SAML), walk.follows(IDENTITY_CENTER)) {
            (true, false) => callers.identity_center.clone(),
            (false, true) => &callers.saml - &callers.identity_center,
            _ => RoaringBitmap::new(),
        }
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

/// An edge being asked for.
struct Asked<'a> {
    index: &'a Index,
    walk: &'a Walk,
    start: Start,
    keys: Option<&'a RefCell<Vec<KeyId>>>,
}

impl<'a> Asked<'a> {
    fn of(index: &'a Index, walk: &'a Walk) -> Asked<'a> {
        Asked {
            index,
            walk,
            start: Start::default(),
            keys: None,
        }
    }

    fn decide(&self, role: PrincipalId, state: Option<&State>) -> Verdicts {
        let mut callers = Verdicts::default();
        for action in self.walk.calls() {
            let ask = Ask::session_call(self.index, role, action, self.walk, &self.start);
            let mut scene = Scene::new(self.index, &ask, state);
            scene.keys = self.keys;
            let decided = scene.verdicts();
            callers.strict.or(&decided.strict);
            callers.as_collected.or(&decided.as_collected);
        }
        callers
    }
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
        PrincipalKind::Saml | PrincipalKind::IdentityCenterUser { .. } => SESSION_CALLS[2],
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

    fn within(&self, set: &RoaringBitmap) -> Verdicts {
        Verdicts {
            strict: self.strict.clone().within(set),
            as_collected: self.as_collected.clone().within(set),
        }
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use whocan_graph::{Collected, Graph};
    use whocan_policy::{KeyName, KeyState};
    use whocan_snapshot::{AccountObject, Role, Snapshot};

    use super::*;

    const TRUST: &str = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::111122223333:role/first"}}}"#;
    const TRUST_WITH_MFA: &str = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::111122223333:role/first"},
        "Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}"#;

    fn role(name: &str, trust: &str) -> Role {
        Role {
            arn: format!("arn:aws:iam::111122223333:role/{name}"),
            name: name.to_owned(),
            id: String::new(),
            path: "/".to_owned(),
            created: None,
            trust: Collected::Yes(trust.to_owned()),
            inline: Vec::new(),
            attached: Vec::new(),
            boundary: None,
            tags: Collected::Yes(Vec::new()),
            max_session_seconds: None,
        }
    }

    fn index() -> Index {
        let account = AccountObject {
            identities: true,
            complete: true,
            roles: vec![
                role("first", TRUST),
                role("second", TRUST),
                role("third", TRUST_WITH_MFA),
            ],
            ..AccountObject::unread("111122223333".parse().unwrap())
        };
        Index::build(Arc::new(Graph::build(&Snapshot {
            taken: Timestamp::UNIX_EPOCH,
            assumptions: Vec::new(),
            organization: None,
            accounts: vec![Arc::new(account)],
            activity: Vec::new(),
        })))
    }

    // How many edges are decided when every role is asked about twice.
    fn decided(index: &Index, walk: &Walk) -> usize {
        let edges = WalkEdges::of(index, walk);
        for role in index.graph.roles().chain(index.graph.roles()) {
            edges.callers(role, None);
        }
        edges.decided.read().unwrap().len()
    }

    #[test]
    fn without_assumptions_no_edge_is_decided_again() {
        let index = index();
        assert_eq!(decided(&index, &Walk::default()), 0);
        let every = Walk {
            via: SESSION_CALLS.to_vec(),
            ..Walk::default()
        };
        assert_eq!(decided(&index, &every), 0);
    }

    #[test]
    fn what_is_given_decides_only_edges_that_look_at_it() {
        let index = index();
        let given = |key: &str| Walk {
            given: Given {
                keys: [(KeyName::new(key), KeyState::Known(vec!["true".to_owned()]))].into(),
                complete: false,
            },
            ..Walk::default()
        };
        assert_eq!(decided(&index, &given("aws:multifactorauthpresent")), 1);
        assert_eq!(decided(&index, &given("aws:SourceIp")), 0);
    }

    #[test]
    fn roles_with_the_same_callers_share_one_answer() {
        let index = index();
        let walk = Walk::default();
        let edges = WalkEdges::of(&index, &walk);
        let roles: Vec<PrincipalId> = index.graph.roles().collect();
        let callers = |at: usize| Arc::as_ptr(&edges.callers(roles[at], None));
        assert_eq!(callers(0), callers(1));
        assert_ne!(callers(0), callers(2));
    }

    #[test]
    fn one_kind_of_call_has_the_callers_of_that_kind() {
        let index = index();
        for call in SESSION_CALLS {
            let walk = Walk {
                via: vec![call],
                ..Walk::default()
            };
            let asked = Asked::of(&index, &walk);
            let edges = WalkEdges::of(&index, &walk);
            for role in index.graph.roles() {
                assert_eq!(*edges.callers(role, None), asked.decide(role, None));
            }
        }
    }
}

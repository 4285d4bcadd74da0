//! Breadth-first search backwards over the trust edges, on whole sets.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use rustc_hash::FxHashSet;
use whocan_graph::PrincipalId;
use whocan_policy::{Precedence, Session, Truth};

use crate::edges::{WalkEdges, call_of};
use crate::scene::Scene;
use crate::state::{Fixed, State};
use crate::{Ask, Hop, Index, Path, Planes, Reached, Verdicts, Walk};

/// Sessions of roles, by what they carry (a position in [`Search::loads`]) and
/// by whether they or what follows them pass what the walk must pass.
type Sessions = BTreeMap<(usize, bool), RoaringBitmap>;

/// What a session carries along a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Load {
    /// Its source identity; `None` where nothing looks at it.
    identity: Option<Fixed>,
    /// Whether it has the transitive tags of the session that started the chain.
    tags: bool,
    /// Whether it is the session of the first call, whose parameters are given.
    first: bool,
}

impl Index {
    /// Decides who reaches one action on one resource over chains of assumed roles.
    pub fn reach(&self, ask: &Ask, walk: &Walk) -> Reached {
        self.reach_among(ask, walk, None)
    }

    /// Decides who reaches a request as [`Index::reach`] does, if only these
    /// principals make it: right for starts that come to nobody else.
    pub fn reach_among(&self, ask: &Ask, walk: &Walk, makers: Option<&RoaringBitmap>) -> Reached {
        let search = Search::new(self, ask, walk, makers);
        let (strict_sure, strict_possible) = (search.run(true, true), search.run(true, false));
        let same = search.same_as_collected(&strict_possible);
        let as_collected = if same {
            Planes {
                surely: strict_sure.everyone(),
                possibly: strict_possible.everyone(),
            }
        } else {
            Planes {
                surely: search.run(false, true).everyone(),
                possibly: search.run(false, false).everyone(),
            }
        };
        Reached {
            verdicts: Verdicts {
                strict: Planes {
                    surely: strict_sure.everyone(),
                    possibly: strict_possible.everyone(),
                },
                as_collected,
            },
            surely_by_hops: strict_sure.starts,
            possibly_by_hops: strict_possible.starts,
        }
    }

    /// Returns a shortest path of `from` that gives its verdict, `None` if it reaches nothing.
    pub fn shortest_path(&self, from: PrincipalId, ask: &Ask, walk: &Walk) -> Option<Path> {
        self.shortest_paths(&[from], ask, walk).pop().flatten()
    }

    /// Returns the shortest path of each start, as [`Index::shortest_path`] does, with one search for all.
    pub fn shortest_paths(
        &self,
        from: &[PrincipalId],
        ask: &Ask,
        walk: &Walk,
    ) -> Vec<Option<Path>> {
        self.shortest_paths_among(from, ask, walk, None)
    }

    /// Returns shortest paths as [`Index::shortest_paths`] does, if only these
    /// principals make the request: right for starts that come to nobody else.
    pub fn shortest_paths_among(
        &self,
        from: &[PrincipalId],
        ask: &Ask,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Vec<Option<Path>> {
        let search = Search::new(self, ask, walk, makers);
        let sure = search.run(true, true);
        let possible = LazyCell::new(|| search.run(true, false));
        let path = |&from: &PrincipalId| {
            let (hops, truth) = match sure.path(&search, from, true) {
                Some(hops) => (hops, Truth::True),
                None => (possible.path(&search, from, false)?, Truth::Unknown),
            };
            Some(Path { from, hops, truth })
        };
        from.iter().map(path).collect()
    }

    /// Returns whether anything looks at what sessions carry along a chain
    /// (R233). If not, who reaches a request depends only on who may make it.
    pub fn tells_sessions_apart(&self, walk: &Walk) -> bool {
        !self.source_identities.values(&walk.given).is_empty()
    }

    /// Decides who takes on `role` with one call that `walk` follows.
    pub fn callers_of(&self, role: PrincipalId, walk: &Walk) -> Arc<Verdicts> {
        WalkEdges::of(self, walk).callers(role, None)
    }
}

struct Search<'a> {
    index: &'a Index,
    ask: &'a Ask,
    walk: &'a Walk,
    // Who alone makes the request, if not everybody.
    makers: Option<&'a RoaringBitmap>,
    edges: WalkEdges<'a>,
    values: Vec<Fixed>,
    // All that sessions of this walk may carry.
    loads: Vec<Load>,
    // The transitive tags of the session that starts the chain.
    tags: Vec<(String, Option<String>)>,
    // The service that always passes transitive tags (R220).
    pods: Option<u32>,
    // The service that sets a source identity in all its sessions (R221).
    anywhere: Option<u32>,
    // Who makes the last call: at the start of a chain, and as session of the last role.
    first: Verdicts,
    last: Vec<Verdicts>,
}

// Every combination that a session of this walk can carry.
fn loads(ask: &Ask, values: &[Fixed]) -> Vec<Load> {
    let identities = match values {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    let with_tags = [true, false].into_iter();
    let with_tags = with_tags.filter(|tags| !tags || !ask.session.transitive.is_empty());
    let first = [true, false].into_iter();
    let first = first.filter(|first| !first || ask.assume.is_some());
    let mut loads = Vec::new();
    for (tags, first) in with_tags.flat_map(|tags| first.clone().map(move |first| (tags, first))) {
        let load = |identity: &Option<Fixed>| Load {
            identity: identity.clone(),
            tags,
            first,
        };
        loads.extend(identities.iter().map(load));
    }
    loads
}

fn transitive_tags(session: &Session) -> Vec<(String, Option<String>)> {
    let value_of = |key: &String| {
        let mut tags = session.tags.iter().flatten();
        let tag = tags.find(|(name, _)| name.eq_ignore_ascii_case(key));
        tag.map(|(_, value)| value.clone())
    };
    let keys = session.transitive.iter();
    keys.map(|key| (key.clone(), value_of(key))).collect()
}

// The source identities to tell apart: those that conditions look at, and
// whether there is one where some call sets it, since every further role must
// permit it (R211).
fn identities(index: &Index, ask: &Ask, walk: &Walk, by_service: bool) -> Vec<Fixed> {
    let values = index.source_identities.values(&walk.given);
    let by_caller = ask.session.source_identity.is_some();
    let by_call = ask.assume.as_ref();
    let by_call = by_call.is_some_and(|assume| assume.source_identity.is_some());
    if values.is_empty() && (by_service || by_caller || by_call) {
        return vec![Fixed::Unset, Fixed::Other];
    }
    values
}

/// What one run found, hop by hop.
struct Levels {
    // New starts at each number of hops.
    starts: Vec<RoaringBitmap>,
    // New sessions at each number of hops, apart from starts.
    sessions: Vec<Sessions>,
}

impl<'a> Search<'a> {
    fn new(
        index: &'a Index,
        ask: &'a Ask,
        walk: &'a Walk,
        makers: Option<&'a RoaringBitmap>,
    ) -> Search<'a> {
        let anywhere = index
            .graph
            .principal_of("service:rolesanywhere.amazonaws.com");
        let pods = index.graph.principal_of("service:pods.eks.amazonaws.com");
        // Facts win in chains: one context is given for all of their calls.
        let ask_of_facts = Ask {
            precedence: Precedence::Facts,
            ..ask.clone()
        };
        let mut first = index.can_among(&ask_of_facts, makers);
        for planes in [&mut first.strict, &mut first.as_collected] {
            sent_unsigned(index, planes);
        }
        let values = identities(index, ask, walk, anywhere.is_some());
        let mut search = Search {
            index,
            ask,
            walk,
            makers,
            edges: WalkEdges::starting_as(index, walk, ask),
            loads: loads(ask, &values),
            tags: transitive_tags(&ask.session),
            values,
            pods: pods.map(|id| id.0),
            anywhere: anywhere.map(|id| id.0),
            first,
            last: Vec::new(),
        };
        search.last = search.last_calls();
        search
    }

    // What a chain's last role may do: it carries no session policy of the caller (R232).
    fn last_calls(&self) -> Vec<Verdicts> {
        let ask = Ask {
            session: Session::default(),
            precedence: Precedence::Facts,
            ..self.ask.clone()
        };
        let decide = |load: &Load| {
            let state = self.state(Some(load), load.identity.clone());
            if state.is_none() && self.ask.session == Session::default() {
                return self.first.clone();
            }
            let mut scene = Scene::new(self.index, &ask, state.as_ref());
            if let Some(makers) = self.makers {
                scene.look_only_at(makers.clone());
            }
            let mut last = scene.verdicts();
            for planes in [&mut last.strict, &mut last.as_collected] {
                sent_unsigned(self.index, planes);
            }
            last
        };
        self.loads.iter().map(decide).collect()
    }

    // What the chain fixes of a call of a session with this load, or of the
    // first call; `None` if nothing.
    fn state(&self, caller: Option<&Load>, next: Option<Fixed>) -> Option<State> {
        let mut state = State {
            next,
            ..State::default()
        };
        if let Some(load) = caller {
            state.carried.clone_from(&load.identity);
            if load.tags {
                state.transitive.clone_from(&self.tags);
            }
            if let Some(assume) = self.ask.assume.as_ref().filter(|_| load.first) {
                state.tags = Some(assume.tags.clone());
                state.name.clone_from(&assume.name);
            }
        }
        state.if_any()
    }

    // Whether no gap can change what was found: cheap to see where nothing was open.
    fn same_as_collected(&self, possible: &Levels) -> bool {
        self.first.strict == self.first.as_collected
            && self
                .last
                .iter()
                .all(|last| last.strict == last.as_collected)
            && self.no_gap_leads_to(&possible.roles())
    }

    fn no_gap_leads_to(&self, roles: &RoaringBitmap) -> bool {
        let mut looked_at = FxHashSet::default();
        roles.iter().all(|role| {
            let callers = self.edges.callers(PrincipalId(role), None);
            let first = self.edges.first_callers(PrincipalId(role), None);
            let mut same = |callers: &Arc<Verdicts>| {
                !looked_at.insert(Arc::as_ptr(callers)) || callers.strict == callers.as_collected
            };
            same(&callers) && same(&first)
        })
    }

    fn may_pass(&self, set: RoaringBitmap) -> RoaringBitmap {
        set - &self.walk.avoiding
    }

    // Parts those with whom the walk has passed what it must pass, itself or
    // `behind` them, from the rest.
    fn passing(&self, set: RoaringBitmap, behind: bool) -> (RoaringBitmap, RoaringBitmap) {
        match &self.walk.through {
            Some(through) if !behind => (&set & through, set - through),
            _ => (set, RoaringBitmap::new()),
        }
    }

    fn passes(&self, principal: PrincipalId) -> bool {
        let through = self.walk.through.as_ref();
        through.is_none_or(|through| through.contains(principal.0))
    }

    fn run(&self, strict: bool, sure: bool) -> Levels {
        let start = self.may_pass(self.first.plane(strict).set(sure).clone());
        let (start, _) = self.passing(start, false);
        let mut seen_sessions = Sessions::new();
        for (load, last) in self.last.iter().enumerate() {
            let roles = self.may_pass(last.plane(strict).set(sure) & &self.index.roles);
            let (passed, not) = self.passing(roles, false);
            seen_sessions.insert((load, true), passed);
            seen_sessions.insert((load, false), not);
        }
        let mut seen = start.clone();
        let mut levels = Levels {
            starts: vec![start],
            sessions: vec![seen_sessions.clone()],
        };
        while levels.continue_within(self.walk.within) {
            let (mut starts, sessions) = self.step(levels.newest(), strict, sure);
            // The tags that it always passes go on along the chain (R210), which
            // no edge here looks at.
            if let Some(pods) = self.pods.filter(|_| sure && levels.starts.len() > 1) {
                starts.remove(pods);
            }
            let starts = starts - &seen;
            seen |= &starts;
            let mut fresh = Sessions::new();
            for (load, roles) in sessions {
                let known = seen_sessions.entry(load).or_default();
                let roles = roles - &*known;
                *known |= &roles;
                fresh.insert(load, roles);
            }
            levels.starts.push(starts);
            levels.sessions.push(fresh);
        }
        levels
    }

    // Everyone one hop before the sessions of `frontier`.
    fn step(&self, frontier: &Sessions, strict: bool, sure: bool) -> (RoaringBitmap, Sessions) {
        let mut starts = RoaringBitmap::new();
        let mut sessions = Sessions::new();
        for (&(load, behind), roles) in frontier {
            let (first, later) = self.before_all(roles, load, strict, sure);
            starts |= self.passing(first, behind).0;
            for (load, callers) in later {
                let callers = callers & &self.index.roles;
                let (passed, not) = self.passing(callers, behind);
                *sessions.entry((load, true)).or_default() |= passed;
                *sessions.entry((load, false)).or_default() |= not;
            }
        }
        let starts = self.may_pass(starts);
        let sessions = sessions
            .into_iter()
            .map(|(load, roles)| (load, self.may_pass(roles)));
        (starts, sessions.collect())
    }

    // The callers that can start a session of one of `roles` with this load: at
    // the start of a chain, and by what their own session carries.
    fn before_all(
        &self,
        roles: &RoaringBitmap,
        load: usize,
        strict: bool,
        sure: bool,
    ) -> (RoaringBitmap, BTreeMap<usize, RoaringBitmap>) {
        let mut first = RoaringBitmap::new();
        let mut later: BTreeMap<usize, RoaringBitmap> = BTreeMap::new();
        // Roles that the same callers can assume share one answer.
        let mut added = FxHashSet::default();
        for role in roles {
            for (before, callers) in self.before(PrincipalId(role), &self.loads[load], sure) {
                if !added.insert((Arc::as_ptr(&callers), before)) {
                    continue;
                }
                let callers = callers.plane(strict).set(sure);
                match before {
                    Before::Start(start) => first |= self.starting(start, callers),
                    Before::Session(load) => *later.entry(load).or_default() |= callers,
                }
            }
        }
        (first, later)
    }

    // The callers that can start a session of `role` with this load.
    fn before(&self, role: PrincipalId, load: &Load, sure: bool) -> Vec<(Before, Arc<Verdicts>)> {
        let mut before = Vec::new();
        let start = self.start_with(load, sure);
        if start != Start::NOWHERE {
            let state = self.state(None, load.identity.clone());
            let callers = self.edges.first_callers(role, state.as_ref());
            before.push((Before::Start(start), callers));
        }
        for (at, from) in self.loads.iter().enumerate() {
            if leads(from, load, sure) {
                let state = self.state(Some(from), load.identity.clone());
                let callers = self.edges.callers(role, state.as_ref());
                before.push((Before::Session(at), callers));
            }
        }
        before
    }

    // Who can start a chain whose first session has this load.
    fn start_with(&self, load: &Load, sure: bool) -> Start {
        if load.first != self.ask.assume.is_some() {
            return Start::NOWHERE;
        }
        let tags_go_on = !self.tags.is_empty();
        let (by_session, by_others) = (load.tags || !tags_go_on, !load.tags);
        let Some(value) = &load.identity else {
            return Start {
                from_session: by_session,
                anywhere: by_others,
                otherwise: by_others,
            };
        };
        let chosen = is_chosen(value, sure);
        let set_by_anywhere = || self.set_by_anywhere(value, sure);
        let given = self.starts_with(value, false);
        Start {
            from_session: by_session && self.starts_with(value, true).unwrap_or(chosen),
            anywhere: by_others && given.unwrap_or_else(set_by_anywhere),
            otherwise: by_others && given.unwrap_or(chosen),
        }
    }
}

// Setting it is the caller's choice: possible, never sure (R240).
fn is_chosen(value: &Fixed, sure: bool) -> bool {
    *value == Fixed::Unset || !sure
}

// Whether a session with the load `from` can start one with the load `to`.
fn leads(from: &Load, to: &Load, sure: bool) -> bool {
    let identity = match (&from.identity, &to.identity) {
        (Some(Fixed::Unset), Some(value)) => is_chosen(value, sure),
        (from, to) => from == to,
    };
    identity && from.tags == to.tags && !to.first
}

impl Search<'_> {
    // Those of `callers` who stand at such a start.
    fn starting(&self, start: Start, callers: &RoaringBitmap) -> RoaringBitmap {
        let Start {
            from_session,
            anywhere,
            otherwise,
        } = start;
        let sessions = &self.index.callers.sessions;
        let mut found = RoaringBitmap::new();
        if from_session {
            found |= callers & sessions;
        }
        if otherwise {
            found |= callers - sessions;
        }
        if let Some(id) = self.anywhere.filter(|&id| callers.contains(id)) {
            if anywhere {
                found.insert(id);
            } else {
                found.remove(id);
            }
        }
        found
    }

    // IAM Roles Anywhere always sets a source identity (R221); which, is the
    // certificate's to say.
    fn set_by_anywhere(&self, value: &Fixed, sure: bool) -> bool {
        let named = |value: &Fixed| matches!(value, Fixed::Literal(_));
        match value {
            Fixed::Unset => false,
            Fixed::Other => !sure || !self.values.iter().any(named),
            Fixed::Literal(_) => !sure,
        }
    }

    // Whether the first session carries `value`, if the question says what it
    // carries; who calls from a session passes on what that carries.
    fn starts_with(&self, value: &Fixed, from_session: bool) -> Option<bool> {
        let carried = self.ask.session.source_identity.as_ref();
        let carried = carried.filter(|_| from_session);
        let set = match (carried, &self.ask.assume) {
            (Some(carried), _) => Some(carried),
            (None, Some(assume)) => assume.source_identity.as_ref(),
            (None, None) => return None,
        };
        let Some(set) = set else {
            return Some(*value == Fixed::Unset);
        };
        let literal = Fixed::Literal(set.clone());
        let named = self.values.contains(&literal);
        Some(*value == if named { literal } else { Fixed::Other })
    }
}

/// What a call that starts a session comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Before {
    /// The start of a chain.
    Start(Start),
    /// A session with the load at this position.
    Session(usize),
}

/// Who may stand at the start of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Start {
    from_session: bool,
    anywhere: bool,
    otherwise: bool,
}

impl Start {
    const NOWHERE: Start = Start {
        from_session: false,
        anywhere: false,
        otherwise: false,
    };
}

// Anybody may send the last request without signing it (R238).
fn sent_unsigned(index: &Index, planes: &mut Planes) {
    let anonymous = index.callers.anonymous.min();
    let truth = anonymous.map_or(Truth::False, |id| planes.of(PrincipalId(id)));
    planes.or(&Planes::uniform(truth, &index.callers.all));
}

impl Levels {
    fn newest(&self) -> &Sessions {
        self.sessions.last().expect("there is always a first level")
    }

    fn continue_within(&self, limit: Option<u32>) -> bool {
        let hops = self.starts.len() - 1;
        let more = self.newest().values().any(|roles| !roles.is_empty());
        more && limit.is_none_or(|limit| hops < limit as usize)
    }

    fn everyone(&self) -> RoaringBitmap {
        let mut everyone = RoaringBitmap::new();
        for starts in &self.starts {
            everyone |= starts;
        }
        everyone
    }

    fn roles(&self) -> RoaringBitmap {
        let mut roles = RoaringBitmap::new();
        for sessions in &self.sessions {
            for set in sessions.values() {
                roles |= set;
            }
        }
        roles
    }

    // Follows the levels from `from` to the target.
    fn path(&self, search: &Search<'_>, from: PrincipalId, sure: bool) -> Option<Vec<Hop>> {
        let mut level = self
            .starts
            .iter()
            .position(|starts| starts.contains(from.0))?;
        let mut hops = Vec::new();
        let mut at = from;
        // `None` while the chain has not left its start.
        let mut carried: Option<usize> = None;
        let mut passed = search.passes(from);
        while level > 0 {
            let (role, load) = self.next(search, at, carried, passed, level - 1, sure)?;
            passed |= search.passes(role);
            let identity = search.loads[load].identity.clone();
            let caller = carried.map(|load| &search.loads[load]);
            let state = search.state(caller, identity.clone());
            let callers = match &carried {
                None => search.edges.first_callers(role, state.as_ref()),
                Some(_) => search.edges.callers(role, state.as_ref()),
            };
            let truth = callers.strict.of(at);
            hops.push(Hop {
                action: call_of(search.index, at),
                role,
                truth,
                state: match identity {
                    Some(Fixed::Literal(text)) => Some(text),
                    _ => None,
                },
            });
            at = role;
            carried = Some(load);
            level -= 1;
        }
        Some(hops)
    }

    fn next(
        &self,
        search: &Search<'_>,
        at: PrincipalId,
        carried: Option<usize>,
        passed: bool,
        level: usize,
        sure: bool,
    ) -> Option<(PrincipalId, usize)> {
        let sessions = self.sessions[level].iter();
        // Until the path has passed what it must, only what still passes it leads on.
        for (&(load, _), roles) in sessions.filter(|((_, behind), _)| passed || *behind) {
            for role in roles {
                let role = PrincipalId(role);
                let before = search.before(role, &search.loads[load], sure);
                let fits = before.into_iter().any(|(before, callers)| {
                    let from_here = match (before, carried) {
                        (Before::Start(start), None) => {
                            let one = [at.0].into_iter().collect();
                            !search.starting(start, &one).is_empty()
                        }
                        (Before::Session(wanted), Some(carried)) => wanted == carried,
                        _ => false,
                    };
                    from_here && callers.strict.set(sure).contains(at.0)
                });
                if fits {
                    return Some((role, load));
                }
            }
        }
        None
    }
}

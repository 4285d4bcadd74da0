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

/// Sessions of roles, by what they carry (`None` where nothing looks at it) and
/// by whether they or what follows them pass what the walk must pass.
type Sessions = BTreeMap<(Option<Fixed>, bool), RoaringBitmap>;

impl Index {
    /// Decides who reaches one action on one resource over chains of assumed roles.
    pub fn reach(&self, ask: &Ask, walk: &Walk) -> Reached {
        self.reach_with(ask, &[], walk)
    }

    /// Decides who reaches one action on one resource and may then make the
    /// calls `also` as well, over chains of assumed roles.
    pub fn reach_with(&self, ask: &Ask, also: &[Ask], walk: &Walk) -> Reached {
        let search = Search::new(self, ask, also, walk);
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
        self.shortest_paths_with(from, ask, &[], walk)
    }

    /// Returns the shortest path of each start to somebody who may make `ask` and all of `also`.
    pub fn shortest_paths_with(
        &self,
        from: &[PrincipalId],
        ask: &Ask,
        also: &[Ask],
        walk: &Walk,
    ) -> Vec<Option<Path>> {
        let search = Search::new(self, ask, also, walk);
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
    // What must be allowed besides.
    also: &'a [Ask],
    walk: &'a Walk,
    edges: WalkEdges<'a>,
    values: Vec<Fixed>,
    // The service that sets a source identity in all its sessions (R221).
    anywhere: Option<u32>,
    // Who makes the last call: at the start of a chain, and as session of the last role.
    first: Verdicts,
    last: BTreeMap<Option<Fixed>, Verdicts>,
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

/// Keeps those who may make another call too.
fn narrow(all: &mut Verdicts, other: &Verdicts) {
    all.strict = std::mem::take(&mut all.strict).and(&other.strict);
    all.as_collected = std::mem::take(&mut all.as_collected).and(&other.as_collected);
}

/// What one run found, hop by hop.
struct Levels {
    // New starts at each number of hops.
    starts: Vec<RoaringBitmap>,
    // New sessions at each number of hops, apart from starts.
    sessions: Vec<Sessions>,
}

impl<'a> Search<'a> {
    fn new(index: &'a Index, ask: &'a Ask, also: &'a [Ask], walk: &'a Walk) -> Search<'a> {
        let anywhere = index
            .graph
            .principal_of("service:rolesanywhere.amazonaws.com");
        // Facts win in chains: one context is given for all of their calls.
        let mut first = index.can(&Ask {
            precedence: Precedence::Facts,
            ..ask.clone()
        });
        for call in also {
            narrow(&mut first, &index.can(call));
        }
        for planes in [&mut first.strict, &mut first.as_collected] {
            sent_unsigned(index, planes);
        }
        let mut search = Search {
            index,
            ask,
            also,
            walk,
            edges: WalkEdges::starting_as(index, walk, ask),
            values: identities(index, ask, walk, anywhere.is_some()),
            anywhere: anywhere.map(|id| id.0),
            first,
            last: BTreeMap::new(),
        };
        search.last = search.last_calls();
        search
    }

    // What a chain's last role may do: it carries no session policy of the caller (R232).
    fn last_calls(&self) -> BTreeMap<Option<Fixed>, Verdicts> {
        let ask = Ask {
            session: Session::default(),
            precedence: Precedence::Facts,
            ..self.ask.clone()
        };
        let decide = |state: Option<&State>| {
            let mut last = Scene::new(self.index, &ask, state).verdicts();
            for call in self.also {
                let call = Ask {
                    session: Session::default(),
                    ..call.clone()
                };
                narrow(&mut last, &Scene::new(self.index, &call, state).verdicts());
            }
            for planes in [&mut last.strict, &mut last.as_collected] {
                sent_unsigned(self.index, planes);
            }
            last
        };
        if self.values.is_empty() {
            let last = if self.ask.session == Session::default() {
                self.first.clone()
            } else {
                decide(None)
            };
            return [(None, last)].into_iter().collect();
        }
        let by_value = self.values.iter().map(|value| {
            let state = State {
                carried: Some(value.clone()),
                next: value.clone(),
            };
            (Some(value.clone()), decide(Some(&state)))
        });
        by_value.collect()
    }

    // Whether no gap can change what was found: cheap to see where nothing was open.
    fn same_as_collected(&self, possible: &Levels) -> bool {
        self.first.strict == self.first.as_collected
            && self
                .last
                .values()
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
        for (value, last) in &self.last {
            let roles = self.may_pass(last.plane(strict).set(sure) & &self.index.roles);
            let (passed, not) = self.passing(roles, false);
            seen_sessions.insert((value.clone(), true), passed);
            seen_sessions.insert((value.clone(), false), not);
        }
        let mut seen = start.clone();
        let mut levels = Levels {
            starts: vec![start],
            sessions: vec![seen_sessions.clone()],
        };
        while levels.continue_within(self.walk.within) {
            let (starts, sessions) = self.step(levels.newest(), strict, sure);
            let starts = starts - &seen;
            seen |= &starts;
            let mut fresh = Sessions::new();
            for (value, roles) in sessions {
                let known = seen_sessions.entry(value.clone()).or_default();
                let roles = roles - &*known;
                *known |= &roles;
                fresh.insert(value, roles);
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
        for ((value, behind), roles) in frontier {
            let (first, later) = self.before_all(roles, value.as_ref(), strict, sure);
            starts |= self.passing(first, *behind).0;
            for (carried, callers) in later {
                let callers = callers & &self.index.roles;
                let (passed, not) = self.passing(callers, *behind);
                *sessions.entry((carried.clone(), true)).or_default() |= passed;
                *sessions.entry((carried, false)).or_default() |= not;
            }
        }
        let starts = self.may_pass(starts);
        let sessions = sessions
            .into_iter()
            .map(|(value, roles)| (value, self.may_pass(roles)));
        (starts, sessions.collect())
    }

    // The callers that can start a session of one of `roles` that carries
    // `value`: at the start of a chain, and by what their own session carries.
    fn before_all(
        &self,
        roles: &RoaringBitmap,
        value: Option<&Fixed>,
        strict: bool,
        sure: bool,
    ) -> (RoaringBitmap, BTreeMap<Option<Fixed>, RoaringBitmap>) {
        let mut first = RoaringBitmap::new();
        let mut later: BTreeMap<Option<Fixed>, RoaringBitmap> = BTreeMap::new();
        if value.is_none() {
            self.add_callers(
                roles,
                |role| self.edges.first_callers(role, None),
                strict,
                sure,
                &mut first,
            );
            let sessions = later.entry(None).or_default();
            self.add_callers(
                roles,
                |role| self.edges.callers(role, None),
                strict,
                sure,
                sessions,
            );
            return (first, later);
        }
        for role in roles {
            for (before, callers) in self.before(PrincipalId(role), value, sure) {
                let callers = callers.plane(strict).set(sure);
                match before {
                    start @ Before::Start { .. } => {
                        first |= self.starting(&start, callers);
                    }
                    Before::Session(carried) => *later.entry(carried).or_default() |= callers,
                }
            }
        }
        (first, later)
    }

    // Roles that the same callers can assume share one answer.
    fn add_callers(
        &self,
        roles: &RoaringBitmap,
        callers: impl Fn(PrincipalId) -> Arc<Verdicts>,
        strict: bool,
        sure: bool,
        all: &mut RoaringBitmap,
    ) {
        let mut added = FxHashSet::default();
        for role in roles {
            let callers = callers(PrincipalId(role));
            if added.insert(Arc::as_ptr(&callers)) {
                *all |= callers.plane(strict).set(sure);
            }
        }
    }

    // The callers that can start a session of `role` that carries `value`.
    fn before(
        &self,
        role: PrincipalId,
        value: Option<&Fixed>,
        sure: bool,
    ) -> Vec<(Before, Arc<Verdicts>)> {
        let Some(value) = value else {
            let first = self.edges.first_callers(role, None);
            let callers = self.edges.callers(role, None);
            return vec![(Before::ANYWHERE, first), (Before::Session(None), callers)];
        };
        let callers = |carried: Option<Fixed>| {
            let state = State {
                carried,
                next: value.clone(),
            };
            self.edges.callers(role, Some(&state))
        };
        let mut before = Vec::new();
        // Setting it is the caller's choice: possible, never sure (R240).
        let chosen = *value == Fixed::Unset || !sure;
        let start = Before::Start {
            from_session: self.starts_with(value, true).unwrap_or(chosen),
            anywhere: self
                .starts_with(value, false)
                .unwrap_or_else(|| self.set_by_anywhere(value, sure)),
            otherwise: self.starts_with(value, false).unwrap_or(chosen),
        };
        if start != Before::NOWHERE {
            let state = State {
                carried: None,
                next: value.clone(),
            };
            before.push((start, self.edges.first_callers(role, Some(&state))));
        }
        if chosen {
            before.push((
                Before::Session(Some(Fixed::Unset)),
                callers(Some(Fixed::Unset)),
            ));
        }
        if *value != Fixed::Unset {
            let carried = Some(value.clone());
            before.push((Before::Session(carried.clone()), callers(carried)));
        }
        before
    }
}

impl Search<'_> {
    // Those of `callers` who stand at such a start.
    fn starting(&self, start: &Before, callers: &RoaringBitmap) -> RoaringBitmap {
        let Before::Start {
            from_session,
            anywhere,
            otherwise,
        } = *start
        else {
            return RoaringBitmap::new();
        };
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
#[derive(Clone, Debug, PartialEq, Eq)]
enum Before {
    /// The start of a chain, by who stands there.
    Start {
        from_session: bool,
        anywhere: bool,
        otherwise: bool,
    },
    /// A session that carries this.
    Session(Option<Fixed>),
}

impl Before {
    const ANYWHERE: Before = Before::Start {
        from_session: true,
        anywhere: true,
        otherwise: true,
    };
    const NOWHERE: Before = Before::Start {
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
        let mut carried: Option<Option<Fixed>> = None;
        let mut passed = search.passes(from);
        while level > 0 {
            let (role, value) = self.next(search, at, carried.as_ref(), passed, level - 1, sure)?;
            passed |= search.passes(role);
            let state = value.as_ref().map(|next| State {
                carried: carried.clone().flatten(),
                next: next.clone(),
            });
            let callers = match &carried {
                None => search.edges.first_callers(role, state.as_ref()),
                Some(_) => search.edges.callers(role, state.as_ref()),
            };
            let truth = callers.strict.of(at);
            hops.push(Hop {
                action: call_of(search.index, at),
                role,
                truth,
                state: match &value {
                    Some(Fixed::Literal(text)) => Some(text.clone()),
                    _ => None,
                },
            });
            at = role;
            carried = Some(value);
            level -= 1;
        }
        Some(hops)
    }

    fn next(
        &self,
        search: &Search<'_>,
        at: PrincipalId,
        carried: Option<&Option<Fixed>>,
        passed: bool,
        level: usize,
        sure: bool,
    ) -> Option<(PrincipalId, Option<Fixed>)> {
        let sessions = self.sessions[level].iter();
        // Until the path has passed what it must, only what still passes it leads on.
        for ((value, _), roles) in sessions.filter(|((_, behind), _)| passed || *behind) {
            for role in roles {
                let role = PrincipalId(role);
                let before = search.before(role, value.as_ref(), sure);
                let fits = before.into_iter().any(|(before, callers)| {
                    let from_here = match (&before, carried) {
                        (start @ Before::Start { .. }, None) => {
                            let one = [at.0].into_iter().collect();
                            !search.starting(start, &one).is_empty()
                        }
                        (Before::Session(wanted), Some(carried)) => wanted == carried,
                        _ => false,
                    };
                    from_here && callers.strict.set(sure).contains(at.0)
                });
                if fits {
                    return Some((role, value.clone()));
                }
            }
        }
        None
    }
}

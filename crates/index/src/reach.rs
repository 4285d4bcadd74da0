//! Breadth-first search backwards over the trust edges, on whole sets.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::{MultiOps, RoaringBitmap};
use rustc_hash::FxHashSet;
use whocan_graph::PrincipalId;
use whocan_policy::catalogue::facts::{EC2, POD_IDENTITY, ROLES_ANYWHERE};
use whocan_policy::{Given, Precedence, Session, Truth};

use crate::edges::{WalkEdges, call_of};
use crate::load::{Load, Passed, Travelling, loads};
use crate::name::{Name, Names};
use crate::onward::{Step, Steps};
use crate::scene::Scene;
use crate::state::{Fixed, State};
use crate::{Ask, Hop, Ignoring, Index, Path, Planes, Reached, Verdicts, Walk};

/// Sessions of roles, by what they carry (a position in [`Search::loads`]) and
/// by what of that which the walk must pass they or what follows them pass.
type Sessions = BTreeMap<(usize, Met), RoaringBitmap>;

/// Which sets of [`Walk::through`] are passed, one bit for each.
type Met = u8;

impl Index {
    /// Decides who reaches one action on one resource over chains of assumed roles.
    pub fn reach(&self, ask: &Ask, walk: &Walk) -> Reached {
        self.reach_among(ask, &[], walk, None)
    }

    /// Decides who reaches a request as [`Index::reach`] does, if only these
    /// principals make it: right for starts that come to nobody else. Whoever
    /// makes it must be allowed the calls `also` as well.
    pub fn reach_among(
        &self,
        ask: &Ask,
        also: &[Ask],
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Reached {
        Search::new(self, ask, also, walk, makers).reached()
    }

    /// Decides who reaches a request as [`Index::reach_among`] does, where it is
    /// known who may make it: what [`Index::can_among`] says. Facts must win in `ask`.
    pub fn reach_known(
        &self,
        ask: &Ask,
        direct: &Verdicts,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Reached {
        Search::knowing(self, ask, &[], walk, makers, direct.clone()).reached()
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
        self.shortest_paths_among(from, ask, &[], walk, None)
    }

    /// Returns shortest paths as [`Index::shortest_paths`] does, if only these
    /// principals make the request: right for starts that come to nobody else.
    /// Whoever makes it must be allowed the calls `also` as well.
    pub fn shortest_paths_among(
        &self,
        from: &[PrincipalId],
        ask: &Ask,
        also: &[Ask],
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Vec<Option<Path>> {
        let search = Search::new(self, ask, also, walk, makers);
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
        let pods = self.service(POD_IDENTITY);
        !self.base.source_identities.values(&walk.given).is_empty()
            || self.base.tag_looks.any()
            || pods.is_some()
            || self.base.session_names.matter(&walk.given)
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
    // Who alone makes the request, if not everybody.
    makers: Option<&'a RoaringBitmap>,
    edges: WalkEdges<'a>,
    // All that sessions of this walk may carry.
    loads: Vec<Load>,
    travelling: Travelling,
    names: Names,
    // Callers by what starting a chain depends on, as in [`Kind`].
    kinds: [RoaringBitmap; 6],
    // Who makes the last call: at the start of a chain, and as session of the last role.
    first: Verdicts,
    last: Vec<Verdicts>,
}

// The source identities to tell apart: those that conditions look at, and
// whether there is one where some call sets it, since every further role must
// permit it (R211).
fn identities(index: &Index, ask: &Ask, walk: &Walk, by_service: bool) -> Vec<Fixed> {
    let mut values = index.base.source_identities.values(&walk.given);
    let by_call = ask.assume.as_ref();
    let by_call = by_call.and_then(|assume| assume.source_identity.as_ref());
    let given = [by_call, ask.session.source_identity.as_ref()];
    let given: BTreeSet<&String> = given.into_iter().flatten().collect();
    if values.is_empty() && (by_service || !given.is_empty()) {
        values = vec![Fixed::Unset, Fixed::Open];
    }
    if by_service {
        values.push(Fixed::Any);
    }
    for text in given {
        let literal = Fixed::Literal(text.clone());
        if !values.contains(&literal) {
            values.push(literal);
        }
    }
    values
}

/// What starting a chain depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// EKS Pod Identity, which always passes transitive tags (R220).
    Pods,
    /// IAM Roles Anywhere, which always sets a source identity (R221).
    Anywhere,
    /// Amazon EC2, which names sessions by the ids of instances (R103).
    Instances,
    /// A session that may carry a source identity of which nothing is known.
    Holder,
    /// Another session.
    Session,
    Other,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::Pods,
        Kind::Anywhere,
        Kind::Instances,
        Kind::Holder,
        Kind::Session,
        Kind::Other,
    ];

    fn is_session(self) -> bool {
        matches!(self, Kind::Holder | Kind::Session)
    }
}

// Parts all callers by kind.
fn kinds(index: &Index, ask: &Ask) -> [RoaringBitmap; 6] {
    let callers = &index.base.callers;
    let service =
        |name: &str| -> RoaringBitmap { index.service(name).map(|id| id.0).into_iter().collect() };
    let (pods, anywhere) = (service(POD_IDENTITY), service(ROLES_ANYWHERE));
    let instances = service(EC2);
    let open = ask.session.source_identity.is_none() && !ask.given.complete;
    let all = &callers.sessions | &callers.foreign;
    let holders = all
        .iter()
        .filter(|&id| open && index.may_carry_identity(PrincipalId(id)));
    let holders: RoaringBitmap = holders.collect();
    let sessions = &callers.sessions - &holders;
    let others = &callers.all - &holders - &sessions - &pods - &anywhere - &instances;
    [pods, anywhere, instances, holders, sessions, others]
}

/// What one run found, hop by hop.
struct Levels {
    // New starts at each number of hops.
    starts: Vec<RoaringBitmap>,
    // New sessions at each number of hops, apart from starts.
    sessions: Vec<Sessions>,
    // Where they come from, if other questions may end at the same roles.
    shared: Option<Arc<Steps>>,
}

impl<'a> Search<'a> {
    fn new(
        index: &'a Index,
        ask: &'a Ask,
        also: &'a [Ask],
        walk: &'a Walk,
        makers: Option<&'a RoaringBitmap>,
    ) -> Search<'a> {
        // Facts win in chains: one context is given for all of their calls.
        let ask_of_facts = Ask {
            precedence: Precedence::Facts,
            ..ask.clone()
        };
        let mut first = index.can_among(&ask_of_facts, makers);
        for call in also {
            first = first.and(&index.can_among(call, makers));
        }
        Search::knowing(index, ask, also, walk, makers, first)
    }

    // `first` may make the request.
    fn knowing(
        index: &'a Index,
        ask: &'a Ask,
        also: &'a [Ask],
        walk: &'a Walk,
        makers: Option<&'a RoaringBitmap>,
        mut first: Verdicts,
    ) -> Search<'a> {
        let signed = first.clone();
        for planes in [&mut first.strict, &mut first.as_collected] {
            sent_unsigned(index, planes);
        }
        let anywhere = index.service(ROLES_ANYWHERE);
        let values = identities(index, ask, walk, anywhere.is_some());
        let travelling = Travelling::of(index, ask);
        let names = index.base.session_names.of_walk(&walk.given, &ask.session);
        let same = values.is_empty() && travelling.sets.len() == 1 && !names.are_chosen();
        let kinds = if same {
            // Nobody asks.
            Default::default()
        } else {
            kinds(index, ask)
        };
        let mut search = Search {
            index,
            ask,
            also,
            walk,
            makers,
            edges: WalkEdges::starting_as(index, walk, ask),
            loads: loads(ask, &values, &travelling, &names),
            travelling,
            names,
            kinds,
            first,
            last: Vec::new(),
        };
        search.last = search.last_calls(&signed);
        search
    }

    fn reached(&self) -> Reached {
        let (strict_sure, strict_possible) = (self.run(true, true), self.run(true, false));
        let same = self.same_as_collected(&strict_possible);
        let as_collected = if same {
            Planes {
                surely: strict_sure.everyone(),
                possibly: strict_possible.everyone(),
            }
        } else {
            Planes {
                surely: self.run(false, true).everyone(),
                possibly: self.run(false, false).everyone(),
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

    // What a chain's last role may do: it carries no session policy of the
    // caller (R232). That it may also be sent unsigned is no path through a role.
    fn last_calls(&self, signed: &Verdicts) -> Vec<Verdicts> {
        let ask = Ask {
            session: Session::default(),
            precedence: Precedence::Facts,
            ..self.ask.clone()
        };
        let decide = |load: &Load| {
            let state = self.state(Some(load), None, None, None);
            if state.is_none() && self.ask.session == Session::default() {
                return signed.clone();
            }
            let only = self.makers_with(load);
            let asked = |ask: &Ask| {
                let mut scene = Scene::new(self.index, ask, state.as_ref());
                if let Some(only) = &only {
                    scene.look_only_at(only.clone());
                }
                scene.verdicts()
            };
            let mut last = asked(&ask);
            for call in self.also {
                last = last.and(&asked(&Ask {
                    session: Session::default(),
                    ..call.clone()
                }));
            }
            last
        };
        self.loads.iter().map(decide).collect()
    }

    // Whose last calls are looked at with this load, if not everybody's.
    fn makers_with(&self, load: &Load) -> Option<RoaringBitmap> {
        let named = load.name.is_some() && self.names.are_chosen() && !load.first;
        let roles = || {
            self.names
                .holders(&load.name, self.index.base.roles.clone(), false)
        };
        match (self.makers, named) {
            (Some(makers), true) => Some(makers & roles()),
            (Some(makers), false) => Some(makers.clone()),
            (None, true) => Some(roles()),
            (None, false) => None,
        }
    }

    // Those of `roles` whose sessions may have the name of this load.
    fn holding(&self, load: usize, roles: RoaringBitmap, sure: bool) -> RoaringBitmap {
        let load = &self.loads[load];
        if load.first {
            return roles;
        }
        self.names.holders(&load.name, roles, sure)
    }

    // What the chain fixes of a call of a session with this load, or of the
    // first call; `None` if nothing.
    fn state(
        &self,
        caller: Option<&Load>,
        next: Option<Fixed>,
        passed: Passed,
        next_name: Name,
    ) -> Option<State> {
        let mut state = State {
            next,
            passed,
            next_name,
            ..State::default()
        };
        if let Some(load) = caller {
            state.carried.clone_from(&load.identity);
            state.name.clone_from(&load.name);
            state
                .transitive
                .clone_from(&self.travelling.sets[load.tags]);
            if let Some(assume) = self.ask.assume.as_ref().filter(|_| load.first) {
                state.tags = Some(assume.tags.clone());
            }
        }
        state.if_any()
    }

    // Whether no gap can change what was found: cheap to see where nothing was open.
    fn same_as_collected(&self, possible: &Levels) -> bool {
        self.loads.len() == 1
            && matches!(self.names, Names::Open)
            && self.first.strict == self.first.as_collected
            && self
                .last
                .iter()
                .all(|last| last.strict == last.as_collected)
            && self.is_gapless(possible)
    }

    fn is_gapless(&self, possible: &Levels) -> bool {
        let gapless = || self.no_gap_leads_to(&possible.roles());
        match &possible.shared {
            // With fewer hops it may be less than all.
            Some(shared) if self.walk.within.is_none() => *shared.gapless.get_or_init(gapless),
            _ => gapless(),
        }
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

    // Parts a set by what the walk has passed with them, themselves or `behind` them.
    fn passing(&self, set: RoaringBitmap, behind: Met) -> Vec<(Met, RoaringBitmap)> {
        let mut parts = vec![(behind, set)];
        for (bit, through) in self.bits() {
            if behind & bit != 0 {
                continue;
            }
            let cut = parts.into_iter().flat_map(|(met, set)| {
                let passed = &set & through;
                [(met | bit, passed), (met, set - through)]
            });
            parts = cut.filter(|(_, set)| !set.is_empty()).collect();
        }
        parts
    }

    // Those of a set with whom the walk has passed all that it must pass.
    fn passing_all(&self, set: RoaringBitmap, behind: Met) -> RoaringBitmap {
        let parts = self.passing(set, behind).into_iter();
        let all = self.met_all();
        let mut passing = parts.filter(|(met, _)| *met == all);
        passing.next().map(|(_, set)| set).unwrap_or_default()
    }

    fn met_by(&self, principal: PrincipalId) -> Met {
        let passed = self
            .bits()
            .filter(|(_, through)| through.contains(principal.0));
        passed.fold(0, |met, (bit, _)| met | bit)
    }

    fn met_all(&self) -> Met {
        self.bits().fold(0, |met, (bit, _)| met | bit)
    }

    fn bits(&self) -> impl Iterator<Item = (Met, &RoaringBitmap)> {
        let through = self.walk.through.iter().take(Walk::MAX_THROUGH);
        through.enumerate().map(|(at, set)| (1 << at, set))
    }

    fn run(&self, strict: bool, sure: bool) -> Levels {
        let start = self.may_pass(self.first.plane(strict).set(sure).clone());
        let start = self.passing_all(start, 0);
        let mut seen_sessions = Sessions::new();
        for (load, last) in self.last.iter().enumerate() {
            let roles = self.may_pass(last.plane(strict).set(sure) & &self.index.base.roles);
            let roles = self.holding(load, roles, sure);
            for (met, roles) in self.passing(roles, 0) {
                seen_sessions.insert((load, met), roles);
            }
        }
        let mut seen = start.clone();
        let mut levels = Levels {
            starts: vec![start],
            sessions: vec![seen_sessions.clone()],
            shared: None,
        };
        if self.is_shared() {
            self.follow(&mut levels, seen, strict, sure);
            return levels;
        }
        while levels.continue_within(self.walk.within) {
            let (starts, sessions) = self.step(levels.newest(), strict, sure);
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

    // Whether chains depend on nothing but the roles at their end.
    fn is_shared(&self) -> bool {
        let walk = self.walk;
        let unlimited = walk.via.is_empty() && walk.through.is_empty() && walk.avoiding.is_empty();
        unlimited
            && walk.given == Given::default()
            && walk.ignoring == Ignoring::default()
            && matches!(self.names, Names::Open)
            && self.is_plain()
            && self.edges.starts_as_others()
    }

    // Adds what leads to the sessions of the first level, but for who was seen.
    fn follow(&self, levels: &mut Levels, mut seen: RoaringBitmap, strict: bool, sure: bool) {
        let plain = (0, 0);
        let ends = levels.newest().get(&plain).cloned().unwrap_or_default();
        let search = || self.steps_to(ends.clone(), strict, sure);
        let found = self.index.onward.of(&ends, (strict, sure), search);
        let most = self.walk.within.map_or(usize::MAX, |hops| hops as usize);
        for step in found.steps.iter().take(most) {
            let starts = &step.starts - &seen;
            seen |= &starts;
            levels.starts.push(starts);
            let sessions = [(plain, step.roles.clone())];
            levels.sessions.push(sessions.into());
        }
        levels.shared = Some(found);
    }

    fn steps_to(&self, ends: RoaringBitmap, strict: bool, sure: bool) -> Vec<Step> {
        let mut known = ends.clone();
        let mut newest = ends;
        let mut steps = Vec::new();
        while !newest.is_empty() {
            let (starts, _) = self.before_plainly(&newest, strict, sure);
            newest = (&starts & &self.index.base.roles) - &known;
            known |= &newest;
            let roles = newest.clone();
            steps.push(Step { starts, roles });
        }
        steps
    }

    // Everyone one hop before the sessions of `frontier`.
    fn step(&self, frontier: &Sessions, strict: bool, sure: bool) -> (RoaringBitmap, Sessions) {
        let mut starts = RoaringBitmap::new();
        let mut sessions = Sessions::new();
        for (&(load, behind), roles) in frontier {
            let (first, later) = self.before_all(roles, load, strict, sure);
            starts |= self.passing_all(first, behind);
            for (load, callers) in later {
                let callers = self.holding(load, callers & &self.index.base.roles, sure);
                for (met, callers) in self.passing(callers, behind) {
                    *sessions.entry((load, met)).or_default() |= callers;
                }
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
        if self.is_plain() {
            return self.before_plainly(roles, strict, sure);
        }
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
                    Before::Start(kinds) => first |= self.starting(kinds, callers),
                    Before::Session(load) => *later.entry(load).or_default() |= callers,
                }
            }
        }
        (first, later)
    }

    // Whether nothing looks at what sessions carry: then a role has the same
    // callers in every chain.
    fn is_plain(&self) -> bool {
        let nothing_known = self.loads.len() == 1 && self.loads[0].identity.is_none();
        nothing_known && self.ask.assume.is_none() && self.travelling.is_plain()
    }

    fn before_plainly(
        &self,
        roles: &RoaringBitmap,
        strict: bool,
        sure: bool,
    ) -> (RoaringBitmap, BTreeMap<usize, RoaringBitmap>) {
        let roles = || roles.iter().map(PrincipalId);
        let joined = |callers: Vec<Arc<Verdicts>>| {
            let sets = callers.iter();
            sets.map(|one| one.plane(strict).set(sure)).union()
        };
        let later = joined(distinct(roles().map(|role| self.edges.callers(role, None))));
        let first = match self.edges.starts_as_others() {
            true => later.clone(),
            false => joined(distinct(
                roles().map(|role| self.edges.first_callers(role, None)),
            )),
        };
        (first, [(0, later)].into())
    }

    // The callers that can start a session of `role` with this load.
    fn before(&self, role: PrincipalId, load: &Load, sure: bool) -> Vec<(Before, Arc<Verdicts>)> {
        let mut before = Vec::new();
        for (kinds, (next, passed)) in self.starts(role, load, sure) {
            let state = self.state(None, next, passed, load.name.clone());
            let callers = self.edges.first_callers(role, state.as_ref());
            before.push((Before::Start(kinds), callers));
        }
        for (at, from) in self.loads.iter().enumerate() {
            let Some(next) = self.next_of(role, from, load, sure) else {
                continue;
            };
            for passed in self.travelling.ways(role, from.tags, load.tags, sure) {
                let state = self.state(Some(from), next.clone(), passed, load.name.clone());
                let callers = self.edges.callers(role, state.as_ref());
                before.push((Before::Session(at), callers));
            }
        }
        before
    }

    // Who can start a chain whose first session is one of `role` with this
    // load, by what the call then says of source identity and tags.
    fn starts(&self, role: PrincipalId, load: &Load, sure: bool) -> Vec<(Kinds, Said)> {
        let mut starts: Vec<(Kinds, Said)> = Vec::new();
        if load.first != self.ask.assume.is_some() {
            return starts;
        }
        for kind in Kind::ALL {
            let Some(next) = self.next_at_start(kind, role, load, sure) else {
                continue;
            };
            // What the question says of the call holds for every caller.
            let asked = self.ask.assume.as_ref();
            let is_said = asked.is_some_and(|assume| assume.name.is_some());
            if kind == Kind::Instances && !is_said && !self.names.of_instance(&load.name) {
                continue;
            }
            for passed in self.passed_at_start(kind, role, load, sure) {
                let said = (next.clone(), passed);
                match starts.iter_mut().find(|(_, known)| *known == said) {
                    Some((kinds, _)) => *kinds |= 1 << kind as u8,
                    None => starts.push((1 << kind as u8, said)),
                }
            }
        }
        starts
    }

    // What the first call says of the source identity if its session has that
    // of `load`; `None` if it cannot have it.
    fn next_at_start(
        &self,
        kind: Kind,
        role: PrincipalId,
        load: &Load,
        sure: bool,
    ) -> Option<Option<Fixed>> {
        let Some(value) = &load.identity else {
            return Some(None);
        };
        let carried = self.ask.session.source_identity.as_ref();
        let carried = carried.filter(|_| kind.is_session());
        let by_call = self.ask.assume.as_ref();
        let by_call = by_call.and_then(|assume| assume.source_identity.as_ref());
        let from = match (carried.or(by_call), kind) {
            (Some(set), _) => {
                let literal = Fixed::Literal(set.clone());
                return (*value == literal).then_some(Some(literal));
            }
            (None, Kind::Holder) => Fixed::Open,
            (None, Kind::Anywhere) if self.ask.assume.is_none() => {
                return (*value == Fixed::Any).then_some(Some(Fixed::Any));
            }
            (None, _) => Fixed::Unset,
        };
        let free = !sure && self.ask.assume.is_none();
        self.next_identity(role, &from, value, free)
    }

    // What a call for `role` says of the source identity if its session has
    // that of `to`, from a session with that of `from`.
    fn next_of(
        &self,
        role: PrincipalId,
        from: &Load,
        to: &Load,
        sure: bool,
    ) -> Option<Option<Fixed>> {
        if to.first || !self.travelling.may_lead(from.tags, to.tags) {
            return None;
        }
        match (&from.identity, &to.identity) {
            (Some(from), Some(to)) => self.next_identity(role, from, to, !sure),
            _ => Some(None),
        }
    }

    // Setting one is the caller's choice if it is `free`: possible, never sure (R240).
    fn next_identity(
        &self,
        role: PrincipalId,
        from: &Fixed,
        to: &Fixed,
        free: bool,
    ) -> Option<Option<Fixed>> {
        let permits = self.index.trust_facts(role).sets_source_identity;
        let chosen = matches!(to, Fixed::Literal(_) | Fixed::Other) && free && permits;
        match (from, to) {
            (Fixed::Unset, Fixed::Unset) => Some(Some(Fixed::Unset)),
            // It goes on where the role permits it; where it does not, there was none.
            (Fixed::Open, Fixed::Open) if permits => Some(Some(Fixed::Open)),
            (Fixed::Open, Fixed::Unset) if !permits => Some(None),
            (Fixed::Unset | Fixed::Open, _) if chosen => Some(Some(to.clone())),
            (Fixed::Unset | Fixed::Open, _) => None,
            (from, to) => (from == to).then(|| Some(to.clone())),
        }
    }

    fn passed_at_start(
        &self,
        kind: Kind,
        role: PrincipalId,
        load: &Load,
        sure: bool,
    ) -> Vec<Passed> {
        let travelling = &self.travelling;
        let from = if kind.is_session() {
            travelling.at_start
        } else {
            0
        };
        if self.ask.assume.is_some() {
            return (from == load.tags).then_some(None).into_iter().collect();
        }
        match &travelling.of_pods {
            Some(tags) if kind == Kind::Pods => {
                let same = travelling.sets[load.tags] == *tags;
                same.then(|| Some(tags.clone())).into_iter().collect()
            }
            _ => travelling.ways(role, from, load.tags, sure),
        }
    }

    // Those of `callers` who are of these kinds.
    fn starting(&self, kinds: Kinds, callers: &RoaringBitmap) -> RoaringBitmap {
        if kinds == ALL_KINDS {
            return callers.clone();
        }
        let mut found = RoaringBitmap::new();
        for kind in Kind::ALL
            .into_iter()
            .filter(|&kind| kinds & (1 << kind as u8) != 0)
        {
            found |= callers & &self.kinds[kind as usize];
        }
        found
    }
}

// Roles that the same callers can assume share one answer.
fn distinct(callers: impl Iterator<Item = Arc<Verdicts>>) -> Vec<Arc<Verdicts>> {
    let mut added = FxHashSet::default();
    callers
        .filter(|callers| added.insert(Arc::as_ptr(callers)))
        .collect()
}

/// Some kinds of callers, one bit for each.
type Kinds = u8;

const ALL_KINDS: Kinds = 0b11_1111;

/// What a call says of the source identity and of transitive tags.
type Said = (Option<Fixed>, Passed);

/// What a call that starts a session comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Before {
    /// The start of a chain, for callers of these kinds.
    Start(Kinds),
    /// A session with the load at this position.
    Session(usize),
}

// Anybody may send the last request without signing it (R238).
fn sent_unsigned(index: &Index, planes: &mut Planes) {
    let anonymous = index.base.callers.anonymous.min();
    let truth = anonymous.map_or(Truth::False, |id| planes.of(PrincipalId(id)));
    planes.or(&Planes::uniform(truth, &index.base.callers.all));
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
        let mut passed = search.met_by(from);
        while level > 0 {
            let (role, load, truth) = self.next(search, at, carried, passed, level - 1, sure)?;
            passed |= search.met_by(role);
            let identity = search.loads[load].identity.clone();
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
        passed: Met,
        level: usize,
        sure: bool,
    ) -> Option<(PrincipalId, usize, Truth)> {
        let sessions = self.sessions[level].iter();
        let all = search.met_all();
        // Only what still passes what the path has yet to pass leads on.
        for (&(load, _), roles) in sessions.filter(|((_, behind), _)| passed | behind == all) {
            for role in roles {
                let role = PrincipalId(role);
                let before = search.before(role, &search.loads[load], sure);
                let fits = before.into_iter().find(|(before, callers)| {
                    let from_here = match (before, carried) {
                        (Before::Start(kinds), None) => {
                            let one = [at.0].into_iter().collect();
                            !search.starting(*kinds, &one).is_empty()
                        }
                        (Before::Session(wanted), Some(carried)) => *wanted == carried,
                        _ => false,
                    };
                    from_here && callers.strict.set(sure).contains(at.0)
                });
                if let Some((_, callers)) = fits {
                    return Some((role, load, callers.strict.of(at)));
                }
            }
        }
        None
    }
}

//! The index and the judge behind the language.

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_eval::{Caller, Decision, Overrides, Remedy, Request, Strictness};
use whocan_graph::{Graph, PrincipalId, PrincipalKind};
use whocan_index::{Ask, Cell, Hop, Index, Path, Planes, Reached, Verdicts, Walk};
use whocan_policy::catalogue::ActionId;
use whocan_policy::{Precedence, Region, Session, Truth};

use super::{Engine, Goal, roles};

/// The calls that start a session of a role.
const SESSION_CALLS: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
];

/// An index, and the judge for reasons.
#[derive(Clone, Copy, Debug)]
pub struct Indexed<'a> {
    index: &'a Index,
}

impl<'a> Indexed<'a> {
    /// Answers from `index`.
    pub fn new(index: &'a Index) -> Indexed<'a> {
        Indexed { index }
    }

    /// Returns the calls that start a session of `role`, as `walk` follows them.
    fn calls(&self, role: PrincipalId, walk: &Walk) -> Vec<Ask> {
        let calls = walk.calls();
        calls.map(|action| self.call(role, action, walk)).collect()
    }

    fn call(&self, role: PrincipalId, action: &str, walk: &Walk) -> Ask {
        Ask {
            action: action.to_owned(),
            resource: self.index.graph().principal(role).arn.to_string(),
            resource_account: None,
            given: walk.given.clone(),
            precedence: Precedence::Facts,
            session: Session::default(),
            assume: None,
            access_point: None,
            endpoint: None,
            ignoring: walk.ignoring,
        }
    }

    /// Returns the walk to the call that starts a session of `role`, without
    /// those whom that call serves over an edge that is not followed.
    fn before(&self, walk: &Walk, role: PrincipalId) -> Option<Walk> {
        let mut before = one_less(walk, role)?;
        before.avoiding |= self.index.not_signing_in(walk);
        Some(before)
    }

    /// Who becomes a role: the role itself, and who comes to a call that starts its session.
    fn become_role(&self, role: PrincipalId, walk: &Walk) -> Reached {
        if walk.avoiding.contains(role.0) {
            return Reached::default();
        }
        let mut reached = match passes_all(walk, role) {
            true => itself(role),
            false => Reached::default(),
        };
        let Some(before) = self.before(walk, role) else {
            return reached;
        };
        for ask in self.calls(role, &before) {
            let callers = self.index.reach(&ask, &before);
            join(&mut reached.verdicts.strict, &callers.verdicts.strict);
            join(
                &mut reached.verdicts.as_collected,
                &callers.verdicts.as_collected,
            );
            later(&mut reached.surely_by_hops, callers.surely_by_hops);
            later(&mut reached.possibly_by_hops, callers.possibly_by_hops);
        }
        reached
    }

    /// Whether one search for several roles sees all that bears on their chains.
    fn is_plain(&self, walk: &Walk) -> bool {
        !self.index.tells_sessions_apart(walk) && walk.through.is_empty()
    }

    fn become_any(&self, roles: &RoaringBitmap, walk: &Walk) -> Reached {
        if self.is_plain(walk) {
            return roles::Search::new(self.index, walk, roles).reached();
        }
        let mut reached = Reached::default();
        for role in roles.iter().map(PrincipalId) {
            let one = self.become_role(role, walk);
            join(&mut reached.verdicts.strict, &one.verdicts.strict);
            join(
                &mut reached.verdicts.as_collected,
                &one.verdicts.as_collected,
            );
            nearer(&mut reached.surely_by_hops, one.surely_by_hops);
            nearer(&mut reached.possibly_by_hops, one.possibly_by_hops);
        }
        reached
    }

    fn paths_to_any(
        &self,
        from: &[PrincipalId],
        roles: &RoaringBitmap,
        walk: &Walk,
    ) -> Vec<Option<Path>> {
        if self.is_plain(walk) {
            return roles::Search::new(self.index, walk, roles).paths(from);
        }
        let mut best: Vec<Option<Path>> = vec![None; from.len()];
        for role in roles.iter().map(PrincipalId) {
            let paths = self.paths_to_role(from, role, walk);
            for (best, path) in best.iter_mut().zip(paths) {
                if let Some(path) = path
                    && best.as_ref().is_none_or(|best| is_better(&path, best))
                {
                    *best = Some(path);
                }
            }
        }
        best
    }

    fn paths_to_role(
        &self,
        from: &[PrincipalId],
        role: PrincipalId,
        walk: &Walk,
    ) -> Vec<Option<Path>> {
        if walk.avoiding.contains(role.0) {
            return vec![None; from.len()];
        }
        let stays = passes_all(walk, role);
        let stay = |&start: &PrincipalId| stay(start, role).filter(|_| stays);
        let mut best: Vec<Option<Path>> = from.iter().map(stay).collect();
        let Some(before) = self.before(walk, role) else {
            return best;
        };
        for ask in self.calls(role, &before) {
            let paths = self.index.shortest_paths(from, &ask, &before);
            for (best, path) in best.iter_mut().zip(paths) {
                let Some(mut path) = path else { continue };
                let action = SESSION_CALLS.into_iter().find(|one| *one == ask.action);
                path.hops.push(Hop {
                    action: action.unwrap_or(SESSION_CALLS[0]),
                    role,
                    truth: path.truth,
                    state: None,
                });
                if best.as_ref().is_none_or(|best| is_better(&path, best)) {
                    *best = Some(path);
                }
            }
        }
        best
    }
}

impl Engine for Indexed<'_> {
    fn can(&self, ask: &Ask, focus: Option<&RoaringBitmap>) -> Verdicts {
        self.index.can_among(ask, focus)
    }

    fn alike(
        &self,
        actions: &[ActionId],
        base: &Ask,
        focus: Option<&RoaringBitmap>,
    ) -> Vec<Vec<ActionId>> {
        self.index.alike(actions, base, focus)
    }

    fn parts(&self, ask: &Ask, region: &Region, focus: Option<&RoaringBitmap>) -> Vec<Cell> {
        if region.within.is_empty() {
            return self.parts(ask, &Region::of(whocan_policy::Pattern::glob("*")), focus);
        }
        let mut cells = self.index.cells_among(ask, region, focus);
        if region.within.len() == 1 && region.except.is_empty() {
            return cells;
        }
        for cell in &mut cells {
            cell.region.simplify();
            cell.part_of.iter_mut().for_each(Region::simplify);
        }
        cells
    }

    fn reach(&self, goal: &Goal, walk: &Walk, makers: Option<&RoaringBitmap>) -> Reached {
        match goal {
            Goal::Request(ask) => self.index.reach_among(ask, &[], walk, makers),
            Goal::Together(ask, also) => self.index.reach_among(ask, also, walk, makers),
            Goal::Become(role) => self.become_role(*role, walk),
            Goal::BecomeAny(roles) => self.become_any(roles, walk),
        }
    }

    fn reach_known(
        &self,
        ask: &Ask,
        direct: &Verdicts,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Reached {
        match ask.precedence {
            Precedence::Facts => self.index.reach_known(ask, direct, walk, makers),
            // Chains are followed as facts have it.
            Precedence::Given => self.index.reach_among(ask, &[], walk, makers),
        }
    }

    fn paths(
        &self,
        from: &[PrincipalId],
        goal: &Goal,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Vec<Option<Path>> {
        match goal {
            Goal::Request(ask) => self
                .index
                .shortest_paths_among(from, ask, &[], walk, makers),
            Goal::Together(ask, also) => self
                .index
                .shortest_paths_among(from, ask, also, walk, makers),
            Goal::Become(role) => self.paths_to_role(from, *role, walk),
            Goal::BecomeAny(roles) => self.paths_to_any(from, roles, walk),
        }
    }

    fn candidates(&self, from: PrincipalId, walk: &Walk) -> RoaringBitmap {
        let graph = self.index.graph();
        // Forward over the possible edges; what sessions carry may only narrow
        // this, and starts that stand for many are searched as they are.
        let callers: Vec<(PrincipalId, RoaringBitmap)> = graph
            .roles()
            .filter(|role| !walk.avoiding.contains(role.0))
            .map(|role| {
                let verdicts = self.index.callers_of(role, walk);
                let strict = &verdicts.strict.possibly;
                (role, strict | &verdicts.as_collected.possibly)
            })
            .collect();
        let mut reached: RoaringBitmap = [from.0].into_iter().collect();
        loop {
            let sources = self.index.with_sessions(&reached);
            let new: RoaringBitmap = callers
                .iter()
                .filter(|(role, callers)| {
                    !reached.contains(role.0) && !callers.is_disjoint(&sources)
                })
                .map(|(role, _)| role.0)
                .collect();
            if new.is_empty() {
                break;
            }
            reached |= new;
        }
        self.index.with_sessions(&reached)
    }

    fn next_roles(
        &self,
        from: PrincipalId,
        walk: &Walk,
        among: &RoaringBitmap,
    ) -> Vec<(Hop, Truth)> {
        let all = among.iter().map(PrincipalId);
        let hops = all.map(|role| roles::hop(self.index, from, role, walk));
        let possible = |(hop, as_collected): &(Hop, Truth)| {
            hop.truth != Truth::False || *as_collected != Truth::False
        };
        hops.filter(possible).collect()
    }

    fn callers(&self, role: PrincipalId, walk: &Walk) -> Arc<Verdicts> {
        self.index.callers_of(role, walk)
    }

    fn tells_sessions_apart(&self, walk: &Walk) -> bool {
        self.index.tells_sessions_apart(walk)
    }

    fn candidate_actions(&self, principal: PrincipalId) -> Vec<ActionId> {
        self.index.candidate_actions(principal)
    }

    fn explain(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Decision> {
        let graph = self.index.graph();
        let request = request(graph, caller, ask)?;
        whocan_eval::decide(graph, &request, strictness(strict)).ok()
    }

    fn remedy(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Remedy> {
        let graph = self.index.graph();
        let request = request(graph, caller, ask)?;
        whocan_eval::remedy(graph, &request, strictness(strict)).ok()?
    }
}

fn request(graph: &Graph, caller: PrincipalId, ask: &Ask) -> Option<Request> {
    Some(Request {
        caller: caller_of(graph, caller)?,
        action: ask.action.clone(),
        resources: vec![ask.resource.clone()],
        resource_account: ask.resource_account,
        given: ask.given.clone(),
        precedence: ask.precedence,
        session: ask.session.clone(),
        assume: ask.assume.clone(),
        endpoint: ask.endpoint.clone(),
        access_point: ask.access_point.clone(),
        overrides: Overrides::default(),
        ignoring: ask.ignoring,
    })
}

fn strictness(strict: bool) -> Strictness {
    match strict {
        true => Strictness::Strict,
        false => Strictness::AsCollected,
    }
}

/// Returns a principal as the judge knows callers; an account that was not
/// collected as a user of it that nothing names.
fn caller_of(graph: &Graph, id: PrincipalId) -> Option<Caller> {
    let principal = graph.principal(id);
    match &principal.kind {
        PrincipalKind::Foreign(_) => {
            let anybody = principal.arn.replace(":root", ":user/any-principal");
            anybody.parse().ok()
        }
        _ => principal.arn.parse().ok(),
    }
}

/// Whether who is this role already has passed all that the walk must pass.
fn passes_all(walk: &Walk, role: PrincipalId) -> bool {
    walk.through.iter().all(|through| through.contains(role.0))
}

/// Returns the walk that leaves one hop for the last step, `None` if there is none.
fn one_less(walk: &Walk, role: PrincipalId) -> Option<Walk> {
    let mut before = walk.clone();
    // The last step passes the role itself.
    before.through.retain(|through| !through.contains(role.0));
    before.within = match walk.within {
        None => None,
        Some(hops) => Some(hops.checked_sub(1)?),
    };
    Some(before)
}

fn itself(role: PrincipalId) -> Reached {
    let alone: RoaringBitmap = [role.0].into_iter().collect();
    let planes = Planes {
        surely: alone.clone(),
        possibly: alone.clone(),
    };
    Reached {
        verdicts: Verdicts {
            strict: planes.clone(),
            as_collected: planes,
        },
        surely_by_hops: vec![alone.clone()],
        possibly_by_hops: vec![alone],
    }
}

fn join(planes: &mut Planes, other: &Planes) {
    planes.surely |= &other.surely;
    planes.possibly |= &other.possibly;
}

/// Adds sets found at each number of hops, one hop later, unless found before.
fn later(by_hops: &mut Vec<RoaringBitmap>, mut found: Vec<RoaringBitmap>) {
    found.insert(0, RoaringBitmap::new());
    nearer(by_hops, found);
}

/// Adds sets found at each number of hops, unless found with fewer.
fn nearer(by_hops: &mut Vec<RoaringBitmap>, found: Vec<RoaringBitmap>) {
    for (hops, set) in found.into_iter().enumerate() {
        if by_hops.len() <= hops {
            by_hops.resize(hops + 1, RoaringBitmap::new());
        }
        by_hops[hops] |= set;
    }
    let mut before = RoaringBitmap::new();
    for set in by_hops {
        *set -= &before;
        before |= &*set;
    }
}

fn stay(start: PrincipalId, role: PrincipalId) -> Option<Path> {
    (start == role).then(|| Path {
        from: start,
        hops: Vec::new(),
        truth: Truth::True,
    })
}

fn is_better(path: &Path, other: &Path) -> bool {
    (path.truth, std::cmp::Reverse(path.hops.len()))
        > (other.truth, std::cmp::Reverse(other.hops.len()))
}

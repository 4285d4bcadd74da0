//! The parts of what is asked: one action on one part of the resources.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{Detail, Graph, PrincipalId};
use whocan_index::{Ask, Cell, Planes, Reached, Verdicts, Walk};
use whocan_policy::catalogue::facts::key_permissions;
use whocan_policy::catalogue::{ActionId, catalogue};
use whocan_policy::{Pattern, Region, Session};

use super::dependency::{self, Dependency};
use super::draft::Combine;
use crate::context::Context;
use crate::engine::{Engine, Goal};
use crate::plan::{Deed, Plan, Target};
use crate::rows::Verdict;
use crate::target::anywhere;
use crate::thing::Thing;

/// One action on one part of the resources, decided for everybody who counts.
#[derive(Clone)]
pub(super) struct Slice {
    pub action: &'static str,
    /// The patterns of the part.
    pub region: Region,
    /// The part that it makes up with others, which only types of resources cut.
    pub part_of: Option<Region>,
    /// What was asked, of which this is a part.
    pub asked: Region,
    /// The call on a resource of the part.
    pub ask: Ask,
    /// What it needs besides, if that is part of the verdict.
    pub dependency: Option<Dependency>,
    /// Who may, themselves or over chains.
    pub verdicts: Arc<Verdicts>,
    /// With how many hops, if chains are followed.
    pub reached: Option<Arc<Reached>>,
    /// Whether the patterns were too complex to be told apart.
    pub too_complex: bool,
}

impl Slice {
    /// Returns the call as what a chain leads to.
    pub fn goal(&self) -> Goal {
        goal(&self.ask, self.dependency.as_ref())
    }

    /// Returns the verdict for one principal.
    pub fn of(&self, principal: PrincipalId) -> Verdict {
        Verdict {
            strict: self.verdicts.strict.of(principal).into(),
            as_collected: self.verdicts.as_collected.of(principal).into(),
        }
    }

    /// Returns the fewest hops that give one principal its verdict.
    pub fn hops(&self, principal: PrincipalId) -> Option<u32> {
        self.reached.as_ref()?.hops(principal)
    }

    /// Returns the same slice of an action that nothing tells apart from this one's.
    fn with(&self, action: &'static str) -> Slice {
        let mut other = self.clone();
        other.action = action;
        action.clone_into(&mut other.ask.action);
        other
    }

    /// Returns where the slice is, without its action.
    pub fn place(&self) -> (&Region, Option<&str>) {
        (&self.region, self.ask.access_point.as_deref())
    }

    /// Returns the known thing whose ARN is the resource's.
    pub fn thing(&self, graph: &Graph) -> Option<Thing> {
        thing_of(&self.ask.resource, graph)
    }
}

/// Returns a call, with what it needs besides, as what a chain leads to.
fn goal(ask: &Ask, dependency: Option<&Dependency>) -> Goal {
    let ask = Box::new(ask.clone());
    match dependency {
        Some(dependency) if !dependency.calls.is_empty() => {
            Goal::Together(ask, dependency.calls.clone())
        }
        _ => Goal::Request(ask),
    }
}

/// Returns the thing with this ARN.
pub(super) fn thing_of(arn: &str, graph: &Graph) -> Option<Thing> {
    let resource = graph.resource_of(arn).map(Thing::Resource);
    resource.or_else(|| graph.principal_of(arn).map(Thing::Principal))
}

/// How deeds are decided.
pub(super) struct Asking<'a> {
    pub base: &'a Ask,
    /// The chains to follow, if they are followed.
    pub chains: Option<Chains<'a>>,
    /// Whether the keys behind encrypted data are part of the verdict.
    dependencies: bool,
    /// Who may make the requests, if not everybody: the subjects, or what they come to be.
    pub makers: Option<RoaringBitmap>,
    pub context: Context<'a>,
    /// The group of each action that was asked for, once it was asked for with others.
    groups: BTreeMap<ActionId, usize>,
    /// The actions that any maker may have, once somebody wanted to know.
    possible: Option<BTreeSet<ActionId>>,
}

impl<'a> Asking<'a> {
    /// Asks about these principals; `walk` if chains are followed.
    pub fn about(
        subjects: &RoaringBitmap,
        reach: bool,
        plan: &'a Plan,
        context: Context<'a>,
    ) -> Asking<'a> {
        let base = &plan.base;
        let walk = reach.then_some(&plan.walk);
        let everybody = context.graph.principals().len() as u64;
        let makers = match walk {
            Some(walk) => able(subjects, walk, context),
            None => (subjects.len() < everybody).then(|| subjects.clone()),
        };
        let chains = walk.map(|walk| Chains::of(walk, base, makers.clone(), context));
        Asking {
            base,
            chains,
            dependencies: plan.dependencies,
            makers,
            context,
            groups: BTreeMap::new(),
            possible: None,
        }
    }

    /// Returns which deeds anybody who counts may have at all, where asking
    /// that is cheaper than deciding every action.
    pub fn possible(&mut self, deeds: &[Deed]) -> Vec<bool> {
        let makers = self.makers.as_ref();
        let few = makers.filter(|makers| makers.len() <= MAKERS_ASKED);
        let Some(makers) = few.filter(|_| deeds.len() > MANY_ACTIONS) else {
            return vec![true; deeds.len()];
        };
        let engine = self.context.engine;
        let possible = self.possible.get_or_insert_with(|| of_any(makers, engine));
        let is_possible = |deed: &Deed| {
            let id = catalogue().action(deed.action);
            id.is_none_or(|id| possible.contains(&id))
        };
        deeds.iter().map(is_possible).collect()
    }

    /// Returns every action that anybody who counts may have, on anything; all
    /// actions where those are not known.
    pub fn anything(&mut self) -> Vec<Deed> {
        let makers = self.makers.as_ref();
        let engine = self.context.engine;
        match makers.filter(|makers| makers.len() <= MAKERS_ASKED) {
            Some(makers) => {
                let possible = self.possible.get_or_insert_with(|| of_any(makers, engine));
                possible.iter().map(|id| anywhere(*id)).collect()
            }
            None => catalogue().actions().map(anywhere).collect(),
        }
    }

    /// Returns for each deed the first one whose answers are the same.
    pub fn alike(&mut self, deeds: &[Deed]) -> Vec<usize> {
        if deeds.len() < 2 {
            return (0..deeds.len()).collect();
        }
        let id = |deed: &Deed| catalogue().action(deed.action);
        let actions: Vec<ActionId> = deeds.iter().filter_map(id).collect();
        if actions.iter().any(|id| !self.groups.contains_key(id)) {
            let all: Vec<ActionId> = self.groups.keys().copied().chain(actions).collect();
            let engine = self.context.engine;
            let groups = engine.alike(&all, self.base, self.makers.as_ref());
            let numbered = (0..).zip(&groups);
            self.groups = numbered
                .flat_map(|(group, actions)| actions.iter().map(move |action| (*action, group)))
                .collect();
        }
        // Actions whose data may be encrypted are alike if they need the same of the key.
        let mut first: BTreeMap<(usize, &[&str], &[Target]), usize> = BTreeMap::new();
        let each = deeds.iter().enumerate().map(|(at, deed)| {
            let group = id(deed).and_then(|id| self.groups.get(&id));
            let same = group.map(|group| {
                let needs = key_permissions(deed.action);
                first.entry((*group, needs, &deed.targets)).or_insert(at)
            });
            same.map_or(at, |first| *first)
        });
        each.collect()
    }

    /// Decides deeds part by part.
    pub fn slices(&mut self, deeds: &[Deed]) -> Vec<Slice> {
        let possible = self.possible(deeds);
        let alike = self.alike(deeds);
        let mut slices: Vec<Slice> = Vec::new();
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for ((deed, first), possible) in deeds.iter().zip(alike).zip(possible) {
            let start = slices.len();
            if !possible {
                let none = deed.targets.iter();
                slices.extend(none.map(|target| nobody(deed.action, target, self.base)));
            } else if let Some(same) = ranges.get(first) {
                let same = slices[same.clone()].iter().map(|one| one.with(deed.action));
                slices.extend(same.collect::<Vec<_>>());
            } else {
                self.decide_all(deed, &mut slices);
            }
            ranges.push(start..slices.len());
        }
        slices
    }

    fn decide_all(&mut self, deed: &Deed, slices: &mut Vec<Slice>) {
        for target in &deed.targets {
            let direct = Ask {
                action: deed.action.to_owned(),
                ..self.base.clone()
            };
            for ask in routes(direct, target, self.context.graph) {
                self.decide(deed.action, ask, target, slices);
            }
        }
    }

    /// Decides one action on one target by one route.
    fn decide(&mut self, action: &'static str, ask: Ask, target: &Target, slices: &mut Vec<Slice>) {
        let on = |resource: &str| Ask {
            resource: resource.to_owned(),
            ..ask.clone()
        };
        match target {
            Target::Star => {
                let asked = Region::of(Pattern::exact("*"));
                slices.push(self.whole(action, on("*"), asked));
            }
            Target::Exact(arn) => {
                let asked = Region::of(Pattern::exact(arn));
                slices.push(self.whole(action, on(arn), asked));
            }
            Target::Region(region) => {
                let cells = self
                    .context
                    .engine
                    .parts(&ask, region, self.makers.as_ref());
                for cell in cells {
                    let parts = match self.dependencies {
                        true => dependency::cut(cell, &ask, self.context.graph),
                        false => vec![cell],
                    };
                    for part in parts {
                        let ask = on(&part.witness);
                        slices.push(self.cell(action, ask, region, part));
                    }
                }
            }
        }
    }

    fn whole(&mut self, action: &'static str, ask: Ask, asked: Region) -> Slice {
        let direct = self.context.engine.can(&ask, self.makers.as_ref());
        let cell = Cell {
            region: asked.clone(),
            part_of: None,
            witness: String::new(),
            verdicts: direct,
            too_complex: false,
        };
        self.cell(action, ask, &asked, cell)
    }

    fn cell(&mut self, action: &'static str, ask: Ask, asked: &Region, cell: Cell) -> Slice {
        let needed = || dependency::of(&ask, self.context.graph);
        let dependency = self.dependencies.then(needed);
        let mut direct = cell.verdicts;
        if let Some(dependency) = &dependency {
            let makers = self.makers.as_ref();
            direct = dependency.narrow(direct, |call| self.context.engine.can(call, makers));
        }
        let reached = match &mut self.chains {
            // Patterns that were not told apart leave everything open.
            Some(chains) if !cell.too_complex => {
                let reached = chains.reach(&ask, dependency.as_ref(), &direct);
                Some(match &dependency {
                    Some(dependency) => dependency.doubt(reached),
                    None => reached,
                })
            }
            _ => None,
        };
        let verdicts = match &reached {
            Some(reached) => Arc::new(reached.verdicts.clone()),
            None => Arc::new(direct),
        };
        Slice {
            action,
            region: cell.region,
            part_of: cell.part_of,
            asked: asked.clone(),
            ask,
            dependency,
            verdicts,
            reached,
            too_complex: cell.too_complex,
        }
    }
}

/// Returns the slice of an action that nobody who counts may have.
fn nobody(action: &'static str, target: &Target, base: &Ask) -> Slice {
    let asked = match target {
        Target::Star => Region::of(Pattern::exact("*")),
        Target::Exact(arn) => Region::of(Pattern::exact(arn)),
        Target::Region(region) => region.clone(),
    };
    Slice {
        action,
        region: asked.clone(),
        part_of: None,
        asked,
        ask: Ask {
            action: action.to_owned(),
            ..base.clone()
        },
        dependency: None,
        verdicts: Arc::default(),
        reached: None,
        too_complex: false,
    }
}

/// Returns the actions that any of these principals may have.
fn of_any(principals: &RoaringBitmap, engine: &dyn Engine) -> BTreeSet<ActionId> {
    let ids = principals.iter().map(PrincipalId);
    ids.flat_map(|id| engine.candidate_actions(id)).collect()
}

/// For more actions than this it is worth asking first which somebody may have.
const MANY_ACTIONS: usize = 50;

/// For more makers than this each one's own actions are not looked up.
const MAKERS_ASKED: u64 = 200;

/// For more subjects than this the search itself is cheaper.
const SUBJECTS: u64 = 20;

/// Returns whom a few subjects may come to be: nobody else makes their requests.
fn able(subjects: &RoaringBitmap, walk: &Walk, context: Context<'_>) -> Option<RoaringBitmap> {
    if subjects.len() > SUBJECTS {
        return None;
    }
    let mut able = RoaringBitmap::new();
    for subject in subjects.iter().map(PrincipalId) {
        able |= context.engine.candidates(subject, walk);
    }
    // Anybody may send a request unsigned (R238).
    let anonymous = context.graph.principal_of("anonymous");
    able.extend(anonymous.map(|id| id.0));
    Some(able)
}

/// The chains of one question, searched once for requests that the same principals may make.
pub(super) struct Chains<'a> {
    walk: &'a Walk,
    /// Whom the subjects may come to be; a request that none of these may make is not reached.
    able: Option<RoaringBitmap>,
    /// What was found; none where chains depend on more than who may make the request.
    known: Option<Known>,
    context: Context<'a>,
}

/// Who reaches a request, by who may make it; the sizes of the sets find them.
type Known = BTreeMap<[u64; 4], Vec<(Verdicts, Arc<Reached>)>>;

impl<'a> Chains<'a> {
    fn of(
        walk: &'a Walk,
        base: &Ask,
        able: Option<RoaringBitmap>,
        context: Context<'a>,
    ) -> Chains<'a> {
        let same_sessions = !context.engine.tells_sessions_apart(walk);
        let alike = same_sessions && base.session == Session::default();
        Chains {
            walk,
            able,
            known: alike.then(Known::new),
            context,
        }
    }

    /// Finds who reaches a request that `direct` may make.
    fn reach(
        &mut self,
        ask: &Ask,
        dependency: Option<&Dependency>,
        direct: &Verdicts,
    ) -> Arc<Reached> {
        let anybody = anybody(direct);
        let able = self.able.as_ref();
        if able.map_or(anybody.is_empty(), |able| able.is_disjoint(&anybody)) {
            return Arc::default();
        }
        let key = [
            direct.strict.surely.len(),
            direct.strict.possibly.len(),
            direct.as_collected.surely.len(),
            direct.as_collected.possibly.len(),
        ];
        let known = self.known.as_ref().and_then(|known| known.get(&key));
        let same = known.and_then(|all| all.iter().find(|(other, _)| other == direct));
        if let Some((_, reached)) = same {
            return reached.clone();
        }
        let engine = self.context.engine;
        let reached = match dependency {
            // Whoever may make the call was just found.
            None => engine.reach_known(ask, direct, self.walk, able),
            Some(_) => engine.reach(&goal(ask, dependency), self.walk, able),
        };
        let reached = Arc::new(reached);
        if let Some(known) = &mut self.known {
            known
                .entry(key)
                .or_default()
                .push((direct.clone(), reached.clone()));
        }
        reached
    }
}

/// Returns the call itself, and the same through each access point of the bucket.
fn routes(direct: Ask, target: &Target, graph: &Graph) -> Vec<Ask> {
    let mut asks = vec![direct.clone()];
    if direct.access_point.is_some() || !direct.action.starts_with("s3:") {
        return asks;
    }
    let text: Cow<'_, str> = match target {
        Target::Star => return asks,
        Target::Exact(arn) => Cow::Borrowed(arn),
        Target::Region(region) => match region.within.first() {
            Some(pattern) => Cow::Borrowed(pattern.prefix()),
            None => return asks,
        },
    };
    let Some(bucket) = text
        .split(":s3:::")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
    else {
        return asks;
    };
    // Only calls on objects are routed; a prefix without a slash may end inside the bucket's name.
    if !text.contains('/') {
        return asks;
    }
    for resource in graph.access_points().map(|id| graph.resource(id)) {
        if let Detail::AccessPoint(point) = &resource.detail
            && point.bucket == bucket
        {
            asks.push(Ask {
                access_point: Some(resource.arn.to_string()),
                ..direct.clone()
            });
        }
    }
    asks
}

/// Combines slices for everybody at once.
pub(super) fn combine(slices: &[Slice], how: Combine) -> Verdicts {
    let each = |read: fn(&Slice) -> &Planes| -> Planes {
        let all: Vec<(&Slice, &Planes)> = slices.iter().map(|slice| (slice, read(slice))).collect();
        match how {
            Combine::Some | Combine::Nothing => union(all.iter().map(|(_, planes)| *planes)),
            Combine::All => intersection(all.iter().map(|(_, planes)| (*planes).clone())),
            Combine::EachAction => grouped(&all, |slice| slice.action),
            Combine::EachResource => grouped(&all, Slice::place),
        }
    };
    Verdicts {
        strict: each(|slice| &slice.verdicts.strict),
        as_collected: each(|slice| &slice.verdicts.as_collected),
    }
}

fn grouped<'s, K: Ord>(all: &[(&'s Slice, &'s Planes)], key: impl Fn(&'s Slice) -> K) -> Planes {
    let mut groups = BTreeMap::<K, Vec<&Planes>>::new();
    for (slice, planes) in all {
        groups.entry(key(slice)).or_default().push(planes);
    }
    intersection(groups.into_values().map(union))
}

fn union<'p>(all: impl IntoIterator<Item = &'p Planes>) -> Planes {
    let mut joined = Planes::default();
    all.into_iter().for_each(|planes| joined.or(planes));
    joined
}

fn intersection(all: impl IntoIterator<Item = Planes>) -> Planes {
    let all = all.into_iter();
    all.reduce(|joined, planes| joined.and(&planes))
        .unwrap_or_default()
}

/// Joins the fewest hops of all slices: one set for each number of hops, each
/// principal in the first it belongs to.
pub(super) fn hops(slices: &[Slice]) -> Option<Reached> {
    let mut joined = Reached::default();
    let mut any = false;
    for reached in slices.iter().filter_map(|slice| slice.reached.as_ref()) {
        any = true;
        join_hops(&mut joined.surely_by_hops, &reached.surely_by_hops);
        join_hops(&mut joined.possibly_by_hops, &reached.possibly_by_hops);
    }
    any.then_some(joined)
}

fn join_hops(all: &mut Vec<RoaringBitmap>, more: &[RoaringBitmap]) {
    if all.len() < more.len() {
        all.resize(more.len(), RoaringBitmap::new());
    }
    for (set, more) in all.iter_mut().zip(more) {
        *set |= more;
    }
}

/// Returns everybody for whom something holds under some reading.
pub(super) fn anybody(verdicts: &Verdicts) -> RoaringBitmap {
    &verdicts.strict.possibly | &verdicts.as_collected.possibly
}

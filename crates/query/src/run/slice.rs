//! The parts of what is asked: one action on one part of the resources.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{Detail, Graph, PrincipalId};
use whocan_index::{Ask, Cell, Planes, Reached, Verdicts, Walk};
use whocan_policy::catalogue::{ActionId, catalogue};
use whocan_policy::{Pattern, Region, Session};

use super::dependency::{self, Dependency};
use super::draft::Combine;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Deed, Plan, Target};
use crate::rows::Verdict;
use crate::thing::Thing;

/// One action on one part of the resources, decided for everybody.
pub(super) struct Slice {
    pub action: &'static str,
    /// The patterns of the part.
    pub region: Region,
    /// What was asked, of which this is a part.
    pub asked: Region,
    /// The call on a resource of the part.
    pub ask: Ask,
    /// What it needs besides, if that is part of the verdict.
    pub dependency: Option<Dependency>,
    /// Who may, themselves or over chains.
    pub verdicts: Verdicts,
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
    /// The only principal whose answers are read, for direct calls.
    pub focus: Option<PrincipalId>,
    /// The chains to follow, if they are followed.
    pub chains: Option<Chains<'a>>,
    /// Whether the keys behind encrypted data are part of the verdict.
    dependencies: bool,
    /// Who may make the requests, if they are few: the subjects, or what they come to be.
    few: Option<RoaringBitmap>,
    pub context: Context<'a>,
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
        let focus = match (subjects.len(), subjects.min()) {
            (1, Some(one)) => Some(PrincipalId(one)),
            _ => None,
        };
        let chains = walk.map(|walk| Chains::of(subjects, walk, base, context));
        let few = match &chains {
            Some(chains) => chains.able.clone(),
            None => (subjects.len() <= SUBJECTS).then(|| subjects.clone()),
        };
        Asking {
            base,
            // Chains end at others, so only a direct call is one principal's own.
            focus: focus.filter(|_| walk.is_none()),
            chains,
            dependencies: plan.dependencies,
            few,
            context,
        }
    }

    /// Returns the actions that anybody who counts may have at all, where
    /// asking for them is cheaper than deciding every action.
    fn possible(&self, deeds: &[Deed]) -> Option<BTreeSet<ActionId>> {
        let few = self.few.as_ref().filter(|_| deeds.len() > MANY_ACTIONS)?;
        let engine = self.context.engine;
        let each = few
            .iter()
            .map(|id| engine.candidate_actions(PrincipalId(id)));
        Some(each.flatten().collect())
    }

    /// Decides deeds part by part.
    pub fn slices(&mut self, deeds: &[Deed]) -> Vec<Slice> {
        let mut slices = Vec::new();
        let possible = self.possible(deeds);
        for deed in deeds {
            let id = catalogue().action(deed.action);
            let able = |possible: &BTreeSet<ActionId>| id.is_none_or(|id| possible.contains(&id));
            if !possible.as_ref().is_none_or(able) {
                slices.extend(
                    deed.targets
                        .iter()
                        .map(|target| nobody(deed.action, target, self.base)),
                );
                continue;
            }
            for target in &deed.targets {
                let direct = Ask {
                    action: deed.action.to_owned(),
                    ..self.base.clone()
                };
                for ask in routes(direct, target, self.context.graph) {
                    self.decide(deed.action, ask, target, &mut slices);
                }
            }
        }
        slices
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
                let cells = self.context.engine.parts(&ask, region, self.focus);
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
        let direct = self.context.engine.can(&ask);
        let cell = Cell {
            region: asked.clone(),
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
            direct = dependency.narrow(direct, |call| self.context.engine.can(call));
        }
        let reached = match &mut self.chains {
            // Patterns that were not told apart leave everything open.
            Some(chains) if !cell.too_complex => {
                let reached = chains.reach(&goal(&ask, dependency.as_ref()), &direct);
                Some(match &dependency {
                    Some(dependency) => dependency.doubt(reached),
                    None => reached,
                })
            }
            _ => None,
        };
        let verdicts = match &reached {
            Some(reached) => reached.verdicts.clone(),
            None => direct,
        };
        Slice {
            action,
            region: cell.region,
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
        asked,
        ask: Ask {
            action: action.to_owned(),
            ..base.clone()
        },
        dependency: None,
        verdicts: Verdicts::default(),
        reached: None,
        too_complex: false,
    }
}

/// For more actions than this it is worth asking first which somebody may have.
const MANY_ACTIONS: usize = 50;

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

/// For more subjects than this the search itself is cheaper.
const SUBJECTS: u64 = 20;

impl<'a> Chains<'a> {
    fn of(
        subjects: &RoaringBitmap,
        walk: &'a Walk,
        base: &Ask,
        context: Context<'a>,
    ) -> Chains<'a> {
        let engine = context.engine;
        let alike = !engine.tells_sessions_apart(walk) && base.session == Session::default();
        let able = (subjects.len() <= SUBJECTS).then(|| {
            let mut able = RoaringBitmap::new();
            for subject in subjects.iter().map(PrincipalId) {
                able |= engine.candidates(subject, walk);
            }
            // Anybody may send a request unsigned (R238).
            let anonymous = context.graph.principal_of("anonymous");
            able.extend(anonymous.map(|id| id.0));
            able
        });
        Chains {
            walk,
            able,
            known: alike.then(Known::new),
            context,
        }
    }

    /// Finds who reaches a request that `direct` may make.
    fn reach(&mut self, goal: &Goal, direct: &Verdicts) -> Arc<Reached> {
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
        let reached = Arc::new(self.context.engine.reach(goal, self.walk));
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
    for resource in graph.resources() {
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
    for planes in all {
        joined.surely |= &planes.surely;
        joined.possibly |= &planes.possibly;
    }
    joined
}

fn intersection(all: impl IntoIterator<Item = Planes>) -> Planes {
    let mut all = all.into_iter();
    let Some(mut joined) = all.next() else {
        return Planes::default();
    };
    for planes in all {
        joined.surely &= planes.surely;
        joined.possibly &= planes.possibly;
    }
    joined
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

//! The parts of what is asked: one action on one part of the resources.

use std::borrow::Cow;
use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use whocan_graph::{Detail, Graph, PrincipalId};
use whocan_index::{Ask, Planes, Reached, Verdicts, Walk};
use whocan_policy::{Pattern, Region};

use super::draft::Combine;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Deed, Target};
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
    /// Who may, themselves or over chains.
    pub verdicts: Verdicts,
    /// With how many hops, if chains are followed.
    pub reached: Option<Reached>,
    /// Whether the patterns were too complex to be told apart.
    pub too_complex: bool,
}

impl Slice {
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

/// Returns the thing with this ARN.
pub(super) fn thing_of(arn: &str, graph: &Graph) -> Option<Thing> {
    let resource = graph.resource_of(arn).map(Thing::Resource);
    resource.or_else(|| graph.principal_of(arn).map(Thing::Principal))
}

/// Decides deeds part by part.
pub(super) fn slices(
    deeds: &[Deed],
    walk: Option<&Walk>,
    focus: Option<PrincipalId>,
    base: &Ask,
    context: Context<'_>,
) -> Vec<Slice> {
    let mut slices = Vec::new();
    for deed in deeds {
        for target in &deed.targets {
            let direct = Ask {
                action: deed.action.to_owned(),
                ..base.clone()
            };
            for ask in routes(direct, target, context.graph) {
                decide(deed.action, ask, target, walk, focus, context, &mut slices);
            }
        }
    }
    slices
}

/// Decides one action on one target by one route.
fn decide(
    action: &'static str,
    mut ask: Ask,
    target: &Target,
    walk: Option<&Walk>,
    focus: Option<PrincipalId>,
    context: Context<'_>,
    slices: &mut Vec<Slice>,
) {
    let asked = match target {
        Target::Star => Region::of(Pattern::exact("*")),
        Target::Exact(arn) => Region::of(Pattern::exact(arn)),
        Target::Region(region) => region.clone(),
    };
    let mut one = |ask: Ask, region: Region, known: Option<Verdicts>, too_complex: bool| {
        let goal = Goal::Request(Box::new(ask.clone()));
        let reached = walk.map(|walk| context.engine.reach(&goal, walk));
        let verdicts = match (&reached, known) {
            // Patterns that were not told apart leave everything open.
            (_, Some(known)) if too_complex => known,
            (Some(reached), _) => reached.verdicts.clone(),
            (None, Some(known)) => known,
            (None, None) => context.engine.can(&ask),
        };
        slices.push(Slice {
            action,
            region,
            asked: asked.clone(),
            ask,
            verdicts,
            reached,
            too_complex,
        });
    };
    match target {
        Target::Star => {
            ask.resource = "*".to_owned();
            one(ask, asked.clone(), None, false);
        }
        Target::Exact(arn) => {
            ask.resource.clone_from(arn);
            one(ask, asked.clone(), None, false);
        }
        Target::Region(region) => {
            for cell in context.engine.parts(&ask, region, focus) {
                let ask = Ask {
                    resource: cell.witness,
                    ..ask.clone()
                };
                one(ask, cell.region, Some(cell.verdicts), cell.too_complex);
            }
        }
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

/// Returns everybody for whom something holds under some reading.
pub(super) fn anybody(verdicts: &Verdicts) -> RoaringBitmap {
    &verdicts.strict.possibly | &verdicts.as_collected.possibly
}

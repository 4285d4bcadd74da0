//! What actions take of resources: a bucket's objects, the functions of an account, anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use whocan_graph::{AccountIndex, Graph, ResourceId};
use whocan_policy::catalogue::{ActionId, ArnForm, ResourceTypeId, catalogue};
use whocan_policy::{AccountId, Pattern, Region};

use crate::members::Members;
use crate::plan::{Deed, Item, Items, Target};
use crate::thing::Thing;

/// Returns an action on any resource that it takes.
pub(crate) fn anywhere(id: ActionId) -> Deed {
    let action = catalogue().name(id);
    let types = catalogue().resource_types(id);
    if types.is_empty() {
        let targets = vec![Target::Star];
        return Deed { action, targets };
    }
    let mut regions: Vec<&Region> = Vec::new();
    for region in types.iter().flat_map(|one| called(one.resource_type)) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    let targets = regions.into_iter().cloned().map(Target::Region).collect();
    Deed { action, targets }
}

/// Returns what an action takes of a set: members of its types, members
/// widened to its types, ARNs and globs that can be of its types.
///
/// Actions for which members are widened are added to `widened`.
pub(crate) fn targets(
    id: ActionId,
    members: &Members,
    graph: &Graph,
    widened: &mut BTreeSet<&'static str>,
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for thing in resources_of(members, graph) {
        let arn = thing.arn(graph);
        if takes(id, &arn) {
            targets.push(Target::Exact(arn.to_string()));
        } else if let Some(region) = widen(id, &arn) {
            targets.push(Target::Region(region));
            widened.insert(catalogue().name(id));
        }
    }
    for region in &members.regions {
        targets.extend(region_targets(id, region));
    }
    for account in members.accounts.iter().map(AccountIndex) {
        targets.extend(in_account(id, graph.account(account).id));
    }
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// Says of which actions the members of a set were widened to what is inside of them.
pub(crate) fn widened_note(set: &str, actions: &BTreeSet<&'static str>) -> Option<String> {
    let first = actions.first()?;
    let others = match actions.len() - 1 {
        0 => String::new(),
        1 => " and 1 other action".to_owned(),
        more => format!(" and {more} other actions"),
    };
    let verb = if actions.len() == 1 { "takes" } else { "take" };
    Some(format!(
        "`{set}` is widened to what is inside it, which `{first}`{others} {verb}"
    ))
}

impl Items {
    /// Returns the things and regions, each on its own.
    fn members(&self) -> impl Iterator<Item = (Item, Members)> + '_ {
        let things = self.members.things();
        let things = things.map(|thing| (Item::Thing(thing), Members::of(thing)));
        let regions = self.members.regions.iter().map(|region| {
            let alone = Members {
                regions: vec![region.clone()],
                ..Members::default()
            };
            (Item::Region(region.clone()), alone)
        });
        things.chain(regions)
    }

    /// Returns whether the actions take none of the items, though there are some.
    pub(crate) fn are_wrong(&self, graph: &Graph) -> bool {
        let mut widened = BTreeSet::new();
        let mut taken = |members: &Members| {
            let mut actions = self.actions.iter();
            actions.any(|id| !targets(*id, members, graph, &mut widened).is_empty())
        };
        let mut all = self.members().peekable();
        all.peek().is_some() && !all.any(|(_, alone)| taken(&alone))
    }

    /// Returns each item with what is asked about it, and what that did to them.
    pub(crate) fn deeds(&self, graph: &Graph) -> (Vec<(Item, Vec<Deed>)>, Vec<String>) {
        let mut items = Vec::new();
        let mut left_out = 0_u64;
        let mut widened = BTreeSet::new();
        for (item, alone) in self.members() {
            let deeds = self.actions.iter().map(|id| Deed {
                action: catalogue().name(*id),
                targets: targets(*id, &alone, graph, &mut widened),
            });
            let deeds: Vec<Deed> = deeds.filter(|deed| !deed.targets.is_empty()).collect();
            if deeds.is_empty() {
                left_out += 1;
            } else {
                items.push((item, deeds));
            }
        }
        let mut notes = Vec::new();
        if left_out > 0 {
            let what = &self.written_actions;
            notes.push(format!("{left_out} left out: `{what}` does not take them"));
        }
        notes.extend(widened_note(&self.written, &widened));
        (items, notes)
    }
}

/// Returns the things of a set that can be resources; an account stands for its resources.
fn resources_of(members: &Members, graph: &Graph) -> Vec<Thing> {
    let accounts = members.accounts_with_those_of_units(graph);
    let things = members.things();
    let mut things: Vec<Thing> = things
        .filter(|thing| !matches!(thing, Thing::Account(_) | Thing::Level(_)))
        .collect();
    if !accounts.is_empty() {
        let resources = graph.resources().iter().enumerate();
        let own = resources.filter(|(_, one)| accounts.contains(one.account.0));
        things.extend(own.map(|(at, _)| Thing::Resource(ResourceId(at as u32))));
    }
    things
}

fn in_account(id: ActionId, account: AccountId) -> Vec<Target> {
    let of_account = Region::of(account_pattern(account));
    let any = anywhere(id).targets.into_iter();
    any.filter_map(|target| match target {
        Target::Region(region) => region.intersect(&of_account),
        _ => None,
    })
    .filter(|region| region.is_empty() != Ok(true))
    .map(Target::Region)
    .collect()
}

/// Returns which part of an ARN or glob the action takes.
fn region_targets(id: ActionId, region: &Region) -> Vec<Target> {
    let types = catalogue().resource_types(id).iter();
    let mut forms = types.flat_map(|one| called(one.resource_type));
    if let Some(arn) = literal(region) {
        let exact = takes(id, arn) || forms.any(|form| form.holds(arn));
        let target = || Target::Exact(arn.to_owned());
        return exact.then(target).into_iter().collect();
    }
    let mut parts: Vec<Region> = Vec::new();
    for form in forms {
        let both = region.intersect(form);
        let both = both.filter(|part| part.is_empty() != Ok(true));
        if let Some(part) = both
            && !parts.contains(&part)
        {
            parts.push(part);
        }
    }
    // What is asked lies in one form, mostly; then it is shown as asked.
    if let [only] = parts.as_slice()
        && only.contains(region) == Ok(true)
    {
        return vec![Target::Region(region.clone())];
    }
    parts.into_iter().map(Target::Region).collect()
}

/// Returns the regions of a resource type's ARNs, without those of narrower
/// types: a bucket's ARN has no slash, because an object's has.
///
/// They depend on the catalogue only, and many actions share a type: each is
/// found once, when it is first asked for.
fn called(id: ResourceTypeId) -> &'static [Region] {
    static KNOWN: LazyLock<BTreeMap<ResourceTypeId, OnceLock<Vec<Region>>>> = LazyLock::new(|| {
        let types = catalogue().services().flat_map(|one| one.resource_types());
        types.map(|id| (id, OnceLock::new())).collect()
    });
    match KNOWN.get(&id) {
        Some(regions) => regions.get_or_init(|| forms(id)),
        None => &[],
    }
}

fn forms(id: ResourceTypeId) -> Vec<Region> {
    let own = catalogue().resource_type(id);
    let others: Vec<Pattern> = catalogue()
        .service(own.service)
        .into_iter()
        .flat_map(|service| service.resource_types())
        .filter(|other| *other != id)
        .flat_map(|other| catalogue().resource_type(other).arn_forms())
        .filter_map(form_pattern)
        .collect();
    let patterns = own.arn_forms().iter().filter_map(form_pattern);
    patterns
        .map(|pattern| {
            let narrower =
                |other: &&Pattern| **other != pattern && pattern.contains(other) == Some(true);
            let except = others.iter().filter(narrower).cloned().collect();
            let within = vec![pattern.clone()];
            Region { within, except }
        })
        .collect()
}

pub(crate) fn literal(region: &Region) -> Option<&str> {
    match region.within.as_slice() {
        [pattern] => pattern.literal(),
        _ => None,
    }
}

/// Returns whether the action takes the resource as it is.
fn takes(id: ActionId, arn: &str) -> bool {
    if !may_be_of(id, arn) {
        return false;
    }
    let may_be = catalogue().types_of_arn(catalogue().service_of(id), arn);
    let types = catalogue().resource_types(id);
    // The most literal form says what it is; others fit only by chance.
    may_be
        .first()
        .is_some_and(|best| types.iter().any(|one| one.resource_type == *best))
}

/// Returns whether a form of what the action takes has the service of the ARN or
/// leaves it open, which is quickly seen.
fn may_be_of(id: ActionId, arn: &str) -> bool {
    let service = arn.split(':').nth(2).unwrap_or_default();
    let types = catalogue().resource_types(id).iter();
    let mut forms = types.flat_map(|one| catalogue().resource_type(one.resource_type).arn_forms());
    arn.contains(['*', '?'])
        || forms.any(|form| match form.as_str().split(':').nth(2) {
            Some(own) => own == service || own.contains(['$', '*', '?']),
            None => true,
        })
}

/// Returns everything inside a resource that the action takes: a bucket's objects.
///
/// Forms that leave the service open fit everything and say nothing about what is inside.
pub(crate) fn widen(id: ActionId, arn: &str) -> Option<Region> {
    let service = arn.split(':').nth(2)?;
    let types = catalogue().resource_types(id).iter();
    let mut forms = types.flat_map(|one| catalogue().resource_type(one.resource_type).arn_forms());
    if !forms.any(|form| form.as_str().split(':').nth(2) == Some(service)) {
        return None;
    }
    ['/', ':'].into_iter().find_map(|sign| {
        let inside = takes(id, &format!("{arn}{sign}x"));
        inside.then(|| Region::of(Pattern::resource(&format!("{arn}{sign}*"))))
    })
}

/// Returns the pattern of a form: each placeholder takes anything within its part.
fn form_pattern(form: &ArnForm) -> Option<Pattern> {
    let mut glob = String::new();
    let mut rest = form.as_str();
    while let Some((literal, behind)) = rest.split_once("${") {
        glob.push_str(literal);
        glob.push('*');
        rest = behind.split_once('}').map_or("", |(_, rest)| rest);
    }
    glob.push_str(rest);
    Pattern::arn(&glob)
}

/// Returns the pattern of all ARNs with this account.
pub(crate) fn account_pattern(account: AccountId) -> Pattern {
    Pattern::arn(&format!("arn:*:*:*:{account}:*")).expect("this has six parts")
}

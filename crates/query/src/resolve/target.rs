//! Resolves the resources of a question to what each action takes.

use std::collections::BTreeSet;

use whocan_graph::{AccountIndex, ResourceId};
use whocan_policy::catalogue::{ActionId, ArnForm, ResourceTypeId, catalogue};
use whocan_policy::{AccountId, Pattern, Region};

use super::{Resolver, action};
use crate::ast::{Actions, On, Set, SetKind};
use crate::error::{Fault, Problem};
use crate::members::Members;
use crate::plan::{Deed, Item, Target};
use crate::thing::Thing;

impl Resolver<'_> {
    /// Resolves actions and resources to deeds: each action with its own resources.
    pub(super) fn deeds(&mut self, actions: &Actions, on: Option<&On>) -> Result<Vec<Deed>, Fault> {
        let resolved = action::resolve(actions)?;
        let Some(on) = on.filter(|on| !is_any(&on.set)) else {
            return Ok(resolved.actions.iter().map(|id| self.any(*id)).collect());
        };
        let members = self.set(&on.set)?;
        let mut deeds = Vec::new();
        let mut widened = Vec::new();
        let mut without = Vec::new();
        for id in resolved.actions {
            let targets = self.targets(id, &members, &mut widened);
            if targets.is_empty() && resolved.named.contains(&id) && !members.is_empty() {
                without.push(id);
            }
            if !targets.is_empty() {
                let action = catalogue().name(id);
                deeds.push(Deed { action, targets });
            }
        }
        if let Some(first) = without.first() {
            // An ARN or glob is meant for every action; things of several kinds
            // are meant for the actions of their kind.
            if deeds.is_empty() || !members.regions.is_empty() {
                return Err(self.wrong_resource(*first, &on.set, &members));
            }
            let names: Vec<String> = without
                .iter()
                .map(|id| format!("`{}`", catalogue().name(*id)))
                .collect();
            let verb = if names.len() == 1 { "takes" } else { "take" };
            self.note(format!(
                "{} {verb} nothing of `{}`",
                names.join(", "),
                on.set
            ));
        }
        if deeds.is_empty() && !members.is_empty() {
            let problem = Problem::WrongResource {
                action: actions.to_string(),
                resource: on.set.to_string(),
            };
            return Err(Fault::new(problem, on.set.span));
        }
        if members.is_empty() {
            self.note(format!("`{}` is empty", on.set));
        }
        self.note_widened(&on.set, &widened);
        Ok(deeds)
    }

    /// Resolves every action that takes some of the resources, for `what can ... do`.
    pub(super) fn every_deed(&mut self, on: Option<&On>) -> Result<Vec<Deed>, Fault> {
        let Some(on) = on.filter(|on| !is_any(&on.set)) else {
            return Ok(catalogue().actions().map(|id| self.any(id)).collect());
        };
        let members = self.set(&on.set)?;
        let mut widened = Vec::new();
        let deeds = catalogue().actions().filter_map(|id| {
            let targets = self.targets(id, &members, &mut widened);
            let action = catalogue().name(id);
            (!targets.is_empty()).then_some(Deed { action, targets })
        });
        let deeds: Vec<Deed> = deeds.collect();
        self.note_widened(&on.set, &widened);
        if deeds.is_empty() {
            return Err(Fault::senseless(
                format!("no action takes `{}`", on.set),
                on.set.span,
            ));
        }
        Ok(deeds)
    }

    /// Resolves the actions on each member of a set on its own, for `which RESOURCES can ...`.
    pub(super) fn items(
        &mut self,
        set: &Set,
        actions: &Actions,
    ) -> Result<Vec<(Item, Vec<Deed>)>, Fault> {
        let resolved = action::resolve(actions)?;
        let members = self.set(set)?;
        let mut items = Vec::new();
        let mut left_out = 0_u64;
        let things = members
            .things()
            .map(|thing| (Item::Thing(thing), Members::of(thing)));
        let regions = members.regions.iter().map(|region| {
            let regions = vec![region.clone()];
            let alone = Members {
                regions,
                ..Members::default()
            };
            (Item::Region(region.clone()), alone)
        });
        let mut widened = Vec::new();
        for (item, alone) in things.chain(regions).collect::<Vec<_>>() {
            let deeds: Vec<Deed> = resolved
                .actions
                .iter()
                .map(|id| Deed {
                    action: catalogue().name(*id),
                    targets: self.targets(*id, &alone, &mut widened),
                })
                .filter(|deed| !deed.targets.is_empty())
                .collect();
            if deeds.is_empty() {
                left_out += 1;
            } else {
                items.push((item, deeds));
            }
        }
        if items.is_empty() && left_out > 0 {
            let problem = Problem::WrongResource {
                action: actions.to_string(),
                resource: set.to_string(),
            };
            return Err(Fault::new(problem, set.span));
        }
        if left_out > 0 {
            self.note(format!(
                "{left_out} left out: `{actions}` does not take them"
            ));
        }
        self.note_widened(set, &widened);
        Ok(items)
    }

    /// Returns an action on any resource that it takes.
    fn any(&mut self, id: ActionId) -> Deed {
        let targets = self.any_target(id);
        Deed {
            action: catalogue().name(id),
            targets,
        }
    }

    fn any_target(&mut self, id: ActionId) -> Vec<Target> {
        let types = catalogue().resource_types(id);
        if types.is_empty() {
            return vec![Target::Star];
        }
        let mut regions: Vec<Region> = Vec::new();
        for one in types {
            for region in self.form_regions(one.resource_type) {
                if !regions.contains(&region) {
                    regions.push(region);
                }
            }
        }
        regions.into_iter().map(Target::Region).collect()
    }

    /// Returns what the action takes of a set: members of its types, members
    /// widened to its types, ARNs and globs that can be of its types.
    pub(super) fn targets(
        &mut self,
        id: ActionId,
        members: &Members,
        widened: &mut Vec<&'static str>,
    ) -> Vec<Target> {
        let mut targets: BTreeSet<Target> = self.own_targets(id, members).into_iter().collect();
        for thing in self.resources_of(members) {
            let arn = thing.arn(self.context.graph);
            if !takes(id, &arn)
                && let Some(region) = widen(id, &arn)
            {
                targets.insert(Target::Region(region));
                if widened.last() != Some(&catalogue().name(id)) {
                    widened.push(catalogue().name(id));
                }
            }
        }
        for account in members.accounts.iter().map(AccountIndex) {
            let account = self.context.graph.account(account).id;
            targets.extend(self.in_account(id, account));
        }
        targets.into_iter().collect()
    }

    fn note_widened(&mut self, set: &Set, actions: &[&'static str]) {
        let actions: BTreeSet<&str> = actions.iter().copied().collect();
        let Some(first) = actions.first() else { return };
        let others = match actions.len() - 1 {
            0 => String::new(),
            1 => " and 1 other action".to_owned(),
            more => format!(" and {more} other actions"),
        };
        let verb = if actions.len() == 1 { "takes" } else { "take" };
        self.note(format!(
            "`{set}` is widened to what is inside it, which `{first}`{others} {verb}"
        ));
    }

    /// Returns what the action takes of a set without widening anything.
    fn own_targets(&mut self, id: ActionId, members: &Members) -> Vec<Target> {
        let graph = self.context.graph;
        let mut targets = Vec::new();
        for thing in self.resources_of(members) {
            let arn = thing.arn(graph);
            if takes(id, &arn) {
                targets.push(Target::Exact(arn.to_string()));
            }
        }
        for region in &members.regions {
            targets.extend(self.region_targets(id, region));
        }
        targets
    }

    /// Returns the things of a set that can be resources; an account stands for its resources.
    fn resources_of(&self, members: &Members) -> Vec<Thing> {
        let graph = self.context.graph;
        let accounts = self.accounts_of_levels(&members.levels) | &members.accounts;
        let mut things: Vec<Thing> = members
            .things()
            .filter(|thing| !matches!(thing, Thing::Account(_) | Thing::Level(_)))
            .collect();
        if !accounts.is_empty() {
            let resources = graph.resources().iter().enumerate();
            let own = resources.filter(|(_, one)| accounts.contains(one.account.0));
            things.extend(own.map(|(at, _)| Thing::Resource(ResourceId(at as u32))));
        }
        things
    }

    fn in_account(&mut self, id: ActionId, account: AccountId) -> Vec<Target> {
        let of_account = Region::of(account_pattern(account));
        let any = self.any_target(id).into_iter();
        any.filter_map(|target| match target {
            Target::Region(region) => region.intersect(&of_account),
            _ => None,
        })
        .filter(|region| region.is_empty() != Ok(true))
        .map(Target::Region)
        .collect()
    }

    /// Returns which part of an ARN or glob the action takes.
    fn region_targets(&mut self, id: ActionId, region: &Region) -> Vec<Target> {
        if let Some(arn) = literal(region) {
            let exact = takes(id, arn)
                || catalogue().resource_types(id).iter().any(|one| {
                    self.form_regions(one.resource_type)
                        .iter()
                        .any(|form| form.holds(arn))
                });
            return if exact {
                vec![Target::Exact(arn.to_owned())]
            } else {
                Vec::new()
            };
        }
        let mut parts: Vec<Region> = Vec::new();
        for one in catalogue().resource_types(id) {
            for form in self.form_regions(one.resource_type) {
                let both = region.intersect(&form);
                let both = both.filter(|part| part.is_empty() != Ok(true));
                if let Some(part) = both
                    && !parts.contains(&part)
                {
                    parts.push(part);
                }
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
    fn form_regions(&mut self, id: ResourceTypeId) -> Vec<Region> {
        if let Some(known) = self.forms.get(&id) {
            return known.clone();
        }
        let own = catalogue().resource_type(id);
        let others: Vec<Pattern> = catalogue()
            .service(own.service)
            .into_iter()
            .flat_map(|service| service.resource_types())
            .filter(|other| *other != id)
            .flat_map(|other| catalogue().resource_type(other).arn_forms())
            .filter_map(form_pattern)
            .collect();
        let regions: Vec<Region> = own
            .arn_forms()
            .iter()
            .filter_map(form_pattern)
            .map(|pattern| {
                let narrower =
                    |other: &&Pattern| **other != pattern && pattern.contains(other) == Some(true);
                let except = others.iter().filter(narrower).cloned().collect();
                let within = vec![pattern.clone()];
                Region { within, except }
            })
            .collect();
        self.forms.insert(id, regions.clone());
        regions
    }

    fn wrong_resource(&self, id: ActionId, set: &Set, members: &Members) -> Fault {
        let action = catalogue().name(id);
        let problem = Problem::WrongResource {
            action: action.to_owned(),
            resource: set.to_string(),
        };
        let fault = Fault::new(problem, set.span);
        let types = catalogue().resource_types(id);
        let mut forms: Vec<&str> = types
            .iter()
            .flat_map(|one| catalogue().resource_type(one.resource_type).arn_forms())
            .map(|form| form.as_str())
            .collect();
        forms.sort_by_key(|form| form.len());
        forms.truncate(3);
        let forms: Vec<String> = forms.iter().map(|form| format!("`{form}`")).collect();
        if forms.is_empty() {
            return fault.with_hint("it takes no resource; leave `on` out");
        }
        let inside = members
            .regions
            .iter()
            .find_map(literal)
            .and_then(|arn| widen(id, arn));
        let inside = inside.and_then(|region| region.within.first().cloned());
        match inside {
            Some(inside) => fault.with_hint(format!(
                "it takes {}; did you mean `{inside}`?",
                forms.join(", ")
            )),
            None => fault.with_hint(format!("it takes {}", forms.join(", "))),
        }
    }

    /// Returns the patterns of an ARN and everything inside it.
    pub(super) fn reach_of(&self, arn: &str) -> [Pattern; 3] {
        [
            Pattern::exact(arn),
            Pattern::resource(&format!("{arn}/*")),
            Pattern::resource(&format!("{arn}:*")),
        ]
    }
}

fn is_any(set: &Set) -> bool {
    set.kind == SetKind::Thing("*".to_owned())
}

fn literal(region: &Region) -> Option<&str> {
    match region.within.as_slice() {
        [pattern] => pattern.literal(),
        _ => None,
    }
}

/// Returns whether the action takes the resource as it is.
fn takes(id: ActionId, arn: &str) -> bool {
    let may_be = catalogue().types_of_arn(catalogue().service_of(id), arn);
    let types = catalogue().resource_types(id);
    // The most literal form says what it is; others fit only by chance.
    may_be
        .first()
        .is_some_and(|best| types.iter().any(|one| one.resource_type == *best))
}

/// Returns everything inside a resource that the action takes: a bucket's objects.
///
/// Forms that leave the service open fit everything and say nothing about what is inside.
fn widen(id: ActionId, arn: &str) -> Option<Region> {
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
pub(super) fn account_pattern(account: AccountId) -> Pattern {
    Pattern::arn(&format!("arn:*:*:*:{account}:*")).expect("this has six parts")
}

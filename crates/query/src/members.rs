//! A resolved set: ids and patterns, no names.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use whocan_graph::{
    AccountIndex, Collected, Graph, GroupId, LevelId, PolicyId, PrincipalId, ResourceId,
};
use whocan_policy::{Pattern, Region};

use crate::thing::Thing;

/// The members of a set.
///
/// Things that the graph knows are ids; ARNs and globs that people write stay
/// regions, because they also mean what the snapshot has not seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    /// Principals and entry points.
    pub principals: RoaringBitmap,
    /// Groups.
    pub groups: RoaringBitmap,
    /// Managed policies.
    pub policies: RoaringBitmap,
    /// Resources.
    pub resources: RoaringBitmap,
    /// Accounts.
    pub accounts: RoaringBitmap,
    /// Units of the organization.
    pub levels: RoaringBitmap,
    /// ARNs and globs, at their word.
    pub regions: Vec<Region>,
}

impl Members {
    /// Returns the set of one thing.
    pub fn of(thing: Thing) -> Members {
        let mut members = Members::default();
        members.insert(thing);
        members
    }

    /// Returns the texts that `pattern` covers.
    pub fn region(pattern: Pattern) -> Members {
        Members {
            regions: vec![Region::of(pattern)],
            ..Members::default()
        }
    }

    /// Adds a thing.
    pub fn insert(&mut self, thing: Thing) {
        match thing {
            Thing::Principal(id) => self.principals.insert(id.0),
            Thing::Group(id) => self.groups.insert(id.0),
            Thing::Policy(id) => self.policies.insert(id.0),
            Thing::Resource(id) => self.resources.insert(id.0),
            Thing::Account(id) => self.accounts.insert(id.0),
            Thing::Level(id) => self.levels.insert(id.0),
        };
    }

    /// Returns the things, by sort and id; regions are not among them.
    pub fn things(&self) -> impl Iterator<Item = Thing> + '_ {
        let principals = self.principals.iter().map(PrincipalId);
        let groups = self.groups.iter().map(GroupId);
        let policies = self.policies.iter().map(PolicyId);
        let resources = self.resources.iter().map(ResourceId);
        let accounts = self.accounts.iter().map(AccountIndex);
        let levels = self.levels.iter().map(LevelId);
        principals
            .map(Thing::Principal)
            .chain(groups.map(Thing::Group))
            .chain(policies.map(Thing::Policy))
            .chain(resources.map(Thing::Resource))
            .chain(accounts.map(Thing::Account))
            .chain(levels.map(Thing::Level))
    }

    /// Returns how many things there are, regions aside.
    pub fn count(&self) -> u64 {
        self.bitmaps().iter().map(|set| set.len()).sum()
    }

    /// Returns the accounts, and those under the units.
    pub(crate) fn accounts_with_those_of_units(&self, graph: &Graph) -> RoaringBitmap {
        if self.levels.is_empty() {
            return self.accounts.clone();
        }
        let under = |account: &AccountIndex| match graph.chain(*account) {
            Collected::Yes(chain) => chain.iter().any(|level| self.levels.contains(level.0)),
            Collected::Not => false,
        };
        let accounts = (0..graph.accounts().len() as u32).map(AccountIndex);
        let under: RoaringBitmap = accounts.filter(under).map(|account| account.0).collect();
        under | &self.accounts
    }

    /// Returns whether there is neither thing nor region.
    pub fn is_empty(&self) -> bool {
        self.count() == 0 && self.regions.is_empty()
    }

    /// Returns whether a thing is a member, by id or because a region holds its ARN.
    pub fn holds(&self, thing: Thing, graph: &Graph) -> bool {
        let by_id = match thing {
            Thing::Principal(id) => self.principals.contains(id.0),
            Thing::Group(id) => self.groups.contains(id.0),
            Thing::Policy(id) => self.policies.contains(id.0),
            Thing::Resource(id) => self.resources.contains(id.0),
            Thing::Account(id) => self.accounts.contains(id.0),
            Thing::Level(id) => self.levels.contains(id.0),
        };
        by_id || self.regions_hold(&thing.arn(graph))
    }

    /// Returns whether a region holds the text.
    pub fn regions_hold(&self, text: &str) -> bool {
        self.regions.iter().any(|region| region.holds(text))
    }

    /// Keeps the things for which `keep` holds; regions stay.
    pub fn retain(&mut self, mut keep: impl FnMut(Thing) -> bool) {
        kept(&mut self.principals, |id| {
            keep(Thing::Principal(PrincipalId(id)))
        });
        kept(&mut self.groups, |id| keep(Thing::Group(GroupId(id))));
        kept(&mut self.policies, |id| keep(Thing::Policy(PolicyId(id))));
        kept(&mut self.resources, |id| {
            keep(Thing::Resource(ResourceId(id)))
        });
        kept(&mut self.accounts, |id| {
            keep(Thing::Account(AccountIndex(id)))
        });
        kept(&mut self.levels, |id| keep(Thing::Level(LevelId(id))));
    }

    /// Joins two sets.
    pub fn or(mut self, other: Members) -> Members {
        self.each_bitmap(&other, |mine, others| *mine |= others);
        for region in other.regions {
            if !self.regions.contains(&region) {
                self.regions.push(region);
            }
        }
        self
    }

    /// Takes `other` away.
    pub fn minus(mut self, other: &Members, graph: &Graph) -> Members {
        self.each_bitmap(other, |mine, others| *mine -= others);
        if !other.regions.is_empty() {
            self.retain(|thing| !other.regions_hold(&thing.arn(graph)));
        }
        for region in &other.regions {
            self.regions = self
                .regions
                .iter()
                .flat_map(|own| without(own, region))
                .collect();
        }
        for thing in other.things() {
            let exact = Region::of(Pattern::exact(&thing.arn(graph)));
            self.regions = self
                .regions
                .iter()
                .flat_map(|own| without(own, &exact))
                .collect();
        }
        self
    }

    /// Keeps what is in both sets.
    pub fn and(&self, other: &Members, graph: &Graph) -> Members {
        let mut both = Members::default();
        for thing in self.things().filter(|thing| other.holds(*thing, graph)) {
            both.insert(thing);
        }
        for thing in other.things() {
            if self.regions_hold(&thing.arn(graph)) {
                both.insert(thing);
            }
        }
        let pairs = self
            .regions
            .iter()
            .flat_map(|own| other.regions.iter().map(move |others| (own, others)));
        both.regions = pairs
            .filter_map(|(own, others)| own.intersect(others))
            .collect();
        both
    }

    /// Returns the same things of another snapshot, and those that it does not have.
    ///
    /// Things are the same by ARN, accounts and units by id; regions are texts
    /// and mean the same everywhere.
    pub(crate) fn carried(&self, from: &Graph, to: &Graph) -> (Members, Vec<Thing>) {
        let mut carried = Members {
            regions: self.regions.clone(),
            ..Members::default()
        };
        let rare = match self.groups.is_empty() && self.policies.is_empty() {
            true => Named::default(),
            false => Named::of(to),
        };
        let mut lost = Vec::new();
        for thing in self.things() {
            let found = match thing {
                Thing::Principal(id) => to
                    .principal_of(&from.principal(id).arn)
                    .map(Thing::Principal),
                Thing::Resource(id) => to.resource_of(&from.resource(id).arn).map(Thing::Resource),
                Thing::Account(id) => to.account_of(from.account(id).id).map(Thing::Account),
                Thing::Group(id) => rare.groups.get(&*from.group(id).arn).copied(),
                Thing::Policy(id) => {
                    let policy = from.policy(id);
                    rare.policies.get(&(&*policy.at, &*policy.name)).copied()
                }
                Thing::Level(id) => {
                    let same = |level: &whocan_graph::Level| level.id == from.level(id).id;
                    let at = to.levels().iter().position(same);
                    at.and_then(|at| Some(Thing::Level(LevelId(u32::try_from(at).ok()?))))
                }
            };
            match found {
                Some(thing) => carried.insert(thing),
                None => lost.push(thing),
            }
        }
        (carried, lost)
    }

    fn bitmaps(&self) -> [&RoaringBitmap; 6] {
        [
            &self.principals,
            &self.groups,
            &self.policies,
            &self.resources,
            &self.accounts,
            &self.levels,
        ]
    }

    fn each_bitmap(
        &mut self,
        other: &Members,
        change: impl Fn(&mut RoaringBitmap, &RoaringBitmap),
    ) {
        change(&mut self.principals, &other.principals);
        change(&mut self.groups, &other.groups);
        change(&mut self.policies, &other.policies);
        change(&mut self.resources, &other.resources);
        change(&mut self.accounts, &other.accounts);
        change(&mut self.levels, &other.levels);
    }
}

/// Keeps some ids of a set, which are many: they are put in order, not looked up.
fn kept(ids: &mut RoaringBitmap, mut keep: impl FnMut(u32) -> bool) {
    *ids = in_order(ids.iter().filter(|id| keep(*id)));
}

/// Returns the set of ids that come in order.
pub(crate) fn in_order(ids: impl Iterator<Item = u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(ids).expect("they come in order")
}

/// What a snapshot does not find by name: few, so they are put in order when asked for.
#[derive(Default)]
struct Named<'a> {
    groups: BTreeMap<&'a str, Thing>,
    // By where they are and what they are called.
    policies: BTreeMap<(&'a str, &'a str), Thing>,
}

impl<'a> Named<'a> {
    fn of(graph: &'a Graph) -> Named<'a> {
        let groups = (0..graph.groups().len() as u32).map(GroupId);
        let policies = (0..graph.policies().len() as u32).map(PolicyId);
        let policy = |id| {
            let policy = graph.policy(id);
            ((&*policy.at, &*policy.name), Thing::Policy(id))
        };
        Named {
            groups: groups
                .map(|id| (&*graph.group(id).arn, Thing::Group(id)))
                .collect(),
            policies: policies.map(policy).collect(),
        }
    }
}

/// Returns the texts of `region` that `other` does not hold, as disjoint regions.
fn without(region: &Region, other: &Region) -> Vec<Region> {
    let mut parts = Vec::new();
    let mut rest = Some(region.clone());
    for pattern in &other.within {
        let Some(current) = rest else { break };
        let (covered, outside) = current.split(pattern);
        parts.extend(outside);
        rest = covered;
    }
    for pattern in &other.except {
        let Some(current) = rest else { break };
        let (covered, outside) = current.split(pattern);
        parts.extend(covered);
        rest = outside;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(within: &[&str], except: &[&str]) -> Region {
        Region {
            within: within.iter().map(|text| Pattern::glob(text)).collect(),
            except: except.iter().map(|text| Pattern::glob(text)).collect(),
        }
    }

    #[test]
    fn what_is_taken_away_is_gone_and_nothing_else() {
        let left = without(&region(&["a*"], &[]), &region(&["*b*"], &["*c"]));
        let holds = |text: &str| left.iter().filter(|part| part.holds(text)).count();
        assert_eq!(holds("ab"), 0);
        assert_eq!(holds("ax"), 1);
        assert_eq!(holds("abc"), 1);
        assert_eq!(holds("b"), 0);
    }
}

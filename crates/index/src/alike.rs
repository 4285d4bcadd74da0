//! Actions that nothing tells apart: what is decided for one holds for all.
//!
//! Patterns of policies cover whole runs of the catalogue, and most actions of
//! a service are covered by the same ones. Such a group is asked about once.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use whocan_graph::DocumentId;
use whocan_policy::catalogue::facts::{
    EndpointKey, accepts_anonymous_calls, carries_resource_account, supports_endpoint_key,
};
use whocan_policy::catalogue::{ActionId, KeyCarriage, ResourceTypeId, catalogue};
use whocan_policy::{ActionPattern, Document};

use crate::scene::acl_names;
use crate::{Ask, Index};

/// Services whose actions the rules tell apart by name.
const BY_NAME: [&str; 3] = ["iam", "sts", "kms"];

/// Actions of other services that the rules tell apart by name (R134).
const NAMED: [&str; 3] = [
    "s3:getbucketpolicy",
    "s3:putbucketpolicy",
    "s3:deletebucketpolicy",
];

/// Everything that a decision looks at of an action.
///
/// INVARIANT: what a scene asks of an action beyond this, it asks of actions
/// that have `own` set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    own: Option<ActionId>,
    service: &'static str,
    types: Vec<ResourceTypeId>,
    // Which patterns of policies cover it, by number.
    covered: u32,
    // Which keys that policies look at its requests carry, and of which type it is the key.
    carried: Vec<(String, Vec<bool>)>,
    flags: Vec<bool>,
}

impl Index {
    /// Puts actions into groups: on any resource, what `ask` decides for the
    /// principals of `focus` with one of a group it decides with each.
    ///
    /// Groups come in the order of their first actions, which is the
    /// catalogue's; `ask.action` and `ask.resource` do not matter.
    pub fn alike(
        &self,
        actions: &[ActionId],
        ask: &Ask,
        focus: Option<&RoaringBitmap>,
    ) -> Vec<Vec<ActionId>> {
        let ordered: BTreeSet<ActionId> = actions.iter().copied().collect();
        // Which keys those look at is not known beforehand.
        if !ask.session.policies.is_empty() {
            return ordered.into_iter().map(|action| vec![action]).collect();
        }
        let covered = Covered::by(&self.bearing_patterns(focus));
        let used = self.listed_keys();
        let mut groups: BTreeMap<Look, usize> = BTreeMap::new();
        let mut members: Vec<Vec<ActionId>> = Vec::new();
        for action in ordered {
            let look = look(action, &covered, &used);
            let at = *groups.entry(look).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[at].push(action);
        }
        members
    }

    // The action patterns of all statements that can bear on the question.
    fn bearing_patterns(&self, focus: Option<&RoaringBitmap>) -> BTreeSet<ActionPattern> {
        let mut patterns = BTreeSet::new();
        let mut add = |document: &Document| {
            let clauses = document.statements.iter();
            for clause in clauses.filter_map(|statement| statement.actions.as_ref()) {
                patterns.extend(clause.patterns.iter().cloned());
            }
        };
        let bears = |holders: &RoaringBitmap| match focus {
            Some(focus) => !holders.is_disjoint(focus),
            None => !holders.is_empty(),
        };
        for (id, holders) in (0..).map(DocumentId).zip(&self.base.callers.identity) {
            if bears(holders) {
                add(self.graph.document(id));
            }
        }
        for (document, holders) in &self.base.callers.boundary {
            if bears(holders) {
                add(self.graph.document(*document));
            }
        }
        for policy in self.graph.guardrails() {
            if let Some(document) = self.graph.document_of(policy) {
                add(document);
            }
        }
        let of_resources = self.base.resource_patterns.iter();
        patterns.extend(of_resources.map(|text| ActionPattern::new(text)));
        patterns
    }

    // The keys of the catalogue, in lower case, that policies look at.
    fn listed_keys(&self) -> FxHashSet<&'static str> {
        let names = self.facts.key_names();
        let entries = catalogue().condition_key_entries();
        let used = entries.filter(|entry| names.iter().any(|name| entry.covers(name)));
        used.map(|entry| entry.lower()).collect()
    }
}

fn look(action: ActionId, covered: &Covered, used: &FxHashSet<&'static str>) -> Look {
    let name = catalogue().name(action);
    let service = catalogue().service_of(action);
    let lower = name.to_ascii_lowercase();
    let by_name =
        BY_NAME.contains(&service) || NAMED.contains(&lower.as_str()) || acl_names(&lower);
    let types = catalogue().resource_types(action).iter();
    let types: Vec<ResourceTypeId> = types.map(|one| one.resource_type).collect();
    let endpoint_keys = [
        EndpointKey::SourceVpcArn,
        EndpointKey::VpceAccount,
        EndpointKey::VpceOrgId,
        EndpointKey::VpceOrgPaths,
    ];
    let of_endpoints = endpoint_keys.map(|key| supports_endpoint_key(key, name));
    let flags = [
        accepts_anonymous_calls(name),
        carries_resource_account(name),
    ];
    Look {
        own: by_name.then_some(action),
        service,
        covered: covered.of(action),
        carried: carried(action, &types, used),
        types,
        flags: flags.into_iter().chain(of_endpoints).collect(),
    }
}

// The keys by their own name and as a member of their family.
fn carried(
    action: ActionId,
    types: &[ResourceTypeId],
    used: &FxHashSet<&'static str>,
) -> Vec<(String, Vec<bool>)> {
    let listed = catalogue().condition_keys(action);
    let looked_at = listed.filter(|key| used.contains(key));
    let each = looked_at.map(|key| {
        let member = format!("{key}x");
        let on = |types: &[ResourceTypeId]| {
            [key, &member]
                .iter()
                .any(|key| catalogue().carries_key_on(action, types, key) == KeyCarriage::Listed)
        };
        let own = on(&[]);
        let of_types = types.iter().map(|one| on(&[*one]));
        let carried = [own].into_iter().chain(of_types).collect();
        (key.to_owned(), carried)
    });
    each.collect()
}

/// Numbers for the sets of patterns that cover the actions of the catalogue.
struct Covered {
    // The first action of each run, and the number of the set that covers it.
    runs: Vec<(u32, u32)>,
}

impl Covered {
    // Goes through the catalogue once, from one end of a pattern's range to the next.
    fn by(patterns: &BTreeSet<ActionPattern>) -> Covered {
        let mut changes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (pattern, number) in patterns.iter().zip(0..) {
            for Range { start, end } in catalogue().matching(pattern.as_str()) {
                changes.entry(start).or_default().push(number);
                changes.entry(end).or_default().push(number);
            }
        }
        let mut numbers: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        let mut active: BTreeSet<u32> = BTreeSet::new();
        let mut runs = vec![(0, u32::MAX)];
        for (at, changed) in changes {
            for pattern in changed {
                if !active.remove(&pattern) {
                    active.insert(pattern);
                }
            }
            let next = numbers.len() as u32;
            let set = active.iter().copied().collect();
            runs.push((at, *numbers.entry(set).or_insert(next)));
        }
        Covered { runs }
    }

    fn of(&self, action: ActionId) -> u32 {
        let after = self.runs.partition_point(|(start, _)| *start <= action.0);
        self.runs[after - 1].1
    }
}

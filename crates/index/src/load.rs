//! What sessions carry along a chain of assumed roles, and what may be chosen on the way.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use whocan_graph::{DocumentId, Graph, PolicyId, PrincipalId};
use whocan_policy::catalogue::facts::{POD_IDENTITY, POD_IDENTITY_TAGS};
use whocan_policy::{Condition, Document, KeyName, Session, Test};

use crate::facts::Facts;
use crate::name::{Name, Names};
use crate::state::{Fixed, FixedTag, literals};
use crate::{Ask, Index};

/// The most sets of travelling tags that are told apart; with more of them,
/// tags that are chosen on the way stay open.
const MOST_SETS: usize = 256;

/// Stands for the key of a tag that no policy names.
const OTHER_TAG: &str = "(any other tag)";

/// What a session carries along a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    /// Its source identity; `None` where nothing looks at it.
    pub identity: Option<Fixed>,
    /// Its own name, which ends with it.
    pub name: Name,
    /// Its transitive tags, as a position in [`Travelling::sets`].
    pub tags: usize,
    /// Whether it is the session of the first call, whose parameters are given.
    pub first: bool,
}

/// Transitive tags that a call passes; `None` leaves them open.
pub(crate) type Passed = Option<Vec<FixedTag>>;

/// The sets of transitive tags that sessions of one walk may carry.
#[derive(Debug)]
pub(crate) struct Travelling {
    /// The sets, each sorted; the first is empty.
    pub sets: Vec<Vec<FixedTag>>,
    /// The one of the session that starts the chain.
    pub at_start: usize,
    /// What EKS Pod Identity passes, if the graph has that service.
    pub of_pods: Option<Vec<FixedTag>>,
    // What may be passed to sessions of a role, the plainest first, where it is
    // more than nothing.
    choices: BTreeMap<PrincipalId, Vec<Passed>>,
    // What is passed where nobody chooses.
    plain: Passed,
}

impl Travelling {
    /// Reads the policies of `index` and the session that `ask` describes.
    pub fn of(index: &Index, ask: &Ask) -> Travelling {
        let passed = POD_IDENTITY_TAGS.rows.iter();
        let passed = passed.map(|key| ((*key).to_owned(), Fixed::Any));
        let of_pods = index.service(POD_IDENTITY).map(|_| passed.collect());
        let looks = &index.base.tag_looks;
        let mut policies = ask.session.policies.iter();
        let elsewhere = looks.elsewhere || policies.any(|one| wanted_by(one).is_some());
        let mut travelling = Travelling {
            sets: vec![Vec::new()],
            at_start: 0,
            of_pods,
            plain: (elsewhere || looks.any()).then(Vec::new),
            choices: looks.choices(index, elsewhere),
        };
        travelling.at_start = travelling.add(carried_by(&ask.session));
        if let Some(tags) = travelling.of_pods.clone() {
            travelling.add(tags);
        }
        let given = travelling.sets.len();
        if !travelling.close() {
            travelling.sets.truncate(given);
            travelling.leave_choices_open();
        }
        travelling
    }

    /// Returns whether no call of the walk passes tags that anything looks at.
    pub fn is_plain(&self) -> bool {
        let passes = self.of_pods.is_some() || self.plain.is_some();
        !passes && self.sets.len() == 1 && self.sets[0].is_empty() && self.choices.is_empty()
    }

    fn add(&mut self, mut set: Vec<FixedTag>) -> usize {
        set.sort();
        let known = self.sets.iter().position(|known| *known == set);
        known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        })
    }

    // Adds every set that choices lead to; false if they are too many.
    fn close(&mut self) -> bool {
        let choices: BTreeSet<Vec<FixedTag>> =
            self.choices.values().flatten().flatten().cloned().collect();
        let mut next = 0;
        while next < self.sets.len() {
            for choice in &choices {
                if let Some(joined) = joined(&self.sets[next], choice) {
                    self.add(joined);
                }
            }
            if self.sets.len() > MOST_SETS {
                return false;
            }
            next += 1;
        }
        true
    }

    // What is chosen then goes on as little as tags that end with the hop.
    fn leave_choices_open(&mut self) {
        for choices in self.choices.values_mut() {
            *choices = vec![self.plain.clone(), None];
        }
    }

    /// Returns what may be passed to a session of `role` so that who carries
    /// the set `from` gives it the set `to`; what is chosen is never sure (R240).
    pub fn ways(&self, role: PrincipalId, from: usize, to: usize, sure: bool) -> Vec<Passed> {
        let plain = std::slice::from_ref(&self.plain);
        let all = match self.choices.get(&role) {
            Some(choices) if !sure => choices.as_slice(),
            _ => plain,
        };
        let leads = |passed: &&Passed| match passed {
            Some(tags) if !tags.is_empty() => {
                joined(&self.sets[from], tags).as_ref() == Some(&self.sets[to])
            }
            _ => from == to,
        };
        all.iter().filter(leads).cloned().collect()
    }

    /// Returns whether tags that a session of `from` carries may be in `to`.
    pub fn may_lead(&self, from: usize, to: usize) -> bool {
        let to = &self.sets[to];
        self.sets[from].iter().all(|tag| to.contains(tag))
    }
}

// A tag that the session carries cannot be passed again.
fn joined(set: &[FixedTag], passed: &[FixedTag]) -> Option<Vec<FixedTag>> {
    let carried = |key: &str| set.iter().any(|(own, _)| own.eq_ignore_ascii_case(key));
    if passed.iter().any(|(key, _)| carried(key)) {
        return None;
    }
    let mut joined = [set, passed].concat();
    joined.sort();
    Some(joined)
}

fn carried_by(session: &Session) -> Vec<FixedTag> {
    let value_of = |key: &String| {
        let mut tags = session.tags.iter().flatten();
        let tag = tags.find(|(name, _)| name.eq_ignore_ascii_case(key));
        tag.map_or(Fixed::Any, |(_, value)| Fixed::Literal(value.clone()))
    };
    let keys = session.transitive.iter();
    keys.map(|key| (key.clone(), value_of(key))).collect()
}

/// Which policies look at the keys of transitive tags.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TagLooks {
    // By role, what its trust policy wants.
    by_trust: BTreeMap<PrincipalId, Wanted>,
    // Whether a policy that is no role's trust looks.
    elsewhere: bool,
}

/// What a document's conditions on the keys of transitive tags want.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Wanted {
    named: BTreeSet<String>,
    // Whether they also want keys that a text does not name.
    by_pattern: bool,
}

impl TagLooks {
    /// Reads the conditions of all documents.
    pub fn of(graph: &Graph, facts: &Facts) -> TagLooks {
        let mut looks = TagLooks::default();
        if !facts.conditions().any(|one| is_travelling(&one.condition)) {
            return looks;
        }
        let wanted = |document: Option<DocumentId>| {
            let conditions = facts.of_document(document?);
            let conditions = conditions.flat_map(|statement| &statement.conditions);
            Wanted::by(conditions.map(|&id| &facts.condition(id).condition))
        };
        let mut trusts = BTreeSet::new();
        for role in graph.roles() {
            let Some(facts) = graph.principal(role).role() else {
                continue;
            };
            trusts.insert(facts.trust);
            if let Some(wanted) = wanted(graph.policy(facts.trust).document) {
                looks.by_trust.insert(role, wanted);
            }
        }
        for (at, policy) in (0..).zip(graph.policies()) {
            let is_trust = trusts.contains(&PolicyId(at));
            looks.elsewhere |= !is_trust && wanted(policy.document).is_some();
        }
        looks
    }

    /// Returns whether any policy does.
    pub fn any(&self) -> bool {
        self.elsewhere || !self.by_trust.is_empty()
    }

    fn choices(&self, index: &Index, elsewhere: bool) -> BTreeMap<PrincipalId, Vec<Passed>> {
        let mut all = BTreeMap::new();
        if !elsewhere && !self.any() {
            return all;
        }
        let may_tag = |role: &PrincipalId| index.trust_facts(*role).tags_sessions;
        for role in index.graph.roles().filter(may_tag) {
            let wanted = self.by_trust.get(&role);
            let mut choices = vec![Some(Vec::new())];
            let mut open = elsewhere || wanted.is_some_and(|wanted| wanted.by_pattern);
            if let Some(wanted) = wanted {
                match sets_of(&index.facts, &wanted.named) {
                    Some(sets) => choices.extend(sets.into_iter().map(Some)),
                    None => open = true,
                }
            }
            if open {
                choices.push(None);
            }
            all.insert(role, choices);
        }
        all
    }
}

// Every choice of these tags, and of one that nobody names; `None` if there
// are too many.
fn sets_of(facts: &Facts, keys: &BTreeSet<String>) -> Option<Vec<Vec<FixedTag>>> {
    let mut sets: Vec<Vec<FixedTag>> = vec![Vec::new()];
    let other = (OTHER_TAG.to_owned(), vec![Fixed::Any]);
    let named = keys.iter().map(|key| (key.clone(), values_of(facts, key)));
    for (key, values) in named.chain([other]) {
        let with_key = sets.iter().flat_map(|set| {
            let key = &key;
            values.iter().map(move |value| {
                let mut set = set.clone();
                set.push((key.clone(), value.clone()));
                set
            })
        });
        let with_key: Vec<Vec<FixedTag>> = with_key.collect();
        sets.extend(with_key);
        if sets.len() > MOST_SETS {
            return None;
        }
    }
    sets.retain(|set| !set.is_empty());
    Some(sets)
}

// The values of a tag that policies name, and one that they do not.
fn values_of(facts: &Facts, tag: &str) -> Vec<Fixed> {
    let mut values = BTreeSet::new();
    for family in ["aws:RequestTag", "aws:PrincipalTag", "aws:ResourceTag"] {
        let key = KeyName::new(&format!("{family}/{tag}"));
        let conditions = facts.conditions().map(|one| &one.condition);
        let conditions = conditions.filter(|condition| condition.key == key);
        values.extend(conditions.flat_map(literals));
    }
    let named = values.into_iter().map(Fixed::Literal);
    named.chain([Fixed::Other]).collect()
}

fn wanted_by(document: &Document) -> Option<Wanted> {
    let statements = document.statements.iter();
    Wanted::by(statements.flat_map(|statement| &statement.conditions))
}

impl Wanted {
    // What those of the conditions want that look at the keys of transitive tags.
    fn by<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Option<Wanted> {
        let mut found = None;
        for condition in conditions.filter(|condition| is_travelling(condition)) {
            let wanted: &mut Wanted = found.get_or_insert_default();
            match condition.operator.test {
                Test::Null => {}
                Test::StringEquals | Test::StringLike => {
                    wanted.named.extend(literals(condition));
                    wanted.by_pattern |= literals(condition).count() < condition.values.len();
                }
                _ => {
                    wanted.named.extend(literals(condition));
                    wanted.by_pattern = true;
                }
            }
        }
        found
    }
}

fn is_travelling(condition: &Condition) -> bool {
    condition.key.as_lower() == "sts:transitivetagkeys"
}

/// Every combination that a session of a walk can carry.
pub(crate) fn loads(
    ask: &Ask,
    identities: &[Fixed],
    travelling: &Travelling,
    names: &Names,
) -> Vec<Load> {
    let identities = match identities {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    let first: &[bool] = if ask.assume.is_some() {
        &[true, false]
    } else {
        &[false]
    };
    let mut loads = Vec::new();
    for tags in 0..travelling.sets.len() {
        for &first in first {
            for name in names_of(ask, names, first) {
                let load = |identity: &Option<Fixed>| Load {
                    identity: identity.clone(),
                    name: name.clone(),
                    tags,
                    first,
                };
                loads.extend(identities.iter().map(load));
            }
        }
    }
    loads
}

fn names_of(ask: &Ask, names: &Names, first: bool) -> Vec<Name> {
    match &ask.assume {
        Some(assume) if first => vec![names.at_first(assume.name.as_ref())],
        _ => names.all(),
    }
}

//! One statement, decided for a set of principals.

use std::sync::atomic::Ordering::Relaxed;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use whocan_graph::PrincipalId;
use whocan_policy::catalogue::catalogue;
use whocan_policy::{Condition, KeyName, KeyState, Statement, Truth, Variable, VariableValue};

use super::{Scene, key_state};
use crate::column::Column;
use crate::facts::{About, ConditionFacts, KeyId, Known, Line, StatementFacts};
use crate::{Ask, Index, Planes};

/// Whether a statement must say to which resources it applies (R13, R193).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resources {
    Needed,
    Expected,
    Implied,
}

/// Where a key's states come from.
enum Look<'a> {
    Stored(&'a [u32]),
    Computed(&'a KeyName),
}

impl Scene<'_> {
    /// Decides whether a statement applies, for the principals of `set`.
    pub fn applies(&self, line: Line<'_>, set: &RoaringBitmap, resources: Resources) -> Planes {
        let covered = line.statement.covers_action(&self.ask.action);
        self.applies_if(covered, line, set, resources)
    }

    /// Decides whether a statement applies of which it is known whether it covers the action.
    pub fn applies_if(
        &self,
        covered: Truth,
        line: Line<'_>,
        set: &RoaringBitmap,
        resources: Resources,
    ) -> Planes {
        let statement = line.statement;
        if covered == Truth::False {
            return Planes::default();
        }
        let plain = covered & self.plainly_matches(statement, resources);
        if plain == Truth::False {
            return Planes::default();
        }
        let focused;
        let set = match &self.focus {
            Some(focus) => {
                focused = set & &*focus.who;
                &focused
            }
            None => set,
        };
        if set.is_empty() {
            return Planes::default();
        }
        let planes = match line.facts {
            Some(facts) => {
                self.take_down(facts);
                self.by_conditions(statement, facts, resources, plain, set)
            }
            None => {
                let keys = keys(statement);
                let looks = keys
                    .iter()
                    .filter(|key| self.about(key, About::of(key)) != About::Question);
                let looks: Vec<Look<'_>> = looks.map(|key| Look::Computed(key)).collect();
                self.by_signature(&looks, set, |caller| {
                    plain & self.holds(statement, resources, caller)
                })
            }
        };
        if statement.doubtful {
            planes.doubted()
        } else {
            planes
        }
    }

    fn take_down(&self, facts: &StatementFacts) {
        if let Some(keys) = self.keys {
            let mut keys = keys.borrow_mut();
            keys.extend(&facts.variables);
            for &id in &facts.conditions {
                keys.extend(&self.index.facts.condition(id).keys);
            }
        }
    }

    // Whether the resources can match at all, variables left open.
    fn plainly_matches(&self, statement: &Statement, resources: Resources) -> Truth {
        let Some(clause) = &statement.resources else {
            return match resources {
                Resources::Implied => Truth::True,
                // AWS refuses to store it, so what it means is open (R12).
                Resources::Expected => Truth::Unknown,
                // Without one it does nothing; a doubtful one may have had any (R13, R193).
                Resources::Needed => statement.doubtful.into(),
            };
        };
        if resources == Resources::Implied && self.is_trust() {
            // AWS refuses one in a trust policy, so what it means is open (R12, R13).
            return Truth::Unknown;
        }
        if clause.negated {
            // Decided with the variables' values, in `resources_match`.
            return Truth::True;
        }
        let text = &self.target.text;
        let fits = |pattern: &whocan_policy::ResourcePattern| {
            pattern
                .outline()
                .is_some_and(|outline| outline.matches(text))
        };
        clause.patterns.iter().any(fits).into()
    }

    // Each part for as many callers at once as it cannot tell apart: first what
    // is the same for all, then what only looks at the caller, then the rest.
    fn by_conditions(
        &self,
        statement: &Statement,
        facts: &StatementFacts,
        resources: Resources,
        plain: Truth,
        set: &RoaringBitmap,
    ) -> Planes {
        let Some(anyone) = set.min().map(PrincipalId) else {
            return Planes::default();
        };
        let mut truth = plain;
        let by_resources = self.looks_at_callers(&facts.variables);
        if !by_resources {
            truth = truth & self.resources_match(statement, resources, anyone);
        }
        let (mut of_callers, mut others) = (Vec::new(), Vec::new());
        for &id in &facts.conditions {
            if truth == Truth::False {
                return Planes::default();
            }
            let condition = self.index.facts.condition(id);
            match self.about_all(&condition.keys) {
                About::Question => truth = truth & self.condition_holds(condition, anyone),
                About::Caller => of_callers.push(condition),
                About::Owner | About::Both => others.push(condition),
            }
        }
        let mut planes = Planes::uniform(truth, set);
        for condition in of_callers {
            planes = self.narrowed(planes, condition);
        }
        for condition in others {
            let looks = self.looks(&condition.keys, planes.possibly.len());
            planes = self.narrowed_by(planes, &looks, |caller| {
                self.condition_holds(condition, caller)
            });
        }
        if by_resources {
            let looks = self.looks(&facts.variables, planes.possibly.len());
            planes = self.narrowed_by(planes, &looks, |caller| {
                self.resources_match(statement, resources, caller)
            });
        }
        planes
    }

    // What a condition on these keys is about: of callers alone only if each of them is.
    fn about_all(&self, keys: &[KeyId]) -> About {
        let abouts = keys.iter().map(|&key| {
            let key = self.index.facts.key(key);
            self.about(&key.name, key.about)
        });
        let joined = abouts.reduce(|one, other| if one == other { one } else { About::Both });
        joined.unwrap_or(About::Question)
    }

    fn looks_at_callers(&self, keys: &[KeyId]) -> bool {
        self.about_all(keys) != About::Question
    }

    // How to look the keys up for so many callers. Of everybody a key's states are
    // worked out once they were of as many as there are.
    fn looks(&self, keys: &[KeyId], callers: u64) -> Vec<Look<'_>> {
        let mut looks = Vec::new();
        for &id in keys {
            let key = self.index.facts.key(id);
            match self.about(&key.name, key.about) {
                About::Question => {}
                About::Caller
                    if key.column.get().is_none()
                        && key.asked.fetch_add(callers, Relaxed) + callers < self.everyone() =>
                {
                    looks.push(Look::Computed(&key.name));
                }
                About::Caller => looks.push(Look::Stored(self.column(id).numbers())),
                About::Owner | About::Both => looks.push(Look::Computed(&key.name)),
            }
        }
        looks
    }

    // Keeps those for whom a condition holds that looks at nothing but the
    // caller. One with variables is decided for everybody once it was asked about
    // as many as there are.
    fn narrowed(&self, planes: Planes, condition: &ConditionFacts) -> Planes {
        let known = condition.of_callers.get();
        let now = planes.possibly.len();
        let dear = condition.wanted.is_none();
        if known.is_none()
            && dear
            && condition.asked.fetch_add(now, Relaxed) + now < self.everyone()
        {
            let looks = self.looks(&condition.keys, now);
            return self.narrowed_by(planes, &looks, |caller| {
                self.condition_holds(condition, caller)
            });
        }
        let known = condition
            .of_callers
            .get_or_init(|| self.index.decide_for_all(condition));
        if known.gap_seen {
            self.gap_seen.set(true);
        }
        planes.and(&known.what)
    }

    fn everyone(&self) -> u64 {
        self.graph().principals().len() as u64
    }

    fn narrowed_by(
        &self,
        planes: Planes,
        looks: &[Look<'_>],
        holds: impl Fn(PrincipalId) -> Truth,
    ) -> Planes {
        let held = self.by_signature(looks, &planes.possibly, holds);
        planes.and(&held)
    }

    // Decides once for each combination of states that callers of `set` have.
    fn by_signature(
        &self,
        looks: &[Look<'_>],
        set: &RoaringBitmap,
        holds: impl Fn(PrincipalId) -> Truth,
    ) -> Planes {
        let mut decided: FxHashMap<Box<[u32]>, Truth> = FxHashMap::default();
        let mut states: FxHashMap<KeyState, u32> = FxHashMap::default();
        let mut signature = Vec::with_capacity(looks.len());
        let (mut surely, mut possibly) = (Vec::new(), Vec::new());
        for id in set {
            let caller = PrincipalId(id);
            signature.clear();
            for look in looks {
                signature.push(match look {
                    Look::Stored(of) => of[caller.index()],
                    Look::Computed(key) => {
                        let next = states.len() as u32;
                        *states.entry(self.state_of(key, caller)).or_insert(next)
                    }
                });
            }
            let truth = match decided.get(signature.as_slice()) {
                Some(&truth) => truth,
                None => {
                    let truth = holds(caller);
                    decided.insert(signature.as_slice().into(), truth);
                    truth
                }
            };
            if truth == Truth::True {
                surely.push(id);
            }
            if truth != Truth::False {
                possibly.push(id);
            }
        }
        Planes {
            surely: ascending(surely),
            possibly: ascending(possibly),
        }
    }

    // The states of a key that is about the caller alone.
    fn column(&self, id: KeyId) -> &Column {
        let key = self.index.facts.key(id);
        let known = key.column.get_or_init(|| self.index.column_of(&key.name));
        if known.gap_seen {
            self.gap_seen.set(true);
        }
        &known.what
    }

    // Whether the resources match and the conditions hold for one caller.
    fn holds(&self, statement: &Statement, resources: Resources, caller: PrincipalId) -> Truth {
        let mut truth = self.resources_match(statement, resources, caller);
        for condition in &statement.conditions {
            if truth == Truth::False {
                break;
            }
            truth = truth & self.decide_condition(condition, caller);
        }
        truth
    }

    fn condition_holds(&self, facts: &ConditionFacts, caller: PrincipalId) -> Truth {
        match &facts.wanted {
            Some(wanted) => {
                let state = self.state_of(&facts.condition.key, caller);
                key_state::decide(&facts.condition, wanted, &state)
            }
            None => self.decide_condition(&facts.condition, caller),
        }
    }

    fn decide_condition(&self, condition: &Condition, caller: PrincipalId) -> Truth {
        let state = self.state_of(&condition.key, caller);
        let wanted = condition.fill(|variable| self.value_of(variable, caller));
        key_state::decide(condition, &wanted, &state)
    }

    fn resources_match(
        &self,
        statement: &Statement,
        resources: Resources,
        caller: PrincipalId,
    ) -> Truth {
        let Some(clause) = &statement.resources else {
            return Truth::True;
        };
        if resources == Resources::Implied && self.is_trust() {
            return Truth::True;
        }
        let matched = Truth::any(clause.patterns.iter().map(|pattern| {
            pattern.matches(&self.target.text, |variable| {
                self.value_of(variable, caller)
            })
        }));
        if clause.negated { !matched } else { matched }
    }

    /// Returns what a variable inserts for one caller.
    ///
    /// Nothing for a key that has a list of values (R97).
    pub fn value_of(&self, variable: &Variable, caller: PrincipalId) -> VariableValue {
        if has_list(&variable.key) {
            return VariableValue::None;
        }
        key_state::variable(&self.state_of(&variable.key, caller))
    }
}

impl Index {
    // Decides a condition that looks at nothing but the caller.
    pub(crate) fn decide_for_all(&self, condition: &ConditionFacts) -> Known<Planes> {
        let ask = Ask::about_callers();
        let scene = Scene::new(self, &ask, None);
        if let (Some(wanted), [key]) = (&condition.wanted, &*condition.keys) {
            let what = scene.column(*key).decide(&condition.condition, wanted);
            return Known {
                what,
                gap_seen: scene.gap_seen.get(),
            };
        }
        let looks = scene.looks(&condition.keys, self.base.callers.all.len());
        let what = scene.by_signature(&looks, &self.base.callers.all, |caller| {
            scene.condition_holds(condition, caller)
        });
        Known {
            what,
            gap_seen: scene.gap_seen.get(),
        }
    }

    fn column_of(&self, key: &KeyName) -> Known<Column> {
        let ask = Ask::about_callers();
        let scene = Scene::new(self, &ask, None);
        let callers = (0..self.graph.principals().len() as u32).map(PrincipalId);
        let states = callers.map(|caller| scene.state_of(key, caller)).collect();
        Known {
            what: Column::of(states),
            gap_seen: scene.gap_seen.get(),
        }
    }
}

fn has_list(key: &KeyName) -> bool {
    let entry = catalogue().condition_key(key.as_written());
    entry.is_some_and(|entry| entry.kind.is_list()) || key.as_lower().ends_with(":amr")
}

fn ascending(ids: Vec<u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(ids).expect("taken from a set in its order")
}

/// Returns the keys that a statement looks at.
pub(crate) fn keys(statement: &Statement) -> Vec<&KeyName> {
    let conditions = statement.conditions.iter();
    let in_conditions = conditions.flat_map(|condition| {
        let values = condition
            .values
            .iter()
            .flat_map(|value| value.template.variables());
        values.map(|variable| &variable.key).chain([&condition.key])
    });
    let patterns = statement
        .resources
        .iter()
        .flat_map(|clause| &clause.patterns);
    let in_resources = patterns.flat_map(|pattern| pattern.template().variables());
    let mut keys: Vec<&KeyName> = in_resources
        .map(|variable| &variable.key)
        .chain(in_conditions)
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

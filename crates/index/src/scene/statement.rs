//! One statement, decided for a set of principals.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use whocan_graph::PrincipalId;
use whocan_policy::catalogue::catalogue;
use whocan_policy::{KeyName, KeyState, Statement, Truth, Variable, VariableValue};

use super::context::Varies;
use super::{Scene, key_state};
use crate::Planes;

/// Whether a statement must say to which resources it applies (R13, R193).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resources {
    Needed,
    Implied,
}

impl Scene<'_> {
    /// Decides whether a statement that covers the action applies, for the principals of `set`.
    pub fn applies(
        &self,
        statement: &Statement,
        set: &RoaringBitmap,
        resources: Resources,
    ) -> Planes {
        let focused;
        let set = match &self.focus {
            Some(focus) => {
                focused = set & focus;
                &focused
            }
            None => set,
        };
        let covered = statement.covers_action(&self.ask.action);
        let plain = covered & self.plainly_matches(statement, resources);
        if set.is_empty() || plain == Truth::False {
            return Planes::default();
        }
        let keys = keys(statement);
        let varies = keys
            .iter()
            .map(|key| self.varies(key))
            .max()
            .unwrap_or(Varies::Never);
        let mut planes = match varies {
            Varies::Never => {
                let representative = set.min().map(PrincipalId);
                let truth =
                    representative.map_or(Truth::False, |one| plain & self.holds(statement, one));
                Planes::uniform(truth, set)
            }
            Varies::ByCaller => self.by_signature(statement, &keys, plain, set),
        };
        if statement.doubtful {
            planes = planes.doubted();
        }
        planes
    }

    // Whether the resources can match at all, variables left open.
    fn plainly_matches(&self, statement: &Statement, resources: Resources) -> Truth {
        let Some(clause) = &statement.resources else {
            return match resources {
                Resources::Implied => Truth::True,
                // Without one it does nothing; a doubtful one may have had any (R13, R193).
                Resources::Needed => statement.doubtful.into(),
            };
        };
        if resources == Resources::Implied && self.is_trust() {
            return Truth::True;
        }
        if clause.negated
            || clause
                .patterns
                .iter()
                .any(|pattern| pattern.fixed().is_none())
        {
            // Decided with the variables' values, in `holds`.
            return Truth::True;
        }
        clause
            .patterns
            .iter()
            .any(|pattern| {
                pattern.matches(&self.target.text, |_| VariableValue::Unknown) == Truth::True
            })
            .into()
    }

    // Decides a statement once for each combination of values that its keys see.
    fn by_signature(
        &self,
        statement: &Statement,
        keys: &[&KeyName],
        plain: Truth,
        set: &RoaringBitmap,
    ) -> Planes {
        let varying: Vec<&KeyName> = keys
            .iter()
            .filter(|key| self.varies(key) != Varies::Never)
            .copied()
            .collect();
        let mut decided: FxHashMap<Vec<KeyState>, Truth> = FxHashMap::default();
        let mut planes = Planes::default();
        for id in set {
            let caller = PrincipalId(id);
            let signature = varying
                .iter()
                .map(|key| self.state_of(key, caller))
                .collect();
            let truth = *decided
                .entry(signature)
                .or_insert_with(|| plain & self.holds(statement, caller));
            if truth == Truth::True {
                planes.surely.insert(id);
            }
            if truth != Truth::False {
                planes.possibly.insert(id);
            }
        }
        planes
    }

    // Whether the resources match and the conditions hold for one caller.
    fn holds(&self, statement: &Statement, caller: PrincipalId) -> Truth {
        let mut truth = self.resources_match(statement, caller);
        for condition in &statement.conditions {
            if truth == Truth::False {
                break;
            }
            let state = self.state_of(&condition.key, caller);
            let wanted = condition.fill(|variable| self.value_of(variable, caller));
            truth = truth & key_state::decide(condition, &wanted, &state);
        }
        truth
    }

    fn resources_match(&self, statement: &Statement, caller: PrincipalId) -> Truth {
        let Some(clause) = &statement.resources else {
            return Truth::True;
        };
        if self.is_trust() && statement.principal.is_some() {
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

fn has_list(key: &KeyName) -> bool {
    let entry = catalogue().condition_key(key.as_written());
    entry.is_some_and(|entry| entry.kind.is_list()) || key.as_lower().ends_with(":amr")
}

// The keys that a statement looks at.
fn keys(statement: &Statement) -> Vec<&KeyName> {
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

//! What is known of one key, for every caller.

use std::ops::Range;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use whocan_policy::{Arn, Condition, Filling, KeyState, Pattern, Test, Truth};

use crate::Planes;
use crate::scene::decide_state;

/// A state that so many principals share has them as a set.
const MANY: usize = 1024;

/// The states of a key that is about the caller alone, by caller.
#[derive(Debug, Default)]
pub(crate) struct Column {
    // INVARIANT: sorted and unique, so that known values come first and by beginning.
    states: Vec<KeyState>,
    // By principal: the position of its state.
    of: Vec<u32>,
    // The principals by state, ascending in each, and where each state's begin.
    members: Vec<u32>,
    starts: Vec<u32>,
    // The same as sets, for the states that many share.
    sets: FxHashMap<u32, RoaringBitmap>,
    // How many states are known values, if each of these is one value.
    single: Option<usize>,
    // Whether all of those values are ARNs.
    arns: bool,
}

impl Column {
    /// Sorts what is known of each principal, in their order.
    pub fn of(all: Vec<KeyState>) -> Column {
        let mut order: Vec<u32> = (0..all.len() as u32).collect();
        order.sort_by(|&a, &b| (&all[a as usize], a).cmp(&(&all[b as usize], b)));
        let mut column = Column {
            of: vec![0; all.len()],
            arns: true,
            ..Column::default()
        };
        for (at, &id) in (0..).zip(&order) {
            let state = &all[id as usize];
            if column.states.last() != Some(state) {
                column.states.push(state.clone());
                column.starts.push(at);
            }
            column.of[id as usize] = column.states.len() as u32 - 1;
        }
        column.starts.push(order.len() as u32);
        column.members = order;
        column.gather_sets();
        column.look_at_values();
        column
    }

    fn gather_sets(&mut self) {
        for at in 0..self.states.len() {
            let members = self.members_of(at);
            if members.len() >= MANY {
                let set = ascending(members.iter().copied());
                self.sets.insert(at as u32, set);
            }
        }
    }

    fn look_at_values(&mut self) {
        let is_known = |state: &KeyState| matches!(state, KeyState::Known(_));
        let known = self.states.partition_point(is_known);
        let values: Option<Vec<&str>> = self.states[..known].iter().map(value).collect();
        self.arns = values
            .iter()
            .flatten()
            .all(|value: &&str| Arn::is_arn(value));
        self.single = values.map(|values| values.len());
    }

    /// Returns a number for the state of each principal: equal for equal states.
    pub fn numbers(&self) -> &[u32] {
        &self.of
    }

    /// Decides a condition on this key alone, with these values, for everybody.
    ///
    /// States that no value can match are alike: one of them is decided for all.
    pub fn decide(&self, condition: &Condition, wanted: &[Filling]) -> Planes {
        let fitting = self.fitting(condition, wanted);
        let all = 0..self.states.len();
        let fitting = fitting.unwrap_or_else(|| vec![all]);
        let other = self.first_outside(&fitting);
        let rest = other.map_or(Truth::False, |at| {
            decide_state(condition, wanted, &self.states[at])
        });
        let mut set = Sets::default();
        for at in fitting.iter().cloned().flatten() {
            let gathered = set.of(decide_state(condition, wanted, &self.states[at]));
            match self.sets.get(&(at as u32)) {
                Some(members) => gathered.many |= members,
                None => gathered.few.extend(self.members_of(at)),
            }
        }
        set.planes(rest, self.of.len() as u32)
    }

    fn members_of(&self, at: usize) -> &[u32] {
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    // The states that the values may match, and those that are no known values;
    // ascending and apart. `None` if that cannot be told by their beginnings.
    fn fitting(&self, condition: &Condition, wanted: &[Filling]) -> Option<Vec<Range<usize>>> {
        let operator = &condition.operator;
        let by_pattern = match operator.test {
            Test::StringEquals | Test::StringLike => true,
            Test::Arn => self.arns,
            _ => false,
        };
        let known = self.single?;
        if !by_pattern || operator.qualifier.is_some() {
            return None;
        }
        let unknown = known..self.states.len();
        let mut ranges = vec![unknown];
        for filling in wanted {
            match filling {
                Filling::Pattern(pattern) => ranges.push(self.beginning_as(pattern, known)),
                Filling::Nothing => {}
                Filling::Open(_) | Filling::Undocumented => return None,
            }
        }
        Some(joined(ranges))
    }

    fn beginning_as(&self, pattern: &Pattern, known: usize) -> Range<usize> {
        let prefix = pattern.prefix();
        let before = |state: &KeyState| value(state).is_some_and(|value| value < prefix);
        let start = self.states[..known].partition_point(before);
        let begins = |state: &KeyState| value(state).is_some_and(|value| value.starts_with(prefix));
        let length = self.states[start..known].partition_point(begins);
        start..start + length
    }

    fn first_outside(&self, ranges: &[Range<usize>]) -> Option<usize> {
        let mut at = 0;
        for range in ranges {
            if at < range.start {
                break;
            }
            at = range.end;
        }
        (at < self.states.len()).then_some(at)
    }
}

/// Returns the value of a key with one known value.
fn value(state: &KeyState) -> Option<&str> {
    match state {
        KeyState::Known(values) => match values.as_slice() {
            [one] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut all: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// Principals for whom something was decided, by how.
#[derive(Default)]
struct Sets {
    yes: Gathered,
    open: Gathered,
    no: Gathered,
}

/// Principals, some of them one by one and in no order.
#[derive(Default)]
struct Gathered {
    few: Vec<u32>,
    many: RoaringBitmap,
}

impl Gathered {
    fn set(mut self) -> RoaringBitmap {
        self.few.sort_unstable();
        self.many |= ascending(self.few.into_iter());
        self.many
    }
}

fn ascending(ids: impl Iterator<Item = u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(ids).expect("each principal has one state")
}

impl Sets {
    fn of(&mut self, truth: Truth) -> &mut Gathered {
        match truth {
            Truth::True => &mut self.yes,
            Truth::Unknown => &mut self.open,
            Truth::False => &mut self.no,
        }
    }

    // All others up to `end` have `rest`.
    fn planes(self, rest: Truth, end: u32) -> Planes {
        let [yes, open, no] = [self.yes, self.open, self.no].map(Gathered::set);
        let mut everybody = RoaringBitmap::new();
        everybody.insert_range(0..end);
        let mut planes = match rest {
            Truth::False => Planes {
                possibly: &yes | &open,
                surely: yes,
            },
            Truth::Unknown => Planes {
                surely: yes,
                possibly: everybody - no,
            },
            Truth::True => {
                let possibly = everybody - no;
                Planes {
                    surely: &possibly - &open,
                    possibly,
                }
            }
        };
        planes.surely.optimize();
        planes.possibly.optimize();
        planes
    }
}

#[cfg(test)]
mod tests {
    use whocan_policy::{ConditionValue, KeyName, Operator, VariableValue};

    use super::*;

    fn condition(operator: &str, values: &[&str]) -> Condition {
        Condition {
            operator: Operator::parse(operator),
            key: KeyName::new("aws:PrincipalArn"),
            values: values
                .iter()
                .map(|text| ConditionValue::new(text, true))
                .collect(),
        }
    }

    fn known(texts: &[&str]) -> KeyState {
        KeyState::Known(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    // One by one, as the definition has it.
    fn plainly(all: &[KeyState], condition: &Condition, wanted: &[Filling]) -> Planes {
        let mut set = Sets::default();
        for (id, state) in (0..).zip(all) {
            set.of(decide_state(condition, wanted, state)).few.push(id);
        }
        set.planes(Truth::False, 0)
    }

    #[test]
    fn what_begins_otherwise_is_decided_alike() {
        let role = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/{name}");
        let arns = [
            role("111122223333", "a"),
            role("111122223333", "ab"),
            role("444455556666", "a"),
            role("444455556666", "b*"),
        ];
        let mut states: Vec<KeyState> = arns.iter().map(|arn| known(&[arn])).collect();
        states.extend([
            KeyState::Absent,
            KeyState::Present,
            KeyState::Unknown,
            KeyState::Prefix(role("111122223333", "")),
            states[1].clone(),
        ]);
        let mut with_lists = states.clone();
        with_lists.extend([known(&[]), known(&["x", "y"]), known(&[""]), known(&["x"])]);
        for all in [states, with_lists] {
            let column = Column::of(all.clone());
            for operator in [
                "StringEquals",
                "StringNotEquals",
                "StringLike",
                "StringNotLikeIfExists",
                "StringEqualsIgnoreCase",
                "ArnLike",
                "ArnNotEquals",
                "ForAnyValue:StringLike",
                "ForAllValues:StringNotLike",
                "Null",
                "Bool",
                "NumericEquals",
            ] {
                for values in [
                    &[][..],
                    &[arns[0].as_str()],
                    &["*"],
                    &["arn:aws:iam::111122223333:role/a*"],
                    &["arn:aws:iam::444455556666:*", arns[1].as_str()],
                    &["nobody", "*b"],
                    &["true"],
                ] {
                    let condition = condition(operator, values);
                    let wanted = condition.fill(|_| VariableValue::Unknown);
                    assert_eq!(
                        column.decide(&condition, &wanted),
                        plainly(&all, &condition, &wanted),
                        "{operator} {values:?}"
                    );
                }
            }
        }
    }
}

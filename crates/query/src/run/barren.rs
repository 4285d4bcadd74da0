//! Why a condition leaves nothing: what the rows have instead.

use std::collections::BTreeSet;

use whocan_graph::Graph;
use whocan_policy::Truth;

use super::draft::{Draft, Found};
use super::slice::Slice;
use crate::attribute::{On, Type, Value};
use crate::check::Check;
use crate::plan::{Condition, Side, Source};
use crate::rows::Facts;
use crate::thing::Thing;

/// So many values are told.
const TOLD: usize = 5;

/// So many rows, with their parts, are looked at.
const LOOKED_AT: usize = 10_000;

/// Says of each condition that no row passes what the rows have instead.
///
/// `found` has the rows before any was left out.
pub(super) fn notes(found: &Found, filter: &[Condition], graph: &Graph) -> Vec<String> {
    let seen = Seen::of(found, graph);
    let count = found.drafts.len();
    let rows = match count {
        1 => "the one row".to_owned(),
        _ => format!("the {count} rows"),
    };
    let barren = filter.iter().filter(|one| !seen.passes(&one.check));
    let notes = barren.map(|condition| {
        let mut note = format!("`where {}` leaves none of {rows}", condition.written);
        if let Some(instead) = seen.instead(&condition.check) {
            note.push_str(&format!(": {instead}"));
        }
        note
    });
    let notes: Vec<String> = notes.collect();
    match filter.len() {
        // Each alone would leave some.
        several @ 2.. if notes.is_empty() => {
            vec![format!(
                "none of {rows} passes all {several} conditions of `where` at once"
            )]
        }
        _ => notes,
    }
}

/// Says what the members of a set have instead, where a filter leaves none of them.
pub(crate) fn of_members(check: &Check, things: &[Thing], graph: &Graph) -> Option<String> {
    let Check::Test(source, _) = check else {
        return None;
    };
    let looked_at = things.iter().take(LOOKED_AT);
    let values = looked_at.map(|thing| source.of_thing(graph, *thing));
    let all = things.len() <= LOOKED_AT;
    let told = told(values, kind(source), all, graph)?;
    Some(format!("the `{}` there is {told}", source.written()))
}

/// The first of the rows, a fact for each part.
struct Seen<'a> {
    facts: Vec<Facts<'a>>,
    all: bool,
    graph: &'a Graph,
}

impl<'a> Seen<'a> {
    fn of(found: &'a Found, graph: &'a Graph) -> Seen<'a> {
        let mut facts = Vec::new();
        for draft in &found.drafts {
            if facts.len() >= LOOKED_AT {
                break;
            }
            let about_one = draft.row.resource.is_some() || draft.region.is_some();
            if about_one || draft.span.is_empty() {
                facts.push(draft.row.facts(graph));
            } else {
                let slices = &found.slices[draft.span.clone()];
                let parts = slices.iter().take(LOOKED_AT - facts.len());
                facts.extend(parts.map(|slice| of_part(draft, slice, graph)));
            }
        }
        let all = facts.len() < LOOKED_AT;
        Seen { facts, all, graph }
    }

    fn passes(&self, check: &Check) -> bool {
        self.facts
            .iter()
            .any(|facts| check.of_row(facts) != Truth::False)
    }

    /// Returns what rows have where the condition looks, and where else it would find something.
    fn instead(&self, check: &Check) -> Option<String> {
        let Check::Test(source, wanted) = check else {
            return None;
        };
        let values = self.facts.iter().map(|facts| source.of_row(facts));
        let told = told(values, kind(source), self.all, self.graph)?;
        let name = source.written();
        let whose = match source.side {
            Side::Principal => " of who acts",
            Side::Resource => " of the resource",
            Side::Row | Side::Own => " there",
        };
        let other = [Side::Principal, Side::Resource]
            .into_iter()
            .filter(|side| source.attribute.on == On::Thing && *side != source.side)
            .map(|side| source.on_side(side))
            .find(|other| self.passes(&Check::Test(other.clone(), wanted.clone())));
        let other = match other {
            Some(other) if other.side == Side::Principal => {
                format!("; `principal.{name}` is that of who acts")
            }
            Some(_) => format!("; `resource.{name}` is that of the resource"),
            None => String::new(),
        };
        Some(format!("the `{name}`{whose} is {told}{other}"))
    }
}

fn of_part<'a>(draft: &'a Draft, slice: &'a Slice, graph: &'a Graph) -> Facts<'a> {
    let mut facts = draft.row.facts(graph);
    facts.resource = slice.thing(graph);
    facts.resource_text = Some(&slice.ask.resource);
    facts.action = facts.action.or(Some(slice.action));
    facts
}

fn kind(source: &Source) -> (&'static str, Type) {
    (source.attribute.name, source.attribute.kind)
}

/// Tells values, each once; none where they say little: times, things, nothing at all.
fn told(
    values: impl Iterator<Item = Value>,
    (name, kind): (&str, Type),
    all: bool,
    graph: &Graph,
) -> Option<String> {
    // Names are as many as things.
    if matches!(kind, Type::Time | Type::Thing) || matches!(name, "name" | "arn" | "id") {
        return None;
    }
    let mut words = BTreeSet::new();
    for value in values {
        match value {
            Value::Unknown => words.insert((0, "not collected".to_owned())),
            Value::Missing => words.insert((0, "absent".to_owned())),
            Value::List(list) if list.is_empty() => words.insert((0, "empty".to_owned())),
            Value::List(list) => list
                .iter()
                .fold(true, |_, one| words.insert((0, format!("`{one}`")))),
            Value::Number(number) => words.insert((number, format!("`{number}`"))),
            other => words.insert((0, format!("`{}`", other.sort_text(graph)))),
        };
        if words.len() > TOLD {
            break;
        }
    }
    let cut = words.len() > TOLD || !all;
    let mut told: Vec<String> = words.into_iter().take(TOLD).map(|(_, word)| word).collect();
    if cut {
        told.push("...".to_owned());
    }
    match told.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] if cut => Some(format!("{}, {last}", first.join(", "))),
        [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
    }
}

impl Source {
    /// Returns the attribute without a side before it.
    fn written(&self) -> String {
        match &self.key {
            Some(key) => format!("{}[\"{key}\"]", self.attribute.name),
            None => self.attribute.name.to_owned(),
        }
    }

    fn on_side(&self, side: Side) -> Source {
        Source {
            side,
            ..self.clone()
        }
    }
}

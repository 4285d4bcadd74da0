//! The answers to one question before and after, row by row.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use whocan_graph::Graph;
use whocan_query::rows::{Outcome, Row, Rows};
use whocan_query::thing::Thing;

use crate::held::{Held, HeldPart};

/// Somebody's access that differs between two snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// The ARN of whom or what the rows are about, and of the resource if they name one.
    pub subject: Vec<String>,
    /// How it stood before; `None` if there was no such row.
    pub before: Option<Standing>,
    /// How it stands after; `None` if there is no such row.
    pub after: Option<Standing>,
}

/// What a row says of its subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// `yes` or `if`; `None` for facts.
    pub verdict: Option<&'static str>,
    /// The parts of what was asked that it holds for: actions, and the place in words.
    pub parts: Vec<String>,
    // The same to be compared, each with its place in words.
    #[serde(skip)]
    places: Vec<Place>,
    /// Under which conditions.
    pub conditions: Vec<String>,
    /// The ARNs of the roles on the way.
    pub path: Vec<String>,
}

impl AccessChange {
    /// Returns the parts that it holds for now and did not before.
    pub fn gained(&self) -> Vec<String> {
        beyond(self.after.as_ref(), self.before.as_ref())
    }

    /// Returns the parts that it held for before and does not now.
    pub fn lost(&self) -> Vec<String> {
        beyond(self.before.as_ref(), self.after.as_ref())
    }

    /// Returns `appeared`, `vanished` or `changed`.
    pub fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "appeared",
            (Some(_), None) => "vanished",
            (Some(_), Some(_)) => "changed",
        }
    }
}

/// Some actions somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    held: HeldPart,
    route: Option<String>,
    words: String,
}

impl Standing {
    /// Returns what is held by one route: directly or through an access point.
    fn held(&self, route: Option<&str>) -> Held {
        let places = self.places.iter();
        let own = places.filter(|place| place.route.as_deref() == route);
        Held {
            verdict: self.verdict.unwrap_or_default().to_owned(),
            parts: own.map(|place| place.held.clone()).collect(),
            ..Held::default()
        }
    }
}

// The parts of one that the other has not, however they are cut, the actions of one place together.
fn beyond(one: Option<&Standing>, other: Option<&Standing>) -> Vec<String> {
    let Some(one) = one else {
        return Vec::new();
    };
    let routes: BTreeSet<Option<&str>> =
        one.places.iter().map(|one| one.route.as_deref()).collect();
    let mut actions: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for route in routes {
        let known = other.map(|other| other.held(route));
        let known: Vec<&Held> = known.iter().collect();
        let fresh = one.held(route).beyond(&known);
        for part in fresh.into_iter().flat_map(|held| held.parts) {
            let mut places = one.places.iter();
            let place = places.find(|place| {
                place.route.as_deref() == route && place.held.is_of_the_place_of(&part)
            });
            let words = place.map_or("", |place| place.words.as_str());
            actions.entry(words).or_default().extend(part.actions);
        }
    }
    let parts = actions.into_iter();
    parts
        .map(|(place, actions)| {
            let actions: Vec<String> = actions.into_iter().collect();
            format!("{}: {place}", actions.join(", "))
        })
        .collect()
}

/// Returns what differs between two answers to one question, by subject.
///
/// Another path to the same access is no difference.
pub fn compare(before: (&Rows, &Graph), after: (&Rows, &Graph)) -> Vec<AccessChange> {
    let (mut old, new) = (standings(before), standings(after));
    let mut changes: BTreeMap<Vec<String>, AccessChange> = BTreeMap::new();
    for (subject, after) in new {
        let before = old.remove(&subject);
        if before.as_ref().is_some_and(|before| same(before, &after)) {
            continue;
        }
        let change = AccessChange {
            subject: subject.clone(),
            before,
            after: Some(after),
        };
        changes.insert(subject, change);
    }
    for (subject, before) in old {
        let change = AccessChange {
            subject: subject.clone(),
            before: Some(before),
            after: None,
        };
        changes.insert(subject, change);
    }
    changes.into_values().collect()
}

fn same(one: &Standing, other: &Standing) -> bool {
    one.verdict == other.verdict
        && one.conditions == other.conditions
        && one.places.is_empty() == other.places.is_empty()
        && beyond(Some(one), Some(other)).is_empty()
        && beyond(Some(other), Some(one)).is_empty()
}

fn standings((rows, graph): (&Rows, &Graph)) -> BTreeMap<Vec<String>, Standing> {
    let granted = rows.rows.iter().filter(|row| {
        row.verdict
            .is_none_or(|verdict| verdict.strict != Outcome::No)
    });
    granted
        .map(|row| (subject(row, graph), standing(row, graph)))
        .collect()
}

fn subject(row: &Row, graph: &Graph) -> Vec<String> {
    let principal = row.principal.map(Thing::Principal);
    let things = [principal, row.resource, row.thing];
    let arns = things.into_iter().flatten();
    let mut subject: Vec<String> = arns.map(|thing| thing.arn(graph).to_string()).collect();
    subject.extend(row.resource_text.clone());
    subject.extend(row.action.clone());
    subject.extend(row.property.as_ref().map(|(name, _)| name.clone()));
    subject
}

fn standing(row: &Row, graph: &Graph) -> Standing {
    let parts = row.parts.iter().map(|part| {
        let actions = part.actions.join(", ");
        format!("{actions}: {}", part.words())
    });
    let places = row.parts.iter().map(|part| Place {
        held: HeldPart::of(part),
        route: part.route.clone(),
        words: part.words().to_string(),
    });
    let path = row.path.iter().flatten();
    Standing {
        places: places.collect(),
        verdict: row.verdict.map(|verdict| verdict.strict.word()),
        parts: parts.collect(),
        conditions: row.conditions.clone(),
        path: path
            .map(|hop| graph.principal(hop.role).arn.to_string())
            .collect(),
    }
}

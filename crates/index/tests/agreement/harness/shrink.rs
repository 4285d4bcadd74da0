//! Makes a failing case small: takes parts away as long as it still fails.

use serde_json::Value;

/// A place in a value: positions and keys from the top; policy texts are entered too.
type Place = Vec<Step>;

#[derive(Clone, Debug)]
enum Step {
    At(usize),
    Key(String),
    /// Into the JSON that a text holds.
    Document,
}

/// Returns the smallest version of `case` that was found for which `fails` holds.
///
/// Every candidate is tried against `fails` at most `budget` times in all.
pub fn shrink(case: Value, budget: usize, mut fails: impl FnMut(&Value) -> bool) -> Value {
    let mut best = case;
    let mut left = budget;
    loop {
        let before = best.clone();
        let mut number = 0;
        while let Some(candidate) = candidate(&best, number) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if size(&candidate) < size(&best) && fails(&candidate) {
                best = candidate;
            } else {
                number += 1;
            }
        }
        if best == before {
            return best;
        }
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

// Candidates are numbered over all places, big parts first.
fn candidate(value: &Value, number: usize) -> Option<Value> {
    let mut places = Vec::new();
    collect(value, &mut Vec::new(), &mut places);
    let mut left = number;
    for (place, count) in places {
        if left < count {
            let mut changed = value.clone();
            change(&mut changed, &place, left);
            return Some(changed);
        }
        left -= count;
    }
    None
}

// All places with something to take away, and how many ways there are to do so.
fn collect(value: &Value, place: &mut Place, places: &mut Vec<(Place, usize)>) {
    let ways = ways(value, place);
    if ways > 0 {
        places.push((place.clone(), ways));
    }
    match value {
        Value::Array(all) => {
            for (at, one) in all.iter().enumerate() {
                enter(one, Step::At(at), place, places);
            }
        }
        Value::Object(pairs) => {
            for (key, one) in pairs {
                enter(one, Step::Key(key.clone()), place, places);
            }
        }
        Value::String(text) => {
            if let Some(document) = document(text) {
                enter(&document, Step::Document, place, places);
            }
        }
        _ => {}
    }
}

fn enter(value: &Value, step: Step, place: &mut Place, places: &mut Vec<(Place, usize)>) {
    place.push(step);
    collect(value, place, places);
    place.pop();
}

fn document(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.is_object().then_some(value)
}

fn in_document(place: &Place) -> bool {
    place.iter().any(|step| matches!(step, Step::Document))
}

// A list loses its halves or one entry; an object of a policy one element; a
// field of the snapshot becomes null. A document becomes one that says nothing.
fn ways(value: &Value, place: &Place) -> usize {
    match value {
        Value::Array(all) if all.len() > 2 => all.len() + 2,
        Value::Array(all) => all.len(),
        Value::Object(pairs) if in_document(place) => pairs.len(),
        Value::Object(pairs) => pairs.len(),
        Value::String(text) if document(text).is_some() && text.len() > EMPTY.len() => 1,
        _ => 0,
    }
}

const EMPTY: &str = r#"{"Statement":[]}"#;

fn change(value: &mut Value, place: &[Step], way: usize) {
    let Some((step, rest)) = place.split_first() else {
        return take_away(value, way);
    };
    match (step, value) {
        (Step::At(at), Value::Array(all)) => {
            if let Some(one) = all.get_mut(*at) {
                change(one, rest, way);
            }
        }
        (Step::Key(key), Value::Object(pairs)) => {
            // A field of the snapshot can be null where an element of a policy cannot.
            if let Some(one) = pairs.get_mut(key) {
                change(one, rest, way);
            }
        }
        (Step::Document, Value::String(text)) => {
            if let Some(mut inner) = document(text) {
                change(&mut inner, rest, way);
                *text = inner.to_string();
            }
        }
        _ => {}
    }
}

fn take_away(value: &mut Value, way: usize) {
    match value {
        Value::Array(all) => match (all.len() > 2, way) {
            (true, 0) => drop(all.drain(..all.len() / 2)),
            (true, 1) => drop(all.drain(all.len() / 2..)),
            (true, way) => drop(all.remove(way - 2)),
            (false, way) => drop(all.remove(way)),
        },
        Value::Object(pairs) => {
            let key = pairs.keys().nth(way).cloned();
            if let Some(key) = key {
                // What the snapshot's types need keeps its name.
                if is_field(&key) {
                    pairs.insert(key, Value::Null);
                } else {
                    pairs.shift_remove(&key);
                }
            }
        }
        Value::String(text) => EMPTY.clone_into(text),
        _ => {}
    }
}

// Fields of the snapshot's types are written in lower case, elements of policies are not.
fn is_field(key: &str) -> bool {
    key.chars()
        .all(|one| one.is_ascii_lowercase() || one == '_')
}

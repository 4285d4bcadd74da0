//! Under which conditions an *if* is allowed.

use whocan_policy::Truth;

use crate::OpenKind;
use crate::fixed::Fixed;
use crate::inquiry::{Note, is_plural};
use crate::judge::Verdict;
use crate::side::{Formula, Hit, Side};

/// Adds the conditions of one verdict, to be joined by *and*.
pub(super) fn of(verdict: &Verdict<'_>, conditions: &mut Vec<String>) {
    if verdict.truth != Truth::Unknown {
        return;
    }
    if let Some(Fixed::Open(note)) = &verdict.fixed {
        push(conditions, note.text.clone());
    }
    let filters = verdict.filters.iter().map(|(_, filter)| filter);
    for formula in std::iter::once(&verdict.grant).chain(filters) {
        for part in wanted(formula) {
            push(conditions, part);
        }
    }
    let denies = verdict.denies.iter();
    for side in denies.filter(|side| side.truth == Truth::Unknown) {
        for part in avoided(side) {
            push(conditions, part);
        }
    }
}

/// Leaves out what others imply, and says in one line what is two of the same gap.
///
/// Only how conditions read; what they ask for together stays the same.
pub(super) fn simplify(conditions: &mut Vec<String>) {
    join_gaps(conditions);
    let all = conditions.clone();
    let has = |text: &str| all.iter().any(|one| one == text);
    conditions.retain(|text| {
        let weaker = text
            .strip_suffix(" (if present)")
            .or_else(|| text.strip_suffix(" or absent"));
        if weaker.is_some_and(has) {
            return false;
        }
        match text.strip_suffix(" (and present)") {
            // A positive test asks for presence anyway (R76).
            Some(plain) => is_negated(plain) || !has(plain),
            None => !(is_negated(text) && has(&format!("{text} (and present)"))),
        }
    });
}

fn is_negated(text: &str) -> bool {
    [" != ", " not in ", " not like "]
        .iter()
        .any(|word| text.contains(word))
}

/// Joins `X allow` and `X do not deny` of one gap to `X let it pass`.
fn join_gaps(conditions: &mut Vec<String>) {
    let mut joined = Vec::new();
    for text in &*conditions {
        let Some((subject, passes)) = allowing(text) else {
            continue;
        };
        let does = if is_plural(subject) { "do" } else { "does" };
        joined.push((
            format!("{subject} {does} not deny (not collected)"),
            text.clone(),
            format!("{subject} {passes} it pass (not collected)"),
        ));
    }
    for (denying, allowing, both) in joined {
        if conditions.contains(&denying) {
            conditions.retain(|one| *one != denying);
            for text in conditions.iter_mut().filter(|text| **text == allowing) {
                text.clone_from(&both);
            }
        }
    }
}

fn allowing(text: &str) -> Option<(&str, &'static str)> {
    let rest = text.strip_suffix(" (not collected)")?;
    match rest.strip_suffix(" allow") {
        Some(subject) => Some((subject, "let")),
        None => Some((rest.strip_suffix(" allows")?, "lets")),
    }
}

fn push(conditions: &mut Vec<String>, text: String) {
    if !conditions.contains(&text) {
        conditions.push(text);
    }
}

/// Returns what must hold for an open formula, as texts joined by *and*.
fn wanted(formula: &Formula<'_>) -> Vec<String> {
    if formula.truth() != Truth::Unknown {
        return Vec::new();
    }
    match formula {
        Formula::Side(side) => wanted_of(side),
        Formula::All(parts) => {
            let mut all = Vec::new();
            for text in parts.iter().flat_map(wanted) {
                push(&mut all, text);
            }
            all
        }
        Formula::Any(parts) => {
            let open = parts.iter().filter(|part| part.truth() == Truth::Unknown);
            alternatives(open.map(wanted).collect())
        }
    }
}

fn wanted_of(side: &Side<'_>) -> Vec<String> {
    let open = side.hits.iter().filter(|hit| hit.truth == Truth::Unknown);
    let mut all: Vec<Vec<String>> = open.map(asked).collect();
    all.extend(side.notes.iter().map(|note| vec![note.text.clone()]));
    alternatives(all)
}

/// Returns what a statement asks for.
fn asked(hit: &Hit<'_>) -> Vec<String> {
    let conditions = hit.conditions.iter();
    let mut asked: Vec<String> = conditions
        .map(|one| one.condition.describe(false))
        .collect();
    for note in &hit.notes {
        push(&mut asked, note.text.clone());
    }
    asked
}

/// Joins alternatives by *or*; one that another implies is left out.
fn alternatives(mut all: Vec<Vec<String>>) -> Vec<String> {
    // The weakest first: whatever asks for more is implied.
    all.sort_by_key(Vec::len);
    let mut kept: Vec<Vec<String>> = Vec::new();
    for one in all {
        let implied = kept
            .iter()
            .any(|weaker| weaker.iter().all(|text| one.contains(text)));
        if !implied {
            kept.push(one);
        }
    }
    if let [only] = kept.as_mut_slice() {
        return std::mem::take(only);
    }
    let each = kept.iter().map(|texts| match texts.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" and ")),
    });
    let joined = each.collect::<Vec<_>>().join(" or ");
    if joined.is_empty() {
        Vec::new()
    } else {
        vec![joined]
    }
}

/// Returns what must hold for an open Deny not to apply.
fn avoided(side: &Side<'_>) -> Vec<String> {
    let open = side.hits.iter().filter(|hit| hit.truth == Truth::Unknown);
    let mut all: Vec<String> = open.map(negated).collect();
    all.extend(side.notes.iter().map(opposite));
    all
}

// Not all of what the statement asks for.
fn negated(hit: &Hit<'_>) -> String {
    let conditions = hit.conditions.iter();
    let mut any: Vec<String> = conditions.map(|one| one.condition.describe(true)).collect();
    any.extend(hit.notes.iter().map(opposite));
    any.join(" or ")
}

fn opposite(note: &Note) -> String {
    match note.point.kind {
        OpenKind::NotCollected => {
            let subject = &note.point.subject;
            let does = if is_plural(subject) { "do" } else { "does" };
            format!("{subject} {does} not deny (not collected)")
        }
        _ => format!("not: {}", note.text),
    }
}

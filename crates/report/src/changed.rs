//! What changed since an earlier snapshot, as causes and findings.

use std::collections::BTreeMap;

use whocan_graph::Graph;
use whocan_query::ast::Statement;
use whocan_query::rows::Answer;
use whocan_query::thing::Thing;

use crate::Held;
use crate::asking;
use crate::cause::Change;
use crate::definition::{Asked, Changes, Definition};
use crate::diff::{self, Entry, Side};
use crate::edit::Edit;
use crate::fact::Aspect;
use crate::finding::Fact;
use crate::finished::{self, Gone, ReportedCause};
use crate::found::{self, Found, Source};
use crate::named::Named;

/// Up to so many rows of a question get their paths and reasons.
const EXPLAINED: usize = 200;

/// What changed.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub causes: Vec<ReportedCause>,
    pub found: Vec<Found>,
    pub gone: Vec<Gone>,
}

/// Compares two snapshots: access that is new becomes findings, each with its causes.
pub(crate) fn since(
    definition: &Definition,
    changes: &Changes,
    before: Side<'_>,
    after: Side<'_>,
) -> Changed {
    let asked = Asked {
        code: changes.code.clone(),
        title: changes.title.clone(),
        advice: changes.advice.clone(),
        severity: changes.severity.unwrap_or(definition.severity),
        text: String::new(),
        place: (String::new(), 0),
        assertion: false,
        pairs: false,
    };
    let mut comparing = Comparing {
        report: &definition.code,
        asked,
        before,
        after,
        found: BTreeMap::new(),
        gone: BTreeMap::new(),
        causes: Vec::new(),
    };
    for entry in &diff::diff(before, after).entries {
        comparing.entry(entry);
    }
    comparing.finish()
}

struct Comparing<'a> {
    report: &'a str,
    asked: Asked,
    before: Side<'a>,
    after: Side<'a>,
    // By what they are about: several questions may show one.
    found: BTreeMap<Held, Found>,
    gone: BTreeMap<Vec<String>, Gone>,
    causes: Vec<ReportedCause>,
}

impl Comparing<'_> {
    fn entry(&mut self, entry: &Entry) {
        let number = self.causes.len();
        let graphs = [self.after.index.graph(), self.before.index.graph()];
        let thing = graphs
            .into_iter()
            .find_map(|graph| thing(&entry.cause.thing, graph))
            .unwrap_or_else(|| Named::text(&entry.cause.thing));
        self.causes.push(finished::cause(entry, thing));
        let seen_otherwise = matches!(
            entry.cause.change,
            Change::CollectedNow | Change::NoLongerCollected
        );
        if seen_otherwise {
            return;
        }
        for effect in &entry.effects {
            self.effect(&effect.question, entry, number);
        }
    }

    fn effect(&mut self, question: &str, entry: &Entry, number: usize) {
        let old = answers(question, self.before, 0);
        let new = answers(question, self.after, EXPLAINED);
        let (was, is) = (rows(&old, self.before), rows(&new, self.after));
        let undo = undo(entry);
        for (statement, answer) in &new {
            let source = Source {
                report: self.report,
                asked: &self.asked,
                graph: self.after.index.graph(),
                snapshot: self.after.snapshot,
                lets: &[],
            };
            let fresh = found::of_answer(source, statement, answer);
            let fresh = fresh.into_iter().filter(|one| is_new(one, &was));
            for one in folded(fresh.collect()) {
                let known = self.found.entry(one.finding.held.clone()).or_insert(one);
                if !known.finding.causes.contains(&number) {
                    known.finding.causes.push(number);
                }
                known.candidates.extend(undo.clone());
            }
        }
        for (held, said) in was {
            let stays = is
                .keys()
                .any(|other| other.principal == held.principal && other.resource == held.resource);
            if !stays {
                let subject = vec![held.principal.clone(), held.resource.clone()];
                let gone = self.gone.entry(subject.clone()).or_insert(Gone {
                    subject,
                    was: said.title,
                    causes: Vec::new(),
                });
                gone.causes.push(number);
            }
        }
    }

    fn finish(mut self) -> Changed {
        for one in self.found.values_mut() {
            one.candidates
                .sort_by_key(|edit| (edit.rank(), edit.clone()));
            one.candidates.dedup();
            for &cause in &one.finding.causes {
                self.causes[cause].findings.push(one.finding.id.clone());
            }
        }
        Changed {
            causes: self.causes,
            found: self.found.into_values().collect(),
            gone: self.gone.into_values().collect(),
        }
    }
}

fn answers(question: &str, side: Side<'_>, explained: usize) -> Vec<(Statement, Answer)> {
    // What cannot be asked of a snapshot nobody has there.
    asking::text(question, side.index, explained).unwrap_or_default()
}

/// What a row said.
struct Said {
    title: String,
    conditions: Vec<String>,
}

fn rows(answers: &[(Statement, Answer)], side: Side<'_>) -> BTreeMap<Held, Said> {
    let graph = side.index.graph();
    let mut all = BTreeMap::new();
    for (statement, answer) in answers {
        let Some(question) = found::question(statement) else {
            continue;
        };
        for row in answer.rows.rows.iter().filter(|row| !found::is_itself(row)) {
            for (held, _) in found::held(question, row, graph) {
                let name = |arn: &str| match thing(arn, graph) {
                    Some(named) => named.full(),
                    None => arn.to_owned(),
                };
                let title = found::access_title(
                    &name(&held.principal),
                    row.hops.is_some_and(|hops| hops > 0),
                    &held.actions(),
                    &[],
                    &name(&held.resource),
                    Some(held.verdict.as_str()),
                );
                let conditions = row.conditions.clone();
                all.insert(held, Said { title, conditions });
            }
        }
    }
    all
}

fn thing(arn: &str, graph: &Graph) -> Option<Named> {
    let principal = graph.principal_of(arn).map(Thing::Principal);
    let thing = principal.or_else(|| graph.resource_of(arn).map(Thing::Resource))?;
    Some(Named::of(thing, graph))
}

/// Returns whether nobody had this before: neither the access nor so few conditions.
fn is_new(found: &Found, was: &BTreeMap<Held, Said>) -> bool {
    let held = &found.finding.held;
    // That something is itself is no access.
    if held.principal == held.resource {
        return false;
    }
    let mut before = was.iter().filter(|(old, _)| old.covers(held));
    !before.any(|(_, said)| {
        let dropped = |one: &String| !found.finding.conditions.contains(one);
        said.conditions.is_empty() || !said.conditions.iter().any(dropped)
    })
}

/// Folds what everybody has into what anybody has, who needs no credentials.
fn folded(found: Vec<Found>) -> Vec<Found> {
    let (anyone, others): (Vec<Found>, Vec<Found>) = found
        .into_iter()
        .partition(|one| one.finding.held.principal == "anonymous");
    let mut anyone = anyone;
    let mut kept = Vec::new();
    for one in others {
        let within = anyone.iter_mut().find(|all| {
            let as_anyone = Held {
                principal: "anonymous".to_owned(),
                ..one.finding.held.clone()
            };
            all.finding.held.covers(&as_anyone)
        });
        match within {
            Some(all) => count_in(all),
            None => kept.push(one),
        }
    }
    anyone.extend(kept);
    anyone
}

const SO_CAN: &str = "principals that could not before";

fn count_in(anyone: &mut Found) {
    let facts = &mut anyone.finding.facts;
    match facts.iter_mut().find(|fact| fact.name == SO_CAN) {
        Some(fact) => {
            let count: usize = fact.value.parse().unwrap_or(0);
            fact.value = (count + 1).to_string();
        }
        None => facts.push(Fact {
            name: SO_CAN.to_owned(),
            value: "1".to_owned(),
        }),
    }
}

/// Returns the edit that undoes a change that is no statement.
fn undo(entry: &Entry) -> Option<Edit> {
    let cause = &entry.cause;
    match (&cause.aspect, &cause.before) {
        (Aspect::Boundary, Some(before)) => Some(Edit::SetBoundary {
            of: cause.thing.clone(),
            boundary: before.clone(),
        }),
        _ => None,
    }
}

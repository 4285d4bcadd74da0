//! What changed since an earlier snapshot, as causes and findings.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use whocan_graph::{Graph, PrincipalKind};
use whocan_policy::AccountId;
use whocan_query::ast::{self, Statement};
use whocan_query::rows::{Answer, Row, Rows};
use whocan_query::thing::Thing;

use crate::Held;
use crate::asking::{self, Narrow};
use crate::cause::{self, Cause, Change};
use crate::definition::{Asked, Changes, Definition};
use crate::diff::Side;
use crate::edit::{Edit, EditedPolicy};
use crate::fact::Aspect;
use crate::finding::Fact;
use crate::finished::{self, Gone, ReportedCause};
use crate::found::{self, Found, Source};
use crate::named::Named;
use crate::question::{self, Question};

/// Up to so many rows of a question get their paths and reasons.
const EXPLAINED: usize = 200;

/// So many findings are asked about one by one for their ways.
const LOOKED_INTO: usize = 100;

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
        asked_already: BTreeSet::new(),
        looked_into: 0,
        causes: Vec::new(),
    };
    let all = cause::causes(
        (before.manifest, before.snapshot),
        (after.manifest, after.snapshot),
    );
    for cause in &all {
        comparing.cause(cause);
    }
    comparing.finish(&all)
}

struct Comparing<'a> {
    report: &'a str,
    asked: Asked,
    before: Side<'a>,
    after: Side<'a>,
    // By what they are about: several questions may show one.
    found: BTreeMap<Held, Found>,
    gone: BTreeMap<Vec<String>, Gone>,
    asked_already: BTreeSet<String>,
    looked_into: usize,
    causes: Vec<ReportedCause>,
}

impl Comparing<'_> {
    fn cause(&mut self, cause: &Cause) {
        let number = self.causes.len();
        let graphs = [&**self.before.index.graph(), &**self.after.index.graph()];
        let named = graphs.into_iter().rev();
        let named = named.filter_map(|graph| thing(&cause.thing, graph)).next();
        let named = named.unwrap_or_else(|| Named::text(&cause.thing));
        let seen_otherwise = matches!(
            cause.change,
            Change::CollectedNow | Change::NoLongerCollected
        );
        let (questions, note) = match question::about(cause, graphs) {
            _ if seen_otherwise => (Vec::new(), None),
            question::Asked::Questions(questions, note) => (questions, note),
            question::Asked::Nothing(why) => (Vec::new(), Some(why)),
        };
        let note = note.map(str::to_owned);
        self.causes.push(finished::cause(cause, named, note));
        for question in questions {
            // One question may show what several changes did.
            if self.asked_already.insert(question.text()) {
                self.effect(&question, number);
            }
        }
    }

    fn effect(&mut self, question: &Question, number: usize) {
        let sides = [self.before.index, self.after.index];
        // What cannot be asked of a snapshot nobody has there.
        let [old, new] = asking::both(question, sides, EXPLAINED).map(Result::unwrap_or_default);
        let (was, is) = (rows(&old, self.before), rows(&new, self.after));
        let fresh = |held: &Held, row: &Row| beyond(held, row, &was);
        let source = Source {
            report: self.report,
            asked: &self.asked,
            graph: self.after.index.graph(),
            snapshot: self.after.snapshot,
            lets: &[],
            only: None,
            beyond: Some(&fresh),
        };
        for (statement, answer) in &new {
            let fresh = found::of_answer(source, statement, answer);
            let (fresh, vague) = known_resources(fresh);
            if vague > 0 {
                let said = format!("{vague} more on resources that the snapshot does not have");
                self.causes[number].note.get_or_insert(said);
            }
            for mut one in folded(fresh, source.graph) {
                if self.looked_into < LOOKED_INTO {
                    self.looked_into += 1;
                    if self.was_there(&one) {
                        continue;
                    }
                    found::look_closer(&mut one, source, self.after.index);
                }
                let known = self.found.entry(one.finding.held.clone()).or_insert(one);
                if !known.finding.causes.contains(&number) {
                    known.finding.causes.push(number);
                }
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

    /// Returns whether the finding's own question says the same of both snapshots.
    ///
    /// The conditions of a row are those of all its parts, so that what is told
    /// of many resources at once may only seem to have lost some.
    fn was_there(&self, found: &Found) -> bool {
        let was_there = |narrow: &Rc<Narrow>| {
            let sides = [self.before, self.after].map(|side| narrow.rows(side.index, 0));
            let ([Some(old), Some(new)], Some(question)) =
                (sides, found::question(&narrow.statement))
            else {
                return false;
            };
            let was = said(question, &old, self.before);
            let graph = self.after.index.graph();
            let mut held = new.rows.iter().flat_map(|row| {
                let held = found::held(question, row, graph, None).into_iter();
                held.map(move |(held, _)| (held, row))
            });
            !new.rows.is_empty() && held.all(|(held, row)| beyond(&held, row, &was).is_none())
        };
        !found.narrow.is_empty() && found.narrow.iter().all(was_there)
    }

    fn finish(mut self, all: &[Cause]) -> Changed {
        // What several questions showed may be part of what one of them did.
        let found = std::mem::take(&mut self.found).into_values().collect();
        let folded = folded(found, self.after.index.graph());
        let joined = joined(folded, (self.report, &self.asked.code)).into_iter();
        self.found = joined.map(|one| (one.finding.held.clone(), one)).collect();
        for one in self.found.values_mut() {
            attribute(one, all);
        }
        let entered: BTreeSet<(String, String)> = self
            .found
            .keys()
            .filter(|held| held.parts.is_empty())
            .map(|held| (held.principal.clone(), held.resource.clone()))
            .collect();
        // Whoever becomes a role makes the call that it takes.
        self.found.retain(|held, _| {
            let both = (held.principal.clone(), held.resource.clone());
            held.actions() != ["sts:AssumeRole"] || !entered.contains(&both)
        });
        for one in self.found.values() {
            for &cause in &one.finding.causes {
                self.causes[cause].findings.push(one.finding.id.clone());
            }
        }
        for &cause in self.gone.values().flat_map(|gone| &gone.causes) {
            self.causes[cause].gone += 1;
        }
        Changed {
            causes: self.causes,
            found: self.found.into_values().collect(),
            gone: self.gone.into_values().collect(),
        }
    }
}

/// What a row said.
struct Said {
    title: String,
    conditions: Vec<String>,
}

fn rows(answers: &[(Statement, Answer)], side: Side<'_>) -> BTreeMap<Held, Said> {
    let questions = answers.iter().filter_map(|(statement, answer)| {
        let question = found::question(statement)?;
        Some(said(question, &answer.rows, side))
    });
    questions.flatten().collect()
}

fn said(question: &ast::Question, rows: &Rows, side: Side<'_>) -> BTreeMap<Held, Said> {
    let graph = side.index.graph();
    let name = |arn: &str| match thing(arn, graph) {
        Some(named) => named.full(),
        None => arn.to_owned(),
    };
    let mut all = BTreeMap::new();
    for row in rows.rows.iter().filter(|row| !found::is_itself(row)) {
        for (held, _) in found::held(question, row, graph, None) {
            let title = found::access_title(
                &name(&held.principal),
                found::is_reach(question),
                &held.actions(),
                &[],
                &name(&held.resource),
                Some(held.verdict.as_str()),
            );
            let conditions = row.conditions.clone();
            all.insert(held, Said { title, conditions });
        }
    }
    all
}

fn thing(arn: &str, graph: &Graph) -> Option<Named> {
    let principal = graph.principal_of(arn).map(Thing::Principal);
    let thing = principal.or_else(|| graph.resource_of(arn).map(Thing::Resource))?;
    Some(Named::of(thing, graph))
}

/// Returns what nobody had before: neither the access nor so few conditions.
fn beyond(held: &Held, row: &Row, was: &BTreeMap<Held, Said>) -> Option<Held> {
    // That something is itself is no access.
    if held.principal == held.resource {
        return None;
    }
    let kept = |said: &Said| {
        let dropped = |one: &String| !row.conditions.contains(one);
        said.conditions.is_empty() || !said.conditions.iter().any(dropped)
    };
    let known: Vec<&Held> = was
        .iter()
        .filter(|(_, said)| kept(said))
        .map(|(held, _)| held)
        .collect();
    held.beyond(&known)
}

/// Leaves out resources that no snapshot has, unless there is nothing else to
/// tell, and returns how many.
fn known_resources(found: Vec<Found>) -> (Vec<Found>, usize) {
    let is_vague = |one: &Found| one.finding.held.resource.contains('*');
    let (vague, known): (Vec<Found>, Vec<Found>) = found.into_iter().partition(is_vague);
    match known.is_empty() {
        true => (vague, 0),
        false => (known, vague.len()),
    }
}

/// Says which changes brought a finding: those that its way rests on, whichever
/// question showed it. Where that cannot be seen, those whose questions did.
fn attribute(found: &mut Found, all: &[Cause]) {
    let bearing = all.iter().enumerate();
    let bearing = bearing.filter(|(_, cause)| bears_on(cause, found));
    let bearing: Vec<usize> = bearing.map(|(number, _)| number).collect();
    if !bearing.is_empty() {
        found.finding.causes = bearing;
    }
    let causes = found.finding.causes.iter();
    found.undo = causes.filter_map(|number| undo(&all[*number])).collect();
}

/// Returns whether a finding's way rests on a change.
fn bears_on(cause: &Cause, found: &Found) -> bool {
    let thing = cause.thing.as_str();
    match undo(cause) {
        // A statement that is there now is among those that decide.
        Some(
            Edit::RemoveStatement { .. } | Edit::RestoreStatement { .. } | Edit::Detach { .. },
        ) if cause.change != Change::Removed => found
            .candidates
            .iter()
            .any(|candidate| undo(cause).is_some_and(|own| own.is_about(candidate))),
        _ => {
            let ends = [&found.finding.principal, &found.finding.resource];
            let steps = found.finding.path.iter().map(|step| &step.to);
            let mut all = ends.into_iter().flatten().chain(steps);
            all.any(|named| named.arn == thing)
        }
    }
}

/// Folds what everybody has into what anybody has, who needs no credentials,
/// and what one principal outside has into what its whole account has.
fn folded(found: Vec<Found>, graph: &Graph) -> Vec<Found> {
    let (mut groups, others): (Vec<Found>, Vec<Found>) = found
        .into_iter()
        .partition(|one| group(&one.finding.held.principal, graph).is_some());
    groups.sort_by_key(|one| one.finding.held.principal != "anonymous");
    let mut kept: Vec<Found> = Vec::new();
    for one in groups.into_iter().chain(others) {
        let account = member_of(&one.finding.held.principal, graph);
        let within = kept.iter_mut().find(|all| {
            let group = group(&all.finding.held.principal, graph);
            let fits = match group {
                Some(Some(own)) => Some(own) == account,
                Some(None) => true,
                None => false,
            };
            let as_group = Held {
                principal: all.finding.held.principal.clone(),
                ..one.finding.held.clone()
            };
            fits && all.finding.held.covers(&as_group)
        });
        match within {
            Some(all) => count_in(all),
            None => kept.push(one),
        }
    }
    kept
}

/// Joins what several questions showed of the access of one principal to one resource.
fn joined(found: Vec<Found>, source: (&str, &str)) -> Vec<Found> {
    let mut joined: BTreeMap<(String, String, String, bool), Found> = BTreeMap::new();
    for one in found {
        let held = &one.finding.held;
        let (principal, resource) = (held.principal.clone(), held.resource.clone());
        let key = (
            principal,
            resource,
            held.verdict.clone(),
            held.parts.is_empty(),
        );
        match joined.entry(key) {
            Entry::Occupied(mut known) => known.get_mut().join(one, source),
            Entry::Vacant(new) => {
                new.insert(one);
            }
        }
    }
    joined.into_values().collect()
}

/// Returns whom a principal stands for: everybody, or everybody of an account outside.
fn group(arn: &str, graph: &Graph) -> Option<Option<AccountId>> {
    match graph.principal(graph.principal_of(arn)?).kind {
        PrincipalKind::Anonymous => Some(None),
        PrincipalKind::Foreign(account) => Some(Some(account)),
        _ => None,
    }
}

fn member_of(arn: &str, graph: &Graph) -> Option<AccountId> {
    match graph.principal(graph.principal_of(arn)?).kind {
        PrincipalKind::ForeignNamed(account) => Some(account),
        _ => None,
    }
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

/// Returns the edit that undoes a change.
fn undo(cause: &Cause) -> Option<Edit> {
    let of = cause.thing.clone();
    let (policy, name) = match &cause.aspect {
        Aspect::Boundary => {
            let boundary = cause.before.clone()?;
            return Some(Edit::SetBoundary { of, boundary });
        }
        Aspect::Attachment(policy) if cause.change == Change::Added => {
            let policy = policy.clone();
            return Some(Edit::Detach { policy, from: of });
        }
        Aspect::Trust => (EditedPolicy::Trust, String::new()),
        Aspect::ResourcePolicy => (EditedPolicy::Resource, String::new()),
        Aspect::Inline(name) => (EditedPolicy::Inline, name.clone()),
        Aspect::Managed => (EditedPolicy::Managed, String::new()),
        _ => return None,
    };
    let changed = cause.statement.as_ref()?;
    let statement = changed.label.clone();
    Some(match &changed.before {
        None => Edit::RemoveStatement {
            policy,
            of,
            name,
            statement,
        },
        Some(text) => Edit::RestoreStatement {
            policy,
            of,
            name,
            statement,
            text: text.clone(),
        },
    })
}

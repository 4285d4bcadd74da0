//! From a definition and snapshots to a finished report.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use whocan_query::ast::Statement;
use whocan_query::rows::Answer;
use whocan_query::thing::Thing;

use crate::baseline::Baseline;
use crate::breaks;
use crate::changed;
use crate::definition::{Asked, Definition};
use crate::diff::Side;
use crate::finding::{Finding, Status};
use crate::finished::{Cell, Finished, Matrix, SCHEMA, Section, Summary, Taken};
use crate::found::{self, Found, Source};
use crate::history::{self, Past};
use crate::named::Named;
use crate::{Severity, asking};

/// Up to so many rows of a question get their paths and reasons.
const EXPLAINED: usize = 400;

/// So many lines say what to do.
const TODO: usize = 5;

/// What a report is made of.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The snapshot that it is about.
    pub now: (&'a Taken, Side<'a>),
    /// The snapshot that a report of changes compares with.
    pub before: Option<(&'a Taken, Side<'a>)>,
    /// Findings of this snapshot count as known.
    pub since: Option<&'a Past>,
    /// Earlier snapshots, the newest first.
    pub pasts: &'a [Past],
    /// The accepted findings.
    pub baseline: Option<&'a Baseline>,
    /// When the report is made.
    pub generated: Timestamp,
    /// How many changed snapshots may be built to see what breaks a finding.
    pub what_if: usize,
}

/// Makes a report.
pub fn run(definition: &Definition, inputs: Inputs<'_>) -> Finished {
    let (taken, side) = inputs.now;
    let mut made = Made::default();
    for asked in &definition.questions {
        made.ask(definition, asked, side);
    }
    let counted = made.found.len();
    if let (Some(changes), Some((_, before))) = (&definition.changes, inputs.before) {
        let changed = changed::since(definition, changes, before, side);
        made.causes = changed.causes;
        made.gone = changed.gone;
        made.found.extend(changed.found);
    }
    let baseline = settle(&mut made, definition, inputs);
    breaks::find(&mut made.found, side.snapshot, inputs.what_if);
    breaks::tell(&mut made.found, side.index.graph());
    let mut findings: Vec<Finding> = made.found.into_iter().map(|one| one.finding).collect();
    findings.sort_by_key(|one| {
        (
            one.status,
            Reverse(one.severity),
            one.code.clone(),
            one.title.clone(),
        )
    });
    let trend = match definition.questions.is_empty() {
        true => Vec::new(),
        false => history::trend(taken, counted, inputs.pasts),
    };
    Finished {
        schema: SCHEMA,
        code: definition.code.clone(),
        title: definition.title.clone(),
        why: definition.why.clone(),
        audience: definition.audience.clone(),
        owner: definition.owner.clone(),
        generated: inputs.generated,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        snapshot: taken.clone(),
        since: inputs
            .since
            .map(|past| past.taken.clone())
            .or(inputs.before.map(|(taken, _)| taken.clone())),
        summary: summary(&findings, made.causes.len(), &made.problems),
        causes: made.causes,
        findings,
        gone: made.gone,
        matrix: made.matrix,
        trend,
        baseline,
        sections: made.sections,
        problems: made.problems,
    }
}

/// Says since when each finding is there, and who knows of it.
fn settle(
    made: &mut Made,
    definition: &Definition,
    inputs: Inputs<'_>,
) -> Option<crate::finished::BaselineState> {
    let found = std::mem::take(&mut made.found);
    let (mut findings, rest): (Vec<Finding>, Vec<_>) = found
        .into_iter()
        .map(|one| (one.finding, (one.narrow, one.candidates, one.undo)))
        .unzip();
    let asked: Vec<bool> = findings
        .iter()
        .map(|one| {
            definition
                .questions
                .iter()
                .any(|asked| asked.code == one.code)
        })
        .collect();
    for (finding, asked) in findings.iter_mut().zip(asked) {
        let pasts = if asked { inputs.pasts } else { &[] };
        history::first_seen(std::slice::from_mut(finding), inputs.now.0, pasts);
        // What changed since a snapshot was not there in it.
        finding.maybe_older &= asked;
        if inputs.since.is_some_and(|past| past.had(finding)) {
            finding.status = Status::Known;
        }
    }
    let today = inputs.generated.to_zoned(TimeZone::UTC).date();
    let state = inputs
        .baseline
        .map(|baseline| baseline.apply(&definition.code, &mut findings, today));
    made.found = findings
        .into_iter()
        .zip(rest)
        .map(|(finding, (narrow, candidates, undo))| Found {
            finding,
            narrow,
            candidates,
            undo,
        })
        .collect();
    state
}

/// What is made so far.
#[derive(Default)]
struct Made {
    found: Vec<Found>,
    sections: Vec<Section>,
    causes: Vec<crate::finished::ReportedCause>,
    gone: Vec<crate::finished::Gone>,
    matrix: Option<Matrix>,
    problems: Vec<String>,
}

impl Made {
    fn ask(&mut self, definition: &Definition, asked: &Asked, side: Side<'_>) {
        let (file, line) = &asked.place;
        let answers = match asking::text(&asked.text, side.index, EXPLAINED) {
            Ok(answers) => answers,
            Err(error) => {
                let said = format!("{file}:{line}: `{}`: {error}", asked.code);
                return self.problems.push(said);
            }
        };
        let answers = match asked.pairs {
            true => asking::pairs(answers, side.index, EXPLAINED),
            false => answers,
        };
        let lets = asking::lets(&asked.text);
        let source = Source {
            report: &definition.code,
            asked,
            graph: side.index.graph(),
            snapshot: side.snapshot,
            lets: &lets,
            only: None,
            beyond: None,
        };
        for (statement, answer) in &answers {
            let question = found::question(statement);
            let only = question.and_then(|one| found::only(one, &lets, side.index));
            let source = Source {
                only: only.as_deref(),
                ..source
            };
            self.answer(source, statement, answer, side);
        }
    }

    fn answer(
        &mut self,
        source: Source<'_>,
        statement: &Statement,
        answer: &Answer,
        side: Side<'_>,
    ) {
        let holds = answer.assertion.as_ref().is_some_and(|one| one.holds);
        let mut found = match holds {
            true => Vec::new(),
            false => found::of_answer(source, statement, answer),
        };
        if let (Some(assertion), true) = (&answer.assertion, found.is_empty() && !holds) {
            found.push(found::of_assertion(
                source,
                &answer.statement,
                &assertion.reason,
            ));
        }
        for one in &mut found {
            found::look_closer(one, source, side.index);
        }
        if let Some(matrix) = matrix(statement, answer, &found, source) {
            self.matrix.get_or_insert(matrix);
        }
        self.sections.push(Section {
            code: source.asked.code.clone(),
            title: source.asked.title.clone(),
            question: answer.statement.clone(),
            findings: found.len(),
            notes: answer.rows.notes.clone(),
            gaps: answer.rows.gaps.clone(),
            hidden_because_of_gaps: answer.rows.hidden_because_of_gaps,
        });
        self.found.extend(found);
    }
}

fn matrix(
    statement: &Statement,
    answer: &Answer,
    found: &[Found],
    source: Source<'_>,
) -> Option<Matrix> {
    let question = found::question(statement)?;
    if !matches!(question.shape, whocan_query::ast::Shape::Matrix { .. }) {
        return None;
    }
    let graph = source.graph;
    let ends = |thing: Option<Thing>| thing.map(|thing| Named::of(thing, graph));
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    for row in &answer.rows.rows {
        rows.extend(ends(row.thing));
        columns.extend(ends(row.resource));
    }
    for list in [&mut rows, &mut columns] {
        list.sort_by_key(|one: &Named| (one.account_name.clone(), one.arn.clone()));
        list.dedup();
    }
    let cells = answer.rows.rows.iter().zip(found).filter_map(|(row, one)| {
        let (from, to) = (ends(row.thing)?, ends(row.resource)?);
        Some(Cell {
            row: rows.iter().position(|known| *known == from)?,
            column: columns.iter().position(|known| *known == to)?,
            verdict: row.verdict?.strict.word(),
            count: row.count.unwrap_or(1),
            hops: row.hops.unwrap_or(0),
            finding: one.finding.id.clone(),
        })
    });
    let cells = cells.collect();
    Some(Matrix {
        rows,
        columns,
        cells,
    })
}

fn summary(findings: &[Finding], causes: usize, problems: &[String]) -> Summary {
    let count = |status| findings.iter().filter(|one| one.status == status).count();
    let fresh: Vec<&Finding> = findings
        .iter()
        .filter(|one| one.status == Status::New)
        .collect();
    let severities = Severity::ALL.into_iter().filter_map(|severity| {
        let count = fresh.iter().filter(|one| one.severity == severity).count();
        (count > 0).then_some((severity, count))
    });
    let severities: Vec<(Severity, usize)> = severities.collect();
    Summary {
        headline: headline(
            &severities,
            count(Status::Known) + count(Status::Accepted),
            causes,
            problems.len(),
        ),
        worst: severities.first().map(|(severity, _)| *severity),
        new: fresh.len(),
        known: count(Status::Known),
        accepted: count(Status::Accepted),
        severities,
        todo: todo(&fresh),
    }
}

fn headline(
    severities: &[(Severity, usize)],
    settled: usize,
    causes: usize,
    problems: usize,
) -> String {
    let total: usize = severities.iter().map(|(_, count)| count).sum();
    let by: Vec<String> = severities
        .iter()
        .map(|(severity, count)| format!("{count} {}", severity.word()))
        .collect();
    let noun = if total == 1 { "finding" } else { "findings" };
    let mut line = match (severities, settled) {
        ([], 0) => "Nothing found".to_owned(),
        ([], _) => "Nothing new".to_owned(),
        ([(only, _)], _) => format!("{total} new {} {noun}", only.word()),
        _ => format!("{total} new {noun}: {}", by.join(", ")),
    };
    if causes > 0 {
        let noun = if causes == 1 { "change" } else { "changes" };
        line.push_str(&format!(", from {causes} {noun}"));
    }
    if problems > 0 {
        line.push_str(&format!("; {problems} could not be answered"));
    }
    line
}

/// Says what to do, the edit that ends the worst and the most first.
fn todo(fresh: &[&Finding]) -> Vec<String> {
    let mut ways: BTreeMap<String, Vec<Severity>> = BTreeMap::new();
    for finding in fresh {
        let noun = |way: String| format!("{way}: ends");
        let edits = finding.breaks.as_ref();
        let edits = edits.map(|breaks| breaks.words.join(", and "));
        let way = edits.filter(|words| !words.is_empty()).map(noun);
        let advice = || finding.advice.as_ref().map(|advice| format!("{advice}:"));
        if let Some(way) = way.or_else(advice) {
            ways.entry(way).or_default().push(finding.severity);
        }
    }
    let mut ways: Vec<(String, Vec<Severity>)> = ways.into_iter().collect();
    ways.sort_by_key(|(way, ends)| {
        let worst = ends.iter().max().copied();
        (Reverse(worst), Reverse(ends.len()), way.clone())
    });
    let lines = ways.into_iter().take(TODO);
    lines
        .map(|(way, ends)| format!("{} {}", sentence(&way), counted(&ends)))
        .collect()
}

/// Returns a text that begins with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|one| one.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Returns `2 critical and 1 high findings`, the worst first.
fn counted(ends: &[Severity]) -> String {
    let each = Severity::ALL.into_iter().filter_map(|severity| {
        let count = ends.iter().filter(|one| **one == severity).count();
        (count > 0).then(|| format!("{count} {}", severity.word()))
    });
    let noun = if ends.len() == 1 {
        "finding"
    } else {
        "findings"
    };
    format!("{} {noun}", each.collect::<Vec<String>>().join(" and "))
}

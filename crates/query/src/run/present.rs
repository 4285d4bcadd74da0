//! From all rows that were found to the rows that are shown.

use std::collections::BTreeMap;

use whocan_eval::OpenKind;

use super::complete;
use super::detail;
use super::draft::{Draft, Found, sort};
use super::summary;
use crate::ast::Certainty;
use crate::attribute::{self, Value};
use crate::context::Context;
use crate::plan::{Column as Wanted, Plan, Side, Source};
use crate::rows::{Column, Outcome, Row, Rows, Verdict};

/// How many hidden rows are looked at to name the gaps that hide them.
const HIDDEN_LOOKED_AT: usize = 20;

/// How many gaps are named.
const GAPS_NAMED: usize = 20;

/// Shows rows: chosen, ordered, counted, cut, detailed.
pub(super) fn present(
    mut found: Found,
    plan: &Plan,
    context: Context<'_>,
    explain: bool,
) -> (Rows, Outcome) {
    let single = matches!(plan.shape, crate::plan::Shape::Can { .. });
    let outcome = outcome(&found, plan);
    let hidden = choose(&mut found, plan, single);
    let mut rows = Rows {
        total: found.drafts.len() as u64,
        notes: plan.notes.iter().chain(&found.notes).cloned().collect(),
        hidden_because_of_gaps: hidden.len() as u64,
        ..Rows::default()
    };
    if plan.count && plan.group_by.is_empty() {
        count(&found, &mut rows);
        return (rows, outcome);
    }
    prepare(&mut found, plan, context);
    if !plan.group_by.is_empty() {
        group(&found, plan, context, &mut rows);
        return (rows, outcome);
    }
    sort(&mut found.drafts, &plan.order_by, context);
    if let Some(limit) = plan.limit {
        found
            .drafts
            .truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let columns = columns(&found, plan);
    let needed = columns
        .iter()
        .any(|column| column.source.looks_at_details());
    let few = found.drafts.len() <= context.rows_with_evidence;
    if explain || single || few {
        detail::all(&mut found, plan, context);
    } else if needed {
        let shown = found.drafts.len().min(context.rows_with_evidence);
        let rest = found.drafts.split_off(shown);
        detail::all(&mut found, plan, context);
        found.drafts.extend(rest);
        rows.notes.push(format!(
            "paths and conditions are shown for the first {shown} rows; `explain` or `limit` for more"
        ));
    }
    complete::all(&mut found);
    rows.summary = summary::of(&found.drafts, plan).map(Box::new);
    name_gaps(&mut found, hidden, plan, context, &mut rows);
    rows.columns = columns
        .iter()
        .map(|column| shown_column(&column.name, &column.source))
        .collect();
    rows.rows = found
        .drafts
        .into_iter()
        .map(|draft| with_cells(draft.row, &columns, context))
        .collect();
    (rows, outcome)
}

/// Finds what rows are ordered or grouped by, where that is found late.
fn prepare(found: &mut Found, plan: &Plan, context: Context<'_>) {
    let ordered = plan.order_by.iter().map(|(column, _)| column);
    let sources = || {
        let all = ordered.clone().chain(&plan.group_by);
        all.map(|column| &column.source)
    };
    if sources().any(Source::looks_at_details) {
        detail::all(found, plan, context);
    } else if sources().any(Source::looks_at_parts) {
        complete::all(found);
    }
}

/// Returns the rows that are shown, in order and cut, without details.
pub(super) fn shown(mut found: Found, plan: &Plan, context: Context<'_>) -> Vec<Draft> {
    choose(&mut found, plan, false);
    prepare(&mut found, plan, context);
    sort(&mut found.drafts, &plan.order_by, context);
    if let Some(limit) = plan.limit {
        found
            .drafts
            .truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    found.drafts
}

/// Returns a row's verdict in the reading that the question asks for.
pub(super) fn reading(draft: &Draft, plan: &Plan) -> Outcome {
    let verdict = draft.row.verdict.unwrap_or(Verdict::plain(Outcome::Yes));
    if plan.as_collected {
        verdict.as_collected
    } else {
        verdict.strict
    }
}

/// Returns the verdict on the whole: of the surest row.
fn outcome(found: &Found, plan: &Plan) -> Outcome {
    let rows = found.drafts.iter().map(|draft| reading(draft, plan));
    let best = rows.max().unwrap_or(Outcome::No);
    match plan.certainty.filter(|_| best == Outcome::If) {
        Some(Certainty::Surely) => Outcome::No,
        _ => best,
    }
}

/// Leaves out what the question does not show, and returns what only gaps hide.
fn choose(found: &mut Found, plan: &Plan, single: bool) -> Vec<Draft> {
    if plan.as_collected {
        for draft in &mut found.drafts {
            draft.row.verdict = draft
                .row
                .verdict
                .map(|verdict| Verdict::plain(verdict.as_collected));
        }
    }
    if single {
        return Vec::new();
    }
    let drafts = std::mem::take(&mut found.drafts);
    let mut hidden = Vec::new();
    for draft in drafts {
        let verdict = draft.row.verdict.unwrap_or(Verdict::plain(Outcome::Yes));
        match plan.certainty {
            _ if verdict.strict == Outcome::No => {}
            Some(Certainty::Surely) if verdict.strict != Outcome::Yes => {}
            None if verdict.is_open_by_gap() => hidden.push(draft),
            _ => found.drafts.push(draft),
        }
    }
    hidden
}

fn count(found: &Found, rows: &mut Rows) {
    let open = found
        .drafts
        .iter()
        .filter(|draft| {
            draft
                .row
                .verdict
                .is_some_and(|verdict| verdict.strict == Outcome::If)
        })
        .count();
    if open > 0 {
        rows.notes
            .push(format!("{open} of them only if conditions hold"));
    }
    let total = i64::try_from(rows.total).unwrap_or(i64::MAX);
    rows.columns = vec![column("count", attribute::Type::Number)];
    rows.rows = vec![Row {
        cells: vec![Value::Number(total)],
        count: Some(total),
        ..Row::default()
    }];
    rows.total = 1;
}

/// Counts rows by the values of attributes; the largest group first, if no order is asked for.
fn group(found: &Found, plan: &Plan, context: Context<'_>, rows: &mut Rows) {
    let mut groups = groups(found, plan, context);
    rows.total = groups.len() as u64;
    for (at, wanted) in plan.group_by.iter().enumerate() {
        let missing = |group: &Group| group.cell(at) == Value::Missing;
        if !groups.is_empty() && groups.iter().all(missing) {
            let name = &wanted.name;
            rows.notes
                .push(format!("no row of this question has a `{name}`"));
        }
    }
    order_groups(&mut groups, plan, context);
    if let Some(limit) = plan.limit {
        groups.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let size = column("count", attribute::Type::Number);
    let made_by = plan.group_by.iter();
    let all = made_by.map(|wanted| shown_column(&wanted.name, &wanted.source));
    let all: Vec<Column> = all.chain([size]).collect();
    let shown: Vec<usize> = match plan.columns.as_slice() {
        [] => (0..all.len()).collect(),
        columns => columns.iter().map(|one| place(plan, one)).collect(),
    };
    rows.columns = shown.iter().map(|at| all[*at].clone()).collect();
    let has_verdict = found.combine != super::draft::Combine::Nothing;
    let row = |group: Group| Row {
        cells: shown.iter().map(|at| group.cell(*at)).collect(),
        count: Some(group.count),
        verdict: Some(group.verdict).filter(|_| has_verdict),
        ..Row::default()
    };
    rows.rows = groups.into_iter().map(row).collect();
}

/// Rows that have the same values.
struct Group {
    values: Vec<Value>,
    count: i64,
    verdict: Verdict,
}

impl Group {
    fn cell(&self, place: usize) -> Value {
        let value = self.values.get(place);
        value.cloned().unwrap_or(Value::Number(self.count))
    }
}

/// Returns where a column of groups stands: among the values, or behind them, where the size is.
fn place(plan: &Plan, column: &Wanted) -> usize {
    let found = plan.group_by.iter().position(|one| one.is(column));
    found.unwrap_or(plan.group_by.len())
}

fn order_groups(groups: &mut [Group], plan: &Plan, context: Context<'_>) {
    if plan.order_by.is_empty() {
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    }
    groups.sort_by(|one, other| {
        let keys = plan.order_by.iter().map(|(column, descending)| {
            let at = place(plan, column);
            let ordering = one.cell(at).order(&other.cell(at), context.graph);
            match descending {
                true => ordering.reverse(),
                false => ordering,
            }
        });
        keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
}

fn groups(found: &Found, plan: &Plan, context: Context<'_>) -> Vec<Group> {
    let mut groups: BTreeMap<Vec<String>, Group> = BTreeMap::new();
    for draft in &found.drafts {
        let facts = draft.row.facts(context.graph);
        let values = plan.group_by.iter();
        let values: Vec<Value> = values.map(|column| column.source.of_row(&facts)).collect();
        let key = values.iter().map(|value| value.sort_text(context.graph));
        let verdict = draft.row.verdict.unwrap_or(Verdict::plain(Outcome::Yes));
        let group = groups.entry(key.collect()).or_insert(Group {
            values,
            count: 0,
            verdict,
        });
        group.count += 1;
        group.verdict = group.verdict.max(verdict);
    }
    groups.into_values().collect()
}

fn column(name: &str, kind: attribute::Type) -> Column {
    Column {
        name: name.to_owned(),
        kind,
    }
}

fn shown_column(name: &str, source: &Source) -> Column {
    column(name, source.attribute.kind)
}

/// Returns the columns that were asked for, or those of the shape.
fn columns(found: &Found, plan: &Plan) -> Vec<Wanted> {
    if !plan.columns.is_empty() {
        return plan.columns.clone();
    }
    let own = super::own_side(&plan.shape);
    let named = found.columns.iter().filter_map(|name| {
        let (side, bare) = match name.split_once('.') {
            Some(("principal", rest)) => (Side::Principal, rest),
            Some(("resource", rest)) => (Side::Resource, rest),
            _ => (own, *name),
        };
        let attribute = attribute::named(bare)?;
        let side = match attribute.on {
            attribute::On::Row | attribute::On::Fact => Side::Row,
            attribute::On::Thing => side,
        };
        Some(Wanted {
            name: (*name).to_owned(),
            source: Source {
                attribute,
                key: None,
                side,
                asked: None,
            },
        })
    });
    named.collect()
}

fn with_cells(mut row: Row, columns: &[Wanted], context: Context<'_>) -> Row {
    let facts = row.facts(context.graph);
    let cells = columns.iter().map(|column| column.source.of_row(&facts));
    row.cells = cells.collect();
    row
}

/// Names what was not collected and matters for rows that are shown or hidden.
fn name_gaps(
    found: &mut Found,
    mut hidden: Vec<Draft>,
    plan: &Plan,
    context: Context<'_>,
    rows: &mut Rows,
) {
    let any_hidden = !hidden.is_empty();
    hidden.truncate(HIDDEN_LOOKED_AT);
    let shown = found.drafts.len();
    found.drafts.extend(hidden);
    let drafts = found.drafts.split_off(shown);
    let shown = std::mem::replace(&mut found.drafts, drafts);
    detail::all(found, plan, context);
    let hidden = std::mem::replace(&mut found.drafts, shown);
    let open = found
        .drafts
        .iter()
        .chain(&hidden)
        .flat_map(|draft| &draft.row.open);
    // Read as a fresh account, nothing is open because of a gap.
    let open = open.filter(|_| !plan.as_collected);
    for point in open.filter(|point| point.kind == OpenKind::NotCollected) {
        if !rows.gaps.contains(&point.subject) {
            rows.gaps.push(point.subject.clone());
        }
    }
    rows.gaps.sort();
    let by_gap = |draft: &Draft| {
        draft
            .row
            .verdict
            .is_some_and(|verdict| verdict.strict != verdict.as_collected)
    };
    if rows.gaps.is_empty() && (any_hidden || found.drafts.iter().any(by_gap)) {
        rows.gaps = gaps_of_snapshot(found, context);
    }
    if rows.gaps.len() > GAPS_NAMED {
        let more = rows.gaps.len() - GAPS_NAMED;
        rows.gaps.truncate(GAPS_NAMED);
        rows.gaps.push(format!("{more} more"));
    }
}

/// Names the gaps of the services that were asked about, where no reason says which one matters.
fn gaps_of_snapshot(found: &Found, context: Context<'_>) -> Vec<String> {
    let asked = |service: &str| {
        let own = |slice: &super::slice::Slice| {
            let prefix = slice.action.split(':').next().unwrap_or_default();
            service.starts_with(prefix)
        };
        found.slices.iter().any(own)
    };
    let accounts = context.graph.accounts().iter();
    let gaps = accounts.flat_map(|account| {
        let own = account.gaps.iter().filter(|gap| asked(&gap.service));
        own.map(move |gap| {
            let argument = gap.argument.as_ref();
            let of = argument.map_or(String::new(), |text| format!(" of {text}"));
            format!("{} {}{of} in account {}", gap.service, gap.call, account.id)
        })
    });
    gaps.collect()
}

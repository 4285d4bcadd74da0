//! Thousands of actions, counted by service.

use std::collections::BTreeMap;

use whocan_policy::catalogue::{AccessLevel, catalogue};

use super::draft::Draft;
use crate::attribute::{Type, Value};
use crate::plan::{Plan, Shape};
use crate::rows::{Column, Outcome, Row, Rows};

/// So many actions a person reads one by one.
const READ: usize = 40;

/// What is counted of the actions of one service.
#[derive(Default)]
struct Tally {
    actions: i64,
    open: i64,
    levels: BTreeMap<AccessLevel, i64>,
}

/// Counts the actions of `what can PRINCIPAL do` by service, where they are many
/// and the question does not say how it wants them.
pub(super) fn of(drafts: &[Draft], plan: &Plan) -> Option<Rows> {
    let Shape::What { deeds: None, .. } = plan.shape else {
        return None;
    };
    let shaped = !plan.columns.is_empty() || !plan.order_by.is_empty() || plan.limit.is_some();
    if shaped || plan.explain || drafts.len() <= READ {
        return None;
    }
    let mut services: BTreeMap<&str, Tally> = BTreeMap::new();
    for draft in drafts {
        let Some(action) = draft.row.action.as_deref() else {
            continue;
        };
        let service = action.split(':').next().unwrap_or_default();
        let tally = services.entry(service).or_default();
        tally.actions += 1;
        let verdict = draft.row.verdict.map(|verdict| verdict.strict);
        tally.open += i64::from(verdict == Some(Outcome::If));
        if let Some(id) = catalogue().action(action) {
            *tally.levels.entry(catalogue().level(id)).or_default() += 1;
        }
    }
    let note = format!(
        "{} actions of {} services, counted: `return action, verdict, parts` behind the question lists them, `where action.service = {}` those of one service",
        drafts.len(),
        services.len(),
        services.keys().next().unwrap_or(&"s3"),
    );
    let rows: Vec<Row> = services
        .into_iter()
        .map(|(service, tally)| row(service, &tally))
        .collect();
    Some(Rows {
        columns: columns(),
        total: rows.len() as u64,
        rows,
        notes: vec![note],
        ..Rows::default()
    })
}

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        kind,
    };
    let mut columns = vec![column("service", Type::Text), column("actions", Type::Text)];
    for level in AccessLevel::ALL {
        columns.push(column(&level.as_str().to_lowercase(), Type::Number));
    }
    columns.push(column("only if", Type::Number));
    columns
}

fn row(service: &str, tally: &Tally) -> Row {
    let ranges = catalogue().matching(&format!("{service}:*"));
    let all: u32 = ranges.iter().map(|range| range.end - range.start).sum();
    let actions = match i64::from(all) == tally.actions {
        true => format!("all {all}"),
        false => format!("{} of {all}", tally.actions),
    };
    let counted = |count: Option<i64>| match count {
        None | Some(0) => Value::Missing,
        Some(count) => Value::Number(count),
    };
    let mut cells = vec![Value::text(service), Value::text(actions)];
    for level in AccessLevel::ALL {
        cells.push(counted(tally.levels.get(&level).copied()));
    }
    cells.push(counted(Some(tally.open)));
    Row {
        cells,
        count: Some(tally.actions),
        ..Row::default()
    }
}

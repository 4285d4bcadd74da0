//! Answers as JSON.

use serde::Serialize;
use whocan_graph::Graph;
use whocan_query::attribute::Type;
use whocan_query::rows;

use super::{Row, SCHEMA};

/// Everything that one text asked for, as one document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    schema: u32,
    snapshot: Source<'a>,
    answers: Vec<Answer<'a>>,
}

/// Which snapshot was asked.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Source<'a> {
    /// Its id; `null` for the example organization.
    pub id: Option<&'a str>,
    /// When it was taken, in UTC.
    pub taken: jiff::Timestamp,
    /// What was assumed at import.
    pub assumptions: &'a [String],
}

impl<'a> Document<'a> {
    /// Returns the document of `answers`.
    pub fn of(answers: &'a [rows::Answer], snapshot: Source<'a>, graph: &'a Graph) -> Document<'a> {
        Document {
            schema: SCHEMA,
            snapshot,
            answers: answers
                .iter()
                .map(|answer| Answer::of(answer, graph))
                .collect(),
        }
    }
}

/// The answer to one statement.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    rows: Vec<Row<'a>>,
}

impl<'a> Answer<'a> {
    fn of(answer: &'a rows::Answer, graph: &'a Graph) -> Answer<'a> {
        Answer {
            summary: Summary::of(answer),
            rows: rows_of(&answer.rows, graph).collect(),
        }
    }
}

/// What there is to say about an answer besides its rows.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    /// The statement in canonical form.
    statement: &'a str,
    /// `yes`, `no` or `if`: whether there are rows, or the assertion holds.
    outcome: &'static str,
    assertion: Option<Assertion<'a>>,
    columns: Vec<Column<'a>>,
    /// How many rows there are without `limit`.
    total: u64,
    notes: &'a [String],
    gaps: &'a [String],
    /// How many rows are open only because of gaps, and so left out.
    hidden_because_of_gaps: u64,
}

#[derive(Debug, Serialize)]
struct Assertion<'a> {
    holds: bool,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct Column<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> Summary<'a> {
    fn of(answer: &'a rows::Answer) -> Summary<'a> {
        let rows = &answer.rows;
        Summary {
            statement: &answer.statement,
            outcome: answer.outcome.word(),
            assertion: answer.assertion.as_ref().map(|assertion| Assertion {
                holds: assertion.holds,
                reason: &assertion.reason,
            }),
            columns: rows.columns.iter().map(Column::of).collect(),
            total: rows.total,
            notes: &rows.notes,
            gaps: &rows.gaps,
            hidden_because_of_gaps: rows.hidden_because_of_gaps,
        }
    }
}

impl<'a> Column<'a> {
    fn of(column: &'a rows::Column) -> Column<'a> {
        Column {
            name: &column.name,
            kind: match column.kind {
                Type::Flag => "boolean",
                Type::Number => "number",
                Type::Text | Type::Names => "text",
                Type::Time => "time",
                Type::List => "list",
                Type::Thing => "arn",
            },
        }
    }
}

fn rows_of<'a>(rows: &'a rows::Rows, graph: &'a Graph) -> impl Iterator<Item = Row<'a>> + use<'a> {
    rows.rows
        .iter()
        .map(move |row| Row::of(row, &rows.columns, graph))
}

/// One line of a stream of answers.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    Row {
        schema: u32,
        /// Which statement of the text it answers, from 1.
        statement_number: usize,
        #[serde(flatten)]
        row: Box<Row<'a>>,
    },
    Answer {
        schema: u32,
        statement_number: usize,
        #[serde(flatten)]
        summary: Summary<'a>,
    },
}

/// Returns one line for each row of an answer, and one about the answer behind them.
///
/// `number` says which answer of the text this is, from 1.
pub fn lines(answer: &rows::Answer, number: usize, graph: &Graph) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in rows_of(&answer.rows, graph) {
        bytes.extend(super::to_line(&Line::Row {
            schema: SCHEMA,
            statement_number: number,
            row: Box::new(row),
        }));
    }
    bytes.extend(super::to_line(&Line::Answer {
        schema: SCHEMA,
        statement_number: number,
        summary: Summary::of(answer),
    }));
    bytes
}

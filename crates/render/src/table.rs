//! Answers as tables for people.

use whocan_graph::Graph;
use whocan_query::attribute::{Type, Value};
use whocan_query::rows::{Answer, Column, Outcome, Row, Rows, Verdict};

use crate::grid::{Grid, Look, Tone};
use crate::{Plain, chain, explanation, value};

/// Columns that stand below their row where a screen is too narrow.
const DETAILS: &[&str] = &["via", "parts", "conditions", "needs"];

/// Returns an answer as a table, with what has to be said about it below.
pub fn text(answer: &Answer, graph: &Graph, look: Look) -> String {
    let mut text = String::new();
    if let Some(assertion) = &answer.assertion {
        let word = if assertion.holds { "holds" } else { "fails" };
        let statement = Plain(&answer.statement);
        let reason = Plain(&assertion.reason);
        text.push_str(&format!("{word}: {statement}\n  {reason}\n"));
    }
    text.push_str(&rows_text(answer, graph, look));
    text
}

/// Returns the rows of an answer, with what has to be said about them below.
pub fn rows_text(answer: &Answer, graph: &Graph, look: Look) -> String {
    let mut text = String::new();
    let rows = &answer.rows.rows;
    // `why`: the explanation says all that the one row would.
    let explained = answer.explain && matches!(rows.as_slice(), [row] if row.principal.is_some());
    if !explained {
        text.push_str(&table(&answer.rows, graph, look));
    }
    if answer.explain {
        let between = if explained { "" } else { "\n" };
        for row in rows {
            text.push_str(between);
            text.push_str(&explanation::text(row, graph));
        }
    }
    text.push_str(&remarks(answer));
    text
}

fn table(rows: &Rows, graph: &Graph, look: Look) -> String {
    let shown: Vec<usize> = (0..rows.columns.len())
        .filter(|&position| is_shown(rows, position))
        .collect();
    let (details, short): (Vec<usize>, Vec<usize>) = shown
        .iter()
        .partition(|&&position| DETAILS.contains(&rows.columns[position].name.as_str()));
    let wide = grid(rows, &shown, &[], graph);
    match look.width {
        Some(width) if !details.is_empty() && wide.natural_width() > usize::from(width) => {
            grid(rows, &short, &details, graph).lines(look)
        }
        _ => wide.lines(look),
    }
}

/// Returns the rows with `columns` beside each other and `details` below each row.
fn grid(rows: &Rows, columns: &[usize], details: &[usize], graph: &Graph) -> Grid {
    let header: Vec<&str> = columns
        .iter()
        .map(|&position| heading(&rows.columns[position].name))
        .collect();
    // Without the account beside it, a shorthand may mean several things; in a
    // matrix the row and the column say which.
    let arns = !rows
        .columns
        .iter()
        .any(|column| column.name.ends_with("account") || column.name == "row");
    let mut grid = Grid::new(&header);
    for row in &rows.rows {
        let text = |position: usize| {
            let column = &rows.columns[position];
            cell(column, row.cells.get(position), row, graph, arns)
        };
        grid.row(columns.iter().map(|&position| text(position)));
        for &position in details {
            add_detail(&mut grid, &rows.columns[position].name, &text(position).0);
        }
    }
    grid
}

fn add_detail(grid: &mut Grid, column: &str, text: &str) {
    for (number, line) in text.lines().enumerate() {
        match column {
            "parts" if line == "all" => {}
            "parts" => grid.below(line),
            "conditions" if line.starts_with('(') => grid.below(line),
            "conditions" if number == 0 => grid.below(&format!("if {line}")),
            "conditions" => grid.below(&format!("and {line}")),
            "needs" => grid.below(&format!("also needs {line}")),
            name => grid.below(&format!("{name} {line}")),
        }
    }
}

/// Returns whether a column says anything: one without a single value does not,
/// and neither do parts that are all of what was asked.
fn is_shown(rows: &Rows, position: usize) -> bool {
    if rows.columns[position].name == "parts" {
        return rows
            .rows
            .iter()
            .any(|row| row.parts.iter().any(|part| part.words() != "all"));
    }
    rows.rows.iter().any(|row| match row.cells.get(position) {
        None | Some(Value::Missing) => false,
        Some(Value::List(list)) => !list.is_empty(),
        Some(_) => true,
    })
}

/// Returns a column's name as people say it.
fn heading(name: &str) -> &str {
    match name {
        "principal.account" | "resource.account" => "account",
        "thing" => "name",
        "needs" => "also needs",
        other => other,
    }
}

fn cell(
    column: &Column,
    found: Option<&Value>,
    row: &Row,
    graph: &Graph,
    arns: bool,
) -> (String, Tone) {
    let found = found.unwrap_or(&Value::Missing);
    match (column.name.as_str(), row.verdict) {
        ("verdict", Some(verdict)) => (words(verdict).to_owned(), tone(verdict.strict)),
        ("via", _) => (chain::text(row, graph), Tone::Plain),
        ("parts", _) => (parts(row), Tone::Plain),
        ("conditions", _) => {
            let mut text = value::text(found, graph, false);
            if let Some(logic) = row.logic {
                text.push('\n');
                text.push_str(explanation::remark(logic));
            }
            (text, Tone::Aside)
        }
        ("needs", _) => (value::text(found, graph, false), Tone::Aside),
        _ if *found == Value::Unknown => (value::NOT_COLLECTED.to_owned(), Tone::Aside),
        _ => {
            let arn = arns && column.kind == Type::Thing;
            (value::text(found, graph, arn), Tone::Plain)
        }
    }
}

/// Returns on which parts of what was asked a row holds, a line for each.
fn parts(row: &Row) -> String {
    let several = row
        .parts
        .iter()
        .any(|part| Some(part.verdict) != row.verdict);
    let lines = row.parts.iter().map(|part| match several {
        true => format!("{}: {}", words(part.verdict), short(part.words())),
        false => short(part.words()),
    });
    lines.collect::<Vec<String>>().join("\n")
}

/// Returns a part's words with buckets by their names, which are unique.
fn short(words: &str) -> String {
    let partitions = ["aws", "aws-cn", "aws-us-gov"];
    partitions.iter().fold(words.to_owned(), |text, partition| {
        text.replace(&format!("arn:{partition}:s3:::"), "")
    })
}

/// Returns a verdict in words.
pub(crate) fn words(verdict: Verdict) -> &'static str {
    if verdict.is_yes_as_far_as_collected() {
        "yes, as far as collected"
    } else {
        verdict.strict.word()
    }
}

fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Yes => Tone::Yes,
        Outcome::No => Tone::No,
        Outcome::If => Tone::If,
    }
}

/// Returns the lines below the table: how many rows, notes, gaps.
fn remarks(answer: &Answer) -> String {
    let rows = &answer.rows;
    let mut text = String::new();
    let shown = rows.rows.len() as u64;
    if shown == 0 && answer.assertion.is_none() {
        text.push_str("no rows\n");
    }
    if shown < rows.total {
        text.push_str(&format!("{shown} of {} rows\n", rows.total));
    } else if shown > 1 {
        text.push_str(&format!("{shown} rows\n"));
    }
    for note in &rows.notes {
        text.push_str(&format!("note: {}\n", Plain(note)));
    }
    let gaps: Vec<String> = rows.gaps.iter().map(|gap| Plain(gap).to_string()).collect();
    let gaps = gaps.join("; ");
    match rows.hidden_because_of_gaps {
        0 if gaps.is_empty() => {}
        0 => text.push_str(&format!("not collected: {gaps}\n")),
        1 => text.push_str(&format!(
            "1 more row only if something that was not collected allows it: {gaps} (`possibly` lists it)\n"
        )),
        more => text.push_str(&format!(
            "{more} more rows only if something that was not collected allows it: {gaps} (`possibly` lists them)\n"
        )),
    }
    text
}

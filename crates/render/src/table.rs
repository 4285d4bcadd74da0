//! Answers as tables for people.

use std::collections::{BTreeMap, BTreeSet};

use whocan_graph::Graph;
use whocan_query::attribute::Value;
use whocan_query::rows::{Answer, Column, Outcome, Row, Rows, Verdict};
use whocan_query::thing::Thing;

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
    let whole = answer.explain;
    match &answer.rows.summary {
        _ if explained => {}
        Some(summary) => text.push_str(&table(summary, graph, look, whole)),
        None => text.push_str(&table(&answer.rows, graph, look, whole)),
    }
    if answer.explain {
        let between = if explained { "" } else { "\n" };
        for row in rows {
            let explanation = explanation::text(row, graph);
            if !explanation.is_empty() {
                text.push_str(between);
                text.push_str(&explanation);
            }
        }
    }
    text.push_str(&remarks(answer));
    text
}

fn table(rows: &Rows, graph: &Graph, look: Look, whole: bool) -> String {
    let shown: Vec<usize> = (0..rows.columns.len())
        .filter(|&position| is_shown(rows, position))
        .collect();
    let (details, short): (Vec<usize>, Vec<usize>) = shown
        .iter()
        .partition(|&&position| DETAILS.contains(&rows.columns[position].name.as_str()));
    let wide = grid(rows, &shown, &[], graph, whole);
    match look.width {
        Some(width) if !details.is_empty() && wide.natural_width() > usize::from(width) => {
            grid(rows, &short, &details, graph, whole).lines(look)
        }
        _ => wide.lines(look),
    }
}

/// Returns the rows with `columns` beside each other and `details` below each row.
///
/// Long lists of parts are cut, unless everything is wanted.
fn grid(rows: &Rows, columns: &[usize], details: &[usize], graph: &Graph, whole: bool) -> Grid {
    let header: Vec<&str> = columns
        .iter()
        .map(|&position| heading(&rows.columns[position].name))
        .collect();
    let names: Vec<Naming> = (0..rows.columns.len())
        .map(|position| Naming::of(rows, position, graph))
        .collect();
    let mut grid = Grid::new(&header);
    for row in &rows.rows {
        let text = |position: usize| {
            let column = &rows.columns[position];
            let found = row.cells.get(position);
            match column.name.as_str() {
                "parts" => (parts(row, whole), Tone::Plain),
                _ => cell(column, found, row, graph, &names[position]),
            }
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
        "needs" => "also needs",
        other => other,
    }
}

fn cell(
    column: &Column,
    found: Option<&Value>,
    row: &Row,
    graph: &Graph,
    names: &Naming,
) -> (String, Tone) {
    let found = found.unwrap_or(&Value::Missing);
    match (column.name.as_str(), row.verdict) {
        ("verdict", Some(verdict)) => (words(verdict).to_owned(), tone(verdict.strict)),
        ("via", _) => (chain::text(row, graph), Tone::Plain),
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
        _ => match found {
            Value::Thing(thing) => (names.text(*thing, graph), Tone::Plain),
            _ => (value::text(found, graph, false), Tone::Plain),
        },
    }
}

/// How the things of one column are called: by their shorthand, always.
struct Naming {
    /// The account stands behind it, for nothing else in the row says which.
    with_account: bool,
    /// Shorthands that several of the column's things have: these are ARNs.
    ambiguous: BTreeSet<String>,
}

impl Naming {
    fn of(rows: &Rows, position: usize, graph: &Graph) -> Naming {
        let mut naming = Naming {
            with_account: false,
            ambiguous: BTreeSet::new(),
        };
        let things = |row: &Row| match row.cells.get(position) {
            Some(Value::Thing(thing)) => Some(*thing),
            _ => None,
        };
        let told = |row: &Row| things(row).is_none_or(|thing| is_account_told(row, thing, graph));
        naming.with_account = !rows.rows.iter().all(told);
        let mut known: BTreeMap<String, Thing> = BTreeMap::new();
        for thing in rows.rows.iter().filter_map(things) {
            let account = value::account(thing, graph);
            let name = format!("{} {account}", thing.shorthand(graph));
            if *known.entry(name).or_insert(thing) != thing {
                naming.ambiguous.insert(thing.shorthand(graph));
            }
        }
        naming
    }

    fn text(&self, thing: Thing, graph: &Graph) -> String {
        let name = thing.shorthand(graph);
        if self.ambiguous.contains(&name) {
            return thing.arn(graph).to_string();
        }
        match value::account(thing, graph) {
            account if self.with_account && !account.is_empty() && !is_its_account(thing) => {
                // What is called like its account says so already.
                match name.ends_with(&format!("/{account}")) {
                    true => name,
                    false => format!("{name} ({account})"),
                }
            }
            _ => name,
        }
    }
}

/// Returns whether some other cell of the row says in which account a thing is.
fn is_account_told(row: &Row, thing: Thing, graph: &Graph) -> bool {
    let Some(account) = thing.account(graph) else {
        return true;
    };
    let id = graph.account(account).id.to_string();
    is_its_account(thing)
        || row.cells.iter().any(|cell| match cell {
            Value::Names(names) => names.first().is_some_and(|first| **first == *id),
            Value::Thing(other) => is_its_account(*other) && other.account(graph) == Some(account),
            _ => false,
        })
}

fn is_its_account(thing: Thing) -> bool {
    matches!(thing, Thing::Account(_) | Thing::Level(_))
}

/// So many parts are told, and so many patterns of one part.
const PARTS_TOLD: usize = 5;

/// Returns on which parts of what was asked a row holds, a line for each.
fn parts(row: &Row, whole: bool) -> String {
    let several = row
        .parts
        .iter()
        .any(|part| Some(part.verdict) != row.verdict);
    let lines = row.parts.iter().map(|part| {
        let place = match whole {
            true => short(part.words()),
            false => few(&short(part.words())),
        };
        match several {
            true => format!("{}: {place}", words(part.verdict)),
            false => place,
        }
    });
    let mut lines: Vec<String> = lines.collect();
    // The line that says how many more there are takes the place of one.
    if !whole && lines.len() > PARTS_TOLD + 1 {
        let more = lines.len() - PARTS_TOLD;
        lines.truncate(PARTS_TOLD);
        lines.push(format!("... {more} more parts (`explain` has them all)"));
    }
    lines.join("\n")
}

/// Returns a part with the first of its patterns.
fn few(words: &str) -> String {
    let patterns: Vec<&str> = words.split(", ").collect();
    if patterns.len() <= PARTS_TOLD {
        return words.to_owned();
    }
    let told = patterns[..PARTS_TOLD - 1].join(", ");
    format!("{told}, ... {} more", patterns.len() - (PARTS_TOLD - 1))
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
    let summary = rows.summary.iter().flat_map(|summary| &summary.notes);
    for note in summary {
        text.push_str(&format!("note: {}\n", Plain(note)));
    }
    let shown = rows.rows.len() as u64;
    if shown == 0 && answer.assertion.is_none() {
        text.push_str("no rows\n");
    }
    if shown < rows.total {
        text.push_str(&format!("{shown} of {} rows\n", rows.total));
    } else if shown > 1 && rows.summary.is_none() {
        text.push_str(&format!("{shown} rows\n"));
    }
    for note in &rows.notes {
        text.push_str(&format!("note: {}\n", Plain(note)));
    }
    let gaps: Vec<String> = rows.gaps.iter().map(|gap| Plain(gap).to_string()).collect();
    let gaps = gaps.join("; ");
    let named = match gaps.as_str() {
        "" => String::new(),
        gaps => format!(": {gaps}"),
    };
    match rows.hidden_because_of_gaps {
        0 if gaps.is_empty() => {}
        0 => text.push_str(&format!("not collected: {gaps}\n")),
        1 => text.push_str(&format!(
            "1 more row only if something that was not collected allows it{named} (`possibly` lists it)\n"
        )),
        more => text.push_str(&format!(
            "{more} more rows only if something that was not collected allows it{named} (`possibly` lists them)\n"
        )),
    }
    text
}

//! Rows as comma-separated values.

use whocan_graph::Graph;
use whocan_query::attribute::{Type, Value};
use whocan_query::rows::{Rows, Verdict};

use crate::{Plain, chain, value};

/// Returns the rows with a header line; the columns are the question's.
///
/// Things are ARNs, accounts are numbers, lists are joined by `; `. A text that begins with `=`,
/// `+`, `-`, `@`, a tab or a line break gets a `'` before it, so that no
/// spreadsheet takes a role's name for a formula. What a terminal might obey
/// is shown as `\u{1b}`.
pub fn text(rows: &Rows, graph: &Graph) -> String {
    let mut lines = String::new();
    let names = rows.columns.iter().map(|column| column.name.clone());
    add(&mut lines, names);
    for row in &rows.rows {
        let cells = rows.columns.iter().zip(&row.cells);
        add(
            &mut lines,
            cells.map(
                |(column, found)| match (column.name.as_str(), row.verdict) {
                    ("verdict", Some(verdict)) => word(verdict).to_owned(),
                    ("via", _) => inert(&chain::arns(row, graph).join("; ")),
                    _ => cell(found, column.kind, graph),
                },
            ),
        );
    }
    lines
}

fn word(verdict: Verdict) -> &'static str {
    verdict.strict.word()
}

fn cell(found: &Value, kind: Type, graph: &Graph) -> String {
    match found {
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(list) => inert(&list.join("; ")),
        Value::Names(names) => inert(names.first().map_or("", |number| number)),
        _ => inert(&value::text(found, graph, kind == Type::Thing)),
    }
}

/// Takes from a text what a spreadsheet or a terminal might do with it.
fn inert(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let sign = if formula { "'" } else { "" };
    format!("{sign}{}", Plain(text))
}

fn add(lines: &mut String, cells: impl Iterator<Item = String>) {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer
        .write_record(cells.map(String::into_bytes))
        .and_then(|()| writer.flush().map_err(Into::into))
        .expect("writing into memory cannot fail, and each record has a writer of its own");
    let bytes = writer.into_inner().unwrap_or_default();
    lines.push_str(&String::from_utf8_lossy(&bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_to_a_spreadsheet() {
        let cases = [
            (
                "=HYPERLINK(\"http://example.com\")",
                "'=HYPERLINK(\"http://example.com\")",
            ),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\u{9}=1"),
            ("\n=1", "'\\u{a}=1"),
            ("a=1", "a=1"),
            ("", ""),
        ];
        for (text, written) in cases {
            assert_eq!(inert(text), written);
        }
    }

    #[test]
    fn cells_are_quoted_where_needed() {
        let mut lines = String::new();
        add(
            &mut lines,
            ["a,b", "say \"no\"", "plain"]
                .map(str::to_owned)
                .into_iter(),
        );
        assert_eq!(lines, "\"a,b\",\"say \"\"no\"\"\",plain\n");
    }
}

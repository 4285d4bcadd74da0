//! `whocan queries`: the library of queries that comes with the program.

use serde::Serialize;
use whocan_query::saved::SavedQuery;
use whocan_render::{Grid, Tone};

use crate::args::{ListFormat, Queries};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::library::{self, QUERIES};
use crate::output;
use crate::terminal::Terminal;

/// Lists the library, or shows one query of it.
pub fn run(args: &Queries, terminal: &Terminal) -> Result<Outcome, Failure> {
    match args {
        Queries::List { shown } => list(shown.format, terminal),
        Queries::Show { name } => show(name),
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    question: String,
    why: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    parameters: Vec<Parameter>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    meaning: String,
}

fn listed() -> Result<Vec<Listed<'static>>, Failure> {
    let each = QUERIES.iter().map(|(name, text)| {
        let saved = SavedQuery::read(text).map_err(Failure::new)?;
        let parameters = saved.parameters.into_iter().map(|one| Parameter {
            name: one.name,
            kind: one.kind.word(),
            default: one.default,
            meaning: one.meaning,
        });
        Ok(Listed {
            name,
            question: saved.question,
            why: saved.why,
            source: saved.source,
            waits_for: saved.waits_for,
            parameters: parameters.collect(),
        })
    });
    each.collect()
}

fn list(format: ListFormat, terminal: &Terminal) -> Result<Outcome, Failure> {
    let all = listed()?;
    match format {
        ListFormat::Json => {
            let text = serde_json::to_string_pretty(&all).map_err(Failure::new)?;
            output::write(text + "\n")?;
        }
        ListFormat::Table => {
            let mut grid = Grid::new(&["name", "question", "parameters"]);
            for query in &all {
                let names: Vec<&str> = query.parameters.iter().map(|one| &*one.name).collect();
                let cells = [
                    query.name.to_owned(),
                    query.question.clone(),
                    names.join(", "),
                ];
                grid.row(cells.into_iter().map(|cell| (cell, Tone::Plain)));
            }
            output::write(grid.lines(terminal.look()))?;
        }
    }
    Ok(Outcome::Yes)
}

fn show(name: &str) -> Result<Outcome, Failure> {
    let Some(text) = library::text(name) else {
        let failure = Failure::new(format_args!("there is no query `{name}`"));
        return Err(failure.hint("`whocan queries list` lists them"));
    };
    output::write(text)?;
    Ok(Outcome::Yes)
}

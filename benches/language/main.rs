//! How long a shipped query takes until it can run: `cargo bench --bench language`.
//!
//! Parses and plans each on the example organization, or on the bundle that
//! `WHOCAN_BUNDLE` names, and prints microseconds: the median of many times. The
//! questions inside of a query (sets in parentheses, `public`) are answered before
//! it is planned, and that is not counted. A parameter whose default the bundle
//! does not have gets a value that it has.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "../../crates/query/tests/example/bundle.rs"]
mod bundle;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use whocan_graph::Graph;
use whocan_index::Index;
use whocan_query::ast::{Question, StatementKind};
use whocan_query::engine::Indexed;
use whocan_query::saved::SavedQuery;
use whocan_query::{Context, Inner, Names};

/// How often each query is planned.
const TIMES: usize = 101;

/// An account of the example organization.
const EXAMPLE: &str = "555566667777";

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundle = std::env::var_os("WHOCAN_BUNDLE").map(PathBuf::from);
    let index = bundle::index(&bundle.unwrap_or_else(|| folder.join("example")), |_| {});
    let listed = std::fs::read_dir(folder.join("queries")).expect("queries/ is there");
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let mut figures: Vec<(f64, String)> = files.iter().map(|file| figure(file, &index)).collect();
    figures.sort_by(|one, other| other.0.total_cmp(&one.0));
    for (micros, name) in figures {
        println!("{micros:9.1} µs  {name}");
    }
}

fn figure(file: &Path, index: &Index) -> (f64, String) {
    let text = std::fs::read_to_string(file).expect("a query is text");
    let saved = SavedQuery::read(&text).expect("its header is understood");
    let text = saved
        .filled(&BTreeMap::new())
        .expect("every parameter has a default");
    let text = with_names_of(index.graph(), &text);
    // As many as the statements; the first time fills them.
    let inner: Vec<Inner> = text.split(';').map(|_| Inner::default()).collect();
    let resolved = plan(&text, index, &inner);
    let times = (0..TIMES).map(|_| {
        let begun = Instant::now();
        plan(&text, index, &inner);
        begun.elapsed().as_secs_f64() * 1e6
    });
    let mut took: Vec<f64> = times.collect();
    took.sort_by(f64::total_cmp);
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let remark = if resolved {
        ""
    } else {
        " (names what is not there)"
    };
    (took[TIMES / 2], format!("{name}{remark}"))
}

/// Puts names that the graph has in the place of the example's.
fn with_names_of(graph: &Graph, text: &str) -> String {
    if graph
        .accounts()
        .iter()
        .any(|one| one.id.to_string() == EXAMPLE)
    {
        return text.to_owned();
    }
    let is_sign = |sign: char| sign.is_whitespace() || ",;()=".contains(sign);
    let words = text.split_inclusive(is_sign).map(|part| {
        let word = part.trim_end_matches(is_sign);
        let arn = word
            .split_once('/')
            .and_then(|(kind, _)| first(graph, kind));
        arn.map_or(part.to_owned(), |arn| arn + &part[word.len()..])
    });
    words.collect()
}

/// Returns the first thing of a kind, as a question has it.
fn first(graph: &Graph, kind: &str) -> Option<String> {
    let service = match kind {
        "role" | "user" => {
            let mut all = graph.principals().iter().map(|one| &one.arn);
            let own = format!(":{kind}/");
            return all
                .find(|arn| arn.contains(&own))
                .map(|arn| arn.to_string());
        }
        "account" => return Some(format!("account/{}", graph.accounts().first()?.id)),
        "bucket" => ":s3:",
        "key" => ":kms:",
        "queue" => ":sqs:",
        _ => return None,
    };
    let mut all = graph.resources().iter().map(|one| &one.arn);
    all.find(|arn| arn.contains(service))
        .map(|arn| arn.to_string())
}

/// Parses a text and plans its questions; returns whether all its names are known.
fn plan(text: &str, index: &Index, inner: &[Inner]) -> bool {
    let engine = Indexed::new(index);
    let context = Context {
        graph: index.graph(),
        engine: &engine,
        as_of: Some("latest"),
        others: &[],
        read_policy: &|_| Err("no file".to_owned()),
        rows_with_evidence: 200,
    };
    let ast = whocan_query::parse(text).expect("a shipped query parses");
    let questions: Vec<&Question> = ast
        .statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Ask(question)
            | StatementKind::Plan(question)
            | StatementKind::Assert { question, .. } => Some(question),
            StatementKind::Let { .. } => None,
        })
        .collect();
    let names = Names::default();
    let plans = questions
        .iter()
        .zip(inner)
        .map(|(one, inner)| whocan_query::plan_with(text, one, context, &names, inner));
    plans
        .map(|plan| plan.is_ok())
        .fold(true, |all, one| all & one)
}

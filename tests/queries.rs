//! The shipped queries, asked of the example organization, stage by stage.
//!
//! `snapshots/canonical@NAME.snap` is the text with its defaults filled in, as
//! the formatter writes it, `plan@NAME.snap` how it would run, `rows@NAME.snap`
//! what comes out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use whocan_query::ast::StatementKind;
use whocan_query::saved::SavedQuery;

fn library() -> Vec<(String, SavedQuery)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let listed = fs::read_dir(folder).expect("queries/ is there");
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |file: &PathBuf| {
        let name = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(file).expect("a query is text");
        (
            name,
            SavedQuery::read(&text).expect("its header is understood"),
        )
    };
    files.iter().map(read).collect()
}

fn ask(text: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_whocan"))
        .args(["query", "--demo", text])
        .env_remove("WHOCAN_STORE")
        .output()
        .expect("the program starts");
    let said = String::from_utf8(output.stdout).expect("it prints UTF-8");
    let complained = String::from_utf8(output.stderr).expect("it complains in UTF-8");
    said + &complained
}

/// Asks several texts at once, since each loads the example anew.
fn ask_all(texts: &[String]) -> Vec<String> {
    std::thread::scope(|scope| {
        let halves = texts.chunks(texts.len().div_ceil(2).max(1));
        let running: Vec<_> = halves
            .map(|half| scope.spawn(|| half.iter().map(|text| ask(text)).collect::<Vec<_>>()))
            .collect();
        let each = running
            .into_iter()
            .map(|one| one.join().expect("asking does not panic"));
        each.flatten().collect()
    })
}

fn settings(name: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_suffix(name);
    settings.set_omit_expression(true);
    settings
}

fn filled(saved: &SavedQuery) -> String {
    saved
        .filled(&BTreeMap::new())
        .expect("every parameter has a default")
}

#[test]
fn every_query_answers_the_example() {
    let library = library();
    let texts: Vec<String> = library.iter().map(|(_, saved)| filled(saved)).collect();
    for ((name, _), answer) in library.iter().zip(ask_all(&texts)) {
        assert!(!answer.contains("error:"), "{name}: {answer}");
        settings(name).bind(|| insta::assert_snapshot!("rows", answer));
    }
}

#[test]
fn every_query_is_canonical_and_has_a_plan() {
    let library = library();
    let mut plans = Vec::new();
    for (name, saved) in &library {
        let text = filled(saved);
        let ast = whocan_query::parse(&text).expect("a shipped query parses");
        let mut canonical = String::new();
        let mut plan = String::new();
        for statement in &ast.statements {
            canonical += &format!("{};\n", whocan_query::pretty(statement));
            if let StatementKind::Ask(question) = &statement.kind {
                plan += &format!("plan {question};\n");
            }
        }
        settings(name).bind(|| insta::assert_snapshot!("canonical", canonical));
        let again = whocan_query::parse(&canonical).expect("canonical text parses");
        assert_eq!(again, ast, "{name}");
        plans.push(plan);
    }
    for ((name, _), plan) in library.iter().zip(ask_all(&plans)) {
        settings(name).bind(|| insta::assert_snapshot!("plan", plan));
    }
}

#[test]
fn every_query_says_what_it_asks_and_why() {
    for (name, saved) in library() {
        assert!(
            saved.question.ends_with(['?', '.']),
            "{name}: {}",
            saved.question
        );
        assert!(!saved.why.is_empty() && !saved.source.is_empty(), "{name}");
        for parameter in &saved.parameters {
            assert!(!parameter.meaning.is_empty(), "{name}: {}", parameter.name);
        }
    }
}

/// The page of the library, made from the headers.
fn page() -> String {
    let mut page = String::from(
        "# The shipped queries\n\n\
         `whocan queries list` lists them, `whocan queries show NAME` prints one, `whocan query -f NAME` asks it; `--param NAME=VALUE`\n\
         gives a parameter another value. This page is made from the files in [queries/](../queries).\n\n\
         | query | asks | parameters | waits for |\n| --- | --- | --- | --- |\n",
    );
    for (name, saved) in library() {
        let parameters = saved.parameters.iter().map(|one| format!("`{}`", one.name));
        let parameters: Vec<String> = parameters.collect();
        let waits = saved.waits_for.as_deref().unwrap_or_default();
        page += &format!(
            "| [{name}](../queries/{name}.wq) | {} | {} | {waits} |\n",
            saved.question,
            parameters.join(", ")
        );
    }
    page + "\nWhat a query waits for is data that the snapshot cannot hold yet, or holds only if it was exported: until then the query\n\
            answers what it can, and nothing of it is wrong.\n\n"
        + NO_QUERY
}

const NO_QUERY: &str = "## Questions that are no query

| asks | answer |
| --- | --- |
| Which permissions does collecting need? | the read-only calls of `whocan export-script`, which prints each of them; whocan itself calls nothing |
| What access exists now that did not last week? | `whocan diff BEFORE AFTER` ([what changed](diff.md)); of one question `access-since` |
| Which change of a policy opened this path? | `whocan diff BEFORE AFTER 'QUESTION'`, which names the changes behind the rows |
| Which smallest edit closes every path? | waits for a search over edits; `every-way-to-role` lists what is to be closed, and `avoiding role/x` behind any question shows what is left without one link |
| Is this change safe to merge? | `whocan check FILE... --plan PLAN.json` runs assertions such as `no-star-in-trust` against a Terraform plan |
| Which permissions has a used role never used? | waits for last-accessed data of actions, which no export has yet |
| Which known techniques are open, and which role would each gain? | waits for escalation edges; `techniques`, `pass-role` and `escalation-actions` list who may make the calls |
| Which instances does Systems Manager manage? | waits for its inventory; `who-opens-shells` lists who may open a session on any |
| Which accounts could an answer not reach? | every answer names what was not collected; `accounts-not-collected` lists the accounts |
| What is the syntax for a role of another account? | `role/deploy in account/prod`, or the ARN: `cross-account-path` has both ends in different accounts |
";

#[test]
fn the_page_lists_every_query() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/queries.md");
    if std::env::var_os("WHOCAN_REFILL").is_some() {
        fs::write(&path, page()).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).expect("docs/queries.md is there");
    assert_eq!(written, page(), "WHOCAN_REFILL=1 writes it anew");
}

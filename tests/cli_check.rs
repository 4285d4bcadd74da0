//! `check`, `fmt`, `queries` and saved queries, from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn whocan(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whocan"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("WHOCAN_STORE")
        .output()
        .expect("the program starts")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("a file");
    write(
        "holds.wq",
        "let crown = bucket/payroll;\nassert none who in account/dev can s3:GetObject on crown;\nlist crown;\n",
    );
    write(
        "fails.wq",
        "# nobody from dev\nassert none who in account/dev with kind = user can reach s3:GetObject on bucket/payroll;\n",
    );
    write("broken.wq", "assert none who can s3:Gett;\n");
    dir
}

#[test]
fn assertions_that_hold_exit_with_0_and_failures_with_1_and_evidence() {
    let dir = folder();
    let holds = whocan(dir.path(), &["check", "--demo", "holds.wq"]);
    assert_eq!(holds.status.code(), Some(0), "{}", text(&holds));
    let fails = whocan(
        dir.path(),
        &[
            "check",
            "--demo",
            "holds.wq",
            "fails.wq",
            "--junit",
            "out.xml",
            "--sarif",
            "out.sarif",
        ],
    );
    assert_eq!(fails.status.code(), Some(1), "{}", text(&fails));
    let said = text(&fails);
    assert!(said.contains("holds  holds.wq:2"), "{said}");
    assert!(said.contains("FAILS  fails.wq:2"), "{said}");
    // The path and the statements.
    assert!(said.contains("role/reporting"), "{said}");
    assert!(said.contains("SmokeTestAfterDeploy"), "{said}");
    assert!(
        said.ends_with("1 hold, 1 fail, 0 could not be judged\n"),
        "{said}"
    );
    let junit = fs::read_to_string(dir.path().join("out.xml")).expect("JUnit XML");
    assert!(junit.contains("<failure message="), "{junit}");
    let sarif = fs::read_to_string(dir.path().join("out.sarif")).expect("SARIF");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "assertion-fails");
}

#[test]
fn what_cannot_be_judged_exits_with_2_and_the_rest_is_judged() {
    let dir = folder();
    let output = whocan(
        dir.path(),
        &[
            "check",
            "--demo",
            "broken.wq",
            "holds.wq",
            "--format",
            "json",
        ],
    );
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["checks"][0]["result"], "error");
    assert_eq!(document["checks"][0]["reason"], "unknown action `s3:Gett`");
    assert_eq!(document["checks"][1]["result"], "holds");
}

#[test]
fn formatting_twice_changes_nothing_more() {
    let dir = folder();
    let file = dir.path().join("x.wq");
    fs::write(
        &file,
        "# who\nWHO can  s3:GetObject   on bucket/a\n;\nlist ( roles )",
    )
    .expect("a file");
    let checked = whocan(dir.path(), &["fmt", "--check", "x.wq"]);
    assert_eq!(checked.status.code(), Some(1), "{}", text(&checked));
    assert_eq!(whocan(dir.path(), &["fmt", "x.wq"]).status.code(), Some(0));
    let once = fs::read_to_string(&file).expect("a file");
    assert_eq!(
        once,
        "# who\nwho can s3:GetObject on bucket/a;\nlist roles;\n"
    );
    assert_eq!(
        whocan(dir.path(), &["fmt", "--check", "x.wq"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn saved_queries_take_parameters_of_their_kind() {
    let dir = folder();
    let ask = |parameter: &str| {
        whocan(
            dir.path(),
            &[
                "query",
                "--demo",
                "-f",
                "who-reads-bucket",
                "--param",
                parameter,
            ],
        )
    };
    let website = ask("bucket=bucket/acme-www");
    assert_eq!(website.status.code(), Some(0), "{}", text(&website));
    assert!(text(&website).contains("anyone"), "{}", text(&website));
    let wrong = ask("bucket=bucket/a limit 1");
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        text(&wrong),
        "error: `bucket/a limit 1` is no set, which the parameter `bucket` takes\nhint: its parameters are bucket\n"
    );
}

#[test]
fn the_library_is_listed_and_shown() {
    let dir = folder();
    let listed = text(&whocan(dir.path(), &["queries", "list"]));
    assert!(listed.contains("who-reads-bucket"), "{listed}");
    let shown = text(&whocan(
        dir.path(),
        &["queries", "show", "who-reads-bucket"],
    ));
    assert!(shown.starts_with("# question: "), "{shown}");
    let none = whocan(dir.path(), &["queries", "show", "nothing"]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn vendors_have_names() {
    let dir = folder();
    fs::write(
        dir.path().join("vendors.csv"),
        "account,vendor\n999988887777,Observer Inc\n",
    )
    .expect("a file");
    let output = whocan(
        dir.path(),
        &[
            "query",
            "--demo",
            "--vendors",
            "vendors.csv",
            "list externals where vendor = \"Observer Inc\" return arn, account, vendor",
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("Observer Inc"), "{}", text(&output));
    fs::write(dir.path().join("vendors.csv"), "12,x\n").expect("a file");
    let broken = whocan(
        dir.path(),
        &["query", "--demo", "--vendors", "vendors.csv", "list roles"],
    );
    assert!(
        text(&broken).starts_with("error: `vendors.csv`, line 1: `12` is no account number"),
        "{}",
        text(&broken)
    );
}

#[test]
fn as_of_asks_another_snapshot_and_names_what_was_named_there() {
    let dir = folder();
    let store = dir.path().join("store");
    let store = store.to_str().expect("UTF-8");
    let run = |arguments: &[&str]| whocan(dir.path(), &[&["--store", store], arguments].concat());
    assert!(run(&["demo", "--write", "acme"]).status.success());
    assert!(run(&["import", "acme", "--label", "old"]).status.success());
    fs::remove_dir_all(dir.path().join("acme/accounts/444455556666")).expect("dev is there");
    assert!(run(&["import", "acme", "--label", "new"]).status.success());
    let output = run(&[
        "query",
        "--format",
        "jsonl",
        "let us = users; count us; count us as of old",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let counts: Vec<i64> = text(&output)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|row| {
            row["cells"]["count"]
                .as_i64()
                .or_else(|| row["count"].as_i64())
        })
        .collect();
    assert_eq!(counts, [6, 11], "{}", text(&output));
}

#[test]
fn the_session_obeys_commands_from_a_pipe_too() {
    use std::io::Write;
    use std::process::Stdio;
    let dir = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_whocan"))
        .args(["repl", "--demo"])
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let typed = "\\help matrix\ncount roles\n\\save roles.wq\n\\format jsonl\nlist bucket/payroll\nlist it return name\n\\nonsense\n";
    let mut input = child.stdin.take().expect("it reads");
    input
        .write_all(typed.as_bytes())
        .expect("it reads all of it");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let said = text(&output);
    assert!(said.contains("matrix: crosses two sets"), "{said}");
    assert!(said.contains("count\n48\n"), "{said}");
    assert!(said.contains("\"cells\":{\"name\":\"payroll\"}"), "{said}");
    assert!(
        said.contains("error: there is no command `\\nonsense`"),
        "{said}"
    );
    let saved = fs::read_to_string(dir.path().join("roles.wq")).expect("the question is saved");
    assert_eq!(saved, "count roles;\n");
}

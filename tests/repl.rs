//! The session as a person sees it: the program on a pseudo-terminal, its screens as text.
//!
//! Nothing waits for a time to pass: each step waits for what the screen must show.

#![cfg(unix)]

#[path = "screen/mod.rs"]
mod screen;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use screen::{ENTER, Session, TAB};

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const CTRL_R: &str = "\u{12}";

#[test]
fn tab_lists_what_the_grammar_the_snapshot_and_the_catalogue_know() {
    let mut session = Session::begin(&[]);
    session.types(&format!("who can s3:GetBucketP{TAB}"));
    assert_snapshot!(session.shows("s3:GetBucketPolicyStatus"), @"");
    session.types(&format!("{CTRL_C}list role/OrgA{TAB}"));
    assert_snapshot!(session.shows("> list role/OrgAuditRole"), @"");
    session.types(&format!(
        "{CTRL_C}who can s3:GetObject on bucket/payroll wh{TAB}"
    ));
    session.shows("> who can s3:GetObject on bucket/payroll where");
    session.ends();
}

#[test]
fn a_mistake_is_pointed_at_and_the_session_goes_on() {
    let mut session = Session::begin(&[]);
    session.asks("who can s3:GetObjekt on bucket/payroll");
    assert_snapshot!(session.shows("hint: did you mean"), @"");
    session.asks("count roles");
    session.shows("\n48\n");
    session.ends();
}

#[test]
fn what_breaks_off_takes_another_line_and_history_is_searched() {
    let mut session = Session::begin(&[]);
    session.asks("count (roles in account/prod");
    session.shows("      | ");
    session.asks("minus roles with service_linked)");
    assert_snapshot!(session.shows("\n17\n"), @"");
    session.types(&format!("{CTRL_R}minus"));
    assert_snapshot!(session.shows("searching `minus`"), @"");
    session.types(CTRL_C);
    session.ends();
}

#[test]
fn the_rows_of_the_last_answer_are_a_set_called_it() {
    let mut session = Session::begin(&[]);
    session.asks("list users with tag.team = web");
    session.shows("whocan> ");
    session.asks("list it return name, account, tag.team");
    assert_snapshot!(session.shows("tag.team\n"), @"");
    session.ends();
}

#[test]
fn ctrl_c_ends_a_running_question_and_keeps_the_session() {
    let mut session = Session::begin(&[]);
    session.asks("let web = users with tag.team = web");
    session.asks("which resources can principals reach * explain");
    session.nudged_until(CTRL_C, "cancelled");
    session.asks("count web");
    session.shows("\n2\n");
    session.ends();
}

#[test]
fn what_is_longer_than_the_screen_goes_to_the_pager() {
    let folder = tempfile::tempdir().expect("a folder");
    let pager = folder.path().join("pager");
    std::fs::write(
        &pager,
        "#!/bin/sh\nhead -n 2\necho '-- more --'\ncat >/dev/null\n",
    )
    .expect("it can be written");
    let runnable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&pager, runnable).expect("it can be made a program");
    let pager = pager.to_string_lossy().into_owned();
    let mut session = Session::begin(&[("PAGER", &pager)]);
    session.asks("count roles");
    session.shows("\n48\n");
    session.asks("list roles return name, account");
    assert_snapshot!(session.shows("-- more --\n"), @"");
    session.asks("\\pager off");
    session.asks("list roles return name, account");
    session.shows("48 rows\n");
    session.ends();
}

#[test]
fn a_terminal_that_only_prints_gets_plain_prompts() {
    let mut session = Session::begin(&[("TERM", "dumb")]);
    session.types("count (roles\n");
    session.shows("      | ");
    session.types("in account/prod)\n");
    session.shows("\n22\n");
    session.types("\\help hops\n");
    assert_snapshot!(session.shows("hops: a number"), @"");
    session.types(CTRL_D);
    session.finishes();
}

#[test]
fn a_pipe_gets_answers_alone_and_the_exit_code_of_the_last() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_whocan"))
        .args(["repl", "--demo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("it is piped");
    input
        .write_all(b"let prod = account/prod;\ncount (roles\n in prod)\nlist it\nlist roles with name = none\n")
        .expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_snapshot!(text, @"");
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"");
    assert!(!ENTER.is_empty());
}

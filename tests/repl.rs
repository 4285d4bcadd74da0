//! The session as a person sees it: the program on a pseudo-terminal, its screens as text.

#![cfg(unix)]

mod screen;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use screen::{CTRL_C, CTRL_D, CTRL_R, Session, TAB, UP};
use tempfile::TempDir;

fn home() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A session without colours, which other tests look at.
fn plain(home: &Path) -> Session {
    Session::begin(home, &[("NO_COLOR", "1")])
}

#[test]
fn tab_lists_what_the_grammar_the_snapshot_and_the_catalogue_know() {
    let home = home();
    let session = plain(home.path());
    session.clears();
    session.types(&format!("who can s3:GetBucketP{TAB}"));
    assert_snapshot!(session.shows("s3:GetBucketPublicAccessBlock"));
    let session = plain(home.path());
    session.clears();
    session.types(&format!("who can s3:GetObject on bucket/payroll w{TAB}"));
    assert_snapshot!(session.shows("within"));
    let session = plain(home.path());
    session.types(&format!("list role/AWSReservedSSO_F{TAB}"));
    session.shows("> list role/AWSReservedSSO_Finance_7a9c1e3f5b4d6802");
    session.ends();
}

#[test]
fn words_actions_things_and_quotes_have_their_colours() {
    let home = home();
    let session = Session::begin(home.path(), &[]);
    session.clears();
    let question = "who can s3:GetObject on bucket/payroll where name like \"a b\" # why";
    session.types(question);
    assert_snapshot!(session.paints("# why"));
    session.ends();
}

#[test]
fn what_was_asked_before_is_hinted_at_and_comes_back() {
    let home = home();
    let session = Session::begin(home.path(), &[]);
    session.asks("count roles in account/prod");
    session.answers("\n19\n");
    session.clears();
    session.types("count r");
    assert_snapshot!(session.paints("> count roles in account/prod"));
    session.ends();
    // Another session remembers what this one was asked.
    let session = plain(home.path());
    session.types(UP);
    session.shows("> count roles in account/prod");
    session.clears();
    session.types(&format!("{CTRL_R}in acc"));
    assert_snapshot!(session.shows("(searching `in acc`) count roles in account/prod"));
    session.types(CTRL_C);
    session.answers("searching");
    session.clears();
    session.types(&format!("{CTRL_R}nowhere"));
    assert_snapshot!(session.shows("nothing found, searching `nowhere`"));
}

#[test]
fn a_mistake_is_pointed_at_and_the_session_goes_on() {
    let home = home();
    let session = plain(home.path());
    session.clears();
    session.asks("who can s3:GetObjekt on bucket/payroll");
    assert_snapshot!(session.answers("help: did you mean"));
    session.asks("count roles");
    session.answers("\n48\n");
    session.ends();
}

#[test]
fn what_breaks_off_takes_another_line() {
    let home = home();
    let session = plain(home.path());
    session.clears();
    session.asks("count (roles in account/prod");
    session.answers("roles in account/prod\n      |");
    session.asks("minus roles with service_linked)");
    assert_snapshot!(session.answers("\n17\n"));
    session.ends();
}

#[test]
fn the_rows_of_the_last_answer_are_a_set_called_it() {
    let home = home();
    let session = plain(home.path());
    session.clears();
    session.asks("list users with tag.team = web");
    session.answers("2 rows");
    session.asks("list it return name, account, tag.team");
    assert_snapshot!(session.answers("tag.team"));
    session.ends();
}

#[test]
fn ctrl_c_ends_a_running_question_and_keeps_the_session() {
    let home = home();
    let session = plain(home.path());
    session.asks("let web = users with tag.team = web");
    session.asks("\\pager off");
    session.clears();
    // The first answer tells that questions run; those behind it take long.
    let long = "which resources can principals reach *; ".repeat(15);
    session.asks(&format!("count accounts; {long}"));
    session.shows("count\n");
    session.types(CTRL_C);
    session.answers("cancelled");
    session.clears();
    session.asks("count web");
    assert_snapshot!(session.answers("\n2\n"));
    session.ends();
}

#[test]
fn what_is_longer_than_the_screen_goes_to_the_pager() {
    let home = home();
    let pager = home.path().join("pager");
    let lines = "#!/bin/sh\nhead -n 4\necho '-- more --'\ncat >/dev/null\n";
    std::fs::write(&pager, lines).expect("it can be written");
    let runnable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&pager, runnable).expect("it can be made a program");
    let pager = pager.to_string_lossy().into_owned();
    let session = Session::begin(home.path(), &[("NO_COLOR", "1"), ("PAGER", &pager)]);
    session.clears();
    session.asks("count roles");
    session.answers("\n48\n");
    session.asks("list roles return name, account");
    assert_snapshot!(session.answers("-- more --"));
    session.asks("\\pager off");
    session.asks("list roles return name, account");
    session.answers("48 rows");
    session.ends();
}

#[test]
fn commands_are_for_the_session_and_help_has_examples() {
    let home = home();
    let session = plain(home.path());
    session.clears();
    session.asks("\\help within");
    assert_snapshot!(session.answers("within"));
    session.clears();
    session.asks("\\format csv");
    session.asks("list users with tag.team = web return name");
    session.asks("\\format yaml");
    assert_snapshot!(session.answers("there are table"));
    session.ends();
}

#[test]
fn a_terminal_that_only_prints_gets_plain_prompts() {
    let home = home();
    let session = Session::begin(home.path(), &[("TERM", "dumb")]);
    session.asks("count (roles");
    session.answers("count (roles\n      |");
    session.asks("in account/prod)");
    session.answers("\n19\n");
    session.asks("who can s3:GetObjekt on bucket/payroll");
    assert_snapshot!(session.answers("help: did you mean"));
    session.types(CTRL_D);
    session.finishes();
}

#[test]
fn a_pipe_gets_answers_alone_and_the_exit_code_of_the_last() {
    let questions = "let prod = roles in account/prod;\ncount (prod\n minus users)\nlist users with tag.team = web\nlist it return name\nlist roles with name = none\n";
    let mut child = Command::new(env!("CARGO_BIN_EXE_whocan"))
        .args(["repl", "--demo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(questions.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_snapshot!(String::from_utf8_lossy(&output.stdout));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

//! `whocan query`, `demo` and `repl` from outside, on the example organization.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::io::Read;
use std::process::Stdio;

use command::{Ended, Place};
use insta::assert_snapshot;
use serde_json::Value;

const PAYROLL: &str = "who can reach s3:GetObject on bucket/payroll via AssumeRole";

fn demo(question: &str) -> Ended {
    Place::new().run(["demo", question])
}

fn demo_as(format: &str, question: &str) -> String {
    Place::new().run(["demo", question, "--format", format]).out
}

#[test]
fn the_exit_code_tells_yes_no_if_and_error() {
    let cases = [
        (
            "can role/reporting s3:GetObject on arn:aws:s3:::payroll/x",
            0,
        ),
        ("can user/ana s3:GetObject on arn:aws:s3:::payroll/x", 1),
        (
            "can user/erp-sync s3:GetObject on arn:aws:s3:::payroll/reports/x",
            3,
        ),
        ("list buckets where name = \"nothing-like-it\"", 1),
        ("list buckets", 0),
        ("assert none who can s3:GetObject on bucket/payroll", 1),
        ("assert some who can s3:GetObject on bucket/payroll", 0),
        (
            "assert none who can s3:GetObject on bucket/payroll; list buckets",
            1,
        ),
        (
            "can user/ana s3:GetObject on arn:aws:s3:::payroll/x; list buckets",
            0,
        ),
        ("let crown = bucket/payroll", 0),
        ("who can s3:GetObjekt on bucket/payroll", 2),
        ("who can", 2),
    ];
    for (question, code) in cases {
        let ended = demo(question);
        assert_eq!(ended.code, code, "{question}: {ended:?}");
    }
}

#[test]
fn a_mistake_points_at_its_spot_and_suggests() {
    let ended = demo("who can s3:GetObjekt on bucket/payroll");
    assert_eq!(ended.out, "");
    assert_snapshot!(ended.err, @r"
    error: unknown action `s3:GetObjekt`
     1 | who can s3:GetObjekt on bucket/payroll
       |         ^^^^^^^^^^^^
    hint: did you mean `s3:GetObject`?
    ");
}

#[test]
fn the_demo_answers_the_question_it_is_about() {
    let out = Place::new().run(["demo"]).fine();
    assert!(out.starts_with("Acme, an invented organization"), "{out}");
    assert!(out.contains("22 rows"), "{out}");
    let ana = out
        .lines()
        .find(|line| line.starts_with("user/ana"))
        .unwrap();
    let words: Vec<&str> = ana.split_whitespace().collect();
    assert_eq!(words[1..4], ["dev", "yes", "3"]);
    assert!(ana.contains("role/ci-deployer (tooling) → role/deploy (prod) → role/reporting"));
    assert!(out.contains("whocan repl --demo"));
}

#[test]
fn why_shows_each_hop_with_both_its_sides() {
    let out = demo("why can user/ana reach s3:GetObject on arn:aws:s3:::payroll/2026.csv").fine();
    assert_snapshot!(out, @r"
    user/ana (dev): yes, 3 hops
      1. user/ana (dev) sts:AssumeRole on arn:aws:iam::333344445555:role/ci-deployer: allowed
         SCP        allows: FullAWSAccess at r-exmp, ou-exmp-workload, ou-exmp-devstage, 444455556666
         trust      allows: trust policy of role/ci-deployer, statement DevelopersRerunPipelines
         permission allows: inline policy assume-roles of group/developers, statement RerunPipelines
      2. role/ci-deployer (tooling) sts:AssumeRole on arn:aws:iam::555566667777:role/deploy: allowed
         SCP        allows: FullAWSAccess at r-exmp, ou-exmp-sharedit, 333344445555
         trust      allows: trust policy of role/deploy, statement PipelineOnly
         permission allows: inline policy deploy-everywhere of role/ci-deployer, statement EnterTheDeployRoles
      3. role/deploy (prod) sts:AssumeRole on arn:aws:iam::555566667777:role/reporting: allowed
         SCP        allows: FullAWSAccess at r-exmp, ou-exmp-workload, ou-exmp-prodlive, 555566667777
         trust      allows: trust policy of role/reporting, statement SmokeTestAfterDeploy
      4. role/reporting (prod) s3:GetObject on arn:aws:s3:::payroll/2026.csv: allowed
         SCP        allows: FullAWSAccess at r-exmp, ou-exmp-workload, ou-exmp-prodlive, 555566667777
         identity   allows: inline policy monthly-reports of role/reporting, statement ReadPayroll
      also needs kms:Decrypt on key/0f1e2d3c-4b5a-4697-8877-665544332211: yes
    ");
}

#[test]
fn a_no_says_what_would_have_to_change() {
    let ended = demo("why not user/ana s3:GetObject on arn:aws:s3:::payroll/2026.csv");
    assert_eq!(ended.code, 1);
    assert!(
        ended.out.contains("statement OnlyTheNamedReaders"),
        "{}",
        ended.out
    );
    assert!(
        ended
            .out
            .contains("it would be allowed if (these are the fewest changes)"),
        "{}",
        ended.out
    );
}

#[test]
fn an_if_names_its_conditions_and_who_decides_them() {
    let out = demo("why can user/erp-sync s3:GetObject on arn:aws:s3:::payroll/reports/x").out;
    assert!(out.contains("aws:SourceIp in 198.51.100.0/24"), "{out}");
    assert!(
        out.contains("aws:SourceIp (the environment decides it)"),
        "{out}"
    );
}

#[test]
fn what_rests_on_a_gap_says_so_and_what_only_a_gap_opens_is_counted() {
    let ended = demo("who can secretsmanager:GetSecretValue on secret/ledger/db");
    assert_eq!(ended.code, 3);
    assert!(
        ended.out.contains("yes, as far as collected"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains(
            "more rows only if something that was not collected allows it: resource policy of"
        ),
        "{}",
        ended.out
    );
}

#[test]
fn json_has_the_fields_of_its_contract() {
    let document: Value = serde_json::from_str(&demo_as("json", PAYROLL)).unwrap();
    assert_eq!(document["schema"], 1);
    let answer = &document["answers"][0];
    assert_eq!(answer["total"], 22);
    let rows = answer["rows"].as_array().unwrap();
    let ana = rows
        .iter()
        .find(|row| row["principal"]["arn"] == "arn:aws:iam::444455556666:user/ana")
        .unwrap();
    assert_eq!(ana["verdict"], "yes");
    assert_eq!(ana["hops"], 3);
    assert_eq!(
        ana["path"][1]["role"]["arn"],
        "arn:aws:iam::555566667777:role/deploy"
    );
    assert_eq!(ana["evidence"].as_array().unwrap().len(), 4);
    assert_eq!(ana["evidence"][3]["decision"], "allow");
    // The contract's page names every field that there is.
    let page = include_str!("../docs/json.md");
    for object in [
        answer,
        ana,
        &ana["path"][0],
        &ana["evidence"][0],
        &ana["evidence"][0]["evidence"][0],
        &ana["parts"][0],
    ] {
        for field in object.as_object().unwrap().keys() {
            assert!(
                page.contains(&format!("`{field}`")) || page.contains(&format!("\"{field}\"")),
                "docs/json.md lacks `{field}`"
            );
        }
    }
}

#[test]
fn jsonl_has_a_line_for_each_row_and_one_for_the_answer() {
    let out = demo_as("jsonl", "list buckets; list queues");
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<(&str, u64)> = lines
        .iter()
        .map(|line| {
            (
                line["type"].as_str().unwrap(),
                line["statement_number"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        kinds.iter().filter(|(kind, _)| *kind == "answer").count(),
        2
    );
    assert_eq!(kinds.last(), Some(&("answer", 2)));
    assert!(kinds.iter().filter(|kind| **kind == ("row", 1)).count() > 3);
}

#[test]
fn csv_has_one_header_and_full_arns() {
    let out = demo_as("csv", PAYROLL);
    let mut lines = out.lines();
    assert_eq!(
        lines.next(),
        Some("principal,principal.account,verdict,hops,via,parts,conditions,needs")
    );
    assert_eq!(lines.clone().count(), 22);
    assert!(lines.any(|line| line.starts_with("arn:aws:iam::444455556666:user/ana,444455556666,yes,3,arn:aws:iam::333344445555:role/ci-deployer; ")), "{out}");
    let place = Place::new();
    place
        .run(["demo", "list users; list roles", "--format", "csv"])
        .error("CSV holds the rows of one");
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    for format in ["table", "json", "csv"] {
        assert_eq!(demo_as(format, PAYROLL), demo_as(format, PAYROLL));
    }
}

#[test]
fn colours_come_only_when_asked_for() {
    let place = Place::new();
    let plain = place.run(["demo", PAYROLL]).out;
    assert!(!plain.contains('\u{1b}'));
    let colored = place.run(["demo", PAYROLL, "--color", "always"]).out;
    assert!(colored.contains('\u{1b}'));
    let mut command = place.command(["demo", PAYROLL, "--color", "auto"]);
    command.env("NO_COLOR", "1");
    assert_eq!(command::ended(command).out, plain);
}

#[test]
fn a_query_asks_a_stored_snapshot() {
    let place = Place::with_example();
    assert!(place.run(["query", PAYROLL]).fine().contains("22 rows"));
    assert!(
        place
            .run(["query", PAYROLL, "--snapshot", "example"])
            .fine()
            .contains("22 rows")
    );
    place
        .run(["query", PAYROLL, "--snapshot", "other"])
        .error("no snapshot is called `other`");
    let file = place.file("payroll.wq", format!("# the payroll\n{PAYROLL};\n"));
    assert!(place.run(["query", "-f", &file]).fine().contains("22 rows"));
    assert!(
        place
            .feed(["query", "-f", "-"], PAYROLL)
            .out
            .contains("22 rows")
    );
    let args = [
        "query",
        "--param",
        "crown=bucket/payroll",
        "who can s3:GetObject on crown",
    ];
    assert!(place.run(args).fine().contains("6 rows"));
}

#[test]
fn a_query_that_cannot_be_read_is_an_error() {
    let place = Place::new();
    place.run(["query", PAYROLL]).error("holds no snapshot");
    let place = Place::with_example();
    place.run(["query"]).error("required");
    place
        .run(["query", "a", "-f", "b"])
        .error("cannot be used with");
    place
        .run(["query", "-f", "/no/such/file"])
        .error("cannot read `/no/such/file`");
    place
        .run(["query", "--param", "crown", "list users"])
        .error("`crown` is no parameter");
    place
        .run(["query", "--param", "who=users", "list users"])
        .error("`who` is a word of the language");
    place
        .feed(["query", "-f", "-"], [0xff, 0xfe, 0x00])
        .error("not UTF-8");

    for text in ["(".repeat(100_000), "list users; ".repeat(200_000)] {
        place.feed(["query", "-f", "-"], text).error("error:");
    }
    place
        .run(["query", "list users \u{1b}[2J"])
        .error("\\u{1b}");
}

#[test]
fn the_question_in_a_broken_file_is_shown_with_its_line() {
    let place = Place::with_example();
    let file = place.file("broken.wq", "list users;\nwho can s3:GetObject on;\n");
    let ended = place.run(["query", "-f", &file]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.err.contains(" 2 | who can s3:GetObject on;"),
        "{}",
        ended.err
    );
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let place = Place::new();
    let mut command = place.command(["demo", PAYROLL, "--format", "json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    child.wait().unwrap();
    assert_eq!(err, "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_the_output_is_an_error() {
    let place = Place::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = place.command(["demo", PAYROLL]);
    command.stdout(full);
    command::ended(command).error("cannot write the answer");
}

#[test]
fn the_repl_answers_from_a_pipe_line_by_line() {
    let place = Place::new();
    let text = "let crown = bucket/payroll\ncount who can s3:GetObject on crown\n\ncount who can\n  s3:GetObject on\n  crown\n";
    let ended = place.feed(["repl", "--demo"], text);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.out.matches("count\n6\n").count(), 2, "{}", ended.out);
    assert!(!ended.out.contains("whocan>"));
}

#[test]
fn the_repl_goes_on_after_a_mistake_and_tells_of_it_at_the_end() {
    let place = Place::new();
    let ended = place.feed(["repl", "--demo"], "nonsense\ncount buckets\n");
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("error:"), "{}", ended.err);
    assert!(ended.out.contains("count\n"), "{}", ended.out);
    let ended = place.feed(["repl", "--demo"], "help\nexit\nlist buckets\n");
    assert_eq!(ended.code, 0);
    assert!(
        ended.out.contains("who may, by themselves"),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("bucket/acme"), "{}", ended.out);
}

#[test]
fn the_repl_asks_a_stored_snapshot() {
    let place = Place::with_example();
    let out = place.feed(["repl"], format!("{PAYROLL}\n")).out;
    assert!(out.contains("22 rows"), "{out}");
    Place::new().feed(["repl"], "").error("holds no snapshot");
}

#[test]
fn the_example_can_be_written_and_imported() {
    let place = Place::new();
    let dir = place.path("acme");
    let dir = dir.to_str().unwrap();
    place.run(["demo", "--write", dir]).fine();
    place.run(["import", dir]).fine();
    let from_store = place.run(["query", PAYROLL]).fine();
    assert_eq!(from_store, demo(PAYROLL).fine());
    place.run(["demo", "--write", dir]).error("is not empty");
}

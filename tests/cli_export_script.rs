//! `whocan export-script`: the script against an AWS CLI that plays answers.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use command::{Ended, Place, ended, names};
use serde_json::Value;

const FAKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fake_aws");

/// A place with the script in it.
struct Exporting {
    place: Place,
    script: String,
}

impl Exporting {
    fn new() -> Exporting {
        let place = Place::new();
        let text = place.run(["export-script"]).fine();
        let script = place.file("export.sh", text);
        Exporting { place, script }
    }

    fn run(&self, args: &[&str], expires: &str) -> Ended {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("sh");
        command
            .arg(&self.script)
            .args(["-r", "eu-west-1", "-o"])
            .arg(self.place.path("export"))
            .args(args)
            .env("PATH", format!("{FAKE}:{path}"))
            .env("WAIT", "0")
            .env("FAKE_EXPIRES", expires)
            .env("FAKE_LOG", self.place.path("log"));
        ended(command)
    }

    /// Returns the calls that were made, without those that only ask for names, and forgets them.
    fn calls(&self) -> Vec<String> {
        let log = self.place.path("log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(log);
        let calls = text.lines().filter(|line| !line.contains(" --query "));
        calls.map(str::to_owned).collect()
    }

    fn account(&self) -> PathBuf {
        self.place.path("export/accounts/111122223333")
    }

    fn lines(&self) -> String {
        fs::read_to_string(self.account().join("calls.jsonl")).unwrap()
    }
}

#[test]
fn the_export_is_a_bundle_with_a_code_for_every_call_without_an_answer() {
    let exporting = Exporting::new();
    let done = exporting.run(&[], "");
    assert_eq!(done.code, 0, "{done:?}");
    let out = exporting
        .place
        .run(["import", exporting.place.path("export").to_str().unwrap()])
        .fine();
    assert!(out.contains("an organization, 1 account: 1 user"), "{out}");
    for line in [
        r#"{"command": "s3api get-bucket-policy", "argument": "plain", "code": "NoSuchBucketPolicy"}"#,
        r#"{"command": "sqs get-queue-attributes", "region": "eu-west-1", "argument": "jobs", "code": "AccessDenied"}"#,
        r#"{"command": "s3api get-bucket-abac", "argument": "plain", "code": "UnknownToThisCli"}"#,
        r#"{"command": "lambda list-functions", "region": "eu-west-1", "code": "CouldNotConnect"}"#,
    ] {
        assert!(
            exporting.lines().lines().any(|it| it == line),
            "{line}\n{}",
            exporting.lines()
        );
    }
    for line in exporting.lines().lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn nothing_that_was_not_exported_is_missing_from_the_gaps() {
    let exporting = Exporting::new();
    assert_eq!(exporting.run(&[], "").code, 0);
    exporting
        .place
        .run(["import", exporting.place.path("export").to_str().unwrap()])
        .fine();
    let shown = exporting
        .place
        .run(["snapshots", "show", "--format", "json"])
        .fine();
    assert!(!shown.contains("not-exported"), "{shown}");
    assert!(shown.contains("AccessDenied"), "{shown}");
}

#[test]
fn people_and_shares_are_exported_and_an_instance_of_others_is_no_gap() {
    let exporting = Exporting::new();
    assert_eq!(exporting.run(&[], "").code, 0);
    let export = exporting.place.path("export");
    exporting
        .place
        .run(["import", export.to_str().unwrap()])
        .fine();
    let people = exporting
        .place
        .run(["query", "list identity-center-users", "--format", "csv"])
        .fine();
    assert!(
        people.contains(":user/u-1") && people.contains(":user/u-2"),
        "{people}"
    );
    let shared = exporting.account().join("ram/eu-west-1");
    let shared = names(&shared.join("get-resource-policies"));
    assert_eq!(
        shared,
        ["arn%3Aaws%3Adynamodb%3Aeu-west-1%3A111122223333%3Atable%2Fpeople.json"]
    );
    assert!(!exporting.lines().contains("sso-admin"));
}

#[test]
fn a_second_run_asks_only_for_what_is_missing() {
    let exporting = Exporting::new();
    assert_eq!(exporting.run(&[], "").code, 0);
    assert!(exporting.calls().len() > 30);
    fs::remove_file(exporting.account().join("s3api/get-bucket-acl/plain.json")).unwrap();
    assert_eq!(exporting.run(&[], "").code, 0);
    let calls = exporting.calls();
    // What could not be reached is tried again; what was refused is not.
    assert_eq!(
        calls,
        [
            "s3api get-bucket-acl --bucket plain --output json",
            "lambda list-functions --region eu-west-1 --output json",
            // Whether an instance of others may be asked about is found by asking.
            "sso-admin list-permission-sets --instance-arn arn:aws:sso:::instance/ssoins-2 --region eu-west-1 --output json",
        ]
    );
    assert_eq!(exporting.run(&["-a"], "").code, 0);
    let again = exporting.calls();
    assert!(
        again
            .iter()
            .any(|call| call.starts_with("sqs get-queue-attributes")),
        "{again:?}"
    );
    assert!(
        !again
            .iter()
            .any(|call| call.starts_with("s3api get-bucket-policy")),
        "{again:?}"
    );
}

#[test]
fn expired_credentials_stop_it_and_the_next_run_goes_on() {
    let exporting = Exporting::new();
    let stopped = exporting.run(&[], "sqs list-queues");
    assert_eq!(stopped.code, 1);
    assert!(
        stopped.err.contains("goes on where it was"),
        "{}",
        stopped.err
    );
    assert!(
        !exporting.lines().contains("Expired"),
        "{}",
        exporting.lines()
    );
    exporting.calls();
    assert_eq!(exporting.run(&[], "").code, 0);
    let calls = exporting.calls();
    assert!(calls[0].starts_with("sqs list-queues"), "{calls:?}");
    // As if it had never stopped.
    let undisturbed = Exporting::new();
    assert_eq!(undisturbed.run(&[], "").code, 0);
    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(exporting.lines()), sorted(undisturbed.lines()));
}

#[test]
fn a_line_that_was_cut_off_is_written_anew() {
    let exporting = Exporting::new();
    assert_eq!(exporting.run(&[], "").code, 0);
    let lines = exporting.account().join("calls.jsonl");
    let whole = fs::read_to_string(&lines).unwrap();
    fs::write(&lines, &whole[..whole.len() - 12]).unwrap();
    assert_eq!(exporting.run(&[], "").code, 0);
    for line in exporting.lines().lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn without_an_account_it_says_so_and_writes_nothing() {
    let exporting = Exporting::new();
    let done = exporting.run(&[], "sts get-caller-identity");
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("no credentials that AWS accepts"),
        "{}",
        done.err
    );
    assert!(!exporting.place.path("export").exists());
    assert_eq!(exporting.run(&["-x"], "").code, 2);
}

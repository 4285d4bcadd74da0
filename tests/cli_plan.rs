//! A Terraform plan judged before it is applied: `check --plan` and `diff --plan`.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use command::Place;
use serde_json::{Value, json};

const CHECKS: &str = "assert none who outside org can reach role/oncall;\n\
    assert some who in account/management can reach role/oncall;\n";

/// What `terraform show -json` says of a plan with these changes.
fn plan(place: &Place, changes: Value) -> String {
    let plan =
        json!({"format_version": "1.2", "terraform_version": "1.9.8", "resource_changes": changes});
    place.file("plan.json", plan.to_string())
}

fn trust(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// Widens the trust of `oncall`, which so far only people of its account may assume.
fn widened(place: &Place) -> String {
    let people = json!({"Sid": "People", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::555566667777:root"}});
    let vendor = json!({"Sid": "Vendor", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"}});
    let role = |statements| {
        json!({"name": "oncall", "path": "/", "arn": "arn:aws:iam::555566667777:role/oncall",
            "assume_role_policy": trust(statements)})
    };
    plan(
        place,
        json!([{
            "address": "aws_iam_role.oncall", "mode": "managed", "type": "aws_iam_role", "name": "oncall",
            "change": {"actions": ["update"], "before": role(json!([people])),
                "after": role(json!([people, vendor])), "after_unknown": {}}
        }]),
    )
}

/// Takes the role away that the pipeline deploys with.
fn removed(place: &Place) -> String {
    let role = json!({"name": "deploy", "path": "/",
        "arn": "arn:aws:iam::555566667777:role/deploy", "assume_role_policy": trust(json!([]))});
    plan(
        place,
        json!([{
            "address": "aws_iam_role.deploy", "mode": "managed", "type": "aws_iam_role", "name": "deploy",
            "change": {"actions": ["delete"], "before": role, "after": null, "after_unknown": {}}
        }]),
    )
}

#[test]
fn assertions_are_judged_against_what_would_be_and_nothing_is_stored() {
    let place = Place::with_example();
    let checks = place.file("checks.wq", CHECKS);
    assert_eq!(place.run(["check", &checks]).code, 0);

    let plan = widened(&place);
    let junit = place.path("junit.xml");
    let sarif = place.path("report.sarif");
    let ended = place.run([
        "check",
        &checks,
        "--plan",
        &plan,
        "--junit",
        junit.to_str().unwrap(),
        "--sarif",
        sarif.to_str().unwrap(),
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("999988887777"), "{}", ended.out);
    assert!(ended.out.contains("statement Vendor"), "{}", ended.out);
    let junit = std::fs::read_to_string(junit).unwrap();
    assert!(junit.contains("failures=\"1\""), "{junit}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(sarif).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);

    // Of the stored snapshot they still hold.
    assert_eq!(place.run(["check", &checks]).code, 0);
    assert_eq!(place.run(["snapshots", "list"]).fine().lines().count(), 2);
}

#[test]
fn what_a_plan_lets_in_stands_under_the_statement_that_does() {
    let place = Place::with_example();
    let ended = place.run(["diff", "latest", "--plan", &widened(&place)]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let title = "role/oncall: trust policy, statement Vendor: added";
    assert!(ended.out.contains(title), "{}", ended.out);
    let appeared =
        "appeared: arn:aws:iam::999988887777:root on arn:aws:iam::555566667777:role/oncall";
    assert!(ended.out.contains(appeared), "{}", ended.out);
    let only = "1 thing changed; access differs through 1 of them";
    assert!(ended.out.contains(only), "{}", ended.out);
}

#[test]
fn what_a_plan_takes_away_is_told_too() {
    let place = Place::with_example();
    let plan = removed(&place);
    let checks = place.file(
        "checks.wq",
        "assert some list arn:aws:iam::555566667777:role/deploy;\n",
    );
    assert_eq!(place.run(["check", &checks]).code, 0);
    // A name that nothing has is an error of the check, not a passed one.
    let ended = place.run(["check", &checks, "--plan", &plan]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let ended = place.run(["diff", "latest", "--plan", &plan, "--format", "json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let told: Value = serde_json::from_str(&ended.out).unwrap();
    let entry = &told["entries"][0];
    assert_eq!(entry["change"], "removed");
    let effects = entry["effects"].to_string();
    assert!(effects.contains("role/ci-deployer"), "{effects}");
}

#[test]
fn a_plan_that_changes_nothing_of_access_says_so() {
    let place = Place::with_example();
    let plan = plan(
        &place,
        json!([{
            "address": "aws_cloudwatch_metric_alarm.a", "mode": "managed",
            "type": "aws_cloudwatch_metric_alarm", "name": "a",
            "change": {"actions": ["create"], "before": null, "after": {}, "after_unknown": {}}
        }]),
    );
    let args = [
        "diff",
        "latest",
        "--account",
        "555566667777",
        "--plan",
        &plan,
    ];
    let ended = place.run(args);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.out, "nothing that bears on access differs\n");
}

#[test]
fn a_plan_that_is_none_is_an_error_with_its_place() {
    let place = Place::with_example();
    let checks = place.file("checks.wq", CHECKS);
    let broken = place.file("broken.json", "{\"format_version\": ");
    place
        .run(["check", &checks, "--plan", &broken])
        .error("broken.json");
    place
        .run(["check", &checks, "--plan", "nowhere.json"])
        .error("nowhere.json");
    place
        .run(["check", &checks, "--demo", "--plan", &broken])
        .error("cannot be used with");
}

//! `whocan snapshots prune` from outside.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use command::{Place, names};
use serde_json::Value;

const DETAILS: &str = r#"{"UserDetailList": [{"Path": "/", "UserName": "ana", "UserId": "AIDAEXAMPLE",
  "Arn": "arn:aws:iam::111122223333:user/ana", "CreateDate": "2026-01-01T00:00:00Z",
  "GroupList": [], "AttachedManagedPolicies": []}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A store with one snapshot of the same account for each time.
fn place(times: &[&str]) -> Place {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    for time in times {
        place.run(["import", &file, "--taken", time]).fine();
    }
    place
}

fn taken(place: &Place) -> Vec<String> {
    let list = json(&place.run(["snapshots", "list", "--format", "json"]).fine());
    let times = list.as_array().unwrap().iter();
    times
        .map(|one| one["taken"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_newest_of_each_period_stays() {
    let place = place(&[
        "2026-09-30T06:00:00Z",
        "2026-10-01T06:00:00Z",
        "2026-10-31T06:00:00Z",
        "2026-11-24T06:00:00Z",
        "2026-11-25T06:00:00Z",
        "2026-11-25T18:00:00Z",
    ]);
    let prune = [
        "snapshots",
        "prune",
        "--keep-daily",
        "2",
        "--keep-monthly",
        "3",
    ];
    let told = place.run(prune).fine();
    assert_eq!(
        taken(&place),
        [
            "2026-09-30T06:00:00Z",
            "2026-10-31T06:00:00Z",
            "2026-11-24T06:00:00Z",
            "2026-11-25T18:00:00Z",
        ]
    );
    assert!(told.contains("removed 2 snapshots and kept 4"), "{told}");
    // All were of one content, which is still needed.
    assert!(told.contains("; 0 objects"), "{told}");
    assert_eq!(place.run(["query", "list users"]).code, 0);
    place.run(["snapshots", "verify"]).fine();
}

#[test]
fn a_dry_run_says_it_all_and_removes_nothing() {
    let place = place(&["2026-11-24T06:00:00Z", "2026-11-25T06:00:00Z"]);
    let prune = [
        "snapshots",
        "prune",
        "--keep-last",
        "1",
        "--dry-run",
        "--format",
        "json",
    ];
    let told = json(&place.run(prune).fine());
    let kept: Vec<&Value> = told["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kept_by"])
        .collect();
    assert_eq!(kept, [&serde_json::json!([]), &serde_json::json!(["last"])]);
    assert_eq!(
        (&told["dry_run"], &told["removed"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(taken(&place).len(), 2);
}

#[test]
fn a_rule_is_needed_and_must_keep_something() {
    let place = place(&["2026-11-24T06:00:00Z"]);
    place.run(["snapshots", "prune"]).error("--keep-daily <N>");
    place
        .run(["snapshots", "prune", "--keep-daily", "0"])
        .error("'0'");
    assert_eq!(taken(&place).len(), 1);
}

#[test]
fn nothing_goes_while_a_manifest_cannot_be_read() {
    let place = place(&["2026-11-24T06:00:00Z", "2026-11-25T06:00:00Z"]);
    let manifests = place.store().join("snapshots");
    let oldest = manifests.join(names(&manifests).first().unwrap());
    std::fs::write(&oldest, "{").unwrap();
    place
        .run(["snapshots", "prune", "--keep-last", "1"])
        .error("is damaged");
    assert_eq!(names(&manifests).len(), 2);
}

#[test]
fn an_old_export_that_is_imported_late_is_not_the_latest() {
    let place = place(&["2026-11-25T06:00:00Z", "2026-11-01T06:00:00Z"]);
    let shown = json(&place.run(["snapshots", "show", "--format", "json"]).fine());
    assert_eq!(shown["taken"], "2026-11-25T06:00:00Z");
    let file = place.path("details.json");
    place
        .run(["import", file.to_str().unwrap(), "--taken", "yesterday"])
        .error("yesterday");
}

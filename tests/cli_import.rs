//! `whocan import` and `whocan snapshots` from outside.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use command::{Place, names};
use serde_json::Value;

const DETAILS: &str = r#"{
  "UserDetailList": [{
    "Path": "/", "UserName": "ana", "UserId": "AIDAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/ana",
    "CreateDate": "2026-01-01T00:00:00+00:00", "GroupList": [], "AttachedManagedPolicies": [], "Tags": []
  }],
  "GroupDetailList": [], "RoleDetailList": [], "Policies": []
}"#;

#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_import_tells_what_it_read_and_what_is_missing() {
    let place = Place::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/example");
    let out = place.run(["import", example]).fine();
    let mut lines = out.lines();
    assert!(lines.next().unwrap().starts_with("snapshot 20"), "{out}");
    assert_eq!(
        lines.next().unwrap(),
        "  an organization, 5 accounts: 11 users, 4 groups, 48 roles, 31 managed policies, 26 resources"
    );
    assert!(out.contains("1 AccessDeniedException"), "{out}");
}

#[test]
fn a_lone_file_of_account_authorization_details_is_an_export() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    let out = place.run(["import", &file]).fine();
    assert!(out.contains("1 account: 1 user,"), "{out}");
    let shown = json(&place.run(["snapshots", "show", "--format", "json"]).fine());
    assert_eq!(shown["holds"][0]["account"], "111122223333");
    assert_eq!(shown["holds"][0]["users"], 1);
}

#[test]
fn an_assumption_is_told_and_recorded() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    let out = place.run(["import", "--absent-means-none", &file]).fine();
    assert!(out.contains("assumed: absent-means-none"), "{out}");
    let list = json(&place.run(["snapshots", "list", "--format", "json"]).fine());
    assert_eq!(list[0]["assumptions"][0], "absent-means-none");
}

#[test]
fn bad_exports_are_errors_and_leave_no_snapshot() {
    let place = Place::new();
    let truncated = place.file("truncated.json", &DETAILS[..200]);
    let number = place.file("number.json", "5");
    let binary = place.file("binary.json", [0_u8, 159, 146, 150]);
    let deep = place.file("deep.json", "[".repeat(100_000));
    let empty = place.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let missing = place.path("missing");
    let cases = [
        (truncated.as_str(), "truncated.json"),
        (&number, "number.json"),
        (&binary, "binary.json"),
        (&deep, "deep.json"),
        (empty.to_str().unwrap(), "holds no export"),
        (missing.to_str().unwrap(), "cannot read"),
    ];
    for (path, message) in cases {
        place.run(["import", path]).error(message);
    }
    assert_eq!(place.run(["snapshots", "list"]).code, 1);
    assert_eq!(
        names(&place.store().join("snapshots")),
        Vec::<String>::new()
    );
}

#[test]
fn a_file_of_60_megabytes_is_read_whole() {
    let place = Place::new();
    let tag = format!(r#"{{"Key": "k", "Value": "{}"}}"#, "v".repeat(60 << 20));
    let long = DETAILS.replace(r#""Tags": []"#, &format!(r#""Tags": [{tag}]"#));
    let out = place
        .run(["import", &place.file("long.json", &long)])
        .fine();
    assert!(out.contains("1 user"), "{out}");
    let shown = place
        .run(["query", "count users where tag.k like v*"])
        .fine();
    assert!(shown.contains('1'), "{shown}");
    let cut = place.file("cut.json", &long[..60 << 20]);
    place.run(["import", &cut]).error("cut.json");
}

#[test]
fn a_broken_file_becomes_a_gap_if_one_keeps_going() {
    let place = Place::new();
    let bundle = place.path("bundle");
    let account = "bundle/accounts/111122223333";
    place.file(
        &format!("{account}/iam/get-account-authorization-details.json"),
        DETAILS,
    );
    place.file(
        &format!("{account}/s3api/list-buckets.json"),
        "{\"Buckets\": [",
    );
    let bundle = bundle.to_str().unwrap();
    place.run(["import", bundle]).error("list-buckets.json");
    let out = place.run(["import", bundle, "--keep-going"]).fine();
    assert!(out.contains("unreadable"), "{out}");
}

#[test]
fn a_label_names_a_snapshot_and_odd_ones_are_refused() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    place.run(["import", &file, "--label", "2026-Q3"]).fine();
    assert!(
        place
            .run(["snapshots", "show", "2026-Q3"])
            .fine()
            .contains("label    2026-Q3")
    );
    for label in ["", "latest", "a b", "a\u{1b}b", "-x"] {
        place
            .run(["import", &file, &format!("--label={label}")])
            .error("cannot be a label");
    }
}

#[test]
fn several_snapshots_stand_side_by_side_until_removed() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    for label in ["one", "two"] {
        place.run(["import", &file, "--label", label]).fine();
    }
    let list = json(&place.run(["snapshots", "list", "--format", "json"]).fine());
    let labels: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["label"])
        .collect();
    assert_eq!(labels, ["one", "two"]);
    let table = place.run(["snapshots", "list"]).fine();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(
        place
            .run(["snapshots", "remove", "one"])
            .fine()
            .starts_with("removed 20")
    );
    place
        .run(["snapshots", "show", "one"])
        .error("no snapshot is called `one`");
    assert!(
        place
            .run(["snapshots", "show", "two"])
            .fine()
            .contains("label    two")
    );
    place
        .run(["snapshots", "remove", "three"])
        .error("no snapshot is called `three`");
}

#[test]
fn verify_finds_damage_and_says_so_in_its_exit_code() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    place.run(["import", &file]).fine();
    assert!(
        place
            .run(["snapshots", "verify"])
            .fine()
            .contains("can be read")
    );
    let objects = place.store().join("objects");
    let folder = objects.join(names(&objects).first().unwrap());
    let object = folder.join(names(&folder).first().unwrap());
    std::fs::write(&object, "damaged").unwrap();
    let ended = place.run(["snapshots", "verify"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("damage: "), "{}", ended.out);
    let ended = place.run(["snapshots", "verify", "latest", "--format", "json"]);
    assert_eq!(json(&ended.out)[0]["damage"], true);
    place.run(["query", "list users"]).error("is damaged");
}

#[test]
fn a_store_that_is_none_is_left_alone() {
    let place = Place::new();
    place.file("store/letter.txt", "hello");
    place.run(["snapshots", "list"]).error("store");
    assert_eq!(names(&place.store()), ["letter.txt"]);
}

#[test]
fn the_store_stands_in_the_data_directory_unless_told_otherwise() {
    let place = Place::new();
    let file = place.file("details.json", DETAILS);
    let mut command = place.command(["import", &file]);
    command
        .env_remove("WHOCAN_STORE")
        .env("XDG_DATA_HOME", place.path("data"));
    let ended = command::ended(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    if cfg!(target_os = "linux") {
        assert!(place.path("data/whocan/store/snapshots").is_dir());
    }
    let elsewhere = place.path("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    place.run(["--store", elsewhere, "import", &file]).fine();
    assert!(place.path("elsewhere/snapshots").is_dir());
}

#[test]
fn names_from_an_account_are_shown_and_never_obeyed() {
    let place = Place::new();
    let evil = DETAILS
        .replace("user/ana", "user/an\\u001b[2Ja\\u202e")
        .replace("\"ana\"", "\"an\\u001b[2Ja\\u202e\"");
    let file = place.file("details.json", evil);
    let imported = place.run(["import", &file]);
    let listed = place.run(["query", "list users"]);
    for ended in [&imported, &listed] {
        for text in [&ended.out, &ended.err] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{ended:?}");
        }
    }
    assert!(listed.out.contains("\\u{1b}[2Ja\\u{202e}"), "{listed:?}");
    for format in ["json", "jsonl", "csv"] {
        let out = place.run(["query", "list users", "--format", format]).out;
        assert!(!out.contains(['\u{1b}', '\u{202e}']), "{out}");
    }
}

#[test]
fn a_path_is_recognised_without_storing_anything() {
    let place = Place::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/example");
    let out = place.run(["import", "--recognize", example]).fine();
    assert!(
        out.ends_with(": AWS CLI bundle, an organization, 5 accounts (111122223333, 222233334444, 333344445555, ...)\n"),
        "{out}"
    );
    let details = place.file("details.json", DETAILS);
    let item = r#"{"resourceType": "AWS::S3::Bucket", "accountId": "111122223333", "arn": "arn:aws:s3:::b", "configuration": "{}"}"#;
    let config = place.file("config.json", format!("[{item}]"));
    let out = place
        .run(["import", "--recognize", &details, &config])
        .fine();
    assert!(
        out.contains("details.json: get-account-authorization-details, account 111122223333\n"),
        "{out}"
    );
    assert!(
        out.contains("config.json: AWS Config, account 111122223333\n"),
        "{out}"
    );
    let other = place.file("other.json", "{}");
    let ended = place.run(["import", "--recognize", &other]);
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .out
            .contains("other.json: nothing that is known\n  not AWS CLI bundle: expected a folder"),
        "{}",
        ended.out
    );
    assert!(!place.store().exists());
}

#[test]
fn exports_that_lie_deeper_are_named() {
    let place = Place::new();
    for account in ["111122223333", "444455556666"] {
        let name = format!(
            "audit/2026/{account}/accounts/{account}/iam/get-account-authorization-details.json"
        );
        place.file(&name, DETAILS);
    }
    let audit = place.path("audit");
    let ended = place.run(["import", audit.to_str().unwrap()]);
    ended.error("holds no export");
    let told: String = ended.err.split_whitespace().collect();
    assert!(
        told.contains("audit/2026/111122223333") && told.contains("namethem"),
        "{}",
        ended.err
    );
}

#[test]
fn notes_that_say_the_same_are_one_line() {
    let place = Place::new();
    let user = |name: &str| {
        format!(
            r#"{{"UserName": "{name}", "Arn": "arn:aws:iam::111122223333:user/{name}", "UserPolicyList": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {{"NoSuchOperator": {{"a": "b"}}}}}}]}}}}]}}"#
        )
    };
    let users: Vec<String> = (0..50).map(|at| user(&format!("u{at}"))).collect();
    let details = format!(
        r#"{{"UserDetailList": [{}], "GroupDetailList": [], "RoleDetailList": []}}"#,
        users.join(",")
    );
    let out = place
        .run(["import", &place.file("details.json", &details)])
        .fine();
    assert_eq!(out.matches("note:").count(), 1, "{out}");
    assert!(out.contains("(and 49 more like it)"), "{out}");
}

#[test]
fn a_plan_is_laid_over_a_snapshot_and_asked_by_its_label() {
    let place = Place::new();
    let details = place.file("details.json", DETAILS);
    place
        .run(["import", "--absent-means-none", &details])
        .fine();
    let plan = r#"{"format_version": "1.2", "resource_changes": [{
        "address": "aws_iam_user_policy.p", "mode": "managed", "type": "aws_iam_user_policy", "name": "p",
        "change": {"actions": ["create"], "before": null, "after_unknown": {}, "after": {"user": "ana", "name": "p",
            "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:ListUsers\",\"Resource\":\"*\"}]}"}}
    }]}"#;
    let plan = place.file("plan.json", plan);
    let out = place
        .run(["import", "--plan", &plan, "--label", "planned"])
        .fine();
    assert!(
        out.contains("1 changes laid over account 111122223333 of 20"),
        "{out}"
    );
    let question = "can user/ana iam:ListUsers";
    let planned = place.run(["query", "--snapshot", "planned", question]);
    assert_ne!(planned.code, 1, "{planned:?}");
    // What would be is asked by its name only.
    assert_eq!(place.run(["query", question]).code, 1);
    place
        .run(["import", "--plan", &plan])
        .error("required arguments were not provided");
    place
        .run(["import", "--plan", &plan, "--label", "b", "--account", "5"])
        .error("`5` is not an account id");
    let account = ["import", "--plan", &plan, "--label", "b", "--account"];
    place
        .run(account.into_iter().chain(["444455556666"]))
        .error("has no account 444455556666");
}

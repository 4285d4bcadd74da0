//! `whocan report` from outside: a week in which believable mistakes were made.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use command::{Ended, Place};
use serde_json::{Value, json};

const MONDAY: &str = "2026-11-16T06:00:00Z";
const NEXT_MONDAY: &str = "2026-11-23T06:00:00Z";

/// Two snapshots a week apart: `before`, and `after` three mistakes.
///
/// The vendor's whole account may become `reporting`, the permissions boundary
/// of `invoice-worker` is gone, and everybody may write to the website.
static WEEK: LazyLock<Place> = LazyLock::new(|| {
    let place = Place::new();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("example"),
        &place.path("export"),
    );
    import(&place, "before", MONDAY);
    change_role(&place, "reporting", |role| {
        let statements = &mut role["AssumeRolePolicyDocument"]["Statement"];
        statements.as_array_mut().unwrap().push(json!({
            "Sid": "Vendor",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
            "Action": "sts:AssumeRole",
        }));
    });
    change_role(&place, "invoice-worker", |role| {
        role.as_object_mut()
            .unwrap()
            .remove("PermissionsBoundary")
            .unwrap();
    });
    let policy = place.path("export/accounts/555566667777/s3api/get-bucket-policy/acme-www.json");
    let mut file: Value = read(&policy);
    let mut document: Value = serde_json::from_str(file["Policy"].as_str().unwrap()).unwrap();
    document["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Uploads",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::acme-www/*",
    }));
    file["Policy"] = json!(document.to_string());
    fs::write(&policy, file.to_string()).unwrap();
    import(&place, "after", NEXT_MONDAY);
    place
});

fn import(place: &Place, label: &str, taken: &str) {
    let export = place.path("export");
    let export = export.to_str().unwrap();
    place
        .run(["import", export, "--label", label, "--taken", taken])
        .fine();
}

fn change_role(place: &Place, name: &str, edit: impl Fn(&mut Value)) {
    let path = "export/accounts/555566667777/iam/get-account-authorization-details.json";
    let path = place.path(path);
    let mut details = read(&path);
    let roles = details["RoleDetailList"].as_array_mut().unwrap();
    let role = roles.iter_mut().find(|role| role["RoleName"] == name);
    edit(role.unwrap());
    fs::write(&path, details.to_string()).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs a report in a form and returns what it printed; it must have found something.
fn form(report: &str, form: &str) -> String {
    let ended = WEEK.run(["report", "run", report, "--format", form]);
    assert_eq!(ended.code, 1, "{ended:?}");
    ended.out
}

fn report(name: &str) -> Value {
    serde_json::from_str(&form(name, "json")).unwrap()
}

fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().unwrap()
}

fn titles(report: &Value) -> Vec<&str> {
    let titles = findings(report).iter();
    titles.map(|one| one["title"].as_str().unwrap()).collect()
}

#[test]
fn three_mistakes_are_told_with_the_new_access() {
    let report = report("what-changed");
    let causes: Vec<&str> = report["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| cause["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        causes,
        [
            "role/invoice-worker (prod): permissions boundary: removed",
            "role/reporting (prod): trust policy, statement Vendor: added",
            "bucket/acme-www (prod): resource policy, statement Uploads: added",
        ]
    );
    insta::assert_snapshot!(titles(&report).join("\n"), @"
    account/999988887777 can become role/reporting (prod), if conditions hold
    account/999988887777 can reach kms:Decrypt on key/payroll (prod), if conditions hold
    account/999988887777 can reach s3:GetObject, s3:ListBucket on bucket/payroll (prod), if conditions hold
    account/999988887777 can reach sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on queue/jobs (prod), if conditions hold
    anyone can reach s3:PutObject on bucket/acme-www (prod)
    role/AWSReservedSSO_Operations_6f8b0d2e4a3c5791 (prod) can become role/reporting (prod)
    role/AWSReservedSSO_Operations_6f8b0d2e4a3c5791 (prod) can reach kms:Decrypt on key/payroll (prod)
    role/AWSReservedSSO_Operations_6f8b0d2e4a3c5791 (prod) can reach s3:GetObject, s3:PutObject on bucket/payroll (prod)
    role/Admin (prod) can become role/reporting (prod)
    role/OrganizationAccountAccessRole (prod) can become role/reporting (prod)
    role/OrganizationAccountAccessRole (prod) can reach s3:GetObject on bucket/payroll (prod), only arn:aws:s3:::payroll/*
    role/invoice-worker (prod) can become role/reporting (prod)
    role/invoice-worker (prod) can reach kms:Decrypt on key/payroll (prod)
    role/invoice-worker (prod) can reach s3:GetObject, s3:ListBucket, s3:PutObject on bucket/payroll (prod)
    role/oncall (prod) can become role/reporting (prod)
    role/oncall (prod) can reach kms:Decrypt on key/payroll (prod)
    role/oncall (prod) can reach s3:GetObject, s3:ListBucket, s3:PutObject on bucket/payroll (prod)
    service/lambda.amazonaws.com can become role/reporting (prod)
    user/breakglass (management) can become role/reporting (prod), if conditions hold
    ");
}

#[test]
fn what_breaks_a_new_way_is_to_undo_the_change_that_brought_it() {
    let report = report("what-changed");
    let todo: Vec<&str> = report["summary"]["todo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    insta::assert_snapshot!(todo.join("\n"), @"
    Set the permissions boundary policy/workload-boundary (prod) on role/invoice-worker (prod) again: ends 14 high findings
    Remove statement Vendor from the trust policy of role/reporting (prod): ends 4 high findings
    Remove statement Uploads from the policy of bucket/acme-www: ends 1 high finding
    ");
    for finding in findings(&report) {
        assert_eq!(finding["causes"].as_array().unwrap().len(), 1, "{finding}");
        assert_eq!(finding["breaks"]["smallest"], true, "{finding}");
    }
}

#[test]
fn a_shipped_report_finds_what_the_example_is_made_of() {
    let cases = [
        (
            "public-access",
            "anyone can s3:GetObject, s3:PutObject on bucket/acme-www (prod), only acme-www/*",
        ),
        (
            "open-trusts",
            "role/vendor-legacy (prod): Its trust policy lets in outsiders without external id, organization or account condition",
        ),
        (
            "stale-trusts",
            "role/vendor-legacy (prod): A role that others may enter was never used",
        ),
        (
            "paths-to-admin",
            "user/breakglass (management) can become role/Admin (prod), if conditions hold",
        ),
        (
            "external-access",
            "user/collector (999988887777) can become role/vendor-legacy (prod), if conditions hold",
        ),
        (
            "crown-jewels",
            "user/ana (dev) can reach s3:GetObject on bucket/payroll (prod)",
        ),
        (
            "cross-account",
            "account/dev leads into account/prod (5 principals)",
        ),
    ];
    for (name, title) in cases {
        let report = report(name);
        assert!(
            titles(&report).contains(&title),
            "{name}: {:#?}",
            titles(&report)
        );
        assert_eq!(report["problems"], json!([]), "{name}");
    }
}

#[test]
fn ids_are_of_the_access_and_not_of_the_policies() {
    let ids = |snapshot: &str| -> BTreeSet<String> {
        let run = [
            "report",
            "run",
            "crown-jewels",
            "--snapshot",
            snapshot,
            "--format",
            "json",
        ];
        let report: Value = serde_json::from_str(&WEEK.run(run).out).unwrap();
        let all = findings(&report).iter();
        all.map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let (before, after) = (ids("before"), ids("after"));
    assert!(!before.is_empty() && before.is_subset(&after));
}

#[test]
fn a_finding_says_since_when_it_is_there() {
    let report = report("crown-jewels");
    let since = |title: &str| {
        let all = findings(&report).iter();
        let found = all.filter(|one| one["title"].as_str().unwrap().starts_with(title));
        let one = found
            .clone()
            .next()
            .unwrap_or_else(|| panic!("{:#?}", titles(&report)));
        (
            one["first_seen"]["label"].clone(),
            one["maybe_older"].clone(),
        )
    };
    assert_eq!(since("user/ana (dev)"), (json!("before"), json!(true)));
    assert_eq!(
        since("account/999988887777"),
        (json!("after"), json!(false))
    );
    assert_eq!(report["trend"].as_array().unwrap().len(), 2);
}

#[test]
fn since_a_snapshot_only_what_came_after_it_is_new() {
    let run = [
        "report",
        "run",
        "crown-jewels",
        "--since",
        "7d",
        "--format",
        "json",
    ];
    let ended = WEEK.run(run);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let new = report["summary"]["new"].as_u64().unwrap();
    assert!(
        new > 0 && report["summary"]["known"].as_u64().unwrap() > new,
        "{}",
        report["summary"]
    );
    let same = [
        "report",
        "run",
        "public-access",
        "--snapshot",
        "after",
        "--since",
        "before",
    ];
    let ended = WEEK.run(same);
    assert_eq!(ended.code, 1, "writing is more than reading: {ended:?}");
    let none = WEEK.run(["report", "run", "public-access", "--since", "30d"]);
    assert_eq!(none.code, 2, "{none:?}");
}

const OWN: &str = r#"
title = "Own"
why = "For a test."
severity = "low"
baseline = "accepted.toml"

[[query]]
code = "reads-payroll"
title = "Reads payroll"
text = "who in account/dev can reach s3:GetObject on bucket/payroll"
"#;

#[test]
fn accepted_findings_are_nothing_new_until_their_day() {
    let place = Place::with_example();
    let own = place.file("own.toml", OWN);
    let run = |place: &Place| place.run(["report", "run", &own, "--format", "json"]);
    assert_eq!(run(&place).code, 1);
    let accept = [
        "report",
        "accept",
        &own,
        "--all",
        "--reason",
        "known",
        "--owner",
        "ana@example.com",
        "--expires",
        "2999-12-31",
    ];
    place.run(accept).fine();
    let ended = run(&place);
    assert_eq!(ended.code, 0, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["summary"]["new"], 0);
    assert_eq!(findings(&report)[0]["accepted"]["owner"], "ana@example.com");
    let path = place.path("accepted.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("2999-12-31", "2026-01-01")).unwrap();
    let ended = run(&place);
    assert_eq!(ended.code, 1, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    let expired = report["baseline"]["expired"].as_array().unwrap();
    assert_eq!(expired.len(), findings(&report).len());
    let other = text.replace("payroll", "ledger");
    fs::write(&path, other).unwrap();
    let report: Value = serde_json::from_str(&run(&place).out).unwrap();
    assert!(
        !report["baseline"]["unmatched"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_mistake_in_a_file_names_file_line_and_what_was_expected() {
    let place = Place::with_example();
    let own = place.file("own.toml", OWN.replace("severity", "severitie"));
    let ended = place.run(["report", "run", &own]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .err
            .contains("own.toml:4: unknown field `severitie`, expected one of"),
        "{}",
        ended.err
    );
    let own = place.file("own.toml", OWN.replace("bucket/payroll", "bucket/nothing"));
    let ended = place.run(["report", "run", &own]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended
            .out
            .contains("nothing in this snapshot is called `bucket/nothing`"),
        "{}",
        ended.out
    );
}

/// An account whose role is called like a piece of a page.
fn hostile() -> Place {
    let place = Place::new();
    let name = "<script>alert(1)</script>=1\u{202e}";
    let role = json!({
        "Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE",
        "Arn": format!("arn:aws:iam::111122223333:role/{name}"), "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Sid": "<b>", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}
        ]},
        "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [],
    });
    let details = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": []});
    let file = place.file("details.json", details.to_string());
    place.run(["import", &file]).fine();
    place
}

#[test]
fn a_role_named_like_a_script_is_shown_and_not_run() {
    let place = hostile();
    let run =
        |format: &str| -> Ended { place.run(["report", "run", "open-trusts", "--format", format]) };
    let page = run("html");
    assert_eq!(page.code, 1, "{page:?}");
    assert!(page.out.contains("&lt;script&gt;alert(1)"), "{}", page.out);
    assert!(!page.out.contains("<script>alert"));
    assert_eq!(page.out.matches("<script").count(), 1);
    for format in [
        "html", "markdown", "json", "jsonl", "csv", "sarif", "ocsf", "junit",
    ] {
        let out = run(format).out;
        assert!(!out.contains('\u{202e}'), "{format}");
    }
    assert!(!run("markdown").out.contains("<script>"));
    assert!(!run("junit").out.contains("<script>"));
}

#[test]
fn the_page_needs_nothing_but_itself_and_closes_what_it_opens() {
    for name in ["what-changed", "cross-account", "crown-jewels"] {
        let page = form(name, "html");
        for outside in ["src=", "@import", "url(", "<link", "http-equiv=\"refresh\""] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("default-src 'none'"));
        let urls = page.matches("http://").count() + page.matches("https://").count();
        assert_eq!(urls, 0, "{name}");
        balanced(&page);
    }
}

/// Fails if an element is not closed where it should be.
fn balanced(page: &str) {
    const VOID: [&str; 4] = ["meta", "input", "br", "!doctype"];
    let page = page.split_once("<style>").map(|(head, rest)| {
        let (_, rest) = rest.split_once("</style>").unwrap();
        let (body, script) = rest.rsplit_once("<script").unwrap();
        let (_, end) = script.split_once("</script>").unwrap();
        format!("{head}{body}{end}")
    });
    let mut open: Vec<String> = Vec::new();
    for tag in page.unwrap().split('<').skip(1) {
        let tag = tag.split_once('>').unwrap().0;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let name = tag.split([' ', '\n']).next().unwrap();
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn the_page_says_first_what_to_do_and_draws_ways_and_trend() {
    let page = form("what-changed", "html");
    let (top, rest) = page.split_once("id=\"causes\"").unwrap();
    for said in [
        "19 new high findings, from 3 changes",
        "What to do first",
        "Remove statement Vendor",
    ] {
        assert!(top.contains(said), "{said}");
    }
    assert!(rest.matches("<svg class=\"chain\"").count() == 19);
    let page = form("cross-account", "html");
    assert!(page.contains("aria-label=\"Which accounts lead into which\""));
    assert!(page.contains("aria-label=\"Findings by snapshot\""));
}

// Source: the fields that docs/reports.md promises.
#[test]
fn json_has_the_documented_fields() {
    let docs = include_str!("../docs/reports.md");
    let report = report("what-changed");
    let named =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let finding = &findings(&report)[0];
    let parts = [
        &report,
        finding,
        &report["summary"],
        &report["causes"][0],
        &finding["breaks"],
        &finding["path"][0],
        &finding["statements"][0],
        &finding["principal"],
    ];
    for part in parts {
        for field in named(part) {
            assert!(
                docs.contains(&format!("`{field}`")),
                "`{field}` is not documented"
            );
        }
    }
    assert_eq!(report["schema"], 1);
    for line in form("what-changed", "jsonl").lines() {
        let one: Value = serde_json::from_str(line).unwrap();
        assert_eq!(one["report"], "what-changed");
        assert!(one["id"].as_str().unwrap().len() == 16);
    }
}

// Source: OCSF 1.3.0, Detection Finding: the attributes whose requirement is `required`.
#[test]
fn ocsf_events_have_what_their_class_requires() {
    for line in form("what-changed", "ocsf").lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["class_uid"], 2004);
        assert_eq!(event["category_uid"], 2);
        let activity = event["activity_id"].as_u64().unwrap();
        assert_eq!(event["type_uid"], 200_400 + activity);
        assert!((1..=5).contains(&event["severity_id"].as_u64().unwrap()));
        assert!(event["time"].is_i64() || event["time"].is_u64());
        assert_eq!(event["metadata"]["version"], "1.3.0");
        assert_eq!(event["metadata"]["product"]["vendor_name"], "whocan");
        assert!(
            event["finding_info"]["uid"].is_string() && event["finding_info"]["title"].is_string()
        );
        for resource in event["resources"].as_array().unwrap() {
            assert!(resource["uid"].is_string());
        }
    }
}

// Source: SARIF 2.1.0, what its schema requires of these objects.
#[test]
fn sarif_has_what_its_schema_requires() {
    let sarif: Value = serde_json::from_str(&form("what-changed", "sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        assert!(result["message"]["text"].is_string());
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(result["partialFingerprints"]["whocan/v1"].is_string());
    }
}

#[test]
fn csv_and_junit_have_a_line_or_case_for_each_finding() {
    let report = report("what-changed");
    let count = findings(&report).len();
    let text = form("what-changed", "csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().get(2), Some("id"));
    assert_eq!(reader.records().filter(Result::is_ok).count(), count);
    let xml = form("what-changed", "junit");
    assert_eq!(xml.matches("<failure").count(), count);
}

#[test]
fn reports_are_written_into_a_folder_one_file_for_each_form() {
    let out = WEEK.path("out");
    let dir = out.to_str().unwrap();
    let ended = WEEK.run([
        "report",
        "run",
        "public-access",
        "open-trusts",
        "--out",
        dir,
        "--format",
        "html,ocsf",
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let mut names: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "open-trusts.html",
            "open-trusts.ocsf.jsonl",
            "public-access.html",
            "public-access.ocsf.jsonl"
        ]
    );
    assert!(
        ended
            .out
            .starts_with("public-access: 1 new critical finding\n"),
        "{}",
        ended.out
    );
}

#[test]
fn the_reports_that_come_with_the_program_are_listed() {
    let list = WEEK.run(["report", "list"]).fine();
    let names: Vec<&str> = list
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "cross-account",
            "crown-jewels",
            "external-access",
            "open-trusts",
            "paths-to-admin",
            "public-access",
            "stale-trusts",
            "what-changed",
        ]
    );
}

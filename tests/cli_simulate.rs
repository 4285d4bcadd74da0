//! `whocan simulate` from outside: the contract of its lines.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use command::{Ended, Place};
use serde_json::{Value, json};

const ANA: &str = "arn:aws:iam::111122223333:user/ana";
const OBJECT: &str = "arn:aws:s3:::payroll/2026.csv";

fn reads() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
}

/// A request by ana to read an object, with `more` fields.
fn request(more: Value) -> Value {
    let mut request = json!({"id": 1, "principal": ANA, "action": "s3:GetObject", "resource": OBJECT, "resource_account": "111122223333"});
    let more = more.as_object().unwrap().clone();
    request.as_object_mut().unwrap().extend(more);
    request
}

fn simulate(lines: &str) -> Ended {
    Place::new().feed(["simulate", "--requests", "-"], lines)
}

/// The answer to one request, which must have one.
#[track_caller]
fn answer(request: &Value) -> Value {
    let out = simulate(&request.to_string()).fine();
    serde_json::from_str(&out).unwrap()
}

#[track_caller]
fn decision(more: Value) -> String {
    answer(&request(more))["decision"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The error that answers one line.
#[track_caller]
fn error(line: &str) -> String {
    let ended = simulate(line);
    assert_eq!(ended.code, 2, "{ended:?}");
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    let fields: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "error"]);
    answer["error"].as_str().unwrap().to_owned()
}

#[test]
fn an_answer_has_exactly_the_fields_of_the_contract() {
    let answer = answer(&request(json!({"identity_policies": [reads()]})));
    let fields: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "id",
            "decision",
            "explicit",
            "denied_by",
            "conditions",
            "reasons"
        ]
    );
    assert_eq!(answer["decision"], "allow");
    assert_eq!(answer["explicit"], false);
    assert_eq!(answer["denied_by"], json!([]));
    assert_eq!(answer["conditions"], json!([]));
}

#[test]
fn without_a_snapshot_nothing_is_allowed_that_is_not_given() {
    let answer = answer(&request(json!({})));
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["explicit"], false);
    assert_eq!(answer["denied_by"], json!(["identity"]));
}

#[test]
fn each_kind_of_policy_denies_under_its_name() {
    let denies = json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Principal": "*"}]);
    let nothing = json!([]);
    let cases = [
        (
            json!({"identity_policies": [reads(), [{"Effect": "Deny", "Action": "*", "Resource": "*"}]]}),
            "identity",
            true,
        ),
        (json!({"boundary": nothing}), "boundary", false),
        (
            json!({"session_policies": [nothing], "principal": "arn:aws:sts::111122223333:assumed-role/r/s"}),
            "session",
            false,
        ),
        (json!({"resource_policy": denies}), "resource", true),
        (json!({"scps": [["FullAWSAccess"], []]}), "scp", false),
        (json!({"rcps": [[denies]]}), "rcp", true),
        (
            json!({"endpoint_policy": nothing, "vpce": "vpce-1"}),
            "endpoint",
            false,
        ),
    ];
    for (policies, name, explicit) in cases {
        let mut asked = request(json!({"identity_policies": [reads()]}));
        asked
            .as_object_mut()
            .unwrap()
            .extend(policies.as_object().unwrap().clone());
        let answer = answer(&asked);
        assert_eq!(answer["decision"], "deny", "{name}: {answer}");
        assert_eq!(answer["denied_by"], json!([name]), "{answer}");
        assert_eq!(answer["explicit"], explicit, "{name}: {answer}");
        assert!(!answer["reasons"].as_array().unwrap().is_empty());
    }
}

#[test]
fn a_document_is_an_object_a_list_of_statements_or_a_string() {
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let text = reads().to_string();
    let forms = [
        reads(),
        json!([statement]),
        json!(text),
        json!(json!([statement]).to_string()),
        json!("AdministratorAccess"),
    ];
    for form in forms {
        assert_eq!(
            decision(json!({"identity_policies": [form]})),
            "allow",
            "{form}"
        );
    }
}

#[test]
fn a_key_that_is_not_given_is_unknown_unless_the_context_is_complete() {
    let office = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]);
    let with = |context: Value, complete: bool| {
        decision(
            json!({"identity_policies": [office], "context": context, "context_complete": complete}),
        )
    };
    assert_eq!(with(json!({}), false), "if");
    assert_eq!(with(json!({}), true), "deny");
    assert_eq!(with(json!({"aws:SourceIp": null}), false), "deny");
    assert_eq!(
        with(json!({"aws:SourceIp": ["203.0.113.9"]}), false),
        "allow"
    );
    assert_eq!(with(json!({"AWS:sourceip": "203.0.113.9"}), true), "allow");
    assert_eq!(
        with(json!({"aws:SourceIp": ["198.51.100.1"]}), true),
        "deny"
    );
}

#[test]
fn an_if_names_its_conditions() {
    let office = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]);
    let answer = answer(&request(json!({"identity_policies": [office]})));
    assert_eq!(answer["decision"], "if");
    let conditions = answer["conditions"].to_string();
    assert!(conditions.contains("aws:SourceIp"), "{conditions}");
}

#[test]
fn all_of_a_list_of_resources_must_be_allowed() {
    let one = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}]);
    let both = json!([OBJECT, "arn:aws:s3:::payroll/2025.csv"]);
    assert_eq!(
        decision(json!({"identity_policies": [one], "resource": [OBJECT]})),
        "allow"
    );
    assert_eq!(
        decision(json!({"identity_policies": [one], "resource": both})),
        "deny"
    );
}

#[test]
fn an_id_comes_back_as_it_came() {
    let ids = [
        "7",
        "1.50",
        "\"a b\"",
        "null",
        "{\"a\": [1]}",
        "true",
        "123456789012345678901234567890",
    ];
    for id in ids {
        let line =
            request(json!({}))
                .to_string()
                .replacen("\"id\":1,", &format!("\"id\":{id},"), 1);
        let out = simulate(&line).fine();
        assert!(
            out.starts_with(&format!("{{\"id\":{id},\"decision\"")),
            "{out}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_the_name_of_the_field() {
    let cases = [
        (json!({"principl": "x"}), "unknown field `principl`"),
        (
            json!({"session": {"colour": 1}}),
            "unknown field `session.colour`",
        ),
        (
            json!({"principal": "ana"}),
            "`principal`: `ana` is not a principal",
        ),
        (
            json!({"principal": null}),
            "the field `principal` is missing",
        ),
        (
            json!({"action": 5}),
            "`action`: expected a string, found a number",
        ),
        (json!({"action": "read"}), "`read` is not an action"),
        (
            json!({"resource": "payroll"}),
            "`payroll` is not a resource",
        ),
        (json!({"resource": []}), "names no resource"),
        (
            json!({"resource_account": "12"}),
            "`resource_account`: `12` is not an account id",
        ),
        (
            json!({"context": []}),
            "`context`: expected an object, found a list",
        ),
        (
            json!({"context": {"aws:SourceIp": {}}}),
            "`context.aws:SourceIp`: expected",
        ),
        (
            json!({"context": {"a:b": 1, "A:B": 2}}),
            "stands more than once",
        ),
        (
            json!({"context_complete": "yes"}),
            "`context_complete`: expected true or false",
        ),
        (
            json!({"boundary": 5}),
            "`boundary`: expected a policy document",
        ),
        (
            json!({"boundary": "{"}),
            "`boundary`: not a policy document: not JSON",
        ),
        (
            json!({"identity_policies": {}}),
            "`identity_policies`: expected a list",
        ),
        (
            json!({"scps": [{}]}),
            "`scps[0]`: expected a list of policy documents",
        ),
    ];
    for (fields, message) in cases {
        let said = error(&request(fields).to_string());
        assert!(said.contains(message), "{said} should say {message}");
    }
}

#[test]
fn a_bad_line_is_answered_in_its_place_and_the_rest_go_on() {
    let good = request(json!({"id": "good"})).to_string();
    let lines = format!("{{\"id\": 1, \"principal\": \"ar\nnull\n\n[1, 2]\n{good}\n\u{0}\u{1}\n");
    let ended = simulate(&lines);
    let answers: Vec<Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(
        ids,
        [
            &json!(1),
            &json!(null),
            &json!(null),
            &json!("good"),
            &json!(null)
        ]
    );
    assert_eq!(answers[3]["decision"], "deny");
    assert_eq!(ended.code, 2);
    assert_eq!(ended.err, "4 of 5 requests could not be judged\n");
}

#[test]
fn binary_junk_and_deep_nesting_are_errors_of_their_lines() {
    let mut junk: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    junk.push(b'\n');
    let ended = Place::new().feed(["simulate", "--requests", "-"], &junk);
    assert_eq!(ended.code, 2);
    assert!(
        ended.out.lines().all(|line| line.contains("\"error\"")),
        "{}",
        ended.out
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for field in ["boundary", "context", "resource", "nonsense", "id"] {
        let line =
            request(json!({}))
                .to_string()
                .replacen('{', &format!("{{\"{field}\": {deep},"), 1);
        let ended = simulate(&line);
        assert!(!ended.err.contains("has a bug"), "{}", ended.err);
        assert_eq!(ended.code, 2, "{field}");
    }
}

#[test]
fn a_document_of_many_megabytes_is_judged() {
    let resources: Vec<String> = (0..200_000)
        .map(|n| format!("arn:aws:s3:::bucket-{n:0>100}"))
        .collect();
    let policy = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]);
    assert_eq!(decision(json!({"identity_policies": [policy]})), "deny");
}

#[test]
fn answers_come_in_order_however_many_there_are() {
    let lines: Vec<String> = (0..5000)
        .map(|n| request(json!({"id": n, "identity_policies": [reads()]})).to_string())
        .collect();
    let out = simulate(&lines.join("\n")).fine();
    let ids: Vec<u64> = out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(ids, (0..5000).collect::<Vec<u64>>());
}

#[test]
fn an_answer_does_not_wait_for_the_next_request() {
    let place = Place::new();
    let mut command = place.command(["simulate", "--requests", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for n in 0..3 {
        writeln!(stdin, "{}", request(json!({"id": n}))).unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("{{\"id\":{n},")), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let place = Place::new();
    let lines = format!("{}\n", request(json!({}))).repeat(20_000);
    let file = place.file("requests.jsonl", lines);
    let mut command = place.command(["simulate", "--requests", &file]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.contains("decision"));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let place = Place::new();
    let missing = place.path("missing.jsonl");
    let missing = missing.to_str().unwrap();
    place
        .run(["simulate", "--requests", missing])
        .error("cannot read");
    let folder = place.path("");
    place
        .run(["simulate", "--requests", folder.to_str().unwrap()])
        .error("cannot read");
    place.run(["simulate"]).error("--requests");
    let empty = place.file("empty.jsonl", "");
    assert_eq!(place.run(["simulate", "--requests", &empty]).fine(), "");
}

#[test]
fn against_a_snapshot_the_accounts_own_policies_apply() {
    let place = Place::with_example();
    let asked = |more: Value| {
        let mut asked = json!({"id": 1, "principal": "arn:aws:iam::555566667777:role/reporting",
            "action": "s3:GetObject", "resource": OBJECT});
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let args = ["simulate", "--requests", "-", "--snapshot", "example"];
        let out = place.feed(args, asked.to_string()).fine();
        let answer: Value = serde_json::from_str(&out).unwrap();
        answer["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(asked(json!({})), "allow");
    assert_eq!(
        asked(json!({"resource": "arn:aws:s3:::acme-trail/x"})),
        "deny"
    );
    assert_eq!(
        asked(json!({"identity_policies": [], "resource_policy": []})),
        "deny"
    );
    assert_eq!(asked(json!({"boundary": []})), "deny");
}

#[test]
fn the_judge_gives_the_example_organizations_expected_answers() {
    let place = Place::with_example();
    let expected = include_str!("accounts/example_expected.jsonl");
    let cases: Vec<Value> = expected
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|case: &Value| case["mode"] == "direct")
        .collect();
    let fields = [
        "principal",
        "action",
        "resource",
        "context",
        "vpce",
        "via_access_point",
    ];
    let requests = cases.iter().map(|case| {
        let given = fields.iter().filter(|field| !case[**field].is_null());
        let pairs = given.map(|field| ((*field).to_owned(), case[*field].clone()));
        Value::Object(pairs.collect()).to_string()
    });
    let requests: Vec<String> = requests.collect();
    let args = ["simulate", "--requests", "-", "--snapshot", "example"];
    let out = place.feed(args, requests.join("\n")).fine();
    assert!(cases.len() > 50);
    for (case, line) in cases.iter().zip(out.lines()) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let word = match answer["decision"].as_str().unwrap() {
            "allow" => "yes",
            "deny" => "no",
            other => other,
        };
        assert_eq!(case["expected"], word, "{}: {answer}", case["question"]);
    }
}

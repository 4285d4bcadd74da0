//! `whocan collect` against a server that refuses, breaks off and talks nonsense.

#![cfg(feature = "collect")]
#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;
mod loopback;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use command::{Ended, Place, ended};
use loopback::{Asked, Loopback, Reply};
use serde_json::Value;

/// Four buckets whose policies meet four fates.
const BUCKETS: [&str; 4] = ["broken", "cut", "none", "refused"];

fn says(text: impl Into<String>) -> Reply {
    Reply::Says(200, text.into())
}

fn error_of_s3(status: u16, code: &str) -> Reply {
    Reply::Says(status, format!("<Error><Code>{code}</Code></Error>"))
}

fn error_in_json(code: &str) -> Reply {
    Reply::Says(400, format!(r#"{{"__type": "{code}"}}"#))
}

/// One page of identities: a user who may read all objects.
fn identities(user: &str, next: Option<&str>) -> String {
    let mark = match next {
        Some(next) => format!("<IsTruncated>true</IsTruncated><Marker>{next}</Marker>"),
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow\
                  %22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
    format!(
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>{mark}\
         <UserDetailList><member><Path>/</Path><UserName>{user}</UserName><UserId>AIDA{user}</UserId>\
         <Arn>arn:aws:iam::111122223333:user/{user}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <UserPolicyList><member><PolicyName>read</PolicyName><PolicyDocument>{policy}</PolicyDocument>\
         </member></UserPolicyList></member></UserDetailList><GroupDetailList/><RoleDetailList/><Policies/>\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    )
}

/// An account without an organization, that refuses all but a few calls.
fn account(asked: &Asked) -> Reply {
    match asked.operation.as_str() {
        "GetCallerIdentity" => says(
            "<GetCallerIdentityResponse><GetCallerIdentityResult>\
             <Arn>arn:aws:iam::111122223333:user/audit</Arn><UserId>AIDA</UserId>\
             <Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
        "GetAccountAuthorizationDetails" => says(identities("ana", None)),
        "DescribeOrganization" => error_in_json("AWSOrganizationsNotInUseException"),
        "" => over_rest(&asked.line),
        _ if asked.body.starts_with("Action=") => Reply::Says(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>".to_owned(),
        ),
        _ => error_in_json("AccessDeniedException"),
    }
}

fn over_rest(line: &str) -> Reply {
    let bucket = |name: &&str| line.starts_with(&format!("GET /{name}?"));
    if line.starts_with("GET /?max-buckets") {
        let listed = BUCKETS.map(|name| format!("<Bucket><Name>{name}</Name></Bucket>"));
        let listed = listed.concat();
        return says(format!(
            "<ListAllMyBucketsResult><Buckets>{listed}</Buckets></ListAllMyBucketsResult>"
        ));
    }
    if line.starts_with("GET /v20180820/") {
        return error_of_s3(404, "NoSuchPublicAccessBlockConfiguration");
    }
    let Some(name) = BUCKETS.iter().find(|name| bucket(name)) else {
        return Reply::Says(403, r#"{"code": "AccessDeniedException"}"#.to_owned());
    };
    let question = line.split('?').nth(1).unwrap_or_default();
    match (question, *name) {
        ("location", _) => says("<LocationConstraint>eu-west-1</LocationConstraint>"),
        ("policy", "none") => error_of_s3(404, "NoSuchBucketPolicy"),
        ("policy", "broken") => Reply::Says(500, "<html>sorry</html>".to_owned()),
        ("policy", "cut") => Reply::Cut(r#"{"Version": "2012"#.to_owned()),
        ("publicAccessBlock", _) => error_of_s3(404, "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", _) => says(
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
        ),
        ("tagging", _) => error_of_s3(404, "NoSuchTagSet"),
        ("encryption", _) => error_of_s3(404, "ServerSideEncryptionConfigurationNotFoundError"),
        _ => error_of_s3(403, "AccessDenied"),
    }
}

/// A command with credentials that only the loopback server takes.
fn command(place: &Place, args: &[&str]) -> Command {
    let mut command = place.command(args);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "example")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1");
    for name in [
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_ENDPOINT_URL",
    ] {
        command.env_remove(name);
    }
    command
}

fn collect(place: &Place, server: &Loopback) -> Ended {
    let bundle = place.path("bundle");
    let args = ["collect", "--bundle", bundle.to_str().unwrap()];
    let server = ["--endpoint-url", &server.endpoint];
    let polite = ["--rate", "1000", "--attempts", "2"];
    let regions = ["--regions", "eu-west-1"];
    let args = [&args[..], &server, &polite, &regions].concat();
    ended(command(place, &args))
}

fn resume(place: &Place, more: &[&str]) -> Ended {
    let bundle = place.path("bundle");
    let args = ["collect", "--resume", "--bundle", bundle.to_str().unwrap()];
    let polite = ["--rate", "1000", "--attempts", "2"];
    ended(command(place, &[&args[..], &polite, more].concat()))
}

/// The codes of the calls without an answer, by command and argument.
fn codes(place: &Place) -> BTreeMap<(String, String), String> {
    let path = place.path("bundle/accounts/111122223333/calls.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    lines
        .map(|line| {
            (
                (text(&line, "command"), text(&line, "argument")),
                text(&line, "code"),
            )
        })
        .collect()
}

fn code(codes: &BTreeMap<(String, String), String>, command: &str, argument: &str) -> String {
    let key = (command.to_owned(), argument.to_owned());
    codes.get(&key).cloned().unwrap_or_default()
}

/// Asserts the exit code of asking whether ana may read a bucket's objects.
#[track_caller]
fn assert_reads(place: &Place, bucket: &str, code: i32) {
    let question = format!("why can user/ana s3:GetObject on arn:aws:s3:::{bucket}/x");
    let ended = place.run(["query", &question]);
    assert_eq!(ended.code, code, "{bucket}: {}", ended.out);
}

#[test]
fn no_policy_and_a_policy_that_could_not_be_read_are_never_the_same() {
    let place = Place::new();
    let server = Loopback::new(account);
    let ended = collect(&place, &server);
    assert_eq!(ended.code, 0, "{ended:?}");
    let codes = codes(&place);
    let policy = |bucket| code(&codes, "s3api get-bucket-policy", bucket);
    assert_eq!(policy("none"), "NoSuchBucketPolicy");
    assert_eq!(policy("refused"), "AccessDenied");
    assert_eq!(policy("broken"), "500");
    assert_eq!(policy("cut"), "MalformedAnswer");
    assert_eq!(code(&codes, "kms list-keys", ""), "AccessDeniedException");
    assert_reads(&place, "none", 0);
    for unknown in ["refused", "broken", "cut"] {
        assert_reads(&place, unknown, 3);
    }
}

#[test]
fn what_was_refused_is_asked_again_only_where_the_person_says_so() {
    let place = Place::new();
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let server = Loopback::new(move |asked| {
        let refused = asked.line.starts_with("GET /refused?policy");
        match refused && is_open.load(Ordering::Relaxed) {
            true => error_of_s3(404, "NoSuchBucketPolicy"),
            false => account(asked),
        }
    });
    assert_eq!(collect(&place, &server).code, 0);
    open.store(true, Ordering::Relaxed);
    let asked = |asked: &Asked| asked.line.starts_with("GET /refused?policy");
    let before = server.count(asked);
    assert_eq!(resume(&place, &[]).code, 0);
    assert_eq!(server.count(asked), before);
    assert_eq!(resume(&place, &["--again"]).code, 0);
    assert_eq!(server.count(asked), before + 1);
    assert_reads(&place, "refused", 0);
}

#[test]
fn identities_are_read_page_by_page_over_throttling_errors_and_cuts() {
    let place = Place::new();
    let tries = AtomicUsize::new(0);
    let server = Loopback::new(move |asked| {
        if asked.operation != "GetAccountAuthorizationDetails" {
            return account(asked);
        }
        let marker = asked
            .body
            .split('&')
            .find_map(|it| it.strip_prefix("Marker="));
        let even = tries.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        match (marker, even) {
            (None, true) => Reply::Says(
                400,
                "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>".to_owned(),
            ),
            (Some("one"), true) => Reply::Says(500, String::new()),
            (Some(_), true) => Reply::Cut(identities("half", None)),
            (None, false) => says(identities("ana", Some("one"))),
            (Some("one"), false) => says(identities("ben", Some("two"))),
            (Some(_), false) => says(identities("cleo", None)),
        }
    });
    let ended = collect(&place, &server);
    assert_eq!(ended.code, 0, "{ended:?}");
    let users = place.run(["query", "count users", "--format", "csv"]).out;
    assert!(users.contains('3'), "{users}");
    for user in ["ana", "ben", "cleo"] {
        let question = format!("can user/{user} s3:GetObject on arn:aws:s3:::none/x");
        assert_eq!(place.run(["query", &question]).code, 0, "{user}");
    }
}

#[test]
fn nonsense_in_one_answer_is_a_gap_and_the_rest_counts() {
    let place = Place::new();
    let server = Loopback::new(|asked| match asked.operation.as_str() {
        "ListKeys" => says("<html>"),
        "ListTopics" => says("<ListTopicsResponse><ListTopicsRes"),
        _ => account(asked),
    });
    assert_eq!(collect(&place, &server).code, 0);
    let codes = codes(&place);
    assert_eq!(code(&codes, "kms list-keys", ""), "MalformedAnswer");
    assert_eq!(code(&codes, "sns list-topics", ""), "MalformedAnswer");
    assert_reads(&place, "none", 0);
}

#[test]
fn an_answer_that_does_not_come_in_time_is_a_gap_and_the_rest_counts() {
    let place = Place::new();
    let server = Loopback::new(|asked| {
        if asked.operation == "ListKeys" {
            thread::sleep(Duration::from_secs(3));
        }
        account(asked)
    });
    let bundle = place.path("bundle");
    let args = ["collect", "--bundle", bundle.to_str().unwrap()];
    let hasty = ["--timeout", "1", "--attempts", "1", "--rate", "1000"];
    let there = ["--regions", "eu-west-1", "--endpoint-url", &server.endpoint];
    let ended = ended(command(&place, &[&args[..], &hasty, &there].concat()));
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(code(&codes(&place), "kms list-keys", ""), "TimedOut");
    assert_reads(&place, "none", 0);
}

#[test]
fn credentials_that_expire_half_way_lose_nothing() {
    let place = Place::new();
    let expired = Arc::new(AtomicBool::new(true));
    let is_expired = Arc::clone(&expired);
    let server = Loopback::new(move |asked| {
        match asked.operation == "ListKeys" && is_expired.load(Ordering::Relaxed) {
            true => error_in_json("ExpiredTokenException"),
            false => account(asked),
        }
    });
    let stopped = collect(&place, &server);
    stopped.error("the credentials are no longer good");
    assert!(stopped.err.contains("--resume"), "{stopped:?}");
    expired.store(false, Ordering::Relaxed);
    let ended = resume(&place, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_reads(&place, "none", 0);
}

#[test]
fn a_collection_says_what_changed_since_the_one_before() {
    let place = Place::new();
    let is_later = Arc::new(AtomicBool::new(false));
    let later = Arc::clone(&is_later);
    let server = Loopback::new(move |asked| {
        match asked.operation == "GetAccountAuthorizationDetails" && later.load(Ordering::Relaxed) {
            true => says(identities("ben", None)),
            false => account(asked),
        }
    });
    let collect = || {
        let args = ["collect", "--endpoint-url", &server.endpoint];
        let more = [
            "--rate",
            "1000",
            "--attempts",
            "2",
            "--regions",
            "eu-west-1",
        ];
        ended(command(&place, &[&args[..], &more].concat()))
    };
    let first = collect();
    assert_eq!(first.code, 0, "{first:?}");
    assert!(!first.out.contains("changed since"), "{first:?}");
    let second = collect();
    assert!(
        second.out.contains("nothing has changed since"),
        "{second:?}"
    );
    is_later.store(true, Ordering::Relaxed);
    let third = collect();
    let changed = third.out.split("changed since").nth(1).unwrap_or_default();
    let changed: Vec<&str> = changed.lines().skip(1).map(str::trim).collect();
    assert_eq!(
        changed,
        [
            "+ arn:aws:iam::111122223333:user/ben",
            "- arn:aws:iam::111122223333:user/ana",
        ],
        "{third:?}"
    );
}

#[test]
fn a_dry_run_and_the_policy_name_the_calls_and_ask_nothing() {
    let place = Place::new();
    let dry = place.run(["collect", "--dry-run"]).fine();
    assert!(dry.contains("kms get-key-policy"), "{dry}");
    assert!(dry.ends_with("regions: those that are enabled in each account\n"));
    let policy = place
        .run(["collect", "--print-policy", "--role-name", "audit"])
        .fine();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let actions = policy["Statement"][0]["Action"].as_array().unwrap();
    let reads = ["Get", "List", "Describe", "GenerateCredentialReport"];
    for action in actions {
        let operation = action.as_str().unwrap().split(':').nth(1).unwrap();
        assert!(
            reads.iter().any(|read| operation.starts_with(read)),
            "{operation}"
        );
    }
    assert_eq!(
        policy["Statement"][1]["Resource"],
        "arn:*:iam::*:role/audit"
    );
    let template = place
        .run(["collect", "--print-template", "--role-name", "audit"])
        .fine();
    let template: Value = serde_json::from_str(&template).unwrap();
    assert_eq!(
        template["Resources"]["Role"]["Properties"]["RoleName"],
        "audit"
    );
}

//! Deliberately bad texts and what people are told.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use insta::assert_snapshot;

/// Returns what people are told; a text that parses shows in the snapshot.
fn mistake(text: &str) -> String {
    match whocan_query::parse(text) {
        Ok(ast) => format!("no mistake: {ast}"),
        Err(error) => error.pointed(),
    }
}

#[test]
fn syntax() {
    let texts = [
        "whoo can s3:GetObject",
        "select * from users where mfa = false",
        "aws iam list-users",
        "list-users",
        "iam:ListUsers",
        "describe user/ana",
        "on bucket/payroll who can s3:GetObject",
        "who has access to bucket/payroll",
        "who can read bucket/payroll",
        "who can reach any of s3:GetObject on bucket/payroll",
        "who can all of (s3:GetObject, kms:Decrypt) on bucket/payroll",
        "who can kms:Decrypt on key/payroll and s3:GetObject on bucket/payroll",
        "who can reach s3:GetObject through role/ci-deployer, role/deploy",
        "who can reach s3:GetObject within 3",
        "who can reach s3:GetObject on bucket/payroll max 3 hops",
        "which roles in account/prod can be assumed by account/dev",
        "can user ana s3:GetObject on bucket/payroll",
        "can user/ana do s3:GetObject on bucket/payroll",
        "list users where mfa is null",
        "list roles where name contains admin",
        "list roles where name starts with admin",
        "list roles where not exists last_used",
        "list users where created < 90 days ago",
        "list users where last_used older than 90d",
        "list roles where tag:env = prod",
        "list roles having mfa",
        "list roles sort by name",
        "list roles exept role/Admin",
        "let roles = bucket/payroll",
        "list users with access_keys > 0 and not mfa",
        "who can reach (iam:CreateAccessKey, iam:UpdateLoginProfile) on users",
        "list users with access_keys > 0 and name = ana",
        "what can user/ana reach in account/prod",
        "who can sts:AssumeRole on role/reporting ignoring trust policies",
        "who cn reach s3:GetObject",
        "who reach s3:GetObject",
        "who s3:GetObject on bucket/logs",
        "who can raech s3:GetObject on bucket/logs",
        "who can s3:GetObject bucket/logs",
        "who can s3:GetObject on",
        "who can s3:GetObject on where hops = 1",
        "who can s3:GetObject on bucket/a, bucket/b",
        "who can s3:GetObject on bucket/logs whree hops = 1",
        "who can s3:GetObject on bucket/logs where hops == 1",
        "who can s3:GetObject on bucket/logs where hops <> 1",
        "who can s3:GetObject on bucket/logs where and",
        "who can s3:GetObject on bucket/logs where hops =",
        "who can role/Admin",
        "who can GetObject on bucket/logs",
        "can reach s3:GetObject",
        "can role/ci",
        "which buckets can role/ci raech s3:GetObject",
        "who can s3:GetObject on (bucket/a or bucket/b",
        "who can s3:GetObject on \"bucket/a",
        "who can s3:GetObject on bucket/a)",
        "who can s3:GetObject on \u{201c}bucket/a\u{201d}",
        "who can s3:GetObject\nwho can s3:PutObject",
        "who can s3:GetObject within three hops",
        "who can s3:GetObject within 99999999999999999999 hops",
        "who can s3:GetObject limit 1 limit 2",
        "who can s3:GetObject surely possibly",
        "let who = roles",
        "let public = roles",
        "let x roles",
        "assert who can s3:*",
        "paths from role/a role/b",
        "paths form role/a to role/b",
        "who can s3:GetObject given aws:SourceIp",
        "who can s3:GetObject given a = 1, a = 2",
        "who can s3:GetObject group account",
        "list s3:GetObject",
        "list",
        "plan",
        "matrix accounts accounts",
        "matrix accounts by",
        "matrix accounts by accounts s3:GetObject",
        "all path from role/a to role/b",
        "all paths role/a to role/b",
        "who can s3:GetObject return where",
        "who can s3:GetObject return name, limit 3",
        "who can s3:GetObject as off yesterday",
        "who can s3:GetObject as of",
        "who can s3:GetObject ignoring",
        "list roles where name matches",
        "list roles where name liek ci-*",
        "list roles with name = a or b",
        "list users where created < snapshot - 90 days",
        "explain plan who can s3:GetObject",
        "assert nobody who can s3:GetObject",
        "assert at most who can s3:GetObject",
        "let crown = bucket/payroll bucket/logs",
        "who in can s3:GetObject",
        "why role/ci can s3:GetObject",
        "what can do role/ci",
        "which can s3:GetObject",
        "count",
    ];
    let all: Vec<String> = texts.iter().map(|text| mistake(text)).collect();
    assert_snapshot!(all.join("\n"));
}

#[test]
fn hostile_texts_are_refused_quickly() {
    assert_snapshot!(mistake(&format!("list {}", "(".repeat(10_000))).lines().next().unwrap_or(""), @"error: parentheses nest deeper than 64 levels");
    for word in [
        "not ",
        "count ",
        "explain ",
        "a.",
        "a or ",
        "a with x = 1 ",
        "who can ",
        "in ",
    ] {
        let text = format!("list roles where {}", word.repeat(20_000));
        assert!(whocan_query::parse(&text).is_err());
        let text = format!("list {}", word.repeat(20_000));
        let _ = whocan_query::parse(&text);
    }
    assert!(whocan_query::parse(&"a".repeat(5_000_000)).is_err());
}

//! Conditions on keys that are known, partly known or open.

use super::world::decide;

/// Returns the answer for a user, or a role, with one condition on its own policy.
fn ask(who: &str, condition: &str, given: &str) -> String {
    let (kind, name) = who.split_once('/').unwrap();
    let world = format!(
        "
        {kind} {name}
          tag team=red
          allow sqs:* if {condition}
        queue jobs
          tag env=prod
        "
    );
    decide(&world, &format!("{who} sqs:SendMessage queue/jobs {given}"))
}

const SILENT: &str = "deny: identity is silent";

#[test]
fn facts_about_the_caller_decide() {
    let user = |condition: &str| ask("user/ana", condition, "");
    assert_eq!(user("StringEquals aws:username ana"), "allow");
    assert_eq!(user("StringEquals aws:PrincipalTag/Team red"), "allow");
    assert_eq!(user("StringEquals aws:PrincipalTag/other red"), SILENT);
    assert_eq!(user("StringEquals aws:PrincipalType AssumedRole"), SILENT);
    assert_eq!(
        user("ArnLike aws:PrincipalArn arn:aws:iam::*:user/ana"),
        "allow"
    );
    assert_eq!(user("StringEquals aws:PrincipalOrgID o-1"), SILENT);
    assert_eq!(user("Null aws:SourceIdentity true"), "allow");
}

#[test]
fn facts_about_the_resource_decide() {
    let user = |condition: &str| ask("user/ana", condition, "");
    assert_eq!(user("StringEquals aws:ResourceTag/env prod"), "allow");
    assert_eq!(
        user("StringEquals aws:ResourceAccount 111122223333"),
        "allow"
    );
    assert_eq!(user("StringEquals aws:RequestedRegion eu-west-1"), "allow");
    assert_eq!(user("StringEquals aws:RequestedRegion us-east-1"), SILENT);
}

#[test]
fn open_keys_leave_the_answer_open_and_are_named() {
    assert_eq!(
        ask("user/ana", "IpAddress aws:SourceIp 10.0.0.0/8", ""),
        "if aws:SourceIp in 10.0.0.0/8"
    );
    assert_eq!(
        ask("user/ana", "Bool aws:MultiFactorAuthPresent true", ""),
        "if aws:MultiFactorAuthPresent = true"
    );
    assert_eq!(
        ask("user/ana", "StringEquals aws:SomethingNew 1", ""),
        "if aws:SomethingNew = 1"
    );
}

#[test]
fn what_a_call_does_not_carry_is_absent() {
    assert_eq!(ask("user/ana", "StringEquals s3:prefix x", ""), SILENT);
    assert_eq!(ask("user/ana", "StringEquals aws:SourceArn x", ""), SILENT);
    assert_eq!(ask("user/ana", "Bool aws:ViaAWSService true", ""), SILENT);
    assert_eq!(
        ask("user/ana", "StringEquals aws:RequestTag/a 1", ""),
        SILENT
    );
}

#[test]
fn presence_may_be_known_where_the_value_is_not() {
    assert_eq!(ask("user/ana", "Null aws:CurrentTime false", ""), "allow");
    assert_eq!(
        ask("role/app", "Null aws:TokenIssueTime false", ""),
        "allow"
    );
    assert_eq!(ask("user/ana", "StringLike aws:CurrentTime *", ""), "allow");
}

#[test]
fn the_start_of_a_value_may_be_known() {
    let role = |condition: &str| ask("role/app", condition, "");
    assert_eq!(role("StringLike aws:userid AROAAPP:*"), "allow");
    assert_eq!(role("StringLike aws:userid AROAOTHER:*"), SILENT);
    assert_eq!(role("StringNotLike aws:userid AROAOTHER:*"), "allow");
    assert_eq!(
        role("StringEquals aws:userid AROAAPP:bob"),
        "if aws:userid = AROAAPP:bob"
    );
}

#[test]
fn sessions_of_roles_have_no_mfa() {
    let role = |condition: &str| ask("role/app", condition, "");
    assert_eq!(role("Bool aws:MultiFactorAuthPresent true"), SILENT);
    assert_eq!(
        role("BoolIfExists aws:MultiFactorAuthPresent false"),
        "allow"
    );
    assert_eq!(
        role("Null aws:MultiFactorAuthPresent true"),
        "if aws:MultiFactorAuthPresent is absent"
    );
}

#[test]
fn an_address_and_an_endpoint_exclude_each_other() {
    assert_eq!(
        ask(
            "user/ana",
            "Null aws:SourceVpce true",
            "aws:SourceIp=192.0.2.1"
        ),
        "allow"
    );
    assert_eq!(
        ask(
            "user/ana",
            "NotIpAddress aws:SourceIp 10.0.0.0/8",
            "aws:SourceVpce=vpce-9"
        ),
        "allow"
    );
}

#[test]
fn alternatives_are_joined_and_the_weaker_one_is_enough() {
    let world = "
        user ana
          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          allow sqs:* if StringEquals aws:SourceVpc vpc-1
          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8 if Bool aws:MultiFactorAuthPresent true
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "if aws:SourceIp in 10.0.0.0/8 or aws:SourceVpc = vpc-1"
    );
}

#[test]
fn an_open_deny_is_kept_away_by_defeating_one_of_its_conditions() {
    let world = "
        user ana
          allow sqs:*
          deny sqs:* if NotIpAddress aws:SourceIp 10.0.0.0/8 if StringNotEquals aws:SourceVpc vpc-1
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "if aws:SourceIp in 10.0.0.0/8 or aws:SourceVpc = vpc-1"
    );
}

#[test]
fn a_variable_that_is_open_leaves_the_resource_open_where_the_rest_fits() {
    let world = "
        user ana
          allow s3:GetObject on bucket/logs/${aws:SourceVpce}/*
        bucket logs
    ";
    assert_eq!(
        decide(world, "user/ana s3:GetObject bucket/logs/vpce-1/x"),
        "if aws:SourceVpce fits the resource"
    );
    assert_eq!(decide(world, "user/ana s3:GetObject bucket/logs/x"), SILENT);
}

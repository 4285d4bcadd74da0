//! Chains of assumed roles.

use super::world::{reach, reach_within};
use whocan_eval::{Via, Walk};

const CHAIN: &str = "
    user ana
    role a
      trust allow sts:AssumeRole for user/ana
    role b
      trust allow sts:AssumeRole for role/a
      allow sqs:*
";

#[test]
fn the_caller_itself_comes_first() {
    let world = "
        user ana
          allow sqs:*
    ";
    assert_eq!(
        reach(world, "user/ana sqs:SendMessage queue/jobs"),
        "allow via []"
    );
}

#[test]
fn a_chain_is_followed_as_far_as_the_walk_allows() {
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(reach(CHAIN, question), "allow via [a b]");
    let short = Walk {
        within: Some(1),
        ..Walk::default()
    };
    assert_eq!(reach_within(CHAIN, question, &short), "unreachable");
    let other = Walk {
        via: Via {
            identity_center: false,
            assume_role: false,
            ..Via::default()
        },
        ..Walk::default()
    };
    assert_eq!(reach_within(CHAIN, question, &other), "unreachable");
}

#[test]
fn a_longer_sure_path_beats_a_shorter_open_one() {
    let world = format!(
        "{CHAIN}
        role c
          trust allow sts:AssumeRole for user/ana if StringEquals sts:ExternalId x
          allow sqs:*
        "
    );
    assert_eq!(
        reach(&world, "user/ana sqs:SendMessage queue/jobs"),
        "allow via [a b]"
    );
}

#[test]
fn an_open_hop_leaves_the_path_open_and_names_why() {
    let world = "
        user ana
        role a
          trust allow sts:AssumeRole for user/ana if StringEquals sts:ExternalId x
          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
    ";
    assert_eq!(
        reach(world, "user/ana sqs:SendMessage queue/jobs"),
        "if sts:ExternalId = x; aws:SourceIp in 10.0.0.0/8 via [a]"
    );
}

#[test]
fn mfa_holds_on_the_first_call_of_a_user_and_never_later() {
    let world = |first: &str, second: &str| {
        format!(
            "
            user ana
            role a
              trust allow sts:AssumeRole for user/ana {first}
            role b
              trust allow sts:AssumeRole for role/a {second}
              allow sqs:*
            "
        )
    };
    let mfa = "if Bool aws:MultiFactorAuthPresent true";
    let question = "user/ana sqs:SendMessage queue/jobs aws:MultiFactorAuthPresent=true";
    assert_eq!(reach(&world(mfa, ""), question), "allow via [a b]");
    assert_eq!(reach(&world("", mfa), question), "unreachable");
}

#[test]
fn a_source_identity_is_chosen_once() {
    let world = |second: &str| {
        format!(
            "
            user ana
            role a
              trust allow sts:AssumeRole,sts:SetSourceIdentity for user/ana if StringEquals sts:SourceIdentity alice
            role b
              trust allow {second}
              allow sqs:*
            "
        )
    };
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(
        reach(
            &world("sts:AssumeRole,sts:SetSourceIdentity for role/a"),
            question
        ),
        "if sts:SourceIdentity = alice via [a b]"
    );
    assert_eq!(
        reach(
            &world(
                "sts:AssumeRole,sts:SetSourceIdentity for role/a if StringEquals sts:SourceIdentity bob"
            ),
            question
        ),
        "unreachable"
    );
    // The next role must permit what the session carries.
    assert_eq!(
        reach(&world("sts:AssumeRole for role/a"), question),
        "unreachable"
    );
}

#[test]
fn a_tag_that_must_be_transitive_needs_the_permission_on_every_role() {
    let world = |second: &str| {
        format!(
            "
            user ana
            role a
              trust allow sts:AssumeRole,sts:TagSession for user/ana if StringEquals aws:RequestTag/team red if ForAnyValue:StringEquals sts:TransitiveTagKeys team
            role b
              trust allow {second}
              allow sqs:*
            "
        )
    };
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(
        reach(&world("sts:AssumeRole for role/a"), question),
        "unreachable"
    );
    assert_eq!(
        reach(
            &world(
                "sts:AssumeRole,sts:TagSession for role/a if StringEquals aws:PrincipalTag/team red"
            ),
            question
        ),
        "if aws:RequestTag/team = red via [a b]"
    );
    assert_eq!(
        reach(
            &world(
                "sts:AssumeRole,sts:TagSession for role/a if StringEquals aws:PrincipalTag/team blue"
            ),
            question
        ),
        "unreachable"
    );
}

#[test]
fn what_is_open_to_everyone_needs_no_path() {
    let world = "
        queue open
          allow sqs:* for *
        account 222233334444
        user bob
    ";
    assert_eq!(
        reach(world, "222233334444/user/bob sqs:SendMessage queue/open"),
        "allow via []"
    );
}

#[test]
fn rings_end() {
    let world = "
        user ana
        role a
          trust allow sts:AssumeRole for user/ana,role/b
        role b
          trust allow sts:AssumeRole for role/a
    ";
    assert_eq!(
        reach(world, "user/ana sqs:SendMessage queue/jobs"),
        "unreachable"
    );
}

#[test]
fn services_and_tokens_are_starts_of_paths() {
    let world = "
        oidc idp.example.com
        role fn
          trust allow sts:AssumeRole for service:lambda.amazonaws.com
          allow sqs:*
        role ci
          trust allow sts:AssumeRoleWithWebIdentity for oidc:idp.example.com
          allow sqs:*
    ";
    assert_eq!(
        reach(
            world,
            "service:lambda.amazonaws.com sqs:SendMessage queue/jobs"
        ),
        "allow via [fn]"
    );
    assert_eq!(
        reach(world, "oidc:idp.example.com sqs:SendMessage queue/jobs"),
        "allow via [ci]"
    );
}

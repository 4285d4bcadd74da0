//! Identity-based policies, boundaries and sessions.

use super::world::{both, decide};
use std::sync::Arc;
use whocan_eval::Strictness;
use whocan_policy::Document;

#[test]
fn nothing_grants_by_default() {
    assert_eq!(
        decide("user ana", "user/ana sqs:SendMessage queue/jobs"),
        "deny: identity is silent"
    );
}

#[test]
fn an_identity_policy_suffices_in_its_own_account() {
    let world = "
        user ana
          allow sqs:*
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "allow"
    );
}

#[test]
fn a_deny_wins_over_any_allow() {
    let world = "
        user ana
          allow sqs:*
          deny sqs:Send*
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "deny: identity denies"
    );
}

#[test]
fn a_boundary_caps_an_identity_allow() {
    let world = "
        user ana
          allow sqs:*
          boundary allow s3:*
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "deny: boundary is silent"
    );
}

#[test]
fn a_boundary_alone_grants_nothing() {
    let world = "
        user ana
          boundary allow sqs:*
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "deny: identity is silent"
    );
}

#[test]
fn a_policy_naming_the_user_passes_the_silence_of_its_boundary_and_not_a_deny() {
    let world = |boundary: &str| {
        format!(
            "
            user ana
              boundary {boundary}
            queue jobs
              allow sqs:* for user/ana
            "
        )
    };
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(decide(&world("allow s3:*"), question), "allow");
    assert_eq!(
        decide(&world("deny sqs:*"), question),
        "deny: boundary denies"
    );
}

#[test]
fn a_policy_naming_the_role_does_not_pass_its_boundary() {
    let world = "
        role app
          boundary allow s3:*
        queue jobs
          allow sqs:* for role/app
    ";
    assert_eq!(
        decide(world, "role/app sqs:SendMessage queue/jobs"),
        "deny: identity is silent, boundary is silent"
    );
}

#[test]
fn a_session_policy_limits_the_role_and_not_a_grant_to_the_session() {
    let world = "
        role app
          allow sqs:*
        queue jobs
        queue own
          allow sqs:* for assumed-role/app/s
    ";
    let limit = Document::parse(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
    );
    let ask = |question: &str| {
        let (graph, mut request) = both(world, question);
        request.session.policies.push(Arc::new(limit.clone()));
        let decided = whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap();
        super::world::answer(&decided)
    };
    assert_eq!(
        ask("assumed-role/app/s sqs:SendMessage queue/jobs"),
        "deny: session is silent"
    );
    assert_eq!(ask("assumed-role/app/s sqs:SendMessage queue/own"), "allow");
}

#[test]
fn a_federated_session_without_session_policy_has_nothing() {
    let world = "
        user ana
          allow sqs:*
    ";
    let (graph, mut request) = both(world, "federated-user/bob sqs:SendMessage queue/jobs");
    request.session.user = Some("ana".to_owned());
    let decided = whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap();
    assert_eq!(super::world::answer(&decided), "deny: session is silent");
}

#[test]
fn the_root_user_needs_no_policy_in_its_own_account() {
    assert_eq!(
        decide("user ana", "root sqs:SendMessage queue/jobs"),
        "allow"
    );
}

#[test]
fn some_calls_are_decided_before_any_policy() {
    let world = "
        user ana
          allow *
          deny sts:*
    ";
    let ask = |question: &str| decide(world, question);
    assert_eq!(ask("user/ana sts:GetCallerIdentity *"), "allow");
    assert_eq!(
        ask("user/ana iam:CreatePolicyVersion arn:aws:iam::aws:policy/ReadOnlyAccess"),
        "deny: only AWS changes this object"
    );
    assert_eq!(
        ask("user/ana sqs:SendMessage arn:aws-cn:sqs:cn-north-1:111122223333:jobs"),
        "deny: caller and resource are in different partitions"
    );
    assert_eq!(
        ask("user/ana iam:PassRole 222233334444/role/app"),
        "deny: a role can only be passed in its own account"
    );
}

#[test]
fn a_caller_that_does_not_exist_has_no_policies_and_the_reason_says_so() {
    let decision = super::world::decision("user ana", "user/eve sqs:SendMessage queue/jobs");
    let evidence = &decision.reason().evidence[0];
    assert_eq!(
        evidence.source,
        "there is no arn:aws:iam::111122223333:user/eve in the snapshot"
    );
}

#[test]
fn an_action_or_a_resource_of_no_form_is_an_error() {
    let error = |question: &str| {
        let (graph, request) = both("user ana", question);
        let error = whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        error("user/ana s3:Get* *"),
        "`s3:Get*` is not an action: expected `prefix:Name`"
    );
    assert_eq!(
        error("user/ana GetObject *"),
        "`GetObject` is not an action: expected `prefix:Name`"
    );
    assert_eq!(
        error("user/ana s3:GetObject logs"),
        "`logs` is not a resource: expected an ARN or `*`"
    );
    let (graph, mut request) = both("user ana", "user/ana s3:GetObject *");
    request.resources.clear();
    let error = whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request names no resource: expected an ARN or `*`"
    );
}

#[test]
fn all_resources_of_a_call_must_be_allowed() {
    let world = "
        user ana
          allow ec2:RunInstances on arn:aws:ec2:eu-west-1:111122223333:instance/*
    ";
    let instance = "arn:aws:ec2:eu-west-1:111122223333:instance/*";
    let subnet = "arn:aws:ec2:eu-west-1:111122223333:subnet/s";
    let ask = |resources: &str| decide(world, &format!("user/ana ec2:RunInstances {resources}"));
    assert_eq!(ask(instance), "allow");
    assert_eq!(
        ask(&format!("{instance},{subnet}")),
        "deny: identity is silent"
    );
}

//! Resource-based policies and other accounts.

use super::world::decide;

const TWO: &str = "
    user ana
      allow sqs:*
    user bob
    role app
    account 222233334444
    queue jobs
      allow sqs:* for 111122223333/account
    queue own
    queue open
      allow sqs:SendMessage for *
";

#[test]
fn another_account_needs_both_sides() {
    let ask = |caller: &str, queue: &str| {
        decide(
            TWO,
            &format!("{caller} sqs:SendMessage 222233334444/queue/{queue}"),
        )
    };
    assert_eq!(ask("user/ana", "jobs"), "allow");
    assert_eq!(ask("user/bob", "jobs"), "deny: identity is silent");
    assert_eq!(ask("user/ana", "own"), "deny: resource is silent");
    assert_eq!(
        ask("user/bob", "own"),
        "deny: resource is silent, identity is silent"
    );
    // A wildcard does not take the identity side's place.
    assert_eq!(ask("user/bob", "open"), "deny: identity is silent");
    assert_eq!(ask("root", "jobs"), "allow");
}

#[test]
fn an_account_in_a_policy_only_delegates() {
    let world = "
        user ana
        queue jobs
          allow sqs:* for account
    ";
    assert_eq!(
        decide(world, "user/ana sqs:SendMessage queue/jobs"),
        "deny: identity is silent"
    );
}

#[test]
fn everyone_includes_callers_without_credentials_where_the_service_takes_them() {
    let world = "
        queue open
          allow sqs:SendMessage for *
        secret s-AbCdEf
          allow secretsmanager:GetSecretValue for *
    ";
    assert_eq!(
        decide(world, "anonymous sqs:SendMessage queue/open"),
        "allow"
    );
    assert_eq!(
        decide(
            world,
            "anonymous secretsmanager:GetSecretValue secret/s-AbCdEf"
        ),
        "deny: service is silent"
    );
}

#[test]
fn a_service_needs_its_own_name_in_the_policy() {
    let world = "
        queue jobs
          allow sqs:* for service:sns.amazonaws.com if StringEquals aws:SourceAccount 111122223333
    ";
    let ask = |question: &str| decide(world, question);
    assert_eq!(
        ask("service:sns.amazonaws.com sqs:SendMessage queue/jobs"),
        "if aws:SourceAccount = 111122223333"
    );
    assert_eq!(
        ask("service:sns.amazonaws.com sqs:SendMessage queue/jobs aws:SourceAccount=222233334444"),
        "deny: resource is silent"
    );
    assert_eq!(
        ask("service:s3.amazonaws.com sqs:SendMessage queue/jobs"),
        "deny: resource is silent"
    );
}

#[test]
fn a_session_name_that_is_open_leaves_a_grant_to_one_session_open() {
    let world = "
        role app
        queue jobs
          allow sqs:* for assumed-role/app/alice
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} sqs:SendMessage queue/jobs"));
    assert_eq!(ask("assumed-role/app/alice"), "allow");
    assert_eq!(ask("assumed-role/app/bob"), "deny: identity is silent");
    assert_eq!(ask("role/app"), "if the session is named alice");
}

#[test]
fn an_unread_account_leaves_its_own_side_open() {
    let world = "
        queue jobs
          allow sqs:* for 444455556666/user/eve
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} sqs:SendMessage queue/jobs"));
    assert!(
        ask("444455556666/user/eve")
            .starts_with("if identity-based policies of the caller let it pass (not collected)")
    );
    assert_eq!(ask("444455556666/user/mia"), "deny: resource is silent");
}

#[test]
fn iam_has_no_resource_policies_for_other_accounts() {
    let world = "
        user ana
          allow *
        account 222233334444
        user bob
    ";
    assert_eq!(
        decide(world, "user/ana iam:GetUser 222233334444/user/bob"),
        "deny: resource is silent"
    );
}

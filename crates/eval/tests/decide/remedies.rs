//! What would have to change for a denied request to be allowed.

use super::world::remedy;

#[test]
fn in_the_own_account_either_side_is_enough() {
    let world = "
        user ana
        queue jobs
    ";
    assert_eq!(
        remedy(world, "user/ana sqs:SendMessage queue/jobs"),
        "identity sqs:SendMessage | resource sqs:SendMessage to itself"
    );
}

#[test]
fn where_no_resource_policy_can_be_written_only_the_identity_side_helps() {
    let world = "
        user ana
        user ben
    ";
    assert_eq!(
        remedy(world, "user/ana iam:GetUser user/ben"),
        "identity iam:GetUser"
    );
}

#[test]
fn a_silent_boundary_is_passed_by_naming_the_session_but_not_the_identity() {
    let world = "
        role app
          boundary allow s3:*
        queue jobs
    ";
    // Fewer than a statement in the boundary and one more (R127).
    assert_eq!(
        remedy(world, "role/app sqs:SendMessage queue/jobs"),
        "resource sqs:SendMessage to itself"
    );
}

#[test]
fn another_account_needs_both_sides() {
    let world = "
        account 111122223333
        user ana
        account 444455556666
        queue jobs
    ";
    assert_eq!(
        remedy(world, "user/ana sqs:SendMessage 444455556666/queue/jobs"),
        "identity sqs:SendMessage + resource sqs:SendMessage to itself"
    );
}

#[test]
fn whatever_denies_has_to_go_each_statement_once() {
    let world = "
        organization
        scp deny sqs:*
        user ana
          deny sqs:SendMessage
          deny s3:*
        queue jobs
    ";
    assert_eq!(
        remedy(world, "user/ana sqs:SendMessage queue/jobs"),
        "not #1 of SCP p-scp at r-1 + not #1 of inline policy p of user/ana + identity sqs:SendMessage \
         | not #1 of SCP p-scp at r-1 + not #1 of inline policy p of user/ana + resource sqs:SendMessage to itself"
    );
}

#[test]
fn the_same_text_in_two_policies_is_two_statements() {
    let world = "
        user ana
          allow sqs:*
          deny sqs:SendMessage
        queue jobs
          deny sqs:SendMessage for user/ana
    ";
    assert_eq!(
        remedy(world, "user/ana sqs:SendMessage queue/jobs"),
        "not #1 of resource policy of arn:aws:sqs:eu-west-1:111122223333:jobs \
         + not #2 of inline policy p of user/ana"
    );
}

#[test]
fn a_role_of_the_account_is_assumed_by_a_statement_in_its_trust_policy() {
    let world = "
        user ana
          allow sts:AssumeRole
        role app
          trust allow sts:AssumeRole for user/ben
    ";
    assert_eq!(
        remedy(world, "user/ana sts:AssumeRole role/app"),
        "resource sts:AssumeRole to itself"
    );
    let without = "
        user ana
        role app
          trust allow sts:AssumeRole for account
    ";
    assert_eq!(
        remedy(without, "user/ana sts:AssumeRole role/app"),
        "identity sts:AssumeRole | resource sts:AssumeRole to itself"
    );
}

#[test]
fn a_key_asks_for_its_own_policy() {
    let world = "
        user ana
          allow kms:*
        key k1
          allow kms:Decrypt for user/ben
    ";
    assert_eq!(
        remedy(world, "user/ana kms:Decrypt key/k1"),
        "resource kms:Decrypt to itself"
    );
}

#[test]
fn blocked_public_access_is_one_change() {
    let world = "
        account 111122223333
        user ana
          allow s3:*
        account 444455556666
        bucket logs
          set block=restrict
          allow s3:GetObject for *
    ";
    assert_eq!(
        remedy(world, "user/ana s3:GetObject bucket/logs/x"),
        "unblock"
    );
}

#[test]
fn several_resources_need_all_of_their_changes() {
    let world = "
        user ana
          allow s3:GetObject on bucket/a/*
        bucket a
        bucket b
    ";
    assert_eq!(
        remedy(world, "user/ana s3:GetObject bucket/a/x,bucket/b/x"),
        "identity s3:GetObject | resource s3:GetObject to itself"
    );
}

#[test]
fn no_policy_helps_where_aws_itself_refuses() {
    let world = "
        role app
          trust allow sts:AssumeRole for account
    ";
    assert_eq!(remedy(world, "root sts:AssumeRole role/app"), "none");
}

#[test]
fn what_is_open_stays_open_and_is_told() {
    let world = "
        user ana
        queue jobs
          deny sqs:* for * if Bool aws:MultiFactorAuthPresent false
    ";
    assert_eq!(
        remedy(world, "user/ana sqs:SendMessage queue/jobs"),
        "identity sqs:SendMessage | resource sqs:SendMessage to itself then if"
    );
}

#[test]
fn an_allowed_request_needs_no_change() {
    let world = "
        user ana
          allow sqs:*
        queue jobs
    ";
    assert_eq!(remedy(world, "user/ana sqs:SendMessage queue/jobs"), "none");
}

#[test]
fn among_many_candidates_a_set_is_told_of_which_nothing_can_be_left_out() {
    let denies: String = (0..13)
        .map(|at| {
            format!(
                "          deny sqs:SendMessage on * if StringLike aws:username a{}\n",
                "*".repeat(at + 1)
            )
        })
        .collect();
    let world = format!(
        "
        user ana
          allow sqs:*
{denies}
        queue jobs
    "
    );
    let answer = remedy(&world, "user/ana sqs:SendMessage queue/jobs");
    assert!(answer.ends_with("(minimal)"), "{answer}");
    assert_eq!(answer.matches("not #").count(), 13);
    assert!(!answer.contains("identity"), "{answer}");
}

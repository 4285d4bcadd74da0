//! What was not collected: open strictly, as in a fresh account otherwise.

use super::world::{decide, decide_as_collected};

// Neither an organization nor resources were read here.
const PARTIAL: &str = "
    partial account 111122223333
    user ana
      allow sqs:*,s3:*,kms:*,ec2:*
    user bob
";

#[test]
fn an_unread_organization_leaves_every_allow_open() {
    let question = "user/ana ec2:StartInstances arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    assert_eq!(
        decide(PARTIAL, question),
        "if service control policies of account 111122223333 let it pass (not collected)"
    );
    assert_eq!(decide_as_collected(PARTIAL, question), "allow");
}

#[test]
fn what_the_own_side_does_not_allow_stays_denied_where_nothing_else_could_grant() {
    let question = "user/bob ec2:StartInstances arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
    assert_eq!(decide(PARTIAL, question), "deny: identity is silent");
}

#[test]
fn an_unread_policy_may_grant_and_may_deny() {
    let ask = |user: &str| format!("user/{user} sqs:SendMessage queue/jobs");
    assert!(decide(PARTIAL, &ask("bob")).contains(
        "resource policy of arn:aws:sqs:eu-west-1:111122223333:jobs lets it pass (not collected)"
    ));
    assert!(decide(PARTIAL, &ask("ana")).contains(
        "resource policy of arn:aws:sqs:eu-west-1:111122223333:jobs does not deny (not collected)"
    ));
    assert_eq!(decide_as_collected(PARTIAL, &ask("ana")), "allow");
    assert_eq!(
        decide_as_collected(PARTIAL, &ask("bob")),
        "deny: identity is silent"
    );
}

#[test]
fn a_bucket_that_nobody_lists_may_be_anybodys() {
    let question = "user/ana s3:GetObject bucket/logs/k";
    assert!(decide(PARTIAL, question).contains("owner of arn:aws:s3:::logs/k"));
    assert_eq!(decide_as_collected(PARTIAL, question), "allow");
}

#[test]
fn an_unread_key_has_its_default_policy_as_collected() {
    assert_eq!(
        decide_as_collected(PARTIAL, "user/ana kms:Decrypt key/k1"),
        "allow"
    );
    assert_eq!(
        decide_as_collected(PARTIAL, "user/bob kms:Decrypt key/k1"),
        "deny: identity is silent"
    );
}

#[test]
fn an_unread_callers_own_side_has_no_default() {
    let world = "
        queue jobs
          allow sqs:* for 444455556666/account
    ";
    assert!(
        decide_as_collected(world, "444455556666/user/eve sqs:SendMessage queue/jobs")
            .starts_with("if identity-based policies of the caller")
    );
}

#[test]
fn every_gap_is_marked_not_collected() {
    let decision = super::world::decision(PARTIAL, "user/bob sqs:SendMessage queue/jobs");
    let kinds = decision.open_points().iter().map(|point| point.kind);
    assert!(
        kinds
            .into_iter()
            .all(|kind| kind == whocan_eval::OpenKind::NotCollected)
    );
}

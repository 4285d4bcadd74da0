//! What a decision says about itself.

use super::world::decision;
use whocan_eval::{EvidenceSide, PolicyType};
use whocan_policy::Truth;

/// Returns the evidence, a line each.
fn evidence(world: &str, question: &str) -> Vec<String> {
    let decision = decision(world, question);
    let all = decision.reason().evidence.iter();
    all.map(|one| {
        let side = match one.side {
            EvidenceSide::Allows => "allows",
            EvidenceSide::Denies => "denies",
            EvidenceSide::Silent => "silent",
        };
        let sure = match one.truth {
            Truth::Unknown => " perhaps",
            _ => "",
        };
        format!("{side}{sure}: {} {}", one.source, one.statement)
            .trim()
            .to_owned()
    })
    .collect()
}

#[test]
fn an_allow_names_the_statement_that_grants() {
    let world = "
        user ana
          allow s3:*
          allow sqs:*
    ";
    assert_eq!(
        evidence(world, "user/ana sqs:SendMessage queue/jobs"),
        ["allows: inline policy p of user/ana #2"]
    );
}

#[test]
fn a_deny_names_every_statement_that_denies() {
    let world = "
        organization
        scp deny sqs:*
        user ana
          allow sqs:*
          deny sqs:SendMessage
    ";
    assert_eq!(
        evidence(world, "user/ana sqs:SendMessage queue/jobs"),
        [
            "denies: SCP p-scp at r-1 #1",
            "denies: inline policy p of user/ana #2",
        ]
    );
}

#[test]
fn an_if_names_what_may_allow_and_what_may_deny() {
    let world = "
        user ana
          allow sqs:* if StringEquals aws:SourceVpc vpc-1
        queue jobs
          deny sqs:* for * if NotIpAddress aws:SourceIp 10.0.0.0/8
    ";
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(
        evidence(world, question),
        [
            "denies perhaps: resource policy of arn:aws:sqs:eu-west-1:111122223333:jobs #1",
            "allows perhaps: inline policy p of user/ana #1",
        ]
    );
    let decision = decision(world, question);
    assert_eq!(
        decision.reason().conditions,
        ["aws:SourceVpc = vpc-1", "aws:SourceIp in 10.0.0.0/8",]
    );
}

#[test]
fn rules_are_those_that_were_used() {
    let world = "
        user ana
          allow sqs:*
          boundary allow sqs:*
    ";
    let decision = decision(world, "user/ana sqs:SendMessage queue/jobs");
    let rules = &decision.reason().rules;
    let used = [17, 41, 122, 124];
    assert!(used.iter().all(|rule| rules.contains(rule)), "{rules:?}");
    let unused = [43, 130, 137, 168, 195];
    assert!(unused.iter().all(|rule| !rules.contains(rule)), "{rules:?}");
}

#[test]
fn kinds_of_policy_have_stable_names() {
    let names = [
        (PolicyType::Scp, "scp"),
        (PolicyType::PublicAccessBlock, "public-access-block"),
    ];
    for (kind, name) in names {
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
    }
}

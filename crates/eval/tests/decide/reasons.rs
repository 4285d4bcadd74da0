//! What a decision says about itself.

use super::world::decision;
use whocan_eval::{EvidenceSide, Logic, PolicyType};
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

fn logic(policy: &str, question: &str) -> Option<Logic> {
    let world = format!("\n        user ana\n{policy}\n        queue jobs\n");
    let decision = decision(&world, question);
    assert_eq!(
        decision.label(),
        "if",
        "nothing that is told changes a decision"
    );
    decision.reason().logic
}

#[test]
fn conditions_that_contradict_each_other_are_told_and_stay_if() {
    let send = "user/ana sqs:SendMessage queue/jobs";
    let told = |policy: &str| logic(policy, send);
    let contradictory = Some(Logic::Contradictory);
    assert_eq!(
        told(
            "          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          deny sqs:* if IpAddress aws:SourceIp 10.0.0.0/8"
        ),
        contradictory
    );
    assert_eq!(
        told(
            "          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          deny sqs:* if NotIpAddress aws:SourceIp 192.0.2.0/24"
        ),
        // The addresses of the Allow are outside those that the Deny spares,
        // but that takes more than a look at one pair of tests of a kind.
        None
    );
    assert_eq!(
        told(
            "          allow sqs:* if StringEquals aws:SourceVpce vpce-1
          deny sqs:* if StringEquals aws:SourceVpce vpce-1
          deny sqs:* if Bool aws:MultiFactorAuthPresent false"
        ),
        contradictory
    );
    assert_eq!(
        told(
            "          allow sqs:* if StringEquals aws:SourceVpce vpce-1
          deny sqs:* if StringEquals aws:SourceVpce vpce-2"
        ),
        None
    );
}

#[test]
fn conditions_that_always_hold_are_told() {
    assert_eq!(
        logic(
            "          allow sqs:* if Bool aws:MultiFactorAuthPresent true
          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          allow sqs:* if NotIpAddress aws:SourceIp 10.0.0.0/8",
            "user/ana sqs:SendMessage queue/jobs"
        ),
        Some(Logic::Always)
    );
    assert_eq!(
        logic(
            "          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          allow sqs:* if NotIpAddress aws:SourceIp 10.1.0.0/16",
            "user/ana sqs:SendMessage queue/jobs"
        ),
        None
    );
}

#[test]
fn an_alternative_that_can_hold_is_enough() {
    assert_eq!(
        logic(
            "          allow sqs:* if StringEquals aws:SourceVpce vpce-1
          allow sqs:* if IpAddress aws:SourceIp 10.0.0.0/8
          deny sqs:* if StringEquals aws:SourceVpce vpce-1",
            "user/ana sqs:SendMessage queue/jobs"
        ),
        None
    );
}

#[test]
fn a_condition_that_another_implies_is_left_out() {
    let world = "
        user ana
          allow sqs:* if StringEquals aws:SourceVpce vpce-1
          deny sqs:* if StringNotEqualsIfExists aws:SourceVpce vpce-1
        queue jobs
    ";
    let decision = decision(world, "user/ana sqs:SendMessage queue/jobs");
    assert_eq!(decision.reason().conditions, ["aws:SourceVpce = vpce-1"]);
}

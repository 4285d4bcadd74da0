//! Service and resource control policies.

use super::world::decide;

#[test]
fn an_scp_deny_filters_every_grant_of_its_member_and_nobody_else() {
    let world = "
        organization
        scp deny sqs:*
        user ana
          allow sqs:*
        queue jobs
          allow sqs:* for user/ana,service:sns.amazonaws.com
    ";
    let ask = |caller: &str| decide(world, &format!("{caller} sqs:SendMessage queue/jobs"));
    assert_eq!(ask("user/ana"), "deny: scp denies");
    assert_eq!(ask("root"), "deny: scp denies");
    assert_eq!(ask("service:sns.amazonaws.com"), "allow");
}

#[test]
fn an_rcp_binds_whoever_calls_and_only_services_that_it_covers() {
    let world = "
        organization
        rcp deny sqs:*,sns:* if StringNotEqualsIfExists aws:PrincipalOrgID o-1
        user ana
          allow sqs:*,sns:*
        queue jobs
          allow sqs:* for *
    ";
    let ask = |question: &str| decide(world, question);
    assert_eq!(ask("user/ana sqs:SendMessage queue/jobs"), "allow");
    assert_eq!(
        ask("anonymous sqs:SendMessage queue/jobs"),
        "deny: rcp denies"
    );
    assert_eq!(
        ask("user/ana sns:Publish arn:aws:sns:eu-west-1:111122223333:t"),
        "allow"
    );
}

#[test]
fn an_open_condition_of_an_scp_leaves_the_answer_open() {
    let world = "
        organization
        scp deny * if NotIpAddress aws:SourceIp 10.0.0.0/8
        user ana
          allow sqs:*
    ";
    let ask = |rest: &str| {
        decide(
            world,
            &format!("user/ana sqs:SendMessage queue/jobs {rest}"),
        )
    };
    assert_eq!(ask(""), "if aws:SourceIp in 10.0.0.0/8");
    assert_eq!(ask("aws:SourceIp=10.1.2.3"), "allow");
    assert_eq!(ask("aws:SourceIp=192.0.2.1"), "deny: scp denies");
}

#[test]
fn an_endpoint_filters_and_never_grants() {
    let world = "
        user ana
          allow s3:*
        bucket logs
        endpoint vpce-1 allow s3:GetObject
    ";
    let ask = |action: &str, endpoint: Option<&str>| {
        let question = format!("user/ana {action} bucket/logs/k");
        let (graph, mut request) = super::world::both(world, &question);
        request.endpoint = endpoint.map(str::to_owned);
        let strict = whocan_eval::Strictness::Strict;
        super::world::answer(&whocan_eval::decide(&graph, &request, strict).unwrap())
    };
    assert_eq!(ask("s3:GetObject", Some("vpce-1")), "allow");
    assert_eq!(
        ask("s3:PutObject", Some("vpce-1")),
        "deny: endpoint is silent"
    );
    assert_eq!(ask("s3:PutObject", None), "allow");
    // The key alone is only a key.
    assert_eq!(
        decide(
            world,
            "user/ana s3:PutObject bucket/logs/k aws:SourceVpce=vpce-1"
        ),
        "allow"
    );
}

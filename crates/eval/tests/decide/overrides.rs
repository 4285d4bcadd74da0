//! Policies that a request brings along, with a snapshot and without.

use std::sync::Arc;

use super::world::{answer, both, document, request, statement};
use whocan_eval::{Overrides, Request, Strictness};
use whocan_graph::Graph;
use whocan_policy::Document;
use whocan_snapshot::Snapshot;

fn policy(text: &str) -> Arc<Document> {
    Arc::new(Document::parse(&document(&[statement(
        text,
        "111122223333",
    )])))
}

fn empty() -> Graph {
    Graph::build(&Snapshot {
        taken: jiff::Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: Vec::new(),
        activity: Vec::new(),
    })
}

/// Decides a request of which nothing is known but what it says.
fn alone(question: &str, set: impl FnOnce(&mut Request)) -> String {
    let mut request = request(question);
    request.overrides.alone = true;
    set(&mut request);
    answer(&whocan_eval::decide(&empty(), &request, Strictness::Strict).unwrap())
}

#[test]
fn alone_nothing_exists_but_what_the_request_says() {
    let question = "user/ana sqs:SendMessage queue/jobs";
    assert_eq!(alone(question, |_| {}), "deny: identity is silent");
    let identity = |request: &mut Request| {
        request.overrides.identity = Some(vec![policy("allow sqs:*")]);
    };
    assert_eq!(alone(question, identity), "allow");
    let resource = |request: &mut Request| {
        request.overrides.resource = Some(policy("allow sqs:* for user/ana"));
    };
    assert_eq!(alone(question, resource), "allow");
}

#[test]
fn every_given_policy_bears() {
    let question = "user/ana s3:GetObject bucket/logs/k";
    let all = || Overrides {
        identity: Some(vec![policy("allow s3:*")]),
        boundary: Some(policy("allow s3:*")),
        resource: None,
        scps: Some(vec![vec![policy("allow *")], vec![policy("allow s3:*")]]),
        rcps: Some(vec![Vec::new()]),
        endpoint: Some(policy("allow s3:* for *")),
        alone: true,
    };
    let ask = |set: fn(&mut Overrides)| {
        let mut overrides = all();
        set(&mut overrides);
        alone(question, |request| request.overrides = overrides)
    };
    assert_eq!(ask(|_| {}), "allow");
    assert_eq!(
        ask(|all| all.boundary = Some(policy("allow sqs:*"))),
        "deny: boundary is silent"
    );
    assert_eq!(
        ask(|all| all.scps = Some(vec![vec![policy("allow *")], Vec::new()])),
        "deny: scp is silent"
    );
    assert_eq!(
        ask(|all| all.rcps = Some(vec![vec![policy("deny s3:* for *")]])),
        "deny: rcp denies"
    );
    assert_eq!(
        ask(|all| all.endpoint = Some(policy("allow sqs:* for *"))),
        "deny: endpoint is silent"
    );
    assert_eq!(
        ask(|all| all.resource = Some(policy("deny s3:* for *"))),
        "deny: resource denies"
    );
}

#[test]
fn the_kinds_that_stop_a_request_stand_in_order_denies_first() {
    let question = "user/ana s3:GetObject bucket/logs/k";
    let stopped = alone(question, |request| {
        request.overrides.identity = Some(vec![policy("deny s3:*")]);
        request.overrides.boundary = Some(policy("allow sqs:*"));
        request.overrides.scps = Some(vec![Vec::new()]);
    });
    assert_eq!(
        stopped,
        "deny: identity denies, scp is silent, boundary is silent"
    );
}

#[test]
fn a_complete_context_leaves_nothing_open() {
    let question = "user/ana sqs:SendMessage queue/jobs";
    let ask = |condition: &str, complete: bool| {
        let policy = policy(&format!("allow sqs:* if {condition}"));
        alone(question, |request| {
            request.overrides.identity = Some(vec![policy]);
            request.given.complete = complete;
        })
    };
    let address = "IpAddress aws:SourceIp 10.0.0.0/8";
    assert_eq!(ask(address, false), "if aws:SourceIp in 10.0.0.0/8");
    assert_eq!(ask(address, true), "deny: identity is silent");
    assert_eq!(ask("NotIpAddress aws:SourceIp 10.0.0.0/8", true), "allow");
    // What the ARNs imply and the defaults stay.
    assert_eq!(ask("StringEquals aws:username ana", true), "allow");
    assert_eq!(ask("Bool aws:SecureTransport true", true), "allow");
}

#[test]
fn given_keys_come_before_facts_only_where_asked() {
    let world = "
        user ana
          allow sqs:* if StringEquals aws:username bob
    ";
    let (graph, mut request) = both(
        world,
        "user/ana sqs:SendMessage queue/jobs aws:username=bob",
    );
    let mut ask = |precedence| {
        request.precedence = precedence;
        answer(&whocan_eval::decide(&graph, &request, Strictness::Strict).unwrap())
    };
    assert_eq!(ask(whocan_eval::Precedence::Given), "allow");
    assert_eq!(
        ask(whocan_eval::Precedence::Facts),
        "deny: identity is silent"
    );
}

#[test]
fn an_override_takes_the_snapshots_place() {
    let world = "
        user ana
          allow sqs:*
        queue jobs
          deny sqs:* for *
    ";
    let (graph, mut request) = both(world, "user/ana sqs:SendMessage queue/jobs");
    request.overrides.resource = Some(policy("allow s3:* for *"));
    let ask = |request: &Request| {
        answer(&whocan_eval::decide(&graph, request, Strictness::Strict).unwrap())
    };
    assert_eq!(ask(&request), "allow");
    request.overrides.identity = Some(Vec::new());
    assert_eq!(ask(&request), "deny: identity is silent");
}

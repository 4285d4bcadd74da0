//! What is left out by `ignoring` is left out by the index and by the judge alike.

mod example;

use whocan_eval::Decision;
use whocan_graph::{PrincipalId, PrincipalKind};
use whocan_index::{Ask, Ignoring};
use whocan_policy::Truth;
use whocan_policy::{Given, Precedence, Session};
use whocan_query::engine::{Engine, Indexed};

/// Requests whose answers rest on every kind of policy.
const REQUESTS: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::payroll/2026.csv"),
    ("s3:GetObject", "arn:aws:s3:::acme-www/index.html"),
    ("s3:GetObject", "arn:aws:s3:::acme-events/curated/x"),
    ("s3:PutObject", "arn:aws:s3:::acme-artifacts/a"),
    ("s3:ListBucket", "arn:aws:s3:::acme-logs"),
    (
        "kms:Decrypt",
        "arn:aws:kms:eu-west-1:555566667777:key/0f1e2d3c-4b5a-4697-8877-665544332211",
    ),
    ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:555566667777:jobs"),
    ("iam:CreateUser", "arn:aws:iam::444455556666:user/x"),
    ("sts:AssumeRole", "arn:aws:iam::555566667777:role/deploy"),
    ("organizations:LeaveOrganization", "*"),
];

fn ways() -> Vec<(&'static str, Ignoring)> {
    let none = Ignoring::default;
    vec![
        ("nothing", none()),
        (
            "scps",
            Ignoring {
                scps: true,
                ..none()
            },
        ),
        (
            "rcps",
            Ignoring {
                rcps: true,
                ..none()
            },
        ),
        (
            "boundaries",
            Ignoring {
                boundaries: true,
                ..none()
            },
        ),
        (
            "identity",
            Ignoring {
                identity_policies: true,
                ..none()
            },
        ),
        (
            "resource",
            Ignoring {
                resource_policies: true,
                ..none()
            },
        ),
        (
            "acls",
            Ignoring {
                acls: true,
                ..none()
            },
        ),
        (
            "grants",
            Ignoring {
                grants: true,
                ..none()
            },
        ),
        (
            "blocks",
            Ignoring {
                public_access_blocks: true,
                ..none()
            },
        ),
        (
            "endpoints",
            Ignoring {
                endpoint_policies: true,
                ..none()
            },
        ),
    ]
}

fn ask(action: &str, resource: &str, ignoring: Ignoring) -> Ask {
    Ask {
        action: action.to_owned(),
        resource: resource.to_owned(),
        resource_account: None,
        given: Given::default(),
        precedence: Precedence::Facts,
        session: Session::default(),
        assume: None,
        access_point: None,
        endpoint: None,
        ignoring,
    }
}

fn truth(decision: &Decision) -> Truth {
    match decision {
        Decision::Allow(_) => Truth::True,
        Decision::Deny(_) => Truth::False,
        Decision::If(..) => Truth::Unknown,
    }
}

#[test]
fn index_and_judge_leave_out_the_same() {
    let index = example::index();
    let engine = Indexed::new(index);
    let mut changed = std::collections::BTreeSet::new();
    for (action, resource) in REQUESTS {
        let plain = engine.can(&ask(action, resource, Ignoring::default()), None);
        for (name, ignoring) in ways() {
            let ask = ask(action, resource, ignoring);
            let verdicts = engine.can(&ask, None);
            for id in (0..index.graph().principals().len() as u32).map(PrincipalId) {
                // A row for everybody of an account is explained by one of them.
                if let PrincipalKind::Foreign(_) = index.graph().principal(id).kind {
                    continue;
                }
                let Some(decision) = engine.explain(id, &ask, true) else {
                    continue;
                };
                let (fast, slow) = (verdicts.strict.of(id), truth(&decision));
                let who = &index.graph().principal(id).arn;
                assert_eq!(fast, slow, "{who} {action} on {resource} ignoring {name}");
                if fast != plain.strict.of(id) {
                    changed.insert(name);
                }
            }
        }
    }
    // Leaving out changes answers, so that the agreement says something.
    let changed: Vec<&str> = changed.into_iter().collect();
    assert_eq!(changed, ["identity", "resource", "scps"]);
}

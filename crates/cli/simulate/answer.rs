//! What is answered to one request, as a line of JSON.

use serde::Serialize;
use serde_json::value::RawValue;
use whocan_eval::{Decision, PolicyType, Reason};
use whocan_render::json::{Evidence, to_line};

/// The answer to a request that was judged.
#[derive(Serialize)]
struct Answer<'a> {
    id: Option<&'a RawValue>,
    decision: &'static str,
    explicit: bool,
    denied_by: Vec<PolicyType>,
    conditions: Vec<String>,
    reasons: Vec<Evidence<'a>>,
}

/// The answer to one that could not be.
#[derive(Serialize)]
struct Failed<'a> {
    id: Option<&'a RawValue>,
    error: &'a str,
}

/// Returns the answer `decision`.
pub fn decided(id: Option<&RawValue>, decision: &Decision) -> Vec<u8> {
    to_line(&match decision {
        Decision::Allow(reason) => answer(id, "allow", reason),
        Decision::Deny(reason) => Answer {
            explicit: reason.explicit,
            denied_by: denied_by(reason),
            ..answer(id, "deny", reason)
        },
        Decision::If(reason, open) => Answer {
            conditions: conditions(reason, open),
            ..answer(id, "if", reason)
        },
    })
}

/// Returns the answer to a request that cannot be judged because of `problem`.
pub fn failed(id: Option<&RawValue>, problem: &str) -> Vec<u8> {
    to_line(&Failed { id, error: problem })
}

fn answer<'a>(id: Option<&'a RawValue>, decision: &'static str, reason: &'a Reason) -> Answer<'a> {
    Answer {
        id,
        decision,
        explicit: false,
        denied_by: Vec::new(),
        conditions: Vec::new(),
        reasons: reason.evidence.iter().map(Evidence::of).collect(),
    }
}

/// Returns the kinds of policy that stop a request.
///
/// What no policy can allow (immutable objects, calls that need other
/// credentials) is not stopped by a policy; the reasons say what it is.
fn denied_by(reason: &Reason) -> Vec<PolicyType> {
    let kinds = reason.denied_by.iter().copied();
    kinds.filter(|kind| *kind != PolicyType::Service).collect()
}

/// Returns under which conditions the request is allowed: those of the
/// policies, or what is open where no condition says it.
fn conditions(reason: &Reason, open: &[whocan_eval::OpenPoint]) -> Vec<String> {
    if reason.conditions.is_empty() {
        open.iter().map(|point| point.subject.clone()).collect()
    } else {
        reason.conditions.clone()
    }
}

//! Decides one request against one snapshot's facts.
//!
//! Slow and plain on purpose: it reads AWS's rules in order and the index is
//! checked against it. Knows nothing of bitsets, files or AWS calls, and
//! shares no decision code with the index. Start at [`decide`]; chains of
//! assumed roles are [`reach()`].
//!
//! Rule numbers (`R123`) are those of `docs/semantics.md`.

mod caller;
mod condition;
mod context;
mod decision;
mod endpoint;
mod explain;
mod fixed;
mod granted;
mod inquiry;
mod judge;
mod kms;
mod noted;
mod organization;
mod policies;
mod principal;
mod reach;
mod remedy;
mod request;
mod resource;
mod route;
mod rules;
mod s3;
mod session;
mod side;
mod statement;
mod subject;
mod trust;

use whocan_graph::Graph;

use inquiry::Call;
use rules::Rules;
use session::{AssumeState, SessionState};
use subject::Subject;

pub use decision::{
    Decision, Evidence, EvidenceSide, Logic, OpenKind, OpenPoint, PolicyType, Reach, ReachHop,
    Reason,
};
pub use reach::{Via, Walk, reach};
pub use remedy::{Change, Grantee, Remedy};
pub use request::{Caller, Overrides, Request, RequestError, Strictness};
pub use whocan_policy::{Assume, Ignoring, Precedence, Session};

/// Decides whether `request` is allowed, with reasons.
///
/// Three-valued (R2, R3): an *if* lists what it depends on. All resources of
/// the request must be allowed, and so must every permission that its session
/// makes necessary (`sts:TagSession`, `sts:SetSourceIdentity`).
///
/// # Errors
///
/// If the request is not written as AWS writes one. A user or role that is not
/// in its collected account is no error: it has no policies (R1), and the
/// evidence says that it is not there.
pub fn decide(
    graph: &Graph,
    request: &Request,
    strictness: Strictness,
) -> Result<Decision, RequestError> {
    judged(graph, request, strictness, |call| {
        let verdicts = judge::judge(call)?;
        Ok(explain::decision(graph, &verdicts, call.rules))
    })
}

/// Returns what would have to change for a denied `request` to be allowed.
///
/// `None` if it is not denied, or if no policy can bring it about: the call is
/// one that AWS refuses as such, or nobody is there to make it.
///
/// # Errors
///
/// As [`decide`].
pub fn remedy(
    graph: &Graph,
    request: &Request,
    strictness: Strictness,
) -> Result<Option<Remedy>, RequestError> {
    judged(graph, request, strictness, |call| {
        let verdicts = judge::judge(call)?;
        Ok(remedy::of(graph, &call, &verdicts))
    })
}

/// Prepares a request, and does `what` with the call that it makes.
fn judged<T>(
    graph: &Graph,
    request: &Request,
    strictness: Strictness,
    what: impl FnOnce(Call<'_>) -> Result<T, RequestError>,
) -> Result<T, RequestError> {
    let action = judge::check(request)?;
    let subject = Subject::resolve(graph, request)?;
    let complete = request.given.complete;
    let session = SessionState::of(&request.session, complete).held_by(subject.is_session());
    let assume = AssumeState::of(request.assume.as_ref(), complete);
    let rules = Rules::default();
    what(Call {
        graph,
        request,
        strictness,
        precedence: request.precedence,
        subject: &subject,
        session: &session,
        assume: &assume,
        action: &action,
        rules: &rules,
    })
}

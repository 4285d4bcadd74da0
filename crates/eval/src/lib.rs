//! Decides one request against one snapshot's facts.
//!
//! Slow and plain on purpose: it reads AWS's rules in order and the index is
//! checked against it. Knows nothing of bitsets, files or AWS calls, and
//! shares no decision code with the index. Start at [`decide`]; chains of
//! assumed roles are [`reach`].

mod decision;
mod request;

pub use decision::{
    Decision, Evidence, EvidenceSide, OpenKind, OpenPoint, PolicyType, Reach, ReachHop, Reason,
};
pub use request::{Caller, Overrides, Request, RequestError, Strictness};
pub use whocan_policy::{Assume, Session};

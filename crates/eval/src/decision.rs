//! Decisions with their reasons.

use serde::Serialize;
use whocan_graph::PolicyId;
use whocan_policy::{Effect, Truth};

/// What is decided about a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Allowed.
    Allow(Reason),
    /// Denied.
    Deny(Reason),
    /// Allowed for some values of keys or facts that are open.
    If(Reason, Vec<OpenPoint>),
}

impl Decision {
    /// Returns the decision as a truth value.
    pub fn truth(&self) -> Truth {
        match self {
            Decision::Allow(_) => Truth::True,
            Decision::Deny(_) => Truth::False,
            Decision::If(..) => Truth::Unknown,
        }
    }

    /// Returns why it is decided so.
    pub fn reason(&self) -> &Reason {
        match self {
            Decision::Allow(reason) | Decision::Deny(reason) | Decision::If(reason, _) => reason,
        }
    }

    /// Returns what it depends on; nothing unless it is an *if*.
    pub fn open_points(&self) -> &[OpenPoint] {
        match self {
            Decision::If(_, points) => points,
            Decision::Allow(_) | Decision::Deny(_) => &[],
        }
    }

    /// Returns `allow`, `deny` or `if`.
    pub fn label(&self) -> &'static str {
        match self {
            Decision::Allow(_) => "allow",
            Decision::Deny(_) => "deny",
            Decision::If(..) => "if",
        }
    }
}

impl Reach {
    /// Returns the number of hops, `None` for a deny (R231).
    pub fn hops(&self) -> Option<usize> {
        self.path.as_ref().map(Vec::len)
    }
}

/// Why a request is decided as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reason {
    /// Whether a Deny statement decides, for a denied request.
    pub explicit: bool,
    /// The kinds of policy that stop the request, in AWS's order: the first
    /// that stops it and everything else that also would.
    pub denied_by: Vec<PolicyType>,
    /// The statements and facts that decide, in AWS's order.
    pub evidence: Vec<Evidence>,
    /// Under which conditions an *if* is allowed, readable, joined by *and*.
    pub conditions: Vec<String>,
    /// What is plain to see of these conditions; the decision stays *if*.
    pub logic: Option<Logic>,
    /// The numbers of the rules that were used, ascending.
    pub rules: Vec<u16>,
}

/// What is plain to see of conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Logic {
    /// They contradict each other: no request satisfies them all.
    Contradictory,
    /// Every request satisfies them.
    Always,
}

/// A kind of policy, in the order in which AWS looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyType {
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The resource-based policy, trust and key policies, ACLs and grants included.
    Resource,
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// The VPC endpoint policy.
    Endpoint,
    /// S3 Block Public Access.
    PublicAccessBlock,
    /// Something that no policy can allow or deny: credentials that cannot
    /// make the call, another partition, immutable objects.
    Service,
}

/// Which side of the decision a piece of evidence stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSide {
    /// It grants or lets pass.
    Allows,
    /// It denies.
    Denies,
    /// It would have to allow and is silent.
    Silent,
}

/// One statement or fact that bears on a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The kind of policy.
    pub policy_type: PolicyType,
    /// What it does.
    pub side: EvidenceSide,
    /// The policy; `None` for overrides and for facts that are no policy.
    pub policy: Option<PolicyId>,
    /// The name by which people know the policy, with its place: `inline policy read of role/app`,
    /// `AdministratorAccess through group admins`, `SCP deny-regions at ou-abcd-12345678`.
    pub source: String,
    /// The statement: its Sid, or its position from 1 as `#2`; empty if none.
    pub statement: String,
    /// The statement's effect, if there is a statement.
    pub effect: Option<Effect>,
    /// Whether it applies for sure.
    pub truth: Truth,
    /// The conditions that are open in it, readable.
    pub conditions: Vec<String>,
}

/// Something that is open in an *if*.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OpenPoint {
    /// The context key, or the fact in words (`resource policy of arn:...`).
    pub subject: String,
    /// Who or what decides it.
    pub kind: OpenKind,
}

/// Who or what decides an open point (R240).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenKind {
    /// The caller chooses it: external id, session name, tags, user agent, source identity.
    CallerChosen,
    /// The environment decides it: address, time, endpoint, MFA.
    Environment,
    /// The snapshot lacks it.
    NotCollected,
    /// AWS's documentation does not say.
    Undocumented,
}

/// What is decided about reaching something over chains of assumed roles.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// The decision; its reason is that of the last request on the path.
    pub decision: Decision,
    /// The path: one hop for each assumed role; empty for a direct call. `None` for a deny.
    pub path: Option<Vec<ReachHop>>,
}

/// One hop of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachHop {
    /// The ARN or name of who calls.
    pub from: String,
    /// The action of the call, such as `sts:AssumeRole`.
    pub action: &'static str,
    /// The ARN of the role that is assumed.
    pub role: String,
    /// The decision on the call.
    pub decision: Decision,
}

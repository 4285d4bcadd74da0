//! Questions, with names already resolved.

use roaring::RoaringBitmap;
use whocan_policy::{AccountId, Assume, Given, Ignoring, Precedence, Session};

/// One action on one resource, asked about every principal.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The action, in AWS's spelling.
    pub action: String,
    /// The resource's ARN, or `*` for actions without resource-level permission.
    pub resource: String,
    /// The resource's account, where its ARN does not say so.
    pub resource_account: Option<AccountId>,
    /// What is said about context keys.
    pub given: Given,
    /// What wins where `given` and the facts disagree.
    pub precedence: Precedence,
    /// The state of the calling session; its policies bear on every session
    /// (`under session policy`), the rest on all callers alike.
    pub session: Session,
    /// The parameters of an `AssumeRole` call; `None` leaves them open.
    pub assume: Option<Assume>,
    /// The ARN of the S3 access point that the request passes.
    pub access_point: Option<String>,
    /// The id of the VPC endpoint that the request passes.
    pub endpoint: Option<String>,
    /// Which policies are left out (`ignoring scps`).
    pub ignoring: Ignoring,
}

/// How chains are followed.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The edges that are followed; empty means every session edge:
    /// `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity`, `sts:AssumeRoleWithSAML` and
    /// [`IDENTITY_CENTER`](crate::IDENTITY_CENTER).
    pub via: Vec<&'static str>,
    /// The most hops; `None` for no limit (R236).
    pub within: Option<u32>,
    /// A path must pass one of each of these sets, in any order; at most
    /// [`Walk::MAX_THROUGH`] sets.
    pub through: Vec<RoaringBitmap>,
    /// A path must pass none of these.
    pub avoiding: RoaringBitmap,
    /// What is said about context keys, for every call that can carry them.
    pub given: Given,
    /// Which policies are left out.
    pub ignoring: Ignoring,
}

impl Walk {
    /// How many sets a path can be asked to pass: the search tells apart which
    /// of them it has passed, so its work grows with their subsets.
    pub const MAX_THROUGH: usize = 8;
}

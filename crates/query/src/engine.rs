//! What the language needs of the index and the judge.
//!
//! A trait, so that the language is tested without either. The real one is
//! `Indexed`.

use roaring::RoaringBitmap;
use whocan_eval::Decision;
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Cell, Path, Reached, Verdicts, Walk};
use whocan_policy::Region;

/// Decides: the index for everybody at once, the judge for one with reasons.
pub trait Engine {
    /// Who may do this on this one resource.
    fn can(&self, ask: &Ask) -> Verdicts;

    /// Cuts a set of resources into parts on which every answer is the same.
    ///
    /// `ask.resource` does not matter. Known resources with policies of their
    /// own are parts of their own.
    fn parts(&self, ask: &Ask, region: &Region) -> Vec<Cell>;

    /// Who comes, over chains, to somebody who may do this.
    fn reach(&self, goal: &Goal, walk: &Walk) -> Reached;

    /// The shortest chain that gives `from` its verdict; `None` if that is *no*.
    fn path(&self, from: PrincipalId, goal: &Goal, walk: &Walk) -> Option<Path>;

    /// Which roles `from` comes to, with the fewest hops; itself at none.
    fn reachable(&self, from: PrincipalId, walk: &Walk) -> Reached;

    /// Decides one call with reasons; `strict` as in [`whocan_eval::Strictness`].
    ///
    /// `None` if the judge refuses the request as it is written.
    fn explain(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Decision>;
}

/// Where a chain leads.
#[derive(Clone, Debug)]
pub enum Goal {
    /// To somebody who may do this.
    Request(Box<Ask>),
    /// To being one of these.
    Become(RoaringBitmap),
}

//! What the language needs of the index and the judge.
//!
//! A trait, so that the language can be tested without either. The real one
//! is [`Indexed`].

mod cancel;
mod indexed;
mod roles;

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_eval::{Decision, Remedy};
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Cell, Hop, Path, Reached, Verdicts, Walk};
use whocan_policy::catalogue::ActionId;
use whocan_policy::{Region, Truth};

pub use cancel::Cancellable;
pub use indexed::Indexed;

/// Decides: the index for everybody at once, the judge for one with reasons.
pub trait Engine {
    /// Who may do this on this one resource; with `focus` only their answers are to be read.
    fn can(&self, ask: &Ask, focus: Option<&RoaringBitmap>) -> Verdicts;

    /// Cuts a set of resources into parts on which every answer is the same.
    ///
    /// `ask.resource` does not matter. With `focus` only the answers of these
    /// principals are to be read.
    fn parts(&self, ask: &Ask, region: &Region, focus: Option<&RoaringBitmap>) -> Vec<Cell>;

    /// Puts actions into groups: what `base` decides for `focus` with one of a
    /// group it decides with each, on any resource.
    fn alike(
        &self,
        actions: &[ActionId],
        base: &Ask,
        focus: Option<&RoaringBitmap>,
    ) -> Vec<Vec<ActionId>>;

    /// Who comes, over chains, to the goal. With `makers` only they make the
    /// request: right for starts that come to nobody else.
    fn reach(&self, goal: &Goal, walk: &Walk, makers: Option<&RoaringBitmap>) -> Reached;

    /// Who comes, over chains, to a request of which [`Engine::can`] said who
    /// may make it: `direct`. `makers` as in [`Engine::reach`].
    fn reach_known(
        &self,
        ask: &Ask,
        direct: &Verdicts,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Reached {
        let _ = direct;
        self.reach(&Goal::Request(Box::new(ask.clone())), walk, makers)
    }

    /// The shortest chain that gives each start its verdict; `None` if that is
    /// *no*. `makers` as in [`Engine::reach`].
    fn paths(
        &self,
        from: &[PrincipalId],
        goal: &Goal,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Vec<Option<Path>>;

    /// What `from` may come to be at all: itself, roles, and sessions of them. No other role is reached.
    fn candidates(&self, from: PrincipalId, walk: &Walk) -> RoaringBitmap;

    /// The roles that `from` takes on with one call that `walk` follows, each
    /// with the call's truth: strictly, and as collected. `among` limits them.
    fn next_roles(
        &self,
        from: PrincipalId,
        walk: &Walk,
        among: &RoaringBitmap,
    ) -> Vec<(Hop, Truth)>;

    /// Who takes on a role with one call that `walk` follows. Roles that the
    /// same principals can take on may share one answer.
    fn callers(&self, role: PrincipalId, walk: &Walk) -> Arc<Verdicts>;

    /// Whether chains of `walk` depend on more than who may make the request at their end.
    fn tells_sessions_apart(&self, walk: &Walk) -> bool;

    /// Which actions `principal` may have at all: every other is *no*.
    fn candidate_actions(&self, principal: PrincipalId) -> Vec<ActionId>;

    /// Decides one direct call with reasons, under either reading of gaps.
    ///
    /// `None` if there is no judge, or it refuses the request as it is written.
    fn explain(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Decision>;

    /// What would have to change for a direct call that is denied to be allowed.
    ///
    /// `None` also where no policy can bring it about, or there is no judge.
    fn remedy(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Remedy>;
}

/// Where a chain leads.
#[derive(Clone, Debug)]
pub enum Goal {
    /// To somebody who may do this.
    Request(Box<Ask>),
    /// To somebody who may do this and make these calls as well.
    Together(Box<Ask>, Vec<Ask>),
    /// To being this role.
    Become(PrincipalId),
    /// To being any of these roles.
    BecomeAny(RoaringBitmap),
}

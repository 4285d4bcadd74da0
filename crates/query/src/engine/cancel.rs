//! An engine that stops answering when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use roaring::RoaringBitmap;
use whocan_eval::{Decision, Remedy};
use whocan_graph::PrincipalId;
use whocan_index::{Ask, Cell, Hop, Path, Reached, Verdicts, Walk};
use whocan_policy::catalogue::ActionId;
use whocan_policy::{Region, Truth};

use super::{Engine, Goal};

/// Asks another engine until a flag is set, then says nobody may do anything,
/// so that a question ends soon. Who set the flag throws its answer away.
#[derive(Clone, Copy)]
pub struct Cancellable<'a> {
    engine: &'a dyn Engine,
    flag: &'a AtomicBool,
}

impl std::fmt::Debug for Cancellable<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Cancellable")
    }
}

impl<'a> Cancellable<'a> {
    /// Asks `engine` until `flag` is set.
    pub fn new(engine: &'a dyn Engine, flag: &'a AtomicBool) -> Cancellable<'a> {
        Cancellable { engine, flag }
    }

    fn ask<T: Default>(&self, question: impl FnOnce(&dyn Engine) -> T) -> T {
        if self.flag.load(Ordering::Relaxed) {
            return T::default();
        }
        question(self.engine)
    }
}

impl Engine for Cancellable<'_> {
    fn can(&self, ask: &Ask, focus: Option<&RoaringBitmap>) -> Verdicts {
        self.ask(|engine| engine.can(ask, focus))
    }

    fn parts(&self, ask: &Ask, region: &Region, focus: Option<&RoaringBitmap>) -> Vec<Cell> {
        self.ask(|engine| engine.parts(ask, region, focus))
    }

    fn alike(
        &self,
        actions: &[ActionId],
        base: &Ask,
        focus: Option<&RoaringBitmap>,
    ) -> Vec<Vec<ActionId>> {
        self.ask(|engine| engine.alike(actions, base, focus))
    }

    fn reach(&self, goal: &Goal, walk: &Walk, makers: Option<&RoaringBitmap>) -> Reached {
        self.ask(|engine| engine.reach(goal, walk, makers))
    }

    fn reach_known(
        &self,
        ask: &Ask,
        direct: &Verdicts,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Reached {
        self.ask(|engine| engine.reach_known(ask, direct, walk, makers))
    }

    fn paths(
        &self,
        from: &[PrincipalId],
        goal: &Goal,
        walk: &Walk,
        makers: Option<&RoaringBitmap>,
    ) -> Vec<Option<Path>> {
        self.ask(|engine| engine.paths(from, goal, walk, makers))
    }

    fn candidates(&self, from: PrincipalId, walk: &Walk) -> RoaringBitmap {
        self.ask(|engine| engine.candidates(from, walk))
    }

    fn next_roles(
        &self,
        from: PrincipalId,
        walk: &Walk,
        among: &RoaringBitmap,
    ) -> Vec<(Hop, Truth)> {
        self.ask(|engine| engine.next_roles(from, walk, among))
    }

    fn callers(&self, role: PrincipalId, walk: &Walk) -> Arc<Verdicts> {
        self.ask(|engine| engine.callers(role, walk))
    }

    fn tells_sessions_apart(&self, walk: &Walk) -> bool {
        self.ask(|engine| engine.tells_sessions_apart(walk))
    }

    fn candidate_actions(&self, principal: PrincipalId) -> Vec<ActionId> {
        self.ask(|engine| engine.candidate_actions(principal))
    }

    fn explain(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Decision> {
        self.ask(|engine| engine.explain(caller, ask, strict))
    }

    fn remedy(&self, caller: PrincipalId, ask: &Ask, strict: bool) -> Option<Remedy> {
        self.ask(|engine| engine.remedy(caller, ask, strict))
    }
}

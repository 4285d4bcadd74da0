//! `all paths`: every chain without a cycle, the shortest first, up to a bound.

use std::collections::VecDeque;

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_index::{Hop, Verdicts};
use whocan_policy::Truth;

use super::draft::{Combine, Draft, Found};
use super::slice::{Asking, anybody, combine};
use super::who;
use crate::context::Context;
use crate::engine::Goal;
use crate::plan::{Access, Aim, Plan};
use crate::rows::{Outcome, Row, Verdict};

/// How many paths are found at most.
const PATHS: usize = 1_000;

/// How many beginnings of paths are followed at most.
const BEGINNINGS: usize = 100_000;

/// A chain on its way.
struct Beginning {
    from: PrincipalId,
    hops: Vec<Hop>,
    strict: Truth,
    as_collected: Truth,
}

/// Finds every path from the principals to the access.
pub(super) fn all(
    from: &RoaringBitmap,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let mut found = Found::new(&["principal", "verdict", "hops", "via"], Combine::Some);
    found.reach = true;
    let ends = ends(access, plan, context, &mut found);
    let mut search = Search::new(ends, access, plan, context);
    search.slices = found.slices.len();
    search.run(from, &mut found);
    who::note_complexity(&mut found);
    found
}

/// Returns who makes the last call, or is what one wants to become.
fn ends(access: &Access, plan: &Plan, context: Context<'_>, found: &mut Found) -> Verdicts {
    match &access.aim {
        Aim::Become(roles) => {
            let planes = whocan_index::Planes {
                surely: roles.clone(),
                possibly: roles.clone(),
            };
            found.goals.push(Goal::BecomeAny(roles.clone()));
            Verdicts {
                strict: planes.clone(),
                as_collected: planes,
            }
        }
        Aim::Deeds { deeds, .. } => {
            let everybody = (0..context.graph.principals().len() as u32).collect();
            let mut asking = Asking::about(&everybody, false, plan, context);
            found.slices = asking.slices(deeds);
            combine(&found.slices, who::combination(&access.aim))
        }
    }
}

struct Search<'a> {
    ends: Verdicts,
    // Whether to stand at an end from the start is no path.
    must_move: bool,
    // The roles from which something leads to an end.
    toward: RoaringBitmap,
    // How many parts of requests there are at the end.
    slices: usize,
    // Whether chains depend on more than their calls one by one.
    sessions_differ: bool,
    plan: &'a Plan,
    context: Context<'a>,
}

impl<'a> Search<'a> {
    fn new(ends: Verdicts, access: &Access, plan: &'a Plan, context: Context<'a>) -> Search<'a> {
        let is_role = |id: &u32| context.graph.principal(PrincipalId(*id)).role().is_some();
        let roles: RoaringBitmap = anybody(&ends).iter().filter(is_role).collect();
        let mut walk = plan.walk.clone();
        walk.through.clear();
        let goal = Goal::BecomeAny(roles);
        let reached = context.engine.reach(&goal, &walk, None);
        let toward = anybody(&reached.verdicts).iter().filter(is_role).collect();
        Search {
            ends,
            must_move: matches!(access.aim, Aim::Become(_)),
            toward,
            slices: 0,
            sessions_differ: context.engine.tells_sessions_apart(&plan.walk),
            plan,
            context,
        }
    }

    fn run(&self, from: &RoaringBitmap, found: &mut Found) {
        let starts = from - &self.plan.walk.avoiding;
        let start = |from| Beginning {
            from: PrincipalId(from),
            hops: Vec::new(),
            strict: Truth::True,
            as_collected: Truth::True,
        };
        let mut queue: VecDeque<Beginning> = starts.iter().map(start).collect();
        let (mut cut, mut followed, mut doubted) = (false, 0, false);
        while let Some(beginning) = queue.pop_front() {
            if let Some(draft) = self.finished(&beginning, &mut doubted) {
                if found.drafts.len() == PATHS {
                    cut = true;
                    break;
                }
                found.drafts.push(draft);
            }
            followed += 1;
            if followed > BEGINNINGS {
                cut = true;
                break;
            }
            queue.extend(self.longer(&beginning));
        }
        if cut {
            let shown = found.drafts.len();
            found.notes.push(format!(
                "cut after {shown} paths, the shortest of all; `within N hops`, `through` and `avoiding` narrow the search"
            ));
        }
        if doubted {
            found.notes.push(
                "policies look at what sessions carry along a chain, so longer paths are if"
                    .to_owned(),
            );
        }
    }

    fn longer(&self, beginning: &Beginning) -> Vec<Beginning> {
        let hops = beginning.hops.len();
        if self
            .plan
            .walk
            .within
            .is_some_and(|most| hops >= most as usize)
        {
            return Vec::new();
        }
        let mut left = &self.toward - &self.plan.walk.avoiding;
        left.remove(beginning.from.0);
        for hop in &beginning.hops {
            left.remove(hop.role.0);
        }
        let next = self
            .context
            .engine
            .next_roles(beginning.at(), &self.plan.walk, &left);
        let longer = next.into_iter().map(|(hop, as_collected)| {
            let mut hops = beginning.hops.clone();
            let strict = beginning.strict & hop.truth;
            hops.push(hop);
            Beginning {
                from: beginning.from,
                hops,
                strict,
                as_collected: beginning.as_collected & as_collected,
            }
        });
        longer.collect()
    }

    /// Returns the row of a chain that has come to an end.
    fn finished(&self, beginning: &Beginning, doubted: &mut bool) -> Option<Draft> {
        let at = beginning.at();
        let end = who::of(&self.ends, at);
        let stands = self.must_move && beginning.hops.is_empty();
        if end == Verdict::plain(Outcome::No) || stands || !self.passes(beginning) {
            return None;
        }
        let mut verdict = Verdict {
            strict: Outcome::from(beginning.strict).min(end.strict),
            as_collected: Outcome::from(beginning.as_collected).min(end.as_collected),
        };
        if self.sessions_differ && beginning.hops.len() > 1 && verdict.strict == Outcome::Yes {
            verdict.strict = Outcome::If;
            verdict.as_collected = verdict.as_collected.min(Outcome::If);
            *doubted = true;
        }
        let row = Row {
            verdict: Some(verdict),
            principal: Some(beginning.from),
            hops: u32::try_from(beginning.hops.len()).ok(),
            path: Some(beginning.hops.clone()),
            ..Row::default()
        };
        Some(Draft {
            row,
            goal: self.must_move.then_some(0),
            span: 0..self.slices,
            caller: Some(at),
            ..Draft::default()
        })
    }

    fn passes(&self, beginning: &Beginning) -> bool {
        let roles = || beginning.hops.iter().map(|hop| hop.role.0);
        let passes = |through: &RoaringBitmap| {
            through.contains(beginning.from.0) || roles().any(|role| through.contains(role))
        };
        self.plan.walk.through.iter().all(passes)
    }
}

impl Beginning {
    /// Returns who acts at its end.
    fn at(&self) -> PrincipalId {
        self.hops.last().map_or(self.from, |hop| hop.role)
    }
}

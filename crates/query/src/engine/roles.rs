//! Who comes to any of several roles: one search backwards for all of them.

use roaring::RoaringBitmap;
use whocan_graph::{Graph, PrincipalId, PrincipalKind};
use whocan_index::{Hop, Index, Path, Planes, Reached, Verdicts, Walk};
use whocan_policy::Truth;

/// One search, with what it found at each number of hops.
pub(super) struct Search<'a> {
    index: &'a Index,
    walk: &'a Walk,
    roles: &'a RoaringBitmap,
}

/// Reads one plane of one reading.
type Read = fn(&Verdicts) -> &RoaringBitmap;

impl<'a> Search<'a> {
    /// Looks for the ways to `roles`. Nothing may look at what sessions carry,
    /// and the walk must not ask to pass anything.
    pub fn new(index: &'a Index, walk: &'a Walk, roles: &'a RoaringBitmap) -> Search<'a> {
        Search { index, walk, roles }
    }

    /// Returns who comes to any of the roles; they themselves with no hop.
    pub fn reached(&self) -> Reached {
        let surely_by_hops = self.levels(|verdicts| &verdicts.strict.surely);
        let possibly_by_hops = self.levels(|verdicts| &verdicts.strict.possibly);
        Reached {
            verdicts: Verdicts {
                strict: Planes {
                    surely: joined(&surely_by_hops),
                    possibly: joined(&possibly_by_hops),
                },
                as_collected: Planes {
                    surely: joined(&self.levels(|verdicts| &verdicts.as_collected.surely)),
                    possibly: joined(&self.levels(|verdicts| &verdicts.as_collected.possibly)),
                },
            },
            surely_by_hops,
            possibly_by_hops,
        }
    }

    /// Returns a shortest chain of each start that gives it its verdict.
    pub fn paths(&self, from: &[PrincipalId]) -> Vec<Option<Path>> {
        let sure: Read = |verdicts| &verdicts.strict.surely;
        let possible: Read = |verdicts| &verdicts.strict.possibly;
        let (sure_levels, possible_levels) = (self.levels(sure), self.levels(possible));
        let path = |&from: &PrincipalId| {
            let surely = self.path(from, &sure_levels, sure);
            let (hops, truth) = match surely {
                Some(hops) => (hops, Truth::True),
                None => (self.path(from, &possible_levels, possible)?, Truth::Unknown),
            };
            Some(Path { from, hops, truth })
        };
        from.iter().map(path).collect()
    }

    fn levels(&self, read: Read) -> Vec<RoaringBitmap> {
        let start = self.roles - &self.walk.avoiding;
        let mut seen = start.clone();
        let mut levels = vec![start];
        let limit = self.walk.within.map(|hops| hops as usize);
        while limit.is_none_or(|limit| levels.len() <= limit) {
            let mut next = RoaringBitmap::new();
            for role in roles_of(self.index.graph(), &levels[levels.len() - 1]) {
                next |= read(&self.index.callers_of(role, self.walk));
            }
            next -= &seen;
            next -= &self.walk.avoiding;
            if next.is_empty() {
                break;
            }
            seen |= &next;
            levels.push(next);
        }
        levels
    }

    fn path(&self, from: PrincipalId, levels: &[RoaringBitmap], read: Read) -> Option<Vec<Hop>> {
        let mut level = levels.iter().position(|set| set.contains(from.0))?;
        let mut hops = Vec::new();
        let mut at = from;
        while level > 0 {
            level -= 1;
            let graph = self.index.graph();
            let role = roles_of(graph, &levels[level])
                .into_iter()
                .find(|role| read(&self.index.callers_of(*role, self.walk)).contains(at.0))?;
            hops.push(hop(self.index, at, role, self.walk).0);
            at = role;
        }
        Some(hops)
    }
}

/// Returns the call by which one takes on a role, and its truth as collected.
pub(super) fn hop(
    index: &Index,
    from: PrincipalId,
    role: PrincipalId,
    walk: &Walk,
) -> (Hop, Truth) {
    let callers = index.callers_of(role, walk);
    let action = match index.graph().principal(from).kind {
        PrincipalKind::Oidc { .. } => "sts:AssumeRoleWithWebIdentity",
        PrincipalKind::Saml | PrincipalKind::IdentityCenterUser { .. } => "sts:AssumeRoleWithSAML",
        _ => "sts:AssumeRole",
    };
    let hop = Hop {
        action,
        role,
        truth: callers.strict.of(from),
        state: None,
    };
    (hop, callers.as_collected.of(from))
}

fn roles_of(graph: &Graph, set: &RoaringBitmap) -> Vec<PrincipalId> {
    let is_role = |id: &PrincipalId| graph.principal(*id).role().is_some();
    set.iter().map(PrincipalId).filter(is_role).collect()
}

fn joined(levels: &[RoaringBitmap]) -> RoaringBitmap {
    let mut all = RoaringBitmap::new();
    for level in levels {
        all |= level;
    }
    all
}

//! Answers: sets of principals in two planes.

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;
use whocan_policy::{Region, Truth};

/// A three-valued set of principals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planes {
    /// Those for whom it holds.
    // INVARIANT: a subset of `possibly`.
    pub surely: RoaringBitmap,
    /// Those for whom it holds or may hold.
    pub possibly: RoaringBitmap,
}

impl Planes {
    /// Returns what holds for one principal.
    pub fn of(&self, principal: PrincipalId) -> Truth {
        if self.surely.contains(principal.0) {
            Truth::True
        } else if self.possibly.contains(principal.0) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }
}

/// An answer under both readings of gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdicts {
    /// What was not collected is unknown: the verdict.
    pub strict: Planes,
    /// What was not collected is as in a fresh account.
    pub as_collected: Planes,
}

impl Verdicts {
    /// Keeps those for whom `other` holds too.
    pub fn and(self, other: &Verdicts) -> Verdicts {
        Verdicts {
            strict: self.strict.and(&other.strict),
            as_collected: self.as_collected.and(&other.as_collected),
        }
    }
}

/// One part of a set of resources, on which every answer is the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The part.
    pub region: Region,
    /// The part that it makes up with others, if only the types of resources
    /// cut them: whoever has one answer in all of these has it in all of that.
    pub part_of: Option<Region>,
    /// A resource of it, the shortest that was found.
    pub witness: String,
    /// Who may, on every resource of the part.
    pub verdicts: Verdicts,
    /// Whether the patterns were too complex to be told apart: then nothing is sure (R240).
    pub too_complex: bool,
}

/// Who reaches something, with the fewest hops.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reached {
    /// Who reaches it.
    pub verdicts: Verdicts,
    /// Fewest hops among sure paths, for the principals of `strict.surely`:
    /// one set for each number of hops.
    pub surely_by_hops: Vec<RoaringBitmap>,
    /// Fewest hops among possible paths, for the principals of `strict.possibly`.
    pub possibly_by_hops: Vec<RoaringBitmap>,
}

/// A chain of assumed roles.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it starts.
    pub from: PrincipalId,
    /// The hops, in order; none for a direct call.
    pub hops: Vec<Hop>,
    /// The value of the whole path, the last request included.
    pub truth: Truth,
}

/// One hop of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// The action of the call, such as `sts:AssumeRole`.
    pub action: &'static str,
    /// The role that is assumed.
    pub role: PrincipalId,
    /// Whether the call is allowed.
    pub truth: Truth,
    /// The source identity and the transitive tags that the session then carries, where anything looks at them.
    pub state: Option<String>,
}

impl Reached {
    /// Returns the fewest hops of a path that gives the verdict (R231).
    pub fn hops(&self, principal: PrincipalId) -> Option<u32> {
        let sure = self.verdicts.strict.surely.contains(principal.0);
        let sets = if sure {
            &self.surely_by_hops
        } else {
            &self.possibly_by_hops
        };
        let found = sets.iter().position(|set| set.contains(principal.0));
        found.and_then(|hops| u32::try_from(hops).ok())
    }
}

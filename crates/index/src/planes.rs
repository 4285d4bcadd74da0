//! Kleene's logic on whole sets of principals.

use roaring::RoaringBitmap;
use whocan_policy::Truth;

use crate::Planes;

/// Planes being put together of many small ones.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    surely: Union,
    possibly: Union,
}

impl Gathering {
    /// Adds those for whom `other` holds.
    pub fn add(&mut self, other: &Planes) {
        self.surely.add(&other.surely);
        self.possibly.add(&other.possibly);
    }

    /// Returns those for whom any of them holds.
    pub fn planes(self) -> Planes {
        Planes {
            surely: self.surely.set(),
            possibly: self.possibly.set(),
        }
    }
}

/// Most statements bear on one principal or two: merging a set for each would
/// move all the others again and again.
#[derive(Debug, Default)]
struct Union {
    few: Vec<u32>,
    many: RoaringBitmap,
}

impl Union {
    fn add(&mut self, set: &RoaringBitmap) {
        if set.len() <= 16 {
            self.few.extend(set);
        } else {
            self.many |= set;
        }
    }

    fn set(mut self) -> RoaringBitmap {
        self.few.sort_unstable();
        self.many |= RoaringBitmap::from_iter(self.few);
        self.many
    }
}

impl Planes {
    /// Returns the planes in which it holds for exactly the principals of `set`.
    pub fn certain(set: RoaringBitmap) -> Planes {
        Planes {
            surely: set.clone(),
            possibly: set,
        }
    }

    /// Returns the planes in which it may hold for the principals of `set` and for no other.
    pub fn open(set: RoaringBitmap) -> Planes {
        Planes {
            surely: RoaringBitmap::new(),
            possibly: set,
        }
    }

    /// Returns the planes in which `truth` is true of every principal of `set` and of no other.
    pub fn uniform(truth: Truth, set: &RoaringBitmap) -> Planes {
        match truth {
            Truth::False => Planes::default(),
            Truth::Unknown => Planes::open(set.clone()),
            Truth::True => Planes::certain(set.clone()),
        }
    }

    /// Returns whether it holds for nobody, not even perhaps.
    pub fn is_empty(&self) -> bool {
        self.possibly.is_empty()
    }

    /// Adds those for whom `other` holds.
    pub fn or(&mut self, other: &Planes) {
        self.surely |= &other.surely;
        self.possibly |= &other.possibly;
    }

    /// Keeps those for whom `other` holds too.
    pub fn and(mut self, other: &Planes) -> Planes {
        self.surely &= &other.surely;
        self.possibly &= &other.possibly;
        self
    }

    /// Keeps those for whom `other` does not hold: a possible denial takes
    /// away certainty, only a sure one takes away possibility.
    pub fn and_not(mut self, other: &Planes) -> Planes {
        self.surely -= &other.possibly;
        self.possibly -= &other.surely;
        self
    }

    /// Returns the part about the principals of `set`.
    pub fn within(mut self, set: &RoaringBitmap) -> Planes {
        self.surely &= set;
        self.possibly &= set;
        self
    }

    /// Returns the part about all others than those of `set`.
    pub fn outside(mut self, set: &RoaringBitmap) -> Planes {
        self.surely -= set;
        self.possibly -= set;
        self
    }

    /// Returns the same possibilities with nothing sure.
    pub fn doubted(mut self) -> Planes {
        self.surely.clear();
        self
    }

    /// Returns what is true whichever of the two holds: equal where they are,
    /// open where they differ.
    pub fn either(&self, other: &Planes) -> Planes {
        Planes {
            surely: &self.surely & &other.surely,
            possibly: &self.possibly | &other.possibly,
        }
    }
}

//! A small deterministic source of choices.

/// Draws from a seed; the same seed draws the same on every machine.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Starts a row of draws.
    pub fn new(seed: u64) -> Dice {
        Dice { state: seed }
    }

    // SplitMix64: one addition and a mix, good enough for drawing.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`, and 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let drawn = self.draw() % (end.max(1) as u64);
        usize::try_from(drawn).unwrap_or_default()
    }

    /// Returns true in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns one of `all`, which is not empty.
    pub fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Returns the number of a weight, drawn by weight.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }

    /// Returns each of `all` in `percent` of 100 cases, in order.
    pub fn subset<T: Clone>(&mut self, all: &[T], percent: usize) -> Vec<T> {
        let mut drawn = all.to_vec();
        drawn.retain(|_| self.chance(percent));
        drawn
    }
}

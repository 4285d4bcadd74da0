//! The numbers of the rules that a decision uses.

use std::cell::Cell;

/// A set of rule numbers, filled while a request is decided.
#[derive(Debug, Default)]
pub(crate) struct Rules([Cell<u64>; 4]);

impl Rules {
    /// Notes that rule `number` was used; numbers are below 256.
    pub fn note(&self, number: u16) {
        if let Some(word) = self.0.get(usize::from(number / 64)) {
            word.set(word.get() | 1 << (number % 64));
        }
    }

    /// Returns the numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        (0..256).filter(|number| self.0[usize::from(number / 64)].get() >> (number % 64) & 1 == 1)
    }
}

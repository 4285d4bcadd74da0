//! Kleene's three truth values.

use std::ops::{BitAnd, BitOr, Not};

/// Whether something holds: no, perhaps, yes.
///
/// The order is `False < Unknown < True`, so that *and* is the minimum and
/// *or* the maximum (R2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Does not hold.
    #[default]
    False,
    /// Holds for some values of what is not known.
    Unknown,
    /// Holds.
    True,
}

impl Truth {
    /// Returns the smallest of `all`, and [`Truth::True`] for none.
    pub fn all(all: impl IntoIterator<Item = Truth>) -> Truth {
        let mut least = Truth::True;
        for truth in all {
            least = least & truth;
            if least == Truth::False {
                break;
            }
        }
        least
    }

    /// Returns the greatest of `any`, and [`Truth::False`] for none.
    pub fn any(any: impl IntoIterator<Item = Truth>) -> Truth {
        let mut greatest = Truth::False;
        for truth in any {
            greatest = greatest | truth;
            if greatest == Truth::True {
                break;
            }
        }
        greatest
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Truth {
        if known { Truth::True } else { Truth::False }
    }
}

impl BitAnd for Truth {
    type Output = Truth;

    fn bitand(self, other: Truth) -> Truth {
        self.min(other)
    }
}

impl BitOr for Truth {
    type Output = Truth;

    fn bitor(self, other: Truth) -> Truth {
        self.max(other)
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn an_unknown_part_matters_only_where_the_rest_does_not_decide() {
        assert_eq!(Unknown & False, False);
        assert_eq!(Unknown & True, Unknown);
        assert_eq!(Unknown | True, True);
        assert_eq!(Unknown | False, Unknown);
        assert_eq!(!Unknown, Unknown);
    }

    #[test]
    fn all_of_none_holds_and_any_of_none_does_not() {
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
        assert_eq!(Truth::all([True, Unknown, False]), False);
        assert_eq!(Truth::any([False, Unknown, True]), True);
        assert_eq!(Truth::all([True, Unknown]), Unknown);
        assert_eq!(Truth::any([False, Unknown]), Unknown);
    }
}

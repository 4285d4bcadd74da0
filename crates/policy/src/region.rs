//! Sets of texts: within some patterns, except others.

use crate::Pattern;

/// The texts that every pattern of `within` covers and no pattern of `except` does.
///
/// This is how sets of resources stay symbols: a question about
/// `arn:aws:s3:::payroll/*`, cut by the patterns of policies, is a few regions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// All of these cover the text; none means every text.
    pub within: Vec<Pattern>,
    /// None of these covers the text.
    pub except: Vec<Pattern>,
}

/// Deciding a region would take more states than the budget allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the patterns are too complex to be decided exactly")]
pub struct TooComplex;

impl Region {
    /// Returns the texts that `pattern` covers.
    pub fn of(pattern: Pattern) -> Region {
        Region {
            within: vec![pattern],
            except: Vec::new(),
        }
    }

    /// Returns whether the region holds `text`.
    pub fn holds(&self, text: &str) -> bool {
        self.within.iter().all(|pattern| pattern.matches(text))
            && !self.except.iter().any(|pattern| pattern.matches(text))
    }

    /// Returns a text of the region, `None` if it has none.
    ///
    /// The text is short and the same on every run.
    ///
    /// # Errors
    ///
    /// [`TooComplex`] if the search for one exceeds its budget.
    pub fn witness(&self) -> Result<Option<String>, TooComplex> {
        todo!()
    }

    /// Returns the part of the region that `pattern` covers, and the rest.
    ///
    /// Redundant patterns are dropped where that is cheap to see.
    pub fn split(&self, _pattern: &Pattern) -> (Region, Region) {
        todo!()
    }
}

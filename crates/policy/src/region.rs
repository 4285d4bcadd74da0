//! Sets of texts: within some patterns, except others.

mod parts;
mod sample;

use crate::pattern::search;
use crate::{Pattern, Token};

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

/// The states that a search may visit, in steps of one token.
const WITNESS_BUDGET: usize = 2_000_000;

/// How many patterns a region may have for each to be compared with each.
const COMPARED: usize = 100;

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
    /// The text is short, looks like an ARN where that is easy, and is the same on every run.
    ///
    /// # Errors
    ///
    /// [`TooComplex`] if the search for one exceeds its budget.
    pub fn witness(&self) -> Result<Option<String>, TooComplex> {
        if self.is_plainly_empty() {
            return Ok(None);
        }
        if let Some(text) = self.within.iter().find_map(Pattern::literal) {
            return Ok(self.holds(text).then(|| text.to_owned()));
        }
        if let Some(text) = sample::guess(self) {
            return Ok(Some(text));
        }
        let within: Vec<&[Token]> = self.within.iter().map(Pattern::tokens).collect();
        let except: Vec<&[Token]> = self
            .except
            .iter()
            .filter(|except| self.within.iter().all(|within| within.overlaps(except)))
            .map(Pattern::tokens)
            .collect();
        let found = search::find(&within, &except, WITNESS_BUDGET)?;
        Ok(found.map(|text| sample::finish(self, text)))
    }

    /// Returns whether the region holds no text.
    ///
    /// # Errors
    ///
    /// [`TooComplex`] if deciding it exceeds the budget.
    pub fn is_empty(&self) -> Result<bool, TooComplex> {
        self.witness().map(|text| text.is_none())
    }

    /// Returns whether this region holds every text that `other` does.
    ///
    /// # Errors
    ///
    /// [`TooComplex`] if deciding it exceeds the budget.
    pub fn contains(&self, other: &Region) -> Result<bool, TooComplex> {
        let mut complex = false;
        let outside = self.within.iter().map(|pattern| other.minus(pattern));
        let excepted = self.except.iter().map(|pattern| other.cut(pattern));
        for leftover in outside.chain(excepted) {
            match leftover.is_empty() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(TooComplex) => complex = true,
            }
        }
        if complex { Err(TooComplex) } else { Ok(true) }
    }

    /// Returns the texts that both regions hold, `None` if there plainly are none.
    pub fn intersect(&self, other: &Region) -> Option<Region> {
        let mut both = self.clone();
        both.within.extend(other.within.iter().cloned());
        both.except.extend(other.except.iter().cloned());
        both.simplify();
        (!both.is_plainly_empty()).then_some(both)
    }

    /// Returns the part of the region that `pattern` covers, and the rest.
    ///
    /// A part is `None` where it is cheap to see that it is empty; a part that
    /// is there may still turn out to be ([`Region::is_empty`]). Redundant
    /// patterns are dropped where that is cheap to see.
    pub fn split(&self, pattern: &Pattern) -> (Option<Region>, Option<Region>) {
        let all = |holds: bool| {
            if holds {
                (Some(self.clone()), None)
            } else {
                (None, Some(self.clone()))
            }
        };
        if self
            .within
            .iter()
            .any(|within| pattern.contains(within) == Some(true))
        {
            return all(true);
        }
        let apart = self.within.iter().any(|within| !within.overlaps(pattern))
            || self
                .except
                .iter()
                .any(|except| except.contains(pattern) == Some(true));
        if apart {
            return all(false);
        }
        let mut covered = self.cut(pattern);
        // Only the new pattern can make others redundant.
        covered
            .within
            .retain(|within| within == pattern || within.contains(pattern) != Some(true));
        covered.except.retain(|except| except.overlaps(pattern));
        let mut rest = self.minus(pattern);
        rest.except
            .retain(|except| except == pattern || pattern.contains(except) != Some(true));
        (Some(covered), Some(rest))
    }

    /// Drops patterns that the others make redundant, where that is cheap to see.
    ///
    /// Sorts the patterns, so equal sets written in another order become equal.
    pub fn simplify(&mut self) {
        self.within.sort();
        self.within.dedup();
        drop_implied(&mut self.within, |other, within| {
            within.contains(other) == Some(true)
        });
        let within = &self.within[..self.within.len().min(COMPARED)];
        self.except
            .retain(|except| within.iter().all(|within| within.overlaps(except)));
        drop_below_folders(&mut self.except);
        self.except.sort();
        self.except.dedup();
        drop_implied(&mut self.except, |other, except| {
            other.contains(except) == Some(true)
        });
    }

    fn cut(&self, pattern: &Pattern) -> Region {
        let mut cut = self.clone();
        if !cut.within.contains(pattern) {
            cut.within.push(pattern.clone());
        }
        cut
    }

    fn minus(&self, pattern: &Pattern) -> Region {
        let mut minus = self.clone();
        if !minus.except.contains(pattern) {
            minus.except.push(pattern.clone());
        }
        minus
    }

    /// Returns true only if the region is empty, and if that is cheap to see.
    fn is_plainly_empty(&self) -> bool {
        let apart = self
            .within
            .iter()
            .take(COMPARED)
            .enumerate()
            .any(|(at, one)| self.within[..at].iter().any(|other| !one.overlaps(other)));
        apart
            || self.except.iter().any(|except| {
                self.within
                    .iter()
                    .any(|within| except.contains(within) == Some(true))
            })
    }
}

/// Drops each pattern that `implied` says follows from another.
///
/// Of patterns that follow from each other one stays.
fn drop_implied(patterns: &mut Vec<Pattern>, implied: impl Fn(&Pattern, &Pattern) -> bool) {
    if patterns.len() > COMPARED {
        return;
    }
    let mut at = 0;
    while at < patterns.len() {
        let redundant = (0..patterns.len())
            .any(|other| other != at && implied(&patterns[other], &patterns[at]));
        if redundant {
            patterns.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Drops the patterns below another's folder: `logs/2024/*` beside `logs/*`.
///
/// Goes through them by their literal starts, so that those below a folder
/// follow it directly.
fn drop_below_folders(patterns: &mut Vec<Pattern>) {
    patterns.sort_by(|one, other| {
        let key = |pattern| (Pattern::prefix(pattern), !pattern.is_folder());
        key(one).cmp(&key(other))
    });
    let mut folder: Option<Pattern> = None;
    patterns.retain(|pattern| {
        let below = folder
            .as_ref()
            .is_some_and(|folder| pattern.prefix().starts_with(folder.prefix()));
        if !below && pattern.is_folder() {
            folder = Some(pattern.clone());
        }
        !below
    });
}

#[cfg(test)]
mod tests;

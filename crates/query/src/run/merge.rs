//! Regions put together where they differ only in whether one pattern holds.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use whocan_policy::{Pattern, Region};

/// Returns regions of the same texts, as few as come of joining two regions
/// that are alike but for one pattern, which one is within and the other
/// without, again and again.
///
/// Takes time by the number of patterns, not of pairs of regions.
pub(super) fn merged(regions: Vec<Region>) -> Vec<Region> {
    let mut merging = Merging::default();
    for (at, region) in regions.iter().enumerate() {
        merging.by_sums.insert(Sums::of(region), at);
    }
    merging.regions = regions.into_iter().map(Some).collect();
    let mut left: Vec<usize> = (0..merging.regions.len()).rev().collect();
    while let Some(at) = left.pop() {
        left.extend(merging.join(at));
    }
    merging.regions.into_iter().flatten().collect()
}

#[derive(Default)]
struct Merging {
    /// None where a region went into another one.
    regions: Vec<Option<Region>>,
    by_sums: BTreeMap<Sums, usize>,
}

impl Merging {
    /// Joins a region with one that differs in a pattern, and returns where both stand.
    fn join(&mut self, at: usize) -> Option<usize> {
        let region = self.regions[at].as_ref()?;
        let sums = Sums::of(region);
        let mut patterns = region.within.iter().chain(&region.except);
        let (other, pattern) = patterns.find_map(|pattern| {
            let other = *self.by_sums.get(&sums.with_other_side_of(pattern))?;
            let partner = self.regions[other].as_ref()?;
            let fits = without(region, pattern) == without(partner, pattern);
            fits.then(|| (other, pattern.clone()))
        })?;
        let both = Region {
            within: kept(&region.within, &pattern),
            except: kept(&region.except, &pattern),
        };
        let partner = self.regions[other].take()?;
        self.by_sums.remove(&sums);
        self.by_sums.remove(&Sums::of(&partner));
        let first = at.min(other);
        self.by_sums.insert(Sums::of(&both), first);
        self.regions[at] = None;
        self.regions[first] = Some(both);
        Some(first)
    }
}

/// The hashes of a region's patterns on either side, summed up in no order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sums {
    within: u64,
    except: u64,
}

impl Sums {
    fn of(region: &Region) -> Sums {
        let sum = |patterns: &[Pattern]| patterns.iter().fold(0, |sum, one| sum ^ hash(one));
        Sums {
            within: sum(&region.within),
            except: sum(&region.except),
        }
    }

    /// Returns the sums of a region that has the pattern on the other side.
    fn with_other_side_of(self, pattern: &Pattern) -> Sums {
        let hash = hash(pattern);
        Sums {
            within: self.within ^ hash,
            except: self.except ^ hash,
        }
    }
}

fn hash(pattern: &Pattern) -> u64 {
    let mut hasher = DefaultHasher::new();
    pattern.hash(&mut hasher);
    hasher.finish()
}

fn kept(patterns: &[Pattern], not: &Pattern) -> Vec<Pattern> {
    let kept = patterns.iter().filter(|one| *one != not);
    kept.cloned().collect()
}

/// Returns a region's patterns but for one, in order.
fn without<'r>(region: &'r Region, not: &Pattern) -> [Vec<&'r Pattern>; 2] {
    [&region.within, &region.except].map(|patterns| {
        let mut kept: Vec<&Pattern> = patterns.iter().filter(|one| *one != not).collect();
        kept.sort();
        kept.dedup();
        kept
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(within: &[&str], except: &[&str]) -> Region {
        Region {
            within: within.iter().map(|text| Pattern::glob(text)).collect(),
            except: except.iter().map(|text| Pattern::glob(text)).collect(),
        }
    }

    #[test]
    fn cells_that_a_pattern_cut_apart_are_one_again() {
        let cut = vec![
            region(&["b/*", "b/x*", "b/*y"], &[]),
            region(&["b/*", "b/x*"], &["b/*y"]),
            region(&["b/*"], &["b/*y", "b/x*"]),
        ];
        let told = [
            region(&["b/*", "b/x*"], &[]),
            region(&["b/*"], &["b/*y", "b/x*"]),
        ];
        assert_eq!(merged(cut), told);
    }

    #[test]
    fn what_four_cells_cover_is_one() {
        let cut = vec![
            region(&["b/*", "b/x*", "b/*y"], &[]),
            region(&["b/*", "b/x*"], &["b/*y"]),
            region(&["b/*", "b/*y"], &["b/x*"]),
            region(&["b/*"], &["b/x*", "b/*y"]),
        ];
        assert_eq!(merged(cut), [region(&["b/*"], &[])]);
    }

    #[test]
    fn regions_that_differ_in_more_stay_apart() {
        let apart = vec![region(&["a/*", "*z"], &[]), region(&["b/*"], &["*z"])];
        assert_eq!(merged(apart.clone()), apart);
    }
}

//! Tells on which parts of what was asked a row holds.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use whocan_policy::{Pattern, Region};

use super::merge::merged;
use super::slice::Slice;
use crate::rows::{Outcome, Part, Verdict};

/// How many pairs of patterns are compared to tell a part in few words.
const PAIRS: usize = 4_000;

/// Tells parts, and remembers what it told: most rows of an answer are alike.
#[derive(Default)]
pub(super) struct Teller {
    told: BTreeMap<Alike, Arc<[Part]>>,
}

/// What rows have in common that have the same parts: where their slices
/// start, and which hold with which verdict.
type Alike = (usize, Vec<(usize, Verdict)>);

impl Teller {
    /// Puts the slices of a row, out of all that were asked, into parts: one for
    /// all of it where everything is alike.
    pub fn parts(
        &mut self,
        own: &[(usize, Verdict)],
        slices: &[Slice],
        all: Range<usize>,
    ) -> Arc<[Part]> {
        let key = (all.start, own.to_vec());
        let told = self.told.entry(key);
        told.or_insert_with(|| parts(own, slices, all).into())
            .clone()
    }
}

fn parts(own: &[(usize, Verdict)], slices: &[Slice], all: Range<usize>) -> Vec<Part> {
    if let Some(whole) = whole(own, slices, all.clone()) {
        return vec![whole];
    }
    // What was asked as one: the same action, target and route.
    let mut questions: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for at in all {
        let slice = &slices[at];
        let route = slice.ask.access_point.as_deref();
        questions
            .entry((slice.action, &slice.asked, route))
            .or_default()
            .push(at);
    }
    let verdicts: BTreeMap<usize, Verdict> = own.iter().copied().collect();
    let no = Verdict::plain(Outcome::No);
    let of = |at: &usize| verdicts.get(at).copied().unwrap_or(no);
    let mut parts: Vec<Part> = Vec::new();
    for ((_, asked, _), cells) in questions {
        let (cells, joined) = put_together(cells, slices, of);
        let region_of = |at: &usize| *joined.get(at).unwrap_or(&&slices[*at].region);
        let kinds: BTreeSet<Verdict> = cells.iter().map(of).collect();
        for verdict in kinds
            .into_iter()
            .rev()
            .filter(|verdict| verdict.strict != Outcome::No)
        {
            let (inside, outside): (Vec<usize>, Vec<usize>) =
                cells.iter().partition(|at| of(at) == verdict);
            let regions = |cells: &[usize]| cells.iter().map(region_of).collect();
            for region in told(asked, regions(&inside), regions(&outside)) {
                add(
                    &mut parts,
                    part(&slices[inside[0]], asked, &region, verdict),
                );
            }
        }
    }
    parts
}

/// Puts slices together that only types of resources cut, where a row has one
/// verdict in all of them: the first stands for all, with the region of these.
fn put_together(
    cells: Vec<usize>,
    slices: &[Slice],
    of: impl Fn(&usize) -> Verdict,
) -> (Vec<usize>, BTreeMap<usize, &Region>) {
    let mut families: BTreeMap<&Region, Vec<usize>> = BTreeMap::new();
    let (mut rest, mut joined) = (Vec::new(), BTreeMap::new());
    for at in cells {
        match &slices[at].part_of {
            Some(whole) => families.entry(whole).or_default().push(at),
            None => rest.push(at),
        }
    }
    for (whole, members) in families {
        let alike = members.iter().all(|at| of(at) == of(&members[0]));
        if alike {
            joined.insert(members[0], whole);
            rest.push(members[0]);
        } else {
            rest.extend(members);
        }
    }
    rest.sort_unstable();
    (rest, joined)
}

/// Returns the one part that is everything that was asked, if all of it is alike.
///
/// Routes through access points do not count: the direct one is as good.
fn whole(own: &[(usize, Verdict)], slices: &[Slice], all: Range<usize>) -> Option<Part> {
    let is_direct = |at: &usize| slices[*at].ask.access_point.is_none();
    let asked = all.filter(is_direct).count();
    let direct: Vec<&(usize, Verdict)> = own.iter().filter(|(at, _)| is_direct(at)).collect();
    let verdict = direct.first()?.1;
    let alike = direct.iter().all(|(_, other)| *other == verdict);
    if direct.len() != asked || !alike {
        return None;
    }
    let actions: BTreeSet<&str> = direct.iter().map(|(at, _)| slices[*at].action).collect();
    Some(Part {
        actions: actions.into_iter().map(str::to_owned).collect(),
        whole: true,
        within: Vec::new(),
        except: Vec::new(),
        route: None,
        verdict,
        text: "all".to_owned(),
    })
}

/// Tells the cells `inside` apart from those `outside`, all cut from `asked`,
/// in as few regions as are exact; else cell by cell, as far as patterns cut them apart.
fn told(asked: &Region, inside: Vec<&Region>, outside: Vec<&Region>) -> Vec<Region> {
    if outside.is_empty() {
        return vec![asked.clone()];
    }
    let plain = || merged(inside.iter().map(|region| (*region).clone()).collect());
    if inside.len() * outside.len() > PAIRS {
        return plain();
    }
    let except = narrowest(&outside);
    if except.len() <= inside.len() && !any_overlap(&inside, &except) {
        let mut region = asked.clone();
        region.except.extend(except.into_iter().cloned());
        return vec![region];
    }
    let within = narrowest(&inside);
    if !any_overlap(&outside, &within) {
        return within.into_iter().cloned().map(Region::of).collect();
    }
    plain()
}

/// Returns the narrowest pattern of each region, without those that others contain.
fn narrowest<'r>(regions: &[&'r Region]) -> Vec<&'r Pattern> {
    let each = regions.iter().filter_map(|region| {
        let patterns = region.within.iter();
        patterns.reduce(|best, next| {
            if best.contains(next) == Some(true) {
                next
            } else {
                best
            }
        })
    });
    let unique: BTreeSet<&Pattern> = each.collect();
    let contained = |pattern: &Pattern| {
        unique
            .iter()
            .any(|other| *other != pattern && other.contains(pattern) == Some(true))
    };
    unique
        .iter()
        .copied()
        .filter(|pattern| !contained(pattern))
        .collect()
}

fn any_overlap(regions: &[&Region], patterns: &[&Pattern]) -> bool {
    regions.iter().any(|region| {
        patterns.iter().any(|pattern| {
            let both = region.intersect(&Region::of((*pattern).clone()));
            both.is_some_and(|both| both.is_empty() != Ok(true))
        })
    })
}

/// Adds a part, to one of the same place and verdict if there is one.
fn add(parts: &mut Vec<Part>, part: Part) {
    let same = |other: &&mut Part| {
        other.within == part.within
            && other.except == part.except
            && other.route == part.route
            && other.verdict == part.verdict
    };
    match parts.iter_mut().find(same) {
        Some(other) => {
            for action in part.actions {
                if !other.actions.contains(&action) {
                    other.actions.push(action);
                }
            }
        }
        None => parts.push(part),
    }
}

/// Returns the pattern as people write it; a literal as it stands.
fn text(pattern: &Pattern) -> String {
    match pattern.literal() {
        Some(literal) => literal.to_owned(),
        None => pattern.to_string(),
    }
}

fn part(slice: &Slice, asked: &Region, region: &Region, verdict: Verdict) -> Part {
    let texts = |patterns: &[Pattern]| patterns.iter().map(text).collect();
    let route = slice.ask.access_point.clone();
    Part {
        actions: vec![slice.action.to_owned()],
        whole: false,
        within: texts(&region.within),
        except: texts(&region.except),
        text: words(asked, region, route.as_deref()),
        route,
        verdict,
    }
}

/// Puts a region into words, relative to the place that was asked about.
fn words(asked: &Region, region: &Region, route: Option<&str>) -> String {
    let new = |pattern: &&Pattern| !asked.except.contains(pattern);
    let except: Vec<&Pattern> = region.except.iter().filter(new).collect();
    let mut words = match (region.within == asked.within, except.is_empty()) {
        // All of one question, but not all that was asked.
        (true, true) => format!("only {}", behind(&joined(&region.within), ':', asked)),
        (true, false) => "all".to_owned(),
        (false, _) => format!("only {}", behind(&joined(&region.within), '/', asked)),
    };
    if !except.is_empty() {
        let except = except.iter().map(|one| behind(&text(one), '/', asked));
        words = format!("{words} but {}", except.collect::<Vec<_>>().join(", "));
    }
    if let Some(route) = route {
        words = format!("{words} through {route}");
    }
    words
}

/// Returns the text without the start that all of what was asked has, cut
/// behind a sign, so that what is left reads as a path or a name.
fn behind(text: &str, sign: char, asked: &Region) -> String {
    if text.contains(' ') {
        return text.to_owned();
    }
    let start = asked.within.first().map_or("", |pattern| pattern.prefix());
    // Shorter starts leave ARNs that nobody recognizes.
    let inside = start.matches(':').count() >= COLONS;
    let cut = start
        .rfind(['/', ':'])
        .filter(|_| inside || !start.starts_with("arn"));
    let cut = match sign {
        ':' => start.rfind(':').filter(|_| inside),
        _ => cut,
    };
    let rest = cut.and_then(|at| text.strip_prefix(&start[..=at]));
    rest.filter(|rest| !rest.is_empty())
        .unwrap_or(text)
        .to_owned()
}

/// The colons of an ARN before its resource part.
const COLONS: usize = 5;

/// Joins patterns that all hold into one text, part by part where they are ARNs.
fn joined(patterns: &[Pattern]) -> String {
    let texts: Vec<String> = patterns.iter().map(text).collect();
    let mut parts: Vec<&str> = Vec::new();
    for text in &texts {
        let own: Vec<&str> = text.splitn(COLONS + 1, ':').collect();
        if own.len() != COLONS + 1 {
            return texts.join(" and ");
        }
        if parts.is_empty() {
            parts = own;
            continue;
        }
        for (part, own) in parts.iter_mut().zip(own) {
            match (*part, own) {
                (one, other) if one == other || other == "*" => {}
                ("*", _) => *part = own,
                _ => return texts.join(" and "),
            }
        }
    }
    parts.join(":")
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

    fn tell(inside: &[&Region], outside: &[&Region]) -> String {
        let asked = region(&["b/*"], &[]);
        let parts = told(&asked, inside.to_vec(), outside.to_vec());
        let words = parts.iter().map(|part| words(&asked, part, None));
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn parts_are_told_by_the_shorter_side_if_that_is_exact() {
        let public = region(&["b/*", "b/public/*"], &[]);
        let secret = region(&["b/*", "b/secret/*"], &["b/public/*"]);
        let rest = region(&["b/*"], &["b/public/*", "b/secret/*"]);
        assert_eq!(tell(&[&public], &[&secret, &rest]), "only public/*");
        assert_eq!(tell(&[&public, &rest], &[&secret]), "all but secret/*");
        assert_eq!(
            tell(&[&public, &secret], &[&rest]),
            "only public/*; only secret/*"
        );
    }

    #[test]
    fn arns_that_all_hold_are_one() {
        let key = Pattern::resource("arn:*:kms:*:*:key/*");
        let region = Pattern::resource("arn:*:*:eu-west-1:*:*");
        let account = Pattern::resource("arn:*:*:*:111122223333:*");
        let one = joined(&[key, region, account]);
        assert_eq!(one, "arn:*:kms:eu-west-1:111122223333:key/*");
    }

    #[test]
    fn a_part_that_overlaps_others_is_told_cell_by_cell() {
        let both = region(&["b/*", "b/x*", "b/*y"], &[]);
        let left = region(&["b/*", "b/x*"], &["b/*y"]);
        let rest = region(&["b/*"], &["b/x*"]);
        assert_eq!(tell(&[&left], &[&both, &rest]), "only b/* and b/x* but *y");
    }
}

//! The pieces that patterns cut a set of resources into, each with a witness.
//!
//! Actions of one service are mostly cut by the same patterns, so what was cut
//! last is kept.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use whocan_policy::catalogue::catalogue;
use whocan_policy::{AccountId, Pattern, Region};

use super::folders;

/// How many pieces a question may have before the rest is left undecided.
const PIECES: usize = 20_000;

/// So many pieces are kept at most.
const KEPT: usize = 50_000;

/// From so many on, parts are finished side by side.
const MANY: usize = 16;

/// A part of the asked set.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub region: Region,
    /// The positions of the cuts that cover it, ascending.
    pub inside: Vec<u32>,
    /// A resource of it; `None` where the patterns are too complex to be told apart.
    pub witness: Option<String>,
}

/// What was cut, by what cut it.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    known: FxHashMap<Cut, Arc<[Piece]>>,
    count: usize,
}

/// A set and the patterns that cut it, whether there were too many, and
/// whether the question leaves the partition open.
type Cut = (Region, Box<[Pattern]>, bool, bool);

impl Pieces {
    /// Returns the pieces of `asked`, none of them empty.
    ///
    /// Made-up resources are in the first of `partitions` that fits: those of
    /// the graph, which do not change. Where the question leaves it open, it means these.
    pub fn of(
        &self,
        asked: &Region,
        cuts: &[&Pattern],
        too_many: bool,
        partitions: &Partitions<'_>,
    ) -> Arc<[Piece]> {
        let patterns = cuts.iter().map(|cut| (*cut).clone()).collect();
        let key: Cut = (asked.clone(), patterns, too_many, partitions.is_open);
        let known = |kept: &Kept| kept.known.get(&key).cloned();
        if let Some(known) = known(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let pieces: Arc<[Piece]> = cut(asked, cuts, too_many, partitions).into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.count + pieces.len() > KEPT {
            *kept = Kept::default();
        }
        kept.count += pieces.len();
        kept.known.insert(key, pieces.clone());
        pieces
    }
}

/// In which partitions resources may be made up.
pub(crate) struct Partitions<'a> {
    pub known: Vec<&'a str>,
    /// Whether the question leaves it open which it means.
    pub is_open: bool,
}

/// Returns whether a pattern of ARNs does not say in which partition they are.
pub(super) fn leaves_partition_open(asked: &Pattern) -> bool {
    asked.literal().is_none() && asked.prefix().matches(':').count() < 2
}

fn cut(
    asked: &Region,
    cuts: &[&Pattern],
    too_many: bool,
    partitions: &Partitions<'_>,
) -> Vec<Piece> {
    let numbered = (0..).zip(cuts.iter().copied());
    let (everywhere, cuts): (Vec<_>, Vec<_>) = numbered.partition(|(_, cut)| holds(cut, asked));
    let (mut parts, cuts) = begin(asked, cuts, too_many);
    for (id, cut) in cuts {
        let before = std::mem::take(&mut parts);
        for part in before {
            if parts.len() >= PIECES {
                parts.push(Part {
                    too_complex: true,
                    ..part
                });
            } else {
                split(part, id, cut, &mut parts);
            }
        }
    }
    let everywhere: Vec<u32> = everywhere.into_iter().map(|(id, _)| id).collect();
    let finish = |part: Part| part.finish(&everywhere, partitions);
    if parts.len() < MANY {
        return parts.into_iter().filter_map(finish).collect();
    }
    parts.into_par_iter().filter_map(finish).collect()
}

fn holds(cut: &Pattern, asked: &Region) -> bool {
    let mut within = asked.within.iter();
    within.any(|within| cut.contains(within) == Some(true))
}

// What is cut without a search, and the cuts that are left.
fn begin<'p>(
    asked: &Region,
    cuts: Vec<(u32, &'p Pattern)>,
    too_many: bool,
) -> (Vec<Part>, Vec<(u32, &'p Pattern)>) {
    let whole = Part {
        region: asked.clone(),
        inside: Vec::new(),
        seen: None,
        is_own: false,
        too_complex: too_many,
    };
    let ([folder], []) = (&*asked.within, &*asked.except) else {
        return (vec![whole], cuts);
    };
    if !folder.is_folder() {
        return (vec![whole], cuts);
    }
    let (nested, others): (Vec<_>, Vec<_>) =
        cuts.into_iter().partition(|(_, cut)| folders::nests(cut));
    let parts = folders::parts(folder, &nested).into_iter();
    let parts = parts.map(|(region, inside)| Part {
        seen: region.witness().ok().flatten(),
        is_own: true,
        too_complex: too_many,
        region,
        inside,
    });
    (parts.collect(), others)
}

/// A part while it is being cut.
struct Part {
    region: Region,
    inside: Vec<u32>,
    // A resource that shows that it is not empty, if one was looked for, and
    // whether it is the one that this very region gives.
    seen: Option<String>,
    is_own: bool,
    too_complex: bool,
}

impl Part {
    // `everywhere` are the cuts that cover all that was asked.
    fn finish(mut self, everywhere: &[u32], partitions: &Partitions<'_>) -> Option<Piece> {
        let witness = match self.seen {
            Some(seen) if self.is_own => Ok(Some(seen)),
            _ => self.region.witness(),
        };
        let witness = match witness {
            Ok(Some(witness)) if !self.too_complex => {
                let witness = with_name(witness, &self.region)?;
                let witness = with_partition(witness, &self.region, partitions)?;
                Some(with_region(
                    with_account(witness, &self.region),
                    &self.region,
                ))
            }
            Ok(None) => return None,
            _ => None,
        };
        self.inside.extend(everywhere);
        self.inside.sort_unstable();
        Some(Piece {
            region: self.region,
            inside: self.inside,
            witness,
        })
    }
}

fn split(part: Part, id: u32, cut: &Pattern, into: &mut Vec<Part>) {
    if part
        .region
        .within
        .iter()
        .any(|within| !within.overlaps(cut))
    {
        into.push(part);
        return;
    }
    let (inside, outside) = part.region.split(cut);
    for (region, is_inside) in [(inside, true), (outside, false)] {
        let Some(region) = region else { continue };
        // What shows that the whole is not empty shows it of one side.
        let kept = part.seen.as_ref().filter(|seen| region.holds(seen));
        let (seen, is_own) = match kept {
            Some(kept) => (Ok(Some(kept.clone())), part.is_own && region == part.region),
            None => (region.witness(), true),
        };
        if let Ok(None) = seen {
            continue;
        }
        let own = is_inside.then_some(id);
        into.push(Part {
            region,
            inside: part.inside.iter().copied().chain(own).collect(),
            too_complex: part.too_complex || seen.is_err(),
            is_own: is_own && seen.is_ok(),
            seen: seen.ok().flatten(),
        });
    }
}

// Without a partition a text is no ARN, and nobody would know whose it is. `None`
// where the question leaves it open and the region has nothing in `partitions`.
fn with_partition(witness: String, region: &Region, partitions: &Partitions<'_>) -> Option<String> {
    let Partitions {
        known: partitions,
        is_open,
    } = partitions;
    let parts: Vec<&str> = witness.splitn(6, ':').collect();
    let ["arn", partition, rest @ ..] = parts.as_slice() else {
        return Some(witness);
    };
    if rest.len() != 4 || partitions.contains(partition) {
        return Some(witness);
    }
    let in_partition = |partition: &&str| format!("arn:{partition}:{}", rest.join(":"));
    let mut own = partitions.iter().map(in_partition);
    if let Some(fitting) = own.find(|text| region.holds(text)) {
        return Some(fitting);
    }
    if !is_open || partitions.is_empty() {
        let mut others = PARTITIONS.iter().map(in_partition);
        let fitting = others.find(|text| region.holds(text));
        return Some(fitting.unwrap_or(witness));
    }
    partitions.iter().find_map(|partition| {
        let inside = Pattern::arn(&format!("arn:{partition}:*:*:*:?*"))?;
        match region.intersect(&Region::of(inside))?.witness() {
            Ok(found) => found,
            Err(_) => Some(witness.clone()),
        }
    })
}

// An ARN that names nothing is none, and there is nothing else in a region
// that has no other.
fn with_name(witness: String, region: &Region) -> Option<String> {
    let mut parts = witness.splitn(6, ':');
    if parts.next() != Some("arn") || parts.nth(4) != Some("") {
        return Some(witness);
    }
    let named = Region::of(Pattern::arn("arn:*:*:*:*:?*")?);
    match region.intersect(&named)?.witness() {
        Ok(named) => named,
        Err(_) => Some(witness),
    }
}

/// AWS's partitions, the commonest first (R39).
const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

// Real ARNs name an account or none; what is made up should do so too, or the
// caller would be taken for the owner.
fn with_account(witness: String, region: &Region) -> String {
    let parts: Vec<&str> = witness.splitn(6, ':').collect();
    let [_, _, service, _, account, _] = parts[..] else {
        return witness;
    };
    let without = account.is_empty() && service == "s3";
    if without || account.parse::<AccountId>().is_ok() {
        return witness;
    }
    let with = |account: &str| {
        let mut parts = parts.clone();
        parts[4] = account;
        parts.join(":")
    };
    let tries = padded(&only_digits(account)).into_iter();
    let tries = tries.filter(|account| account.parse::<AccountId>().is_ok());
    let fitting = tries.map(|account| with(&account));
    let fitting = fitting.into_iter().find(|text| region.holds(text));
    fitting
        .or_else(|| of_full_length(region))
        .unwrap_or(witness)
}

// A member whose account has as many digits as real ones.
fn of_full_length(region: &Region) -> Option<String> {
    let real = Pattern::arn(&format!("arn:*:*:*:{}:*", "?".repeat(ACCOUNT_DIGITS)))?;
    let witness = region.intersect(&Region::of(real))?.witness().ok()??;
    let parts: Vec<&str> = witness.splitn(6, ':').collect();
    let [arn, partition, service, place, account, rest] = parts[..] else {
        return None;
    };
    let account = only_digits(account);
    let text = [arn, partition, service, place, &account, rest].join(":");
    region.holds(&text).then_some(text)
}

// What lies in a region should not be made up without one.
fn with_region(witness: String, region: &Region) -> String {
    let parts: Vec<&str> = witness.splitn(6, ':').collect();
    let [_, _, service, "", ..] = parts[..] else {
        return witness;
    };
    if !catalogue().types_of_arn(service, &witness).is_empty() {
        return witness;
    }
    let tries = ["us-east-1", "eu-west-1", "x"].map(|place| {
        let mut parts = parts.clone();
        parts[3] = place;
        parts.join(":")
    });
    let fitting = tries.into_iter().find(|text| region.holds(text));
    fitting.unwrap_or(witness)
}

fn only_digits(account: &str) -> String {
    let digits = account.chars();
    digits
        .map(|one| if one.is_ascii_digit() { one } else { '0' })
        .collect()
}

// The digits with as many zeros as an account's number lacks, at each place.
fn padded(digits: &str) -> Vec<String> {
    let zeros = "0".repeat(ACCOUNT_DIGITS.saturating_sub(digits.len()));
    let places = 0..=digits.len().min(ACCOUNT_DIGITS);
    let padded = places.map(|at| format!("{}{zeros}{}", &digits[..at], &digits[at..]));
    let mut padded: Vec<String> = padded.collect();
    padded.push("0".repeat(ACCOUNT_DIGITS));
    padded
}

const ACCOUNT_DIGITS: usize = 12;

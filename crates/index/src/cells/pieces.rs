//! The pieces that patterns cut a set of resources into, each with a witness.
//!
//! Actions of one service are mostly cut by the same patterns, so what was cut
//! last is kept.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use whocan_policy::catalogue::catalogue;
use whocan_policy::{AccountId, Pattern, Region};

/// How many pieces a question may have before the rest is left undecided.
const PIECES: usize = 20_000;

/// So many pieces are kept at most.
const KEPT: usize = 50_000;

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

/// A set and the patterns that cut it, and whether there were too many.
type Cut = (Pattern, Box<[Pattern]>, bool);

impl Pieces {
    /// Returns the pieces of `asked`, none of them empty.
    pub fn of(&self, asked: &Pattern, cuts: &[&Pattern], too_many: bool) -> Arc<[Piece]> {
        let patterns = cuts.iter().map(|cut| (*cut).clone()).collect();
        let key: Cut = (asked.clone(), patterns, too_many);
        let known = |kept: &Kept| kept.known.get(&key).cloned();
        if let Some(known) = known(&self.kept.lock().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let pieces: Arc<[Piece]> = cut(asked, cuts, too_many).into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.count + pieces.len() > KEPT {
            *kept = Kept::default();
        }
        kept.count += pieces.len();
        kept.known.insert(key, pieces.clone());
        pieces
    }
}

fn cut(asked: &Pattern, cuts: &[&Pattern], too_many: bool) -> Vec<Piece> {
    let mut parts = vec![Part {
        region: Region::of(asked.clone()),
        inside: Vec::new(),
        seen: None,
        is_own: false,
        too_complex: too_many,
    }];
    for (id, cut) in (0..).zip(cuts) {
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
    let pieces = parts.into_par_iter().filter_map(Part::finish);
    pieces.collect()
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
    fn finish(self) -> Option<Piece> {
        let witness = match self.seen {
            Some(seen) if self.is_own => Ok(Some(seen)),
            _ => self.region.witness(),
        };
        let witness = match witness {
            Ok(Some(witness)) if !self.too_complex => {
                let witness = with_partition(witness, &self.region);
                Some(with_region(
                    with_account(witness, &self.region),
                    &self.region,
                ))
            }
            Ok(None) => return None,
            _ => None,
        };
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

// Without a partition a text is no ARN, and nobody would know whose it is.
fn with_partition(witness: String, region: &Region) -> String {
    let parts: Vec<&str> = witness.splitn(6, ':').collect();
    let ["arn", partition, rest @ ..] = parts.as_slice() else {
        return witness;
    };
    if rest.len() != 4 || PARTITIONS.contains(partition) {
        return witness;
    }
    let tries = PARTITIONS.map(|partition| format!("arn:{partition}:{}", rest.join(":")));
    let fitting = tries.into_iter().find(|text| region.holds(text));
    fitting.unwrap_or(witness)
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

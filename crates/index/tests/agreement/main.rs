//! The index against the judge, on random small organizations.
//!
//! The seed is fixed and the time bounded; `cargo run --release --example
//! agreement` goes on from there, and tells what it finds as small cases.

mod found;
mod harness;

use std::sync::OnceLock;

use rayon::prelude::*;

use harness::case::{Case, Counts};
use harness::compare::Disagreement;
use harness::run;
use harness::tally::Tally;

const SEED: u64 = 1;
const CASES: u64 = 150;
const COUNTS: Counts = Counts {
    can: 12,
    reach: 2,
    region: 2,
};

/// The rules that the judge notes when it uses them. Each must be used by some
/// request, or nothing is compared about it.
const RULES: [u16; 100] = [
    1, 5, 6, 12, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 33, 34, 35, 36, 39, 55, 67, 68,
    69, 70, 71, 72, 73, 74, 75, 79, 88, 97, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109,
    110, 112, 113, 114, 115, 116, 117, 118, 119, 122, 124, 130, 131, 134, 135, 137, 140, 141, 142,
    143, 144, 145, 146, 150, 158, 159, 162, 167, 168, 169, 172, 173, 176, 177, 178, 179, 180, 182,
    183, 184, 185, 186, 187, 192, 193, 195, 204, 207, 209, 210, 211, 212, 215, 217, 222,
];

/// The cases, asked once for all tests.
fn asked() -> &'static (Tally, Vec<(u64, Disagreement)>) {
    static ASKED: OnceLock<(Tally, Vec<(u64, Disagreement)>)> = OnceLock::new();
    ASKED.get_or_init(|| {
        let all: Vec<(u64, Tally, Vec<Disagreement>)> = (0..CASES)
            .into_par_iter()
            .map(|number| {
                let mut tally = Tally::default();
                let found = run::check(&Case::draw(SEED, number, COUNTS), &mut tally);
                (number, tally, found)
            })
            .collect();
        let mut tally = Tally::default();
        let mut found = Vec::new();
        for (number, one, differences) in all {
            tally.merge(&one);
            found.extend(
                differences
                    .into_iter()
                    .map(|difference| (number, difference)),
            );
        }
        (tally, found)
    })
}

#[test]
fn the_same_number_draws_the_same_case_and_it_can_be_written_down() {
    for number in 0..50 {
        let case = Case::draw(SEED, number, COUNTS);
        assert_eq!(case, Case::draw(SEED, number, COUNTS));
        let text = serde_json::to_string(&case).expect("a case can be written down");
        let read: Case = serde_json::from_str(&text).expect("and read");
        assert_eq!(case, read);
    }
}

#[test]
fn every_rule_that_the_judge_notes_is_used_and_helps_decide() {
    let (tally, _) = asked();
    let idle = |rule: &&u16| tally.rules.get(rule).is_none_or(|uses| uses.decided == 0);
    let unused: Vec<&u16> = RULES.iter().filter(idle).collect();
    assert_eq!(unused, Vec::<&u16>::new(), "\n{tally}");
}

#[test]
fn requests_end_in_every_way_and_most_not_by_default() {
    let (tally, _) = asked();
    let share = |count: u64| count * 100 / tally.requests;
    let [allow, open, explicit, _] = tally.verdicts.map(share);
    assert!(allow >= 5 && open >= 5 && explicit >= 5, "\n{tally}");
    assert!(share(tally.by_default) <= 50, "\n{tally}");
}

#[test]
fn the_index_agrees_with_the_judge() {
    let (_, found) = asked();
    if let Some((number, first)) = found.first() {
        let case = Case::draw(SEED, *number, COUNTS);
        let (small, difference) = run::smallest(&case, first);
        let count = found.len();
        panic!("{count} disagreements, the first in organization {number}:\n{small}{difference}");
    }
}

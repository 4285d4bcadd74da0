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
use harness::rules::{NOTED, UNSEEN};
use harness::run;
use harness::tally::Tally;

const SEED: u64 = 1;
const CASES: u64 = 450;
const COUNTS: Counts = Counts {
    can: 12,
    reach: 2,
    region: 2,
};

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
    let unused: Vec<&u16> = NOTED.iter().filter(idle).collect();
    assert_eq!(unused, Vec::<&u16>::new(), "\n{tally}");
}

#[test]
fn every_rule_is_counted_or_says_why_it_is_not() {
    let unseen = UNSEEN.iter().flat_map(|(_, rules)| *rules);
    let mut all: Vec<u16> = NOTED.iter().chain(unseen).copied().collect();
    all.sort_unstable();
    assert_eq!(all, (1..=240).collect::<Vec<u16>>());
}

#[test]
fn no_rule_is_counted_that_is_not_listed() {
    let (tally, _) = asked();
    let unlisted = tally.rules.keys().filter(|rule| !NOTED.contains(rule));
    assert_eq!(unlisted.collect::<Vec<_>>(), Vec::<&u16>::new());
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
fn every_kind_of_caller_and_every_action_is_allowed_and_denied() {
    let (tally, _) = asked();
    let all = &tally.asked;
    let one_sided = all.iter().filter(|(_, [allow, open, explicit, implicit])| {
        allow + open == 0 || explicit + implicit == 0
    });
    let one_sided: Vec<&str> = one_sided.map(|(what, _)| what.as_str()).collect();
    assert_eq!(one_sided, Vec::<&str>::new(), "\n{tally}");
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

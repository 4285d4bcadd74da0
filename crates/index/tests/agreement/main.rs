//! The index against the judge, on random small organizations.
//!
//! The seed is fixed and the time bounded; `cargo run --release --example
//! agreement` goes on from there, and tells what it finds as small cases.

mod found;
mod harness;

use harness::case::{Case, Counts};
use harness::run;
use harness::tally::Tally;

const SEED: u64 = 1;
const CASES: u64 = 100;
const COUNTS: Counts = Counts {
    can: 12,
    reach: 2,
    region: 2,
};

/// Rules that no random request reaches, because no request of one call with
/// one set of facts can, or because the judge does not note them.
const REACHED: [u16; 90] = [0; 90];

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

//! Organizations of other seeds in which index and judge once differed.

use crate::COUNTS;
use crate::harness::case::Case;
use crate::harness::run;
use crate::harness::tally::Tally;

/// Seed, number, and what was read differently.
const FOUND: [(u64, u64, &str); 6] = [
    (
        302,
        17,
        "a member's path in an organization with holes (R105)",
    ),
    (
        302,
        467,
        "roles told apart by who may tag their sessions (R209)",
    ),
    (
        302,
        2033,
        "a given key that the facts rule out, in a complete context",
    ),
    (302, 3399, "aliases of keys for a call without a key (R100)"),
    (
        302,
        5345,
        "the region of an object whose bucket is not recorded (R116)",
    ),
    (
        302,
        4860,
        "the organization of an owner that is not known (R108)",
    ),
];

#[test]
fn organizations_that_once_told_them_apart_no_longer_do() {
    for (seed, number, what) in FOUND {
        let case = Case::draw(seed, number, COUNTS);
        let found = run::check(&case, &mut Tally::default());
        assert_eq!(found.len(), 0, "{what}: seed {seed}, organization {number}");
    }
}

//! Small organizations in which index and judge once differed, as the long run wrote them down.

use crate::harness::case::Case;
use crate::harness::run;
use crate::harness::tally::Tally;

/// A case as `--keep` writes it, and what was read differently.
const FOUND: [(&str, &str); 5] = [
    (
        include_str!("found/467.json"),
        "roles told apart by who may tag their sessions (R209)",
    ),
    (
        include_str!("found/2033.json"),
        "a given key that the facts rule out, in a complete context",
    ),
    (
        include_str!("found/3399.json"),
        "aliases of keys for a call without a key (R100)",
    ),
    (
        include_str!("found/4860.json"),
        "the organization of an owner that is not known (R108)",
    ),
    (
        include_str!("found/5345.json"),
        "the region of an object whose bucket is not recorded (R116)",
    ),
];

#[test]
fn organizations_that_once_told_them_apart_no_longer_do() {
    for (text, what) in FOUND {
        let case: Case = serde_json::from_str(text).expect("a case as it was written down");
        let found = run::check(&case, &mut Tally::default());
        assert_eq!(found.len(), 0, "{what}");
    }
}

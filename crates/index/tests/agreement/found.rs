//! Small organizations in which index and judge once differed, as the long run wrote them down.

use crate::harness::case::Case;
use crate::harness::run;
use crate::harness::tally::Tally;

/// A case as `--keep` writes it, and what was read differently.
const FOUND: [(&str, &str); 23] = [
    (
        include_str!("found/5001-2680.json"),
        "a transitive tag that some sessions of a whole account carry (R224)",
    ),
    (
        include_str!("found/6001-1898.json"),
        "an access point of a VPC, asked for from one of several (R185)",
    ),
    (
        include_str!("found/6001-2540.json"),
        "a key whose aliases were not collected (R174)",
    ),
    (
        include_str!("found/6001-2905.json"),
        "aliases that are given of a key whose own were not collected (R174)",
    ),
    (
        include_str!("found/1-305.json"),
        "a federated session whose user is known by name only (R132)",
    ),
    (
        include_str!("found/7-1359.json"),
        "the tags of a federated session whose user does not exist (R106)",
    ),
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
    (
        include_str!("found/501-397.json"),
        "a boundary that was not collected, where identity-based policies are left out (R143)",
    ),
    (
        include_str!("found/501-3083.json"),
        "the same boundary at the end of a chain (R143)",
    ),
    (
        include_str!("found/501-3852.json"),
        "an access point whose bucket is in an account that nobody names (R182)",
    ),
    (
        include_str!("found/501-766.json"),
        "a key that one type of resource carries and another does not (R100)",
    ),
    (
        include_str!("found/9001-1507.json"),
        "a call through an MCP server, which a question may give (R5, R119)",
    ),
    (
        include_str!("found/9001-893.json"),
        "a key about the called server, absent from direct calls (R119)",
    ),
    (
        include_str!("found/9001-1482.json"),
        "the tag of a role under the name that IAM gives it (R107)",
    ),
    (
        include_str!("found/9001-382.json"),
        "a topic without a name, which is none",
    ),
    (
        include_str!("found/9001-923.json"),
        "buckets of two partitions (R39)",
    ),
    (
        include_str!("found/9002-2138.json"),
        "a resource that is left out in one partition only (R39)",
    ),
    (
        include_str!("found/9002-2813.json"),
        "EC2 under a name that the question gives (R103)",
    ),
    (
        include_str!("found/9003-496.json"),
        "a made-up account of thirteen digits",
    ),
];

#[test]
fn organizations_that_once_told_them_apart_no_longer_do() {
    let told_apart = FOUND.iter().filter(|(text, _)| {
        let case: Case = serde_json::from_str(text).expect("a case as it was written down");
        !run::check(&case, &mut Tally::default()).is_empty()
    });
    let told_apart: Vec<&str> = told_apart.map(|(_, what)| *what).collect();
    assert_eq!(told_apart, [""; 0]);
}

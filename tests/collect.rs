//! `whocan collect` against moto's server: what was built is what is collected.

#![cfg(feature = "collect")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is missing fails the test"
)]

mod command;
mod moto;

use std::collections::BTreeSet;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use command::{Ended, Place, ended, names};
use moto::Moto;
use serde_json::Value;

/// The question that the program is about.
const QUESTION: &str = "who can reach s3:GetObject on bucket/payroll-example via AssumeRole";

/// A place with a collection of the whole organization.
fn collected() -> Place {
    let place = Place::new();
    let ended = ended(Moto::running().collect(&place, &[]));
    assert_eq!(ended.code, 0, "{ended:?}");
    place
}

/// The ARNs that a set has, by kind.
fn arns(place: &Place, set: &str) -> BTreeSet<String> {
    let out = place
        .run(["query", &format!("list {set}"), "--format", "jsonl"])
        .out;
    let rows = out.lines().map(|line| serde_json::from_str(line).unwrap());
    rows.filter_map(|row: Value| row["arn"].as_str().map(str::to_owned))
        .collect()
}

fn names_of(arns: &BTreeSet<String>) -> BTreeSet<&str> {
    let names = arns.iter().filter_map(|arn| arn.rsplit([':', '/']).next());
    names.collect()
}

/// The accounts' and the organization's objects, whatever the time.
fn contents(place: &Place) -> BTreeSet<String> {
    let dir = place.store().join("objects");
    let folders = names(&dir);
    let inside = folders.iter().flat_map(|folder| {
        let files = names(&dir.join(folder));
        files.into_iter().map(move |file| format!("{folder}{file}"))
    });
    inside.collect()
}

#[test]
fn what_was_built_is_what_is_collected() {
    let moto = Moto::running();
    let place = collected();
    let (prod, build) = (moto.account("prod"), moto.account("build"));

    let users = arns(&place, "users");
    let expected = ["dev", "guest"].map(|name| format!("arn:aws:iam::{build}:user/{name}"));
    assert_eq!(users, BTreeSet::from(expected));
    let own = |arn: &&String| !arn.ends_with("OrganizationAccountAccessRole");
    let roles: BTreeSet<String> = arns(&place, "roles").iter().filter(own).cloned().collect();
    assert_eq!(
        names_of(&roles),
        BTreeSet::from(["bounded", "deploy", "reader", "worker"])
    );
    let buckets = arns(&place, "buckets");
    assert_eq!(
        names_of(&buckets),
        BTreeSet::from(["elsewhere-example", "payroll-example", "plain-example"])
    );
    let key = format!("arn:aws:kms:eu-west-1:{prod}:key/{}", moto.key());
    assert_eq!(arns(&place, "keys"), BTreeSet::from([key]));
    for (set, name) in [
        ("queues", "jobs"),
        ("topics", "news"),
        ("tables", "people"),
        ("functions", "work"),
    ] {
        assert_eq!(
            names_of(&arns(&place, set)),
            BTreeSet::from([name]),
            "{set}"
        );
    }
    // AWS adds six random characters to a secret's name.
    let secrets = arns(&place, "secrets");
    assert_eq!(secrets.len(), 1);
    assert!(secrets.iter().all(|arn| arn.contains(":secret:door-")));
}

#[test]
fn a_collection_answers_who_can_reach_a_bucket_over_chains_of_roles() {
    let moto = Moto::running();
    let place = collected();
    let ended = place.run(["query", QUESTION, "--format", "jsonl"]);
    let rows: Vec<Value> = ended
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let hops = |name: &str| {
        let row = rows.iter().find(|row| row["principal"]["name"] == name);
        row.and_then(|row| row["hops"].as_u64())
    };
    assert_eq!(hops("reader"), Some(0), "{ended:?}");
    assert_eq!(hops("deploy"), Some(1));
    assert_eq!(hops("dev"), Some(2));
    assert_eq!(hops("guest"), None);

    // The SCP of the unit counts.
    let delete = format!(
        "can arn:aws:iam::{}:role/OrganizationAccountAccessRole s3:DeleteBucket on bucket/plain-example",
        moto.account("prod")
    );
    assert_eq!(place.run(["query", &delete]).code, 1);
}

#[test]
fn collecting_again_stores_nothing_new_and_says_so() {
    let place = collected();
    let before = contents(&place);
    assert!(!before.is_empty());
    let again = ended(Moto::running().collect(&place, &[]));
    assert!(again.out.contains("nothing has changed since"), "{again:?}");
    assert_eq!(contents(&place), before);
    // Nothing is left of what was read on the way.
    assert!(names(&place.store().join("collections")).is_empty());
}

#[test]
fn a_collection_that_is_killed_goes_on_to_the_same_objects() {
    let moto = Moto::running();
    let expected = contents(&collected());
    let place = Place::new();
    let mut struck = 0;
    let mut more: &[&str] = &[];
    for round in 0..10 {
        let mut command = match more {
            [] => moto.collect(&place, &[]),
            _ => moto::credentials(place.command(["collect", "--resume", "--rate", "1000"])),
        };
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(40 * (round * 7 % 10)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        struck += 1;
        if !names(&place.store().join("collections")).is_empty() {
            more = &["--resume"];
        }
    }
    assert!(struck > 3, "only {struck} collections were still at work");
    let last = moto::credentials(place.command(["collect", "--resume", "--rate", "1000"]));
    let last: Ended = ended(last);
    assert_eq!(last.code, 0, "{last:?}");
    assert_eq!(contents(&place), expected);
}

//! `whocan import` killed at any moment: what it finished stays, and the next one goes on.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use command::{Place, names};

const KILLS: usize = 50;
const ACCOUNTS: usize = 150;

/// An account whose tags no compression makes small, so that kills strike while it is written.
fn details(account: usize) -> String {
    let mut state = account as u64 + 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{state:016x}")
    };
    let users = (0..40).map(|number| {
        let tag: String = (0..100).map(|_| noise()).collect();
        format!(
            r#"{{"Path": "/", "UserName": "u{number}", "UserId": "AIDAEXAMPLE{number}",
             "Arn": "arn:aws:iam::{account:012}:user/u{number}", "CreateDate": "2026-01-01T00:00:00Z",
             "GroupList": [], "AttachedManagedPolicies": [], "Tags": [{{"Key": "noise", "Value": "{tag}"}}]}}"#
        )
    });
    let users: Vec<String> = users.collect();
    format!(
        r#"{{"UserDetailList": [{}], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}}"#,
        users.join(",")
    )
}

fn bundle(place: &Place) -> String {
    for account in 1..=ACCOUNTS {
        let folder = format!("bundle/accounts/{account:012}/iam");
        place.file(
            &format!("{folder}/get-account-authorization-details.json"),
            details(account),
        );
    }
    place.path("bundle").to_str().unwrap().to_owned()
}

/// Whatever has its name: unfinished files stand elsewhere.
fn objects(place: &Place) -> BTreeSet<String> {
    let dir = place.store().join("objects");
    let folders = names(&dir);
    let inside = folders.iter().flat_map(|folder| {
        let files = names(&dir.join(folder));
        files
            .into_iter()
            .map(move |file| format!("{folder}/{file}"))
    });
    inside.collect()
}

fn start(place: &Place, bundle: &str) -> Child {
    let mut command = place.command(["import", bundle]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Lets an import go on until `enough` objects are there, and kills it.
/// Returns whether it was still at work.
fn kill_at(place: &Place, mut import: Child, enough: usize) -> bool {
    while objects(place).len() < enough && import.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL on Unix: nothing can be tidied up.
    import.kill().unwrap();
    import.wait().unwrap().code().is_none()
}

#[test]
fn fifty_kills_of_an_import_lose_no_finished_object() {
    let place = Place::new();
    let bundle = bundle(&place);
    let mut finished = BTreeSet::new();
    let mut struck = 0;
    for round in 1..=KILLS {
        struck += usize::from(kill_at(&place, start(&place, &bundle), 1 + 2 * round));
        let found = objects(&place);
        let lost: Vec<_> = finished.difference(&found).collect();
        assert!(lost.is_empty(), "kill {round} lost {lost:?}");
        finished = found;
    }
    assert!(
        struck > KILLS / 2,
        "only {struck} imports were still at work"
    );
    let out = place.run(["import", &bundle]).fine();
    assert!(out.contains("150 accounts: 6000 users"), "{out}");
    // What the killed ones left is part of it, and every object is whole.
    assert!(objects(&place).is_superset(&finished));
    place.run(["snapshots", "verify"]).fine();
}

//! `whocan collect` against moto's server: what was built is what is collected.

#![cfg(all(feature = "collect", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is missing fails the test"
)]

mod command;
mod moto;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use command::{Ended, Place, ended, names};
use moto::Moto;
use serde_json::Value;
use whocan_query::saved::SavedQuery;

/// The question that the program is about.
const QUESTION: &str = "who can reach s3:GetObject on bucket/payroll via AssumeRole";

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
    rows.filter_map(|row: Value| row["thing"]["arn"].as_str().map(str::to_owned))
        .collect()
}

fn names_of(arns: &BTreeSet<String>) -> BTreeSet<&str> {
    let names = arns.iter().filter_map(|arn| arn.rsplit([':', '/']).next());
    names.collect()
}

/// The objects in a store.
fn objects(place: &Place) -> BTreeSet<String> {
    let dir = place.store().join("objects");
    let folders = names(&dir);
    let inside = folders.iter().flat_map(|folder| {
        let files = names(&dir.join(folder));
        files.into_iter().map(move |file| format!("{folder}{file}"))
    });
    inside.collect()
}

/// The latest snapshot's objects of one kind, as the snapshot names them.
fn named(place: &Place, kind: &str) -> BTreeSet<String> {
    let snapshots = place.store().join("snapshots");
    let latest = names(&snapshots).pop().unwrap();
    let text = fs::read_to_string(snapshots.join(latest)).unwrap();
    let manifest: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let pairs = manifest[kind].as_array().into_iter().flatten();
    let hashes = pairs.map(|pair| pair[1].as_str().unwrap().to_owned());
    let organization = manifest[kind].as_str().map(str::to_owned);
    hashes.chain(organization).collect()
}

/// What the latest snapshot says of access: the accounts and the organization.
/// When somebody was there last changes with every collection, and stands apart.
fn contents(place: &Place) -> [BTreeSet<String>; 2] {
    [named(place, "accounts"), named(place, "organization")]
}

#[test]
fn what_was_built_is_what_is_collected() {
    let moto = Moto::running();
    let place = &collected();
    let (prod, build) = (moto.account("prod"), moto.account("build"));

    let users = arns(place, "users");
    let expected = ["dev", "guest"].map(|name| format!("arn:aws:iam::{build}:user/{name}"));
    assert_eq!(users, BTreeSet::from(expected));
    let own = |arn: &&String| !arn.ends_with("OrganizationAccountAccessRole");
    let roles: BTreeSet<String> = arns(place, "roles").iter().filter(own).cloned().collect();
    assert_eq!(
        names_of(&roles),
        BTreeSet::from([
            "AWSReservedSSO_Reader_0123456789abcdef",
            "bounded",
            "deploy",
            "reader",
            "worker",
        ])
    );
    let buckets = arns(place, "buckets");
    assert_eq!(
        names_of(&buckets),
        BTreeSet::from(["elsewhere-example", "payroll", "plain-example"])
    );
    let key = format!("arn:aws:kms:eu-west-1:{prod}:key/{}", moto.key());
    assert_eq!(arns(place, "keys"), BTreeSet::from([key]));
    for (set, name) in [
        ("queues", "jobs"),
        ("topics", "news"),
        ("tables", "people"),
        ("functions", "work"),
    ] {
        assert_eq!(names_of(&arns(place, set)), BTreeSet::from([name]), "{set}");
    }
    // AWS adds six random characters to a secret's name.
    let secrets = arns(place, "secrets");
    assert_eq!(secrets.len(), 1);
    assert!(secrets.iter().all(|arn| arn.contains(":secret:door-")));
}

#[test]
fn a_collection_answers_who_can_reach_a_bucket_over_chains_of_roles() {
    let moto = Moto::running();
    let place = &collected();
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
fn nothing_is_missing_but_what_moto_cannot_say() {
    let shown = collected()
        .run(["snapshots", "show", "--format", "json"])
        .fine();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let gaps = shown["gaps"].as_array().unwrap();
    let calls: Vec<String> = gaps
        .iter()
        .map(|gap| format!("{} {}", gap["service"], gap["call"]).replace('"', ""))
        .collect();
    // Moto has no policies of RAM's shares.
    assert_eq!(calls, ["ram get-resource-policies"], "{shown}");
}

#[test]
fn people_of_the_directory_sign_in_as_the_role_of_their_group() {
    let question = "who can reach s3:GetObject on bucket/payroll via IdentityCenter";
    let place = &collected();
    let rows = place.run(["query", question]).fine();
    assert!(rows.contains("mia") && !rows.contains("max"), "{rows}");
}

#[test]
fn a_live_collection_and_an_export_by_the_script_answer_every_query_alike() {
    const REGION: &str = "eu-west-1";
    let moto = Moto::running();
    let (live, exported) = (Place::new(), Place::new());
    let collected = ended(moto.collect_in(REGION, &live, &[]));
    assert_eq!(collected.code, 0, "{collected:?}");
    let script = live.run(["export-script"]).fine();
    let script = exported.file("export.sh", script);
    let export = moto.export(&exported, &script, REGION);
    exported.run(["import", export.to_str().unwrap()]).fine();

    let gaps = |place: &Place| {
        let shown = place.run(["snapshots", "show", "--format", "json"]).fine();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        shown["gaps"].to_string()
    };
    assert_eq!(gaps(&live), gaps(&exported));
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let mut asked = 0;
    for name in names(&library) {
        let text = fs::read_to_string(library.join(&name)).unwrap();
        let query = SavedQuery::read(&text).unwrap();
        let text = query.filled(&BTreeMap::new()).unwrap();
        let (live, exported) = (live.run(["query", &text]), exported.run(["query", &text]));
        assert_eq!(
            (live.code, live.out, live.err),
            (exported.code, exported.out, exported.err),
            "{name}"
        );
        asked += usize::from(live.code != 2);
    }
    // Some name things that only the example has.
    assert!(asked > 30, "only {asked} queries could be asked");
}

#[test]
fn collecting_again_stores_nothing_new_and_says_so() {
    let place = collected();
    let (before, stored) = (contents(&place), objects(&place));
    assert_eq!(before[0].len(), 5);
    let again = ended(Moto::running().collect(&place, &[]));
    assert!(again.out.contains("nothing has changed since"), "{again:?}");
    assert_eq!(contents(&place), before);
    let new: BTreeSet<String> = objects(&place).difference(&stored).cloned().collect();
    assert!(new.is_subset(&named(&place, "activity")), "{new:?}");
    // Nothing is left of what was read on the way.
    assert!(names(&place.store().join("collections")).is_empty());
}

#[test]
fn a_schedule_collects_before_its_reports_are_made() {
    let moto = Moto::running();
    let place = Place::new();
    let own = place.file(
        "own.toml",
        "title = \"Own\"\nwhy = \"For a test.\"\nseverity = \"low\"\nformats = [\"json\"]\nschedule = \"* * * * *\"\n\n\
         [[query]]\ncode = \"reader\"\ntitle = \"Reads\"\ntext = \"who can reach s3:GetObject on bucket/payroll\"\n",
    );
    let live = moto.options("us-east-1,eu-west-1").join(" ");
    let reports = place.path("reports");
    let run = || {
        let args = [
            "report",
            "schedule",
            &own,
            "--once",
            "--collect",
            &live,
            "--out",
        ];
        let args = args.into_iter().chain(reports.to_str());
        let ended = ended(moto::credentials(place.command(args)));
        assert_eq!(ended.code, 0, "{ended:?}");
        ended.out
    };
    assert_eq!(run(), "", "it is scheduled from now on");
    let path = place.store().join("schedule/state.json");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["runs"]["own"]["last"] = "2026-01-01T00:00:00Z".into();
    fs::write(&path, state.to_string()).unwrap();
    let said = run();
    assert!(said.contains(" own: "), "{said}");
    assert_eq!(names(&reports), ["own.json"]);
    assert_eq!(place.run(["snapshots", "list"]).fine().lines().count(), 2);
}

#[test]
fn options_that_a_schedule_cannot_collect_with_are_told_at_once() {
    let place = Place::new();
    place
        .run([
            "report",
            "schedule",
            "public-access",
            "--collect",
            "--rol x",
        ])
        .error("--collect: unexpected argument '--rol' found");
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

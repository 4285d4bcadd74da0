//! What is derived from a snapshot is kept, checked, built again and removed.

#![allow(clippy::unwrap_used, reason = "what is missing fails the test")]

mod command;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use command::{Ended, Place, names};

const QUESTION: &str = "who can reach s3:GetObject on bucket/payroll via AssumeRole";

fn ask(place: &Place) -> String {
    place.run(["query", QUESTION]).fine()
}

/// What is kept after the first question, and the answer.
fn kept(place: &Place) -> (PathBuf, String) {
    let answer = ask(place);
    let dir = place.store().join("index");
    let kept = names(&dir);
    assert_eq!(kept.len(), 1, "{kept:?}");
    (dir.join(&kept[0]), answer)
}

fn verify(place: &Place) -> Ended {
    place.run(["snapshots", "verify"])
}

#[test]
fn a_first_question_keeps_what_it_built_and_a_second_takes_it() {
    let place = Place::with_example();
    let (path, answer) = kept(&place);
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(ask(&place), answer);
    let after = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(before, after, "the second question wrote nothing");
}

#[test]
fn the_same_content_under_another_name_shares_what_is_kept() {
    let place = Place::with_example();
    let (path, answer) = kept(&place);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/example");
    place.run(["import", example, "--label", "again"]).fine();
    assert_eq!(
        place.run(["query", "--snapshot", "again", QUESTION]).fine(),
        answer
    );
    assert_eq!(names(path.parent().unwrap()).len(), 1);
}

#[test]
fn whatever_is_wrong_with_a_kept_file_it_is_replaced_and_the_answer_stays() {
    let place = Place::with_example();
    let (path, answer) = kept(&place);
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut other_rules = whole.clone();
    other_rules[12] ^= 1;
    let mut other_snapshot = whole.clone();
    other_snapshot[44] ^= 1;
    let cases = [
        ("flipped", flipped),
        ("of other rules", other_rules),
        ("of another snapshot", other_snapshot),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("foreign", b"something else entirely".to_vec()),
    ];
    for (case, bytes) in cases {
        fs::write(&path, bytes).unwrap();
        assert_eq!(ask(&place), answer, "{case}");
        assert_eq!(fs::read(&path).unwrap(), whole, "{case}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(ask(&place), answer);
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn where_nothing_can_be_kept_the_answer_is_the_same() {
    let place = Place::with_example();
    let (path, answer) = kept(&place);
    // A file where the folder should be stands for every disk that refuses.
    let dir = path.parent().unwrap();
    fs::remove_dir_all(dir).unwrap();
    fs::write(dir, "in the way").unwrap();
    assert_eq!(ask(&place), answer);
    // As does a folder where the file should be.
    fs::remove_file(dir).unwrap();
    fs::create_dir_all(path.join("inner")).unwrap();
    assert_eq!(ask(&place), answer);
    assert_eq!(names(dir).len(), 1, "nothing unfinished is left");
}

#[test]
fn processes_at_the_same_time_agree_and_leave_one_whole_file() {
    let place = Place::with_example();
    let children: Vec<Child> = (0..4)
        .map(|_| {
            let mut command = place.command(["query", QUESTION]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let ended = children
        .into_iter()
        .map(|child| Ended::of(&child.wait_with_output().unwrap()).fine());
    let answers: Vec<String> = ended.collect();
    let (_, answer) = kept(&place);
    assert!(answers.iter().all(|one| *one == answer));
    assert_eq!(verify(&place).fine(), "all that is stored can be read\n");
}

#[test]
fn verify_notes_a_kept_file_that_is_of_no_use() {
    let place = Place::with_example();
    let (path, _) = kept(&place);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    // No damage: nothing that was stored is lost.
    let out = verify(&place).fine();
    assert!(out.starts_with("note: `"), "{out}");
    assert!(out.contains("is damaged"), "{out}");
    assert!(out.contains("it will be built again"), "{out}");
    let one = place.run(["snapshots", "verify", "example", "--format", "json"]);
    assert!(one.fine().contains("\"unusable-derived\""));
    ask(&place);
    assert_eq!(verify(&place).fine(), "all that is stored can be read\n");
}

#[test]
fn removing_a_snapshot_removes_what_was_derived_from_it() {
    let place = Place::with_example();
    let (path, _) = kept(&place);
    place.run(["snapshots", "remove", "example"]).fine();
    assert!(!path.exists());
}

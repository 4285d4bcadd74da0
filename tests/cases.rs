//! AWS's evaluation rules as prose and cases, held against the judge and the index.
//!
//! `tests/cases/README.md` says how a case is written. `WHOCAN_REFILL=1 cargo
//! test --test cases` writes the answers that both agree on over the expected
//! lines, for people to read before they keep them.

#![allow(
    clippy::panic,
    reason = "a case that cannot be read must stop the test and name its place"
)]

#[path = "../examples/rule-cases/answer.rs"]
mod answer;
#[path = "../examples/rule-cases/case.rs"]
mod case;
#[path = "cases/case_file.rs"]
mod case_file;
#[path = "../examples/rule-cases/question.rs"]
mod question;
#[path = "../examples/rule-cases/world.rs"]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use case_file::{CaseFile, Expected, Known, Rule, Written};

/// The number of the last rule.
const LAST: u16 = 240;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> Vec<CaseFile> {
    CaseFile::all(&root().join("tests/cases"))
}

fn rules(files: &[CaseFile]) -> BTreeMap<u16, &Rule> {
    let rules = files.iter().flat_map(|file| &file.rules);
    rules.map(|rule| (rule.number, rule)).collect()
}

#[test]
fn judge_and_index_answer_every_case_as_expected() {
    let refill = std::env::var_os("WHOCAN_REFILL").is_some_and(|value| value == "1");
    let mut failures = Vec::new();
    for mut file in files() {
        let mut refilled = Vec::new();
        for case in file.rules.iter().flat_map(|rule| &rule.cases) {
            let Err(failure) = check(case) else { continue };
            match failure.agreed {
                Some(agreed) if refill => refilled.push((case.expected_at, agreed.line())),
                _ => failures.push(format!("{} {}: {}", file.name(), case.id, failure.text)),
            }
        }
        if !refilled.is_empty() {
            for (at, line) in refilled {
                file.lines[at] = line;
            }
            file.save();
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

struct Failure {
    text: String,
    // What judge and index both say, if they do.
    agreed: Option<Expected>,
}

fn check(written: &Written) -> Result<(), Failure> {
    let expected = &written.expected;
    let (judge, index) = answered(written).map_err(|text| Failure { text, agreed: None })?;
    let known = |of: fn(&Known) -> bool| written.known.as_ref().filter(|known| of(known));
    let wanted_judge = known(|known| known.judge).map_or(expected, |known| &known.says);
    let mut wanted_index = known(|known| known.index)
        .map_or(expected, |known| &known.says)
        .clone();
    // The index gives no reasons.
    wanted_index.explicit = None;
    if wanted_judge.fits(&judge) && wanted_index.fits(&index) {
        return Ok(());
    }
    let mut text = format!("expected `{expected}`, the judge says `{judge}`, the index `{index}`");
    if written.known.is_some() {
        text += "; its line `Known` is out of date";
    }
    let agree = written.known.is_none() && index.fits(&judge);
    Err(Failure {
        text,
        agreed: agree.then_some(judge),
    })
}

// The judge's answer with its reason, and the index's without one.
fn answered(written: &Written) -> Result<(Expected, Expected), String> {
    let case: case::Case =
        serde_json::from_str(&with_id(written)).map_err(|error| error.to_string())?;
    let said = answer::answers(&case).map_err(|error| format!("case {}: {error}", case.id))?;
    let denied = said.judged.truth() == whocan_policy::Truth::False;
    let judge = Expected {
        verdict: answer::word(said.judged.truth()).to_owned(),
        explicit: (denied && !answer::is_reach(&case)).then(|| said.judged.reason().explicit),
        hops: said.judged_hops,
    };
    let index = Expected {
        verdict: answer::word(said.indexed).to_owned(),
        explicit: None,
        hops: said.indexed_hops,
    };
    Ok((judge, index))
}

// The text stays as it is written, since doubled keys vanish in a parsed value.
fn with_id(written: &Written) -> String {
    let fields = written.json.trim_start().strip_prefix('{');
    format!("{{\"id\": {:?}, {}", written.id, fields.unwrap_or_default())
}

#[test]
fn every_rule_has_cases() {
    let files = files();
    let rules = rules(&files);
    let without: Vec<u16> = (1..=LAST)
        .filter(|number| rules.get(number).is_none_or(|rule| rule.cases.is_empty()))
        .collect();
    assert_eq!(without, Vec::<u16>::new(), "rules without a case");
    assert!(rules.keys().all(|number| (1..=LAST).contains(number)));
}

#[test]
fn no_two_cases_share_a_name_and_no_two_files_a_rule() {
    let files = files();
    let mut names = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for rule in files.iter().flat_map(|file| &file.rules) {
        assert!(numbers.insert(rule.number), "R{} twice", rule.number);
        for case in &rule.cases {
            assert!(names.insert(case.id.clone()), "{} twice", case.id);
        }
    }
}

#[test]
fn a_file_is_named_by_its_rules() {
    for file in files() {
        let numbers: Vec<u16> = file.rules.iter().map(|rule| rule.number).collect();
        let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
        let prefix = if first == last {
            format!("r{first:03}-")
        } else {
            format!("r{first:03}-r{last:03}-")
        };
        assert!(file.name().starts_with(&prefix), "{}", file.name());
        assert_eq!(numbers, (first..=last).collect::<Vec<u16>>());
    }
}

#[test]
fn the_page_says_every_rule_as_its_case_file_does_and_links_to_it() {
    let page = fs::read_to_string(root().join("docs/semantics.md")).expect("the page is there");
    for file in files() {
        for rule in &file.rules {
            let (says, source) = rule.says();
            let opening = format!(
                "**[R{}](../tests/cases/{}) {}.** {says}",
                rule.number,
                file.name(),
                rule.title
            );
            assert!(page.contains(&opening), "the page lacks `{opening}`");
            assert!(!source.is_empty(), "R{} has no source", rule.number);
        }
    }
}

#[test]
fn every_rule_that_code_cites_is_explained() {
    let mut unknown = Vec::new();
    let folders = ["crates", "examples", "grammar", "tests"];
    let mut paths: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("the folder can be read");
            paths.extend(entries.map(|entry| entry.expect("the folder can be read").path()));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("code is text");
            let cited = cited(&text).into_iter();
            let beyond = cited.filter(|number| !(1..=LAST).contains(number));
            unknown.extend(beyond.map(|number| (display(&path), number)));
        }
    }
    assert_eq!(unknown, Vec::new(), "citations of rules that do not exist");
}

fn display(path: &Path) -> String {
    path.display().to_string()
}

// The rules that comments cite: `R` and one to three digits, alone in their word.
fn cited(text: &str) -> Vec<u16> {
    let comments = text.lines().filter_map(|line| line.split_once("//"));
    let words = comments.flat_map(|(_, comment)| {
        comment.split(|one: char| !one.is_ascii_alphanumeric() && one != '_')
    });
    let numbers = words.filter_map(|word| word.strip_prefix('R'));
    numbers
        .filter(|number| (1..=3).contains(&number.len()))
        .filter_map(|number| number.parse().ok())
        .collect()
}

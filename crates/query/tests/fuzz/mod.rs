//! Texts that are nearly sentences of the language, and what must hold of every text.
//!
//! Starts from sentences and the shipped queries and cuts, doubles, swaps and
//! mixes their words and letters, so that most texts get deep into the parser.

use std::time::{Duration, Instant};

use miette::Diagnostic;
use whocan_query::ast::{Statement, StatementKind};
use whocan_query::{QueryError, parse, pretty};

#[path = "../../../../benches/organization/dice.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest")]
mod dice;

use super::example;
pub use dice::Dice;

/// How long one text may take, on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// Pieces that are put anywhere.
const PIECES: &[&str] = &[
    "(",
    ")",
    "((",
    ",",
    ";",
    "=",
    "==",
    "!=",
    "\"",
    "\\",
    "#",
    "\n",
    "*",
    "?",
    "/",
    ":",
    ".",
    "é",
    "\u{201c}",
    "\u{0}",
    "who",
    "can",
    "reach",
    "on",
    "all of",
    "which",
    "what",
    "do",
    "why not",
    "paths from",
    "to",
    "shortest path from",
    "cycles",
    "matrix",
    "by",
    "list",
    "show",
    "count",
    "let x =",
    "assert none",
    "assert at most 3",
    "only",
    "where",
    "with",
    "in",
    "outside org",
    "and",
    "or",
    "not",
    "minus",
    "except",
    "via any",
    "within 2 hops",
    "through",
    "avoiding",
    "given aws:SourceIp =",
    "absent",
    "in (a, b)",
    "ignoring resource policies",
    "scps",
    "surely",
    "possibly",
    "as of earlier",
    "as collected",
    "group by",
    "order by hops desc",
    "limit 3",
    "return name",
    "explain",
    "plan",
    "expand",
    "including dependencies",
    "exists",
    "like",
    "matches \"(\"",
    "has",
    "snapshot - 90d",
    "s3:*",
    "iam:*",
    "*:*",
    "arn:aws:s3:::payroll/*",
    "arn:*",
    "role/*",
    "account/prod",
    "payroll/x",
    "tag[\"a:b\"]",
    "999999999999999999999",
    "x",
];

/// Draws one text.
pub fn text(dice: &mut Dice, seeds: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    for _ in 0..=dice.below(2) {
        let seed = &seeds[dice.below(seeds.len())];
        words.extend(seed.split_inclusive([' ', '\n']).map(str::to_owned));
    }
    for _ in 0..dice.skewed(12) {
        change(dice, &mut words, seeds);
    }
    let mut text: String = words.concat();
    if dice.percent(30) {
        letters(dice, &mut text);
    }
    if dice.percent(3) {
        let piece = dice.of(PIECES);
        text += &format!("{piece} ").repeat(dice.skewed(400));
    }
    text
}

fn change(dice: &mut Dice, words: &mut Vec<String>, seeds: &[String]) {
    let at = dice.below(words.len() + 1);
    match dice.below(6) {
        0 if at < words.len() => {
            let end = (at + 1 + dice.skewed(6)).min(words.len());
            words.drain(at..end);
        }
        1 if at < words.len() => {
            let end = (at + 1 + dice.skewed(6)).min(words.len());
            let again: Vec<String> = words[at..end].to_vec();
            words.splice(at..at, again);
        }
        2 if at < words.len() => {
            let other = dice.below(words.len());
            words.swap(at, other);
        }
        3 => {
            let seed = &seeds[dice.below(seeds.len())];
            let others: Vec<&str> = seed.split_inclusive([' ', '\n']).collect();
            let start = dice.below(others.len());
            let end = (start + 1 + dice.skewed(8)).min(others.len());
            let some = others[start..end].iter().map(|word| (*word).to_owned());
            words.splice(at..at, some);
        }
        _ => words.insert(at, format!("{} ", dice.of(PIECES))),
    }
}

fn letters(dice: &mut Dice, text: &mut String) {
    for _ in 0..=dice.skewed(4) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if places.is_empty() {
            return;
        }
        let at = places[dice.below(places.len())];
        match dice.below(3) {
            0 => {
                text.remove(at);
            }
            1 => text.insert_str(at, dice.of(PIECES)),
            _ => text.truncate(at),
        }
    }
}

/// What became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is no sentence.
    Refused,
    /// It is a sentence, and its names are resolved or refused.
    Planned,
}

/// Says what is wrong with how a text is treated.
pub fn check(text: &str) -> Result<Became, String> {
    let begun = Instant::now();
    let became = properties(text)?;
    let took = begun.elapsed();
    match took > LONGEST {
        true => Err(format!("took {took:?}")),
        false => Ok(became),
    }
}

fn properties(text: &str) -> Result<Became, String> {
    let ast = match parse(text) {
        Ok(ast) => ast,
        Err(error) => return points_inside(&error, text).map(|()| Became::Refused),
    };
    let canonical: Vec<String> = ast.statements.iter().map(pretty).collect();
    let canonical = canonical.join(";\n");
    let again = parse(&canonical)
        .map_err(|error| format!("formatted, it is no sentence:\n{}", error.pointed()))?;
    if again != ast {
        return Err(format!("formatted, it says something else:\n{canonical}"));
    }
    let twice: Vec<String> = again.statements.iter().map(pretty).collect();
    if twice.join(";\n") != canonical {
        return Err(format!("formatting twice changes it:\n{canonical}"));
    }
    for (one, other) in ast.statements.iter().zip(&again.statements) {
        same_plan(one, text, other, &canonical)?;
    }
    Ok(Became::Planned)
}

fn same_plan(
    one: &Statement,
    text: &str,
    other: &Statement,
    canonical: &str,
) -> Result<(), String> {
    let (StatementKind::Ask(question), StatementKind::Ask(formatted)) = (&one.kind, &other.kind)
    else {
        return Ok(());
    };
    match (
        example::planned(text, question),
        example::planned(canonical, formatted),
    ) {
        (Ok(one), Ok(other)) if one == other => Ok(()),
        (Err(one), Err(other)) => {
            points_inside(&one, text)?;
            points_inside(&other, canonical)
        }
        (one, other) => Err(format!(
            "formatted, its plan is another:\n{canonical}\n{one:?}\n{other:?}"
        )),
    }
}

fn points_inside(error: &QueryError, text: &str) -> Result<(), String> {
    // Shows the line and the place, which must not fail either.
    let shown = error.pointed();
    for label in error.labels().into_iter().flatten() {
        let end = label.offset() + label.len();
        // The end of the text is a place of its own.
        let inside = text.is_char_boundary(label.offset()) && end <= text.len() + 1;
        if !inside {
            return Err(format!("points past the text:\n{shown}"));
        }
    }
    Ok(())
}

/// Returns what texts are made from: the shipped queries and some sentences.
pub fn seeds() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/", "queries");
    let folders = [folder.to_owned(), folder.replace("crates/query/", "")];
    let folder = folders
        .iter()
        .find(|one| std::path::Path::new(one).is_dir());
    let listed = std::fs::read_dir(folder.expect("queries/ is there")).expect("it is a folder");
    let mut files: Vec<_> = listed.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |file| std::fs::read_to_string(file).expect("a query is text");
    let shipped = files.iter().map(read).map(|text| text.replace('$', ""));
    let mine = [
        "which buckets with tag.env = prod can (users in account/dev minus user/ana) reach s3:Get*",
        "assert only (role/Auditor or users) as collected who can s3:* on bucket/payroll surely",
        "who can s3:GetObject on all of payroll/* given aws:SourceIp in (1.2.3.4, 5.6.7.8), aws:PrincipalOrgID absent",
        "let crown = resources with (tag.classification = secret and not name like \"a*\"); count crown",
        "list (who can reach role/reporting as of earlier) minus (who can reach role/reporting)",
        "matrix account/dev by account/prod reach s3:*, kms:* on buckets order by hops desc, name limit 3",
        "why not role/oncall reach s3:GetObject on payroll/2026.csv through access point analytics explain",
        "who can iam:PassRole on roles where principal.created < snapshot - 90d or hops > 1 group by account",
        "all paths from users to role/deploy avoiding role/x via AssumeRole within 3 hops expand",
        "cycles through account/prod where count > 2 return members, via",
        "what can role/reporting do on queue/jobs or key/payroll ignoring scps, resource policies",
        "show role/Admin; list it; plan who can s3:* # end",
    ];
    shipped.chain(mine.map(str::to_owned)).collect()
}

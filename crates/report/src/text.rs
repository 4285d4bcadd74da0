//! Differences for people.

use std::fmt::Write;

use whocan_render::Plain;

use crate::access::{AccessChange, Standing};
use crate::cause::Cause;
use crate::diff::{Diff, Entry};

/// So many parts of one access are written out, the rest counted.
const PARTS: usize = 4;

/// So many characters of one part are written out.
const PART_LENGTH: usize = 140;

/// So many effects of one question are written out, the rest counted.
const SHOWN: usize = 12;

/// Writes a comparison of two snapshots: each change, then what it brought or took.
pub fn diff(diff: &Diff) -> String {
    let mut text = String::new();
    for entry in &diff.entries {
        one(&mut text, entry);
    }
    let effects = diff
        .entries
        .iter()
        .filter(|entry| !entry.effects.is_empty());
    let (changes, effective) = (diff.entries.len(), effects.count());
    let unasked = diff.entries.iter().filter(|entry| entry.asked == 0).count();
    let unasked = match unasked {
        0 => String::new(),
        1 => ", 1 was not asked about".to_owned(),
        count => format!(", {count} were not asked about"),
    };
    let _ = match changes {
        0 => writeln!(text, "nothing that bears on access differs"),
        _ => writeln!(
            text,
            "{} changed; access differs through {effective} of them{unasked}",
            counted(changes, "thing")
        ),
    };
    text
}

/// Writes how the answers to one question differ, and what was changed between them.
pub fn question(changes: &[AccessChange], causes: &[Cause]) -> String {
    let mut text = String::new();
    for change in changes {
        access(&mut text, "", change);
    }
    let _ = match changes.len() {
        0 => writeln!(text, "the answers are the same"),
        count => writeln!(text, "{} differ", counted(count, "row")),
    };
    if !causes.is_empty() {
        text.push_str("\nchanged between the two:\n");
    }
    for cause in causes {
        let _ = writeln!(text, "  {}", title(cause));
    }
    text
}

fn one(text: &mut String, entry: &Entry) {
    let _ = writeln!(text, "{}", title(&entry.cause));
    if let Some(statement) = &entry.cause.statement {
        sides(
            text,
            statement.before.as_deref(),
            statement.after.as_deref(),
        );
    } else {
        sides(
            text,
            entry.cause.before.as_deref(),
            entry.cause.after.as_deref(),
        );
    }
    for effect in &entry.effects {
        let _ = writeln!(text, "  {}", Plain(&effect.question));
        for change in effect.changes.iter().take(SHOWN) {
            access(text, "    ", change);
        }
        let more = effect.changes.len().saturating_sub(SHOWN);
        if more > 0 {
            let _ = writeln!(text, "    and {more} more");
        }
    }
    match &entry.note {
        Some(note) => {
            let _ = writeln!(text, "  note: {}", Plain(note));
            if entry.asked > 0 && entry.effects.is_empty() {
                text.push_str("  nobody's access differs in what was asked\n");
            }
        }
        None if entry.effects.is_empty() => text.push_str("  nobody's access differs\n"),
        None => {}
    }
    text.push('\n');
}

/// Returns `role/app (111122223333): trust policy, statement Sid: edited`.
fn title(cause: &Cause) -> String {
    let place = match cause.account {
        Some(account) if !cause.thing.contains(&account.to_string()) => format!(" ({account})"),
        Some(_) => String::new(),
        None => " (organization)".to_owned(),
    };
    let mut title = format!("{}{place}", Plain(&cause.thing));
    if !cause.what.is_empty() {
        let _ = write!(title, ": {}", Plain(&cause.what));
    }
    if let Some(statement) = &cause.statement {
        let _ = write!(title, ", statement {}", Plain(&statement.label));
    }
    let _ = write!(title, ": {}", cause.change.word());
    title
}

fn sides(text: &mut String, before: Option<&str>, after: Option<&str>) {
    for (mark, side) in [('-', before), ('+', after)] {
        if let Some(side) = side {
            let _ = writeln!(text, "  {mark} {}", Plain(side));
        }
    }
}

fn access(text: &mut String, indent: &str, change: &AccessChange) {
    let subject = change.subject.join(" on ");
    let _ = writeln!(text, "{indent}{}: {}", change.word(), Plain(&subject));
    for (mark, standing, parts) in [
        ('-', &change.before, change.lost()),
        ('+', &change.after, change.gained()),
    ] {
        if let Some(standing) = standing {
            let words = words(standing, &parts);
            let _ = writeln!(text, "{indent}  {mark} {}", Plain(&words));
        }
    }
}

// Of the parts only those that the other side has not: the rest is not news.
fn words(standing: &Standing, parts: &[String]) -> String {
    let mut words = standing.verdict.unwrap_or("there").to_owned();
    if !parts.is_empty() {
        let shown: Vec<String> = parts.iter().take(PARTS).map(|part| clipped(part)).collect();
        let _ = write!(words, ", {}", shown.join("; "));
    }
    if parts.len() > PARTS {
        let _ = write!(words, "; and {}", counted(parts.len() - PARTS, "more part"));
    }
    if !standing.path.is_empty() {
        let _ = write!(words, ", through {}", standing.path.join(" then "));
    }
    if !standing.conditions.is_empty() {
        let _ = write!(words, ", if {}", standing.conditions.join(" and "));
    }
    words
}

// A list of exceptions can be longer than all the rest; JSON has it whole.
fn clipped(part: &str) -> String {
    match part.char_indices().nth(PART_LENGTH) {
        Some((end, _)) => format!("{}…", &part[..end]),
        None => part.to_owned(),
    }
}

fn counted(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}

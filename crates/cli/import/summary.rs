//! What an import tells when it is done.

use std::fmt::Write;

use whocan_import::{Imported, Note};
use whocan_render::Plain;
use whocan_snapshot::{SnapshotId, Store};

use super::Tally;

// Who exports badly has thousands of notes, and nobody reads more than these.
const MOST_NOTES: usize = 20;

/// Returns the summary as lines.
pub fn text(id: &SnapshotId, store: &Store, imported: &Imported, tally: &Tally) -> String {
    let mut text = format!(
        "snapshot {id} in {}\n",
        Plain(&store.dir().display().to_string())
    );
    let organization = if imported.organization {
        "an organization, "
    } else {
        ""
    };
    let accounts = count(imported.accounts.len(), "account", "accounts");
    text.push_str(&format!(
        "  {organization}{accounts}: {}, {}, {}, {}, {}\n",
        count(tally.users, "user", "users"),
        count(tally.groups, "group", "groups"),
        count(tally.roles, "role", "roles"),
        count(tally.policies, "managed policy", "managed policies"),
        count(tally.resources, "resource", "resources"),
    ));
    for assumption in &imported.assumptions {
        text.push_str(&format!("  assumed: {}\n", Plain(assumption)));
    }
    gaps(&mut text, imported);
    notes(&mut text, &imported.notes);
    text
}

fn gaps(text: &mut String, imported: &Imported) {
    let all: usize = imported.gaps.values().sum();
    if all == 0 {
        return;
    }
    let kinds = imported
        .gaps
        .iter()
        .map(|(code, count)| format!("{count} {}", Plain(code)));
    let kinds: Vec<String> = kinds.collect();
    let _ = writeln!(
        text,
        "  {} ({}): answers that rest on them say so; `whocan snapshots show` lists them",
        count(all, "gap", "gaps"),
        kinds.join(", ")
    );
}

fn notes(text: &mut String, notes: &[Note]) {
    let lines = whocan_import::digest(notes);
    for line in lines.iter().take(MOST_NOTES) {
        let more = match line.more {
            0 => String::new(),
            more => format!(" (and {more} more like it)"),
        };
        let example = line.example.to_string();
        text.push_str(&format!("  note: {}{more}\n", Plain(&example)));
    }
    if let Some(rest) = lines.len().checked_sub(MOST_NOTES).filter(|rest| *rest > 0) {
        text.push_str(&format!(
            "  and {} more\n",
            count(rest, "kind of note", "kinds of notes")
        ));
    }
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

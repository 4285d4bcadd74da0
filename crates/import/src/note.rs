//! What a person should know about an import that worked.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use whocan_policy::AccountId;

/// What was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The accounts, sorted.
    pub accounts: Vec<AccountId>,
    /// Whether there was an organization.
    pub organization: bool,
    /// The assumptions to record in the manifest, sorted.
    pub assumptions: Vec<String>,
    /// What is odd, sorted.
    pub notes: Vec<Note>,
    /// How many gaps there are, by what caused them: AWS's error code,
    /// `not exported` or `unreadable`.
    pub gaps: BTreeMap<String, usize>,
}

/// One oddity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The account; `None` for the organization and for loose files.
    pub account: Option<AccountId>,
    /// Where: a file's path in the export, a command, or the ARN of what a document belongs to.
    pub place: String,
    /// What.
    pub kind: NoteKind,
}

/// What is odd.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// A file that was not looked into.
    Ignored,
    /// Files of a command that says nothing about access, or that we cannot read yet.
    UnknownCommand {
        /// How many files.
        files: usize,
    },
    /// A document with something that AWS would not store; it is kept verbatim.
    Document {
        /// The problems, in document order.
        problems: Vec<String>,
    },
    /// Two files contradict each other.
    Disagreement(String),
    /// A file that was read and says something odd.
    Odd(String),
    /// A broken file that `keep_going` went past, where no account is to blame.
    Broken(String),
}

/// Notes that say the same, of whatever account and document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The first of them; of a document with several problems, only the one.
    pub example: Note,
    /// How many more there are.
    pub more: usize,
}

/// Puts notes together that say the same, in the order of the first of each.
///
/// What a message has in backticks does not tell it from others.
pub fn digest(notes: &[Note]) -> Vec<Alike> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines: Vec<Alike> = Vec::new();
    for note in notes.iter().flat_map(Note::single) {
        match places.entry(note.kind.likeness()) {
            Entry::Occupied(place) => lines[*place.get()].more += 1,
            Entry::Vacant(place) => {
                place.insert(lines.len());
                lines.push(Alike {
                    example: note,
                    more: 0,
                });
            }
        }
    }
    lines
}

impl Note {
    /// Returns a note for each problem of a document.
    fn single(&self) -> Vec<Note> {
        let NoteKind::Document { problems } = &self.kind else {
            return vec![self.clone()];
        };
        let one = |problem: &String| Note {
            kind: NoteKind::Document {
                problems: vec![problem.clone()],
            },
            ..self.clone()
        };
        problems.iter().map(one).collect()
    }
}

impl NoteKind {
    /// Returns what two notes that say the same have in common.
    fn likeness(&self) -> String {
        let text = match self {
            NoteKind::UnknownCommand { .. } => "files, not used".to_owned(),
            _ => self.to_string(),
        };
        let spoken = text.split('`').step_by(2);
        let letters = spoken.flat_map(str::chars).filter(|c| !c.is_ascii_digit());
        letters.collect()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(account) = self.account {
            write!(f, "account {account}: ")?;
        }
        write!(f, "`{}`: {}", self.place, self.kind)
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteKind::Ignored => f.write_str("not part of the layout, not read"),
            NoteKind::UnknownCommand { files: 1 } => f.write_str("1 file, not used"),
            NoteKind::UnknownCommand { files } => write!(f, "{files} files, not used"),
            NoteKind::Document { problems } => f.write_str(&problems.join("; ")),
            NoteKind::Disagreement(text) | NoteKind::Odd(text) | NoteKind::Broken(text) => {
                f.write_str(text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(place: &str, problems: &[&str]) -> Note {
        Note {
            account: None,
            place: place.to_owned(),
            kind: NoteKind::Document {
                problems: problems.iter().map(|text| (*text).to_owned()).collect(),
            },
        }
    }

    #[test]
    fn notes_that_say_the_same_make_one_line() {
        let notes = [
            document(
                "a",
                &["unknown operator `X` in `Statement[0]`", "no `Effect`"],
            ),
            document("b", &["unknown operator `Y` in `Statement[1]`"]),
            document("c", &["unknown operator `X` in `Statement[2]`"]),
        ];
        let lines = digest(&notes);
        let shown: Vec<String> = lines
            .iter()
            .map(|line| format!("{} +{}", line.example, line.more))
            .collect();
        assert_eq!(
            shown,
            [
                "`a`: unknown operator `X` in `Statement[0]` +2",
                "`a`: no `Effect` +0",
            ]
        );
    }
}

//! What a person should know about an import that worked.

use std::collections::BTreeMap;
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

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(account) = self.account {
            write!(f, "account {account}: ")?;
        }
        write!(f, "`{}`: ", self.place)?;
        match &self.kind {
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

//! One finding of a finished report.

use serde::Serialize;

use crate::breaks::Breaks;
use crate::finished::Taken;
use crate::named::Named;
use crate::{Held, Severity};

/// Something that a report found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its stable id, see [`Held::id`].
    pub id: String,
    /// Which question found it, in kebab case.
    pub code: String,
    /// What is so, in a sentence without full stop.
    pub title: String,
    /// What findings with this code are.
    pub kind: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Whether somebody knows of it.
    pub status: Status,
    /// Who has access.
    pub principal: Option<Named>,
    /// To what.
    pub resource: Option<Named>,
    /// With which actions; none is to become the resource, or a fact.
    pub actions: Vec<String>,
    /// On which parts of the resource.
    pub parts: Vec<crate::held::HeldPart>,
    /// The parts in words: `all`, `only reports/*`.
    pub places: Vec<String>,
    /// `yes` or `if`; `None` for facts.
    pub verdict: Option<&'static str>,
    /// The same with gaps taken as a fresh account's defaults.
    pub as_collected: Option<&'static str>,
    /// The way, hop by hop.
    pub path: Vec<Step>,
    /// Which of the actions the way is for: others may take another.
    pub way_of: Option<String>,
    /// Under which conditions an *if* holds, all of them.
    pub conditions: Vec<String>,
    /// The statements that decide.
    pub statements: Vec<Deciding>,
    /// What else the question shows, by name.
    pub facts: Vec<Fact>,
    /// The earliest of the snapshots looked at from which on it was always there.
    pub first_seen: Option<Taken>,
    /// Whether it was there in the earliest snapshot looked at, so that it may be older.
    pub maybe_older: bool,
    /// What would break it.
    pub breaks: Option<Breaks>,
    /// Which of the report's causes brought it, by number from 0.
    pub causes: Vec<usize>,
    /// By whom and why it was accepted.
    pub accepted: Option<Accepted>,
    #[serde(skip)]
    pub(crate) held: Held,
}

/// Whether somebody knows of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody accepted it, and it was not there before.
    New,
    /// It was there in the snapshot that `--since` names.
    Known,
    /// The baseline accepts it.
    Accepted,
}

impl Status {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Known => "known",
            Status::Accepted => "accepted",
        }
    }
}

/// One hop of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Who takes it.
    pub from: Named,
    /// The kind of edge: the action of the call, such as `sts:AssumeRole`.
    pub edge: String,
    /// Where it leads.
    pub to: Named,
    /// `yes` or `if`.
    pub verdict: &'static str,
}

/// A statement that decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deciding {
    /// The call it decides on: `sts:AssumeRole on role/deploy`.
    pub call: String,
    /// The kind of policy, in words.
    pub policy_type: &'static str,
    /// The policy and where it stands.
    pub source: String,
    /// The statement: its Sid, or its position as `#2`; empty if none.
    pub statement: String,
    /// The statement's own text, if it is at hand.
    pub text: Option<String>,
    /// The conditions that are open in it.
    pub conditions: Vec<String>,
}

/// What else a question shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The name of the column.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

/// By whom and why a finding was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// By whom.
    pub owner: String,
    /// Until when.
    pub expires: String,
}

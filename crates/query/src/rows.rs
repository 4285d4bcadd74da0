//! Answers: typed rows, with verdicts, parts, paths and evidence.

use std::sync::Arc;

use whocan_eval::{Decision, Logic, OpenPoint, Remedy};
use whocan_graph::{Graph, PrincipalId};
use whocan_index::Hop;
use whocan_policy::Truth;

use crate::ast::Span;
use crate::attribute::{Type, Value};
use crate::thing::Thing;

/// The answer to one statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Where the statement stands in its text.
    pub span: Span,
    /// The statement in canonical form.
    pub statement: String,
    /// Whether the answer is yes, no or if.
    pub outcome: Outcome,
    /// The rows.
    pub rows: Rows,
    /// What became of an assertion, if the statement is one.
    pub assertion: Option<Assertion>,
    /// Whether evidence was asked for (`explain`, `why`).
    pub explain: bool,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It does not, or there is no row.
    No,
    /// It holds for some values of what is open, or all rows are such.
    If,
    /// It does, or there is a row that does.
    Yes,
}

impl Outcome {
    /// Returns `yes`, `no` or `if`.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Yes => "yes",
            Outcome::No => "no",
            Outcome::If => "if",
        }
    }
}

impl From<Truth> for Outcome {
    fn from(truth: Truth) -> Outcome {
        match truth {
            Truth::True => Outcome::Yes,
            Truth::Unknown => Outcome::If,
            Truth::False => Outcome::No,
        }
    }
}

/// What became of an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Whether it holds. The rows of the answer are what it was judged on;
    /// if it fails because rows are too many, they are the violations.
    pub holds: bool,
    /// Why, in a sentence without full stop.
    pub reason: String,
}

/// Rows with their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows, in order.
    pub rows: Vec<Row>,
    /// How many rows there are without `limit`.
    pub total: u64,
    /// What was widened, narrowed or left out to get the answer.
    pub notes: Vec<String>,
    /// What was not collected and matters for rows here or hidden, each once.
    pub gaps: Vec<String>,
    /// How many rows are open only because of gaps, and so not shown.
    pub hidden_because_of_gaps: u64,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The attribute's name, as in `return`.
    pub name: String,
    /// The type of its values.
    pub kind: Type,
}

/// The verdict under both readings of gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// What was not collected is unknown: the verdict.
    pub strict: Outcome,
    /// What was not collected is as in a fresh account.
    pub as_collected: Outcome,
}

impl Verdict {
    /// The same under both readings.
    pub fn plain(outcome: Outcome) -> Verdict {
        Verdict {
            strict: outcome,
            as_collected: outcome,
        }
    }

    /// Returns whether only a gap keeps this from being *no*.
    pub fn is_open_by_gap(self) -> bool {
        self.strict == Outcome::If && self.as_collected == Outcome::No
    }

    /// Returns whether this is yes, as far as was collected.
    pub fn is_yes_as_far_as_collected(self) -> bool {
        self.strict == Outcome::If && self.as_collected == Outcome::Yes
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// One value for each column.
    pub cells: Vec<Value>,
    /// The verdict; none for facts (`list`, `show`, `count`).
    pub verdict: Option<Verdict>,
    /// Who acts.
    pub principal: Option<PrincipalId>,
    /// On what, if the row is about one known resource.
    pub resource: Option<Thing>,
    /// On what, if the row is about one ARN that the graph does not know.
    pub resource_text: Option<String>,
    /// What the row lists, for facts.
    pub thing: Option<Thing>,
    /// The action, if the row is about one.
    pub action: Option<String>,
    /// The parts of what was asked that the row is about.
    pub parts: Arc<[Part]>,
    /// How many roles are assumed on the way; none where nothing is followed.
    pub hops: Option<u32>,
    /// The chain, if there is one and it was asked for.
    pub path: Option<Vec<Hop>>,
    /// The calls with their reasons, if they were explained.
    pub evidence: Vec<Call>,
    /// Under which conditions an *if* holds, readable, joined by *and*.
    pub conditions: Vec<String>,
    /// What is plain to see of these conditions; the verdict is *if* all the same.
    pub logic: Option<Logic>,
    /// What an *if* depends on.
    pub open: Vec<OpenPoint>,
    /// What else the caller needs for encrypted data, in words: `kms:Decrypt on
    /// key/1234: yes` (R191).
    pub needs: Vec<Need>,
    /// What belongs to the group that the row is about.
    pub members: Vec<Thing>,
    /// How many rows a row counts.
    pub count: Option<i64>,
    /// The attribute that the row shows, and its value.
    pub property: Option<(String, Value)>,
}

/// Some actions on some part of the resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The actions.
    pub actions: Vec<String>,
    /// Whether it is all that was asked.
    pub whole: bool,
    /// The patterns that hold of the resource's ARN; `*` where the action takes no resource.
    pub within: Vec<String>,
    /// The patterns that do not hold of it.
    pub except: Vec<String>,
    /// The access point that the request passes, if it passes one.
    pub route: Option<String>,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The place in words, relative to what was asked: `all`, `only public/*`, `all but secret/*`.
    pub text: String,
}

/// A permission on a key that encrypted data needs besides (R191).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The action, such as `kms:Decrypt`.
    pub action: String,
    /// The ARN of the key.
    pub key: String,
    /// Whether whoever makes the last call has it.
    pub verdict: Verdict,
}

impl std::fmt::Display for Need {
    /// Shows `kms:Decrypt on key/1234: yes`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.key.splitn(6, ':').nth(5).unwrap_or(&self.key);
        let verdict = if self.verdict.is_yes_as_far_as_collected() {
            "yes, as far as collected"
        } else {
            self.verdict.strict.word()
        };
        write!(f, "{} on {key}: {verdict}", self.action)
    }
}

/// One call of a path with the decision on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Who calls.
    pub from: PrincipalId,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The decision and its reasons, strictly.
    pub decision: Decision,
    /// What would have to change for a denied call to be allowed.
    pub remedy: Option<Remedy>,
}

/// A row as attributes see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub graph: &'a Graph,
    pub principal: Option<Thing>,
    pub resource: Option<Thing>,
    pub resource_text: Option<&'a str>,
    pub thing: Option<Thing>,
    pub verdict: Option<Verdict>,
    pub hops: Option<u32>,
    pub path: Option<&'a [Hop]>,
    pub action: Option<&'a str>,
    pub parts: &'a [Part],
    pub conditions: &'a [String],
    pub open: &'a [OpenPoint],
    pub evidence: &'a [Call],
    pub needs: &'a [Need],
    pub members: &'a [Thing],
    pub count: Option<i64>,
    pub property: Option<(&'a str, &'a Value)>,
}

impl Row {
    /// Returns the row as attributes see it.
    pub(crate) fn facts<'a>(&'a self, graph: &'a Graph) -> Facts<'a> {
        Facts {
            graph,
            principal: self.principal.map(Thing::Principal),
            resource: self.resource,
            resource_text: self.resource_text.as_deref(),
            thing: self.thing,
            verdict: self.verdict,
            hops: self.hops,
            path: self.path.as_deref(),
            action: self.action.as_deref(),
            parts: &self.parts,
            conditions: &self.conditions,
            open: &self.open,
            evidence: &self.evidence,
            needs: &self.needs,
            members: &self.members,
            count: self.count,
            property: self
                .property
                .as_ref()
                .map(|(name, value)| (name.as_str(), value)),
        }
    }
}

impl Part {
    /// Returns the place in words, relative to what was asked.
    pub fn words(&self) -> &str {
        &self.text
    }
}

//! Sides of a decision, and how they combine.

use std::rc::Rc;

use whocan_graph::LevelId;
use whocan_policy::{Statement, Truth};

use crate::condition::OpenCondition;
use crate::inquiry::Note;
use crate::policies::Origin;
use crate::{Grantee, PolicyType};

/// What the policies of one type say: whether they allow, or whether they deny.
#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    /// The type.
    pub policy_type: PolicyType,
    /// What they say.
    pub truth: Truth,
    /// The statements that apply or may apply.
    pub hits: Vec<Hit<'a>>,
    /// What is open besides statements.
    pub notes: Vec<Note>,
    /// The level of the organization that it stands for, if it is one's.
    pub level: Option<LevelId>,
    /// Whom a statement of a resource-based policy names to count here; `None`
    /// if it is none's, or nobody can write one.
    pub grantee: Option<Grantee>,
}

/// A statement that applies or may apply; a whole document where that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Hit<'a> {
    /// Where the statement stands.
    pub origin: Origin<'a>,
    /// The statement; `None` for a whole document.
    pub statement: Option<&'a Statement>,
    /// Whether it applies; never false.
    pub truth: Truth,
    /// The conditions that may hold or not.
    pub conditions: Vec<OpenCondition<'a>>,
    /// What else is open.
    pub notes: Vec<Note>,
}

/// A formula over sides.
#[derive(Clone, Debug)]
pub(crate) enum Formula<'a> {
    /// One side.
    Side(Rc<Side<'a>>),
    /// All must hold; none holds.
    All(Vec<Formula<'a>>),
    /// One must hold; none does not hold.
    Any(Vec<Formula<'a>>),
}

impl<'a> Side<'a> {
    /// Returns a side that says nothing.
    pub fn silent(policy_type: PolicyType) -> Side<'a> {
        Side {
            policy_type,
            truth: Truth::False,
            hits: Vec::new(),
            notes: Vec::new(),
            level: None,
            grantee: None,
        }
    }

    /// Returns a side that may say anything, because of `note`.
    pub fn open(policy_type: PolicyType, note: Note) -> Side<'a> {
        Side {
            truth: Truth::Unknown,
            notes: vec![note],
            ..Side::silent(policy_type)
        }
    }

    /// Returns a side that holds without any statement.
    pub fn granted(policy_type: PolicyType) -> Side<'a> {
        Side {
            truth: Truth::True,
            ..Side::silent(policy_type)
        }
    }

    /// Adds a statement, an alternative to those before.
    pub fn add(&mut self, hit: Hit<'a>) {
        self.truth = self.truth | hit.truth;
        self.hits.push(hit);
    }

    /// Adds something open, an alternative to what is there.
    pub fn add_note(&mut self, note: Note) {
        self.truth = self.truth | Truth::Unknown;
        self.notes.push(note);
    }

    /// Returns the side as a formula.
    pub fn formula(self) -> Formula<'a> {
        Formula::Side(Rc::new(self))
    }
}

impl<'a> Formula<'a> {
    /// Returns a formula that always holds.
    pub fn always() -> Formula<'a> {
        Formula::All(Vec::new())
    }

    /// Returns a formula that never holds.
    pub fn never() -> Formula<'a> {
        Formula::Any(Vec::new())
    }

    /// Returns its value.
    pub fn truth(&self) -> Truth {
        self.truth_where(&|side| side.truth)
    }

    /// Returns the value that it would have if sides said what `says` says.
    pub fn truth_where(&self, says: &impl Fn(&Rc<Side<'a>>) -> Truth) -> Truth {
        match self {
            Formula::Side(side) => says(side),
            Formula::All(parts) => Truth::all(parts.iter().map(|part| part.truth_where(says))),
            Formula::Any(parts) => Truth::any(parts.iter().map(|part| part.truth_where(says))),
        }
    }

    /// Returns the formula with another side in place of each.
    pub fn with_sides(&self, other: &impl Fn(&Rc<Side<'a>>) -> Rc<Side<'a>>) -> Formula<'a> {
        let each =
            |parts: &[Formula<'a>]| parts.iter().map(|part| part.with_sides(other)).collect();
        match self {
            Formula::Side(side) => Formula::Side(other(side)),
            Formula::All(parts) => Formula::All(each(parts)),
            Formula::Any(parts) => Formula::Any(each(parts)),
        }
    }

    /// Visits all sides.
    pub fn each_side<'f>(&'f self, visit: &mut impl FnMut(&'f Rc<Side<'a>>)) {
        match self {
            Formula::Side(side) => visit(side),
            Formula::All(parts) | Formula::Any(parts) => {
                parts.iter().for_each(|part| part.each_side(visit));
            }
        }
    }
}

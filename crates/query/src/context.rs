//! What a text is answered against.

use std::collections::BTreeMap;

use whocan_graph::Graph;

use crate::engine::Engine;
use crate::members::Members;

/// A snapshot that questions in parentheses may ask by `as of`.
#[derive(Clone, Copy)]
pub struct Other<'a> {
    /// The name by which `as of` asks for it.
    pub name: &'a str,
    /// Its facts.
    pub graph: &'a Graph,
    /// Who decides about them.
    pub engine: &'a dyn Engine,
}

impl std::fmt::Debug for Other<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Other({})", self.name)
    }
}

/// What a text is answered against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The facts.
    pub graph: &'a Graph,
    /// Who decides.
    pub engine: &'a dyn Engine,
    /// The snapshot that this is, if the statement asks for another by `as of`.
    pub as_of: Option<&'a str>,
    /// The other snapshots at hand; [`Statement::as_of`](crate::ast::Statement::as_of)
    /// says which a statement needs.
    pub others: &'a [Other<'a>],
    /// Reads the file of `under session policy`; the error is for people.
    pub read_policy: &'a dyn Fn(&str) -> Result<String, String>,
    /// Up to how many rows of an answer get evidence and conditions unasked.
    ///
    /// `explain` and `why` give evidence to every row that is shown.
    pub rows_with_evidence: usize,
}

impl<'a> Context<'a> {
    /// Returns the context of another snapshot.
    pub(crate) fn of_other(self, name: &str) -> Option<Context<'a>> {
        let other = self.others.iter().find(|other| other.name == name)?;
        Some(Context {
            graph: other.graph,
            engine: other.engine,
            as_of: Some(other.name),
            ..self
        })
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Context")
    }
}

/// The sets that `let` has named.
#[derive(Clone, Debug, Default)]
pub struct Names {
    sets: BTreeMap<String, Members>,
}

impl Names {
    /// Gives a set a name; a later one of the same name hides it.
    pub fn set(&mut self, name: &str, members: Members) {
        self.sets.insert(name.to_owned(), members);
    }

    /// Returns the set of this name.
    pub fn get(&self, name: &str) -> Option<&Members> {
        self.sets.get(name)
    }

    /// Returns the names with the same things of another snapshot, as far as it has them.
    pub(crate) fn carried(&self, from: &Graph, to: &Graph) -> Names {
        let sets = self.sets.iter();
        Names {
            sets: sets
                .map(|(name, members)| (name.clone(), members.carried(from, to).0))
                .collect(),
        }
    }

    /// Returns all names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(String::as_str)
    }
}

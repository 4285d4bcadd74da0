//! What a text is answered against.

use std::collections::BTreeMap;

use whocan_graph::Graph;

use crate::engine::Engine;
use crate::members::Members;

/// What a text is answered against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The facts.
    pub graph: &'a Graph,
    /// Who decides.
    pub engine: &'a dyn Engine,
    /// The snapshot that this is, if the statement asks for another by `as of`.
    pub as_of: Option<&'a str>,
    /// Reads the file of `under session policy`; the error is for people.
    pub read_policy: &'a dyn Fn(&str) -> Result<String, String>,
    /// Up to how many rows of an answer get evidence and conditions unasked.
    ///
    /// `explain` and `why` give evidence to every row that is shown.
    pub rows_with_evidence: usize,
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

    /// Returns all names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.keys().map(String::as_str)
    }
}

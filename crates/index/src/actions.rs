//! Which statements cover an action: distinct clauses, asked once for each action.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;
use whocan_graph::{DocumentId, Graph};
use whocan_policy::ActionPattern;

/// A statement of a document.
pub(crate) type StatementRef = (DocumentId, u32);

/// The statements of all documents by their action clauses.
#[derive(Debug, Default)]
pub(crate) struct Actions {
    patterns: Vec<ActionPattern>,
    clauses: Vec<Clause>,
    // Statements without readable actions may cover any.
    unreadable: Vec<StatementRef>,
    answers: RwLock<FxHashMap<String, Arc<[StatementRef]>>>,
}

#[derive(Debug)]
struct Clause {
    negated: bool,
    // INVARIANT: sorted and unique positions in `Actions::patterns`.
    patterns: Vec<u32>,
    statements: Vec<StatementRef>,
}

impl Actions {
    /// Gathers the clauses of the documents for which `wanted` holds.
    pub fn of(graph: &Graph, wanted: impl Fn(DocumentId) -> bool) -> Actions {
        let mut gathering = Gathering::default();
        for (at, document) in (0..).zip(graph.documents()) {
            let id = DocumentId(at);
            if wanted(id) {
                let live = document
                    .statements
                    .iter()
                    .filter(|statement| !statement.is_inert());
                live.for_each(|statement| gathering.add((id, statement.index), statement));
            }
        }
        gathering.actions
    }

    /// Returns the statements that cover `action`, by document and position.
    ///
    /// A statement whose actions cannot be read is among them.
    pub fn covering(&self, action: &str) -> Arc<[StatementRef]> {
        let known = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(action) {
            return answer.clone();
        }
        drop(known);
        let answer = self.find(action);
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        answers.insert(action.to_owned(), answer.clone());
        answer
    }

    fn find(&self, action: &str) -> Arc<[StatementRef]> {
        let hit: Vec<bool> = self
            .patterns
            .iter()
            .map(|pattern| pattern.matches(action))
            .collect();
        let covers = |clause: &&Clause| {
            clause.patterns.iter().any(|&pattern| hit[pattern as usize]) != clause.negated
        };
        let clauses = self.clauses.iter().filter(covers);
        let mut found: Vec<StatementRef> = clauses
            .flat_map(|clause| &clause.statements)
            .copied()
            .collect();
        found.extend(&self.unreadable);
        found.sort_unstable();
        found.into()
    }
}

#[derive(Default)]
struct Gathering {
    actions: Actions,
    pattern_ids: FxHashMap<ActionPattern, u32>,
    clause_ids: FxHashMap<(bool, Vec<u32>), usize>,
}

impl Gathering {
    fn add(&mut self, at: StatementRef, statement: &whocan_policy::Statement) {
        let Some(clause) = &statement.actions else {
            self.actions.unreadable.push(at);
            return;
        };
        let mut patterns: Vec<u32> = clause
            .patterns
            .iter()
            .map(|pattern| self.pattern(pattern))
            .collect();
        patterns.sort_unstable();
        patterns.dedup();
        let clauses = &mut self.actions.clauses;
        let key = (clause.negated, patterns);
        let position = *self.clause_ids.entry(key.clone()).or_insert_with(|| {
            clauses.push(Clause {
                negated: key.0,
                patterns: key.1,
                statements: Vec::new(),
            });
            clauses.len() - 1
        });
        clauses[position].statements.push(at);
    }

    fn pattern(&mut self, pattern: &ActionPattern) -> u32 {
        let patterns = &mut self.actions.patterns;
        *self.pattern_ids.entry(pattern.clone()).or_insert_with(|| {
            patterns.push(pattern.clone());
            patterns.len() as u32 - 1
        })
    }
}

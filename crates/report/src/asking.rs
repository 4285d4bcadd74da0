//! Statements asked of one index.

use std::collections::BTreeSet;

use whocan_graph::PrincipalId;
use whocan_index::Index;
use whocan_query::ast::{Statement, StatementKind};
use whocan_query::engine::Indexed;
use whocan_query::rows::{Answer, Rows};
use whocan_query::thing::Thing;
use whocan_query::{Context, Names, Problem, QueryError};

use crate::narrow;

/// Asks a text; each answer with its statement.
///
/// Up to `explained` rows of an answer get their paths and evidence.
pub(crate) fn text(
    text: &str,
    index: &Index,
    explained: usize,
) -> Result<Vec<(Statement, Answer)>, QueryError> {
    let ast = whocan_query::parse(text)?;
    let mut names = Names::default();
    let mut answers = Vec::new();
    for statement in &ast.statements {
        let answer = one(statement, text, index, explained, &mut names)?;
        answers.extend(answer.map(|answer| (statement.clone(), answer)));
    }
    Ok(answers)
}

/// Asks a text whose rows are principals once more for each of them: which of
/// the roles it comes to, so that each pair is a row of its own.
///
/// Answers that are not about becoming one of several roles stay as they are.
pub(crate) fn pairs(
    answers: Vec<(Statement, Answer)>,
    index: &Index,
    explained: usize,
) -> Vec<(Statement, Answer)> {
    let mut all = Vec::new();
    for (statement, answer) in answers {
        let graph = index.graph();
        let callers: BTreeSet<PrincipalId> = answer
            .rows
            .rows
            .iter()
            .filter_map(|row| row.principal)
            .collect();
        let each: Option<Vec<Statement>> = callers
            .iter()
            .map(|id| narrow::roles_of(&statement, narrow::principal(Thing::Principal(*id), graph)))
            .collect();
        let Some(each) = each else {
            all.push((statement, answer));
            continue;
        };
        for one_of in each {
            let text = one_of.to_string();
            let answered = one(&one_of, &text, index, explained, &mut Names::default());
            all.extend(answered.ok().flatten().map(|answer| (one_of, answer)));
        }
    }
    all
}

/// Returns the `let` statements of a text.
pub(crate) fn lets(text: &str) -> Vec<Statement> {
    let ast = whocan_query::parse(text).unwrap_or_default();
    let all = ast.statements.into_iter();
    all.filter(|one| matches!(one.kind, StatementKind::Let { .. }))
        .collect()
}

/// A question narrowed to one finding, with the sets that it may name.
#[derive(Clone, Debug)]
pub(crate) struct Narrow {
    pub lets: Vec<Statement>,
    pub statement: Statement,
}

impl Narrow {
    /// Returns the rows; what the snapshot does not have has none.
    ///
    /// `None` if it cannot be asked, so that nothing is known.
    pub fn rows(&self, index: &Index, explained: usize) -> Option<Rows> {
        let mut names = Names::default();
        for statement in &self.lets {
            // A set that is gone leaves a question that cannot be asked.
            let _ = one(statement, &statement.to_string(), index, 0, &mut names);
        }
        let text = self.statement.to_string();
        match one(&self.statement, &text, index, explained, &mut names) {
            Ok(answer) => answer.map(|answer| answer.rows),
            Err(error) if is_missing(&error) => Some(Rows::default()),
            Err(_) => None,
        }
    }
}

/// Returns whether a question fails only because the snapshot lacks what it names.
pub(crate) fn is_missing(error: &QueryError) -> bool {
    matches!(error.problem(), Problem::NoSuchThing(_))
}

fn one(
    statement: &Statement,
    text: &str,
    index: &Index,
    explained: usize,
    names: &mut Names,
) -> Result<Option<Answer>, QueryError> {
    let engine = Indexed::new(index);
    let context = Context {
        graph: index.graph(),
        engine: &engine,
        as_of: None,
        others: &[],
        read_policy: &|_| Err("reports read no policy files".to_owned()),
        rows_with_evidence: explained,
    };
    whocan_query::answer_statement(statement, text, context, names)
}

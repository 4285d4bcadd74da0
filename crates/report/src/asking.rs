//! Statements asked of one index.

use std::collections::BTreeSet;

use whocan_graph::{Graph, PrincipalId, PrincipalKind};
use whocan_index::Index;
use whocan_query::ast::{Aim, Set, Shape, Statement, StatementKind};
use whocan_query::engine::Indexed;
use whocan_query::rows::{Answer, Rows};
use whocan_query::thing::Thing;
use whocan_query::{Context, Names, Problem, QueryError};

use crate::narrow;
use crate::question::Question;

/// Of more principals than these everybody is asked about instead.
const MOST_COMERS: usize = 500;

/// Answers, each with its statement.
pub(crate) type Answers = Vec<(Statement, Answer)>;

/// Asks two snapshots the same about the same principals: whoever comes to a
/// role in one of them is asked about in both.
pub(crate) fn both(
    question: &Question,
    sides: [&Index; 2],
    explained: usize,
) -> [Result<Answers, QueryError>; 2] {
    let Question::Role { role, access } = question else {
        return sides.map(|index| of_these(&question.text(), None, index, explained));
    };
    match comers(role, sides) {
        Ok(comers) if comers.len() <= MOST_COMERS => {
            sides.map(|index| of_these(&question.text(), Some(&comers), index, explained))
        }
        Ok(_) => {
            let everybody = Question::Plain(format!("who {access}"));
            both(&everybody, sides, explained)
        }
        Err(error) => [Err(error.clone()), Err(error)],
    }
}

/// Returns a role and whoever comes to it in one of two snapshots, by ARN.
///
/// Without AWS's services: those that come to one role come to most, for whom they work.
fn comers(role: &str, sides: [&Index; 2]) -> Result<BTreeSet<String>, QueryError> {
    let mut comers = BTreeSet::from([role.to_owned()]);
    for index in sides {
        let graph = index.graph();
        if graph.principal_of(role).is_none() {
            continue;
        }
        let question = format!("who can reach \"{role}\"");
        for (_, answer) in text(&question, index, 0)? {
            let rows = answer.rows.rows.iter();
            let found = rows.filter_map(|row| row.principal.map(|id| graph.principal(id)));
            let found = found.filter(|one| !matches!(one.kind, PrincipalKind::Service));
            comers.extend(found.map(|one| one.arn.to_string()));
        }
    }
    Ok(comers)
}

/// Asks a text, if there are `principals` about those of them whom the snapshot has.
fn of_these(
    text: &str,
    principals: Option<&BTreeSet<String>>,
    index: &Index,
    explained: usize,
) -> Result<Answers, QueryError> {
    let mut answers = Vec::new();
    for mut statement in whocan_query::parse(text)?.statements {
        if let Some(principals) = principals
            && let Some(shape) = shape(&mut statement)
            && let Shape::WhichPrincipals { set: asked, .. } = shape
        {
            let Some(these) = set(principals, index.graph()) else {
                continue;
            };
            *asked = these;
        }
        let answer = lenient(&mut statement, index, explained)?;
        answers.extend(answer.map(|answer| (statement, answer)));
    }
    Ok(answers)
}

/// Asks, without the actions that do not take what is asked about: a policy
/// may name them beside resources that are none of theirs, and nothing comes of it.
fn lenient(
    statement: &mut Statement,
    index: &Index,
    explained: usize,
) -> Result<Option<Answer>, QueryError> {
    loop {
        let text = statement.to_string();
        let answer = one(statement, &text, index, explained, &mut Names::default());
        let wrong = match answer.as_ref().map_err(QueryError::problem) {
            Err(Problem::WrongResource { action, .. }) => action.clone(),
            _ => return answer,
        };
        let deed = match shape(statement) {
            Some(Shape::Who { access, .. } | Shape::WhichPrincipals { access, .. }) => {
                match &mut access.aim {
                    Aim::Deed(deed) => deed,
                    Aim::Become(_) => return answer,
                }
            }
            _ => return answer,
        };
        let asked = deed.actions.names.len();
        deed.actions.names.retain(|name| name.value != wrong);
        if deed.actions.names.is_empty() || deed.actions.names.len() == asked {
            return Ok(None);
        }
    }
}

fn shape(statement: &mut Statement) -> Option<&mut Shape> {
    match &mut statement.kind {
        StatementKind::Ask(question) => Some(&mut question.shape),
        _ => None,
    }
}

fn set(principals: &BTreeSet<String>, graph: &Graph) -> Option<Set> {
    let known = principals.iter().filter_map(|arn| graph.principal_of(arn));
    narrow::union(known.map(|id| narrow::principal(Thing::Principal(id), graph)))
}

/// Asks a text; each answer with its statement.
///
/// Up to `explained` rows of an answer get their paths and evidence.
pub(crate) fn text(text: &str, index: &Index, explained: usize) -> Result<Answers, QueryError> {
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

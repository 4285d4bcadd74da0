//! Plans to answers.

mod assert;
pub(crate) mod barren;
mod can;
mod complete;
mod cycles;
mod dependency;
mod detail;
mod draft;
mod lacking;
mod list;
mod matrix;
mod merge;
mod part;
mod paths;
mod planned;
mod present;
mod slice;
mod summary;
mod what;
mod which;
mod who;

use crate::ast::{Bound, PathKind, Question, Set, Shape as Written, Statement, StatementKind};
use crate::context::{Context, Names};
use crate::error::{Fault, QueryError};
use crate::members::Members;
use crate::plan::{Plan, Shape, Side};
use crate::resolve::{self, Inner};
use crate::rows::{Answer, Outcome, Rows};
use draft::Found;

/// Answers a text, statement by statement.
///
/// `names` keeps what `let` names, for the statements behind it and for later texts.
///
/// # Errors
///
/// The first mistake, wherever it stands: of a broken text nothing is answered;
/// of a text with a name that does not exist, the statements before it are.
pub fn answer(
    text: &str,
    context: Context<'_>,
    names: &mut Names,
    give: &mut dyn FnMut(Answer),
) -> Result<(), QueryError> {
    let ast = crate::parse(text)?;
    for statement in &ast.statements {
        if let Some(answer) = answer_statement(statement, text, context, names)? {
            give(answer);
        }
    }
    Ok(())
}

/// Answers one statement of a text that is parsed; `let` has no answer.
///
/// # Errors
///
/// A name that does not exist, or something that this version does not answer.
pub fn answer_statement(
    statement: &Statement,
    text: &str,
    context: Context<'_>,
    names: &mut Names,
) -> Result<Option<Answer>, QueryError> {
    one(statement, context, names).map_err(|fault| fault.in_text(text))
}

/// Resolves a question to its plan, which holds ids only.
///
/// # Errors
///
/// A name that does not exist, or something that this version does not answer.
/// The error points into the text that the question was parsed from.
pub fn plan(
    text: &str,
    question: &Question,
    context: Context<'_>,
    names: &Names,
) -> Result<Plan, QueryError> {
    plan_with(text, question, context, names, &Inner::default())
}

/// Plans one question, of which `inner` keeps what the questions inside of it were answered.
///
/// # Errors
///
/// A name that the snapshot does not know.
pub fn plan_with(
    text: &str,
    question: &Question,
    context: Context<'_>,
    names: &Names,
    inner: &Inner,
) -> Result<Plan, QueryError> {
    resolve::question(question, context, names, inner).map_err(|fault| fault.in_text(text))
}

fn one(
    statement: &Statement,
    context: Context<'_>,
    names: &mut Names,
) -> Result<Option<Answer>, Fault> {
    let (rows, outcome, assertion, explain) = match &statement.kind {
        StatementKind::Let { name, set } => {
            let (members, _) = resolve::set(set, context, names)?;
            names.set(&name.value, members);
            return Ok(None);
        }
        StatementKind::Plan(question) => {
            let plan = resolve::question(question, context, names, &Inner::default())?;
            (planned::rows(&plan, context), Outcome::Yes, None, false)
        }
        StatementKind::Ask(question) => {
            let plan = resolve::question(question, context, names, &Inner::default())?;
            let found = find(&plan, context);
            let why = matches!(question.shape, Written::Why { .. });
            let explain = plan.explain || why;
            let (rows, outcome) = present::present(found, &plan, context, explain);
            remember(&rows, &plan, names);
            (rows, outcome, None, explain)
        }
        StatementKind::Assert {
            bound,
            as_collected,
            question,
        } => assertion(bound, *as_collected, question, context, names)?,
    };
    Ok(Some(Answer {
        span: statement.span,
        statement: statement.to_string(),
        outcome,
        rows,
        assertion,
        explain,
    }))
}

/// Keeps what the rows are about as the set `it`, for the statements to come.
fn remember(rows: &Rows, plan: &Plan, names: &mut Names) {
    let own = own_side(&plan.shape);
    let mut members = Members::default();
    for row in &rows.rows {
        let things = row.members.iter().copied().chain(row.own(own));
        things.for_each(|thing| members.insert(thing));
    }
    if !members.is_empty() {
        names.set("it", members);
    }
}

type Judged = (Rows, Outcome, Option<crate::rows::Assertion>, bool);

fn assertion(
    bound: &Bound,
    as_collected: bool,
    question: &Question,
    context: Context<'_>,
    names: &Names,
) -> Result<Judged, Fault> {
    let mut plan = resolve::question(question, context, names, &Inner::default())?;
    plan.as_collected |= as_collected;
    let only = match bound {
        Bound::Only(set) => Some(own_members(set, &plan, context, names)?),
        _ => None,
    };
    let found = find(&plan, context);
    let (assertion, found) = assert::judge(bound, only.as_ref(), found, &plan, context);
    let explain = plan.explain;
    let (rows, _) = present::present(found, &plan, context, explain);
    let outcome = if assertion.holds {
        Outcome::Yes
    } else {
        Outcome::No
    };
    Ok((rows, outcome, Some(assertion), explain))
}

/// Resolves the set of `only`; where rows are principals, groups and accounts stand for theirs.
fn own_members(
    set: &Set,
    plan: &Plan,
    context: Context<'_>,
    names: &Names,
) -> Result<Members, Fault> {
    resolve::own_set(set, own_side(&plan.shape), context, names)
}

/// Finds every row that is yes or if, in either reading of gaps.
fn find(plan: &Plan, context: Context<'_>) -> Found {
    let mut found = match &plan.shape {
        Shape::Who { principals, access } => who::find(principals, access, plan, context),
        Shape::Which {
            subjects,
            reach,
            resources,
        } => which::find(subjects, *reach, resources, plan, context),
        Shape::WhichRoles { subjects, roles } => which::find_roles(subjects, roles, plan, context),
        Shape::What {
            subject,
            reach,
            deeds,
        } => what::find(*subject, *reach, deeds.as_deref(), plan, context),
        Shape::Reachable { subject } => what::find_roles(*subject, plan, context),
        Shape::Can { subject, access } => can::find(*subject, access, plan, context),
        Shape::Paths {
            kind: PathKind::All,
            from,
            access,
        } => paths::all(from, access, plan, context),
        Shape::Paths { from, access, .. } => who::find_paths(from, access, plan, context),
        Shape::Cycles => cycles::find(plan, context),
        Shape::Matrix { rows, columns } => matrix::find(rows, columns, plan, context),
        Shape::List(members) => list::find(members),
        Shape::Show(thing) => list::show(*thing, context.graph),
    };
    let single = matches!(plan.shape, Shape::Can { .. });
    draft::filter(&mut found, plan, context, single);
    if let Shape::Paths {
        kind: PathKind::Shortest,
        ..
    } = plan.shape
    {
        who::shortest(&mut found);
    }
    found
}

/// Returns whose attributes bare names are in rows of this shape, and what `except` is about.
pub(crate) fn own_side(shape: &Shape) -> Side {
    match shape {
        Shape::Who { .. }
        | Shape::Can { .. }
        | Shape::Paths { .. }
        | Shape::Cycles
        | Shape::Matrix { .. } => Side::Principal,
        Shape::Which { .. }
        | Shape::WhichRoles { .. }
        | Shape::What { .. }
        | Shape::Reachable { .. } => Side::Resource,
        Shape::List(_) | Shape::Show(_) => Side::Own,
    }
}

/// Runs a question whose rows are a set: `(who can ...)`.
pub(crate) fn members_of(
    question: &Question,
    context: Context<'_>,
    names: &Names,
) -> Result<(Members, Vec<String>), Fault> {
    let plan = resolve::question(question, context, names, &Inner::default())?;
    if plan.count
        || !plan.group_by.is_empty()
        || matches!(plan.shape, Shape::What { .. } | Shape::Show(_))
    {
        return Err(Fault::senseless(
            "the rows of this question are no set",
            question.span,
        ));
    }
    let found = find(&plan, context);
    let own = own_side(&plan.shape);
    let mut notes = plan.notes.clone();
    if let Shape::Which { .. } = plan.shape {
        // What was widened is found when the question runs.
        notes.extend(found.notes.iter().cloned());
    }
    let mut members = Members::default();
    for draft in present::shown(found, &plan, context) {
        draft
            .row
            .members
            .iter()
            .for_each(|one| members.insert(*one));
        match draft.row.own(own) {
            Some(thing) => members.insert(thing),
            None => members.regions.extend(draft.region),
        }
    }
    Ok((members, notes))
}

//! Reads statements.

use whocan_grammar::Rule;

use super::node::{Children, Node};
use super::predicate::wrong_sign;
use super::{question, set};
use crate::ast::{Bound, Set, SetKind, Statement, StatementKind};
use crate::error::{Fault, Problem};

/// Names that no `let` may take, beside reserved words and kinds: they mean something as sets.
const TAKEN: [&str; 4] = ["anyone", "org", "public", "snapshot"];

pub(super) fn read(node: Node<'_>) -> Result<Statement, Fault> {
    let span = node.span();
    let as_of = node.snapshots();
    let inner = node.children().expect();
    let rule = inner.rule();
    let mut children = inner.children();
    let kind = match rule {
        Rule::binding => binding(&mut children)?,
        Rule::assertion => assertion(&mut children)?,
        _ => asked(&mut children)?,
    };
    Ok(Statement { kind, span, as_of })
}

fn binding(children: &mut Children<'_>) -> Result<StatementKind, Fault> {
    children.expect();
    let name = children.expect().word();
    let lower = name.value.to_lowercase();
    let means_a_kind = crate::kind::kind_named(&lower).is_some();
    if means_a_kind || TAKEN.contains(&lower.as_str()) || set::is_reserved(&lower) {
        return Err(Fault::new(Problem::ReservedName(name.value), name.span));
    }
    let sign = children.expect();
    if sign.text() == "==" {
        return Err(wrong_sign("==", "=", sign.span()));
    }
    let value = children.expect();
    let span = value.span();
    let set = match value.rule() {
        Rule::question => Set {
            kind: SetKind::Question(Box::new(question::read(value)?)),
            span,
        },
        _ => set::read(value)?,
    };
    Ok(StatementKind::Let { name, set })
}

fn assertion(children: &mut Children<'_>) -> Result<StatementKind, Fault> {
    let plan = children.keyword(Rule::PLAN);
    let explain = children.keyword(Rule::EXPLAIN);
    children.expect();
    let bound = bound(children.expect().children().expect())?;
    let as_collected = children.take_if(Rule::as_collected).map(|node| node.span());
    let mut question = question::read(children.expect())?;
    question.clauses.explain = question.clauses.explain.or(explain);
    if plan.is_some() {
        // How it runs does not depend on what becomes of the rows.
        question.clauses.as_collected = question.clauses.as_collected.or(as_collected);
        return Ok(StatementKind::Plan(question));
    }
    let as_collected = as_collected.is_some();
    Ok(StatementKind::Assert {
        bound,
        as_collected,
        question,
    })
}

fn bound(node: Node<'_>) -> Result<Bound, Fault> {
    let rule = node.rule();
    let mut children = node.children();
    Ok(match rule {
        Rule::bound_none => Bound::None,
        Rule::bound_some => Bound::Some,
        Rule::bound_only => {
            children.expect();
            Bound::Only(set::read(children.expect())?)
        }
        _ => counted_bound(children)?,
    })
}

fn counted_bound(children: Children<'_>) -> Result<Bound, Fault> {
    let mut bound: fn(u64) -> Bound = Bound::AtMost;
    for child in children {
        match child.rule() {
            Rule::EXACTLY => bound = Bound::Exactly,
            Rule::LEAST => bound = Bound::AtLeast,
            Rule::number => return Ok(bound(child.number()?.value)),
            _ => {}
        }
    }
    Ok(Bound::None)
}

fn asked(children: &mut Children<'_>) -> Result<StatementKind, Fault> {
    let plan = children.keyword(Rule::PLAN);
    let explain = children.keyword(Rule::EXPLAIN);
    let mut question = question::read(children.expect())?;
    if explain.is_some() {
        question.clauses.explain = question.clauses.explain.or(explain);
    }
    Ok(match plan {
        Some(_) => StatementKind::Plan(question),
        None => StatementKind::Ask(question),
    })
}

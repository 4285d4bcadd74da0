//! Reads sets and their filters.

use whocan_grammar::Rule;

use super::node::Node;
use super::{predicate, question};
use crate::ast::{Filter, FilterKind, Place, Set, SetKind, SetOperator};
use crate::error::Fault;

/// Returns whether a word is reserved by the grammar.
pub(super) fn is_reserved(word: &str) -> bool {
    whocan_grammar::is_reserved(word)
}

/// Reads a node of the rule `set`.
pub(super) fn read(node: Node<'_>) -> Result<Set, Fault> {
    let span = node.span();
    let mut children = node.children();
    let first = both(children.expect())?;
    let mut rest = Vec::new();
    while let Some(operator) = children.next() {
        let operator = match operator.rule() {
            Rule::MINUS => SetOperator::Minus,
            _ => SetOperator::Or,
        };
        rest.push((operator, both(children.expect())?));
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let first = Box::new(first);
    let kind = SetKind::Chain { first, rest };
    Ok(Set { kind, span })
}

fn both(node: Node<'_>) -> Result<Set, Fault> {
    let span = node.span();
    let operands = node.children().filter(|child| child.rule() != Rule::AND);
    let mut sets = operands.map(filtered).collect::<Result<Vec<_>, _>>()?;
    if sets.len() == 1 {
        return Ok(sets.remove(0));
    }
    let kind = SetKind::And(sets);
    Ok(Set { kind, span })
}

fn filtered(node: Node<'_>) -> Result<Set, Fault> {
    let span = node.span();
    let mut children = node.children();
    let set = primary(children.expect())?;
    let filters = children.map(filter).collect::<Result<Vec<_>, _>>()?;
    if filters.is_empty() {
        return Ok(set);
    }
    let set = Box::new(set);
    let kind = SetKind::Filtered { set, filters };
    Ok(Set { kind, span })
}

/// Reads what can stand where a single set stands: a thing, or a question or set from parentheses.
pub(super) fn primary(node: Node<'_>) -> Result<Set, Fault> {
    let span = node.span();
    let kind = match node.rule() {
        Rule::set => return read(node),
        Rule::question => SetKind::Question(Box::new(question::read(node)?)),
        Rule::quoted => SetKind::Thing(node.unquoted()),
        _ => thing(node.text()),
    };
    Ok(Set { kind, span })
}

fn thing(text: &str) -> SetKind {
    if is_name(text) {
        SetKind::Name(text.to_owned())
    } else {
        SetKind::Thing(text.to_owned())
    }
}

/// Returns whether a word is a bare word of the language and no thing of AWS.
pub(crate) fn is_name(text: &str) -> bool {
    !text.contains(['/', ':', '*', '?'])
}

pub(super) fn filter(node: Node<'_>) -> Result<Filter, Fault> {
    let span = node.span();
    let inner = node.children().expect();
    let rule = inner.rule();
    let mut children = inner.children();
    children.expect();
    let operand = children.expect();
    let kind = match rule {
        Rule::with => FilterKind::With(predicate::negation(operand)?),
        Rule::inside => FilterKind::In(place(operand)?),
        _ => FilterKind::Outside(place(operand)?),
    };
    Ok(Filter { kind, span })
}

fn place(node: Node<'_>) -> Result<Place, Fault> {
    let inner = node.children().expect();
    Ok(match inner.rule() {
        Rule::ORG => Place::Org,
        _ => Place::Set(Box::new(primary(inner)?)),
    })
}

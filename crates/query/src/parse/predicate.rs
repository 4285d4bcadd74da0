//! Reads predicates, attributes and values.

use whocan_grammar::Rule;

use super::node::{Children, Node};
use super::set;
use crate::ast::{
    Ago, Attribute, Choice, Comparator, Predicate, PredicateKind, Spanned, Test, Value, ValueKind,
};
use crate::error::{Fault, Problem};

/// Reads a node of the rule `predicate`.
pub(super) fn read(node: Node<'_>) -> Result<Predicate, Fault> {
    joined(node, Rule::OR, conjunction, PredicateKind::Or)
}

fn conjunction(node: Node<'_>) -> Result<Predicate, Fault> {
    joined(node, Rule::AND, negation, PredicateKind::And)
}

fn joined(
    node: Node<'_>,
    joint: Rule,
    read: fn(Node<'_>) -> Result<Predicate, Fault>,
    join: fn(Vec<Predicate>) -> PredicateKind,
) -> Result<Predicate, Fault> {
    let span = node.span();
    let operands = node.children().filter(|child| child.rule() != joint);
    let mut predicates = operands.map(read).collect::<Result<Vec<_>, _>>()?;
    if predicates.len() == 1 {
        return Ok(predicates.remove(0));
    }
    let kind = join(predicates);
    Ok(Predicate { kind, span })
}

/// Reads a node of the rule `negation`; an even number of `not` is none.
pub(super) fn negation(node: Node<'_>) -> Result<Predicate, Fault> {
    let span = node.span();
    let mut negated = false;
    let mut children = node.children();
    while children.take_if(Rule::NOT).is_some() {
        negated = !negated;
    }
    let inner = children.expect();
    let inner = match inner.rule() {
        Rule::predicate => read(inner)?,
        _ => comparison(inner)?,
    };
    Ok(if negated { negate(inner, span) } else { inner })
}

fn negate(inner: Predicate, span: crate::ast::Span) -> Predicate {
    match inner.kind {
        PredicateKind::Not(twice) => *twice,
        _ => {
            let kind = PredicateKind::Not(Box::new(inner));
            Predicate { kind, span }
        }
    }
}

fn comparison(node: Node<'_>) -> Result<Predicate, Fault> {
    let span = node.span();
    let mut children = node.children();
    let attribute = attribute(children.expect());
    let negated = children.take_if(Rule::NOT).is_some();
    let test = test(&mut children)?;
    let kind = PredicateKind::Test { attribute, test };
    let predicate = Predicate { kind, span };
    Ok(if negated {
        negate(predicate, span)
    } else {
        predicate
    })
}

fn test(children: &mut Children<'_>) -> Result<Test, Fault> {
    let Some(operator) = children.next() else {
        return Ok(Test::Holds);
    };
    Ok(match operator.rule() {
        Rule::EXISTS => Test::Exists,
        Rule::IN => Test::In(choice(children.expect())?),
        _ => Test::Compare(comparator(operator)?, value(children.expect())?),
    })
}

fn comparator(node: Node<'_>) -> Result<Spanned<Comparator>, Fault> {
    let span = node.span();
    let value = match node.text() {
        "=" => Comparator::Equal,
        "!=" => Comparator::NotEqual,
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        ">" => Comparator::Greater,
        ">=" => Comparator::GreaterOrEqual,
        "==" => return Err(wrong_sign("==", "=", span)),
        "<>" => return Err(wrong_sign("<>", "!=", span)),
        _ => match node.children().expect().rule() {
            Rule::LIKE => Comparator::Like,
            Rule::MATCHES => Comparator::Matches,
            _ => Comparator::Has,
        },
    };
    Ok(Spanned { value, span })
}

/// Says which sign the language has instead of one from elsewhere.
pub(super) fn wrong_sign(found: &str, meant: &str, span: crate::ast::Span) -> Fault {
    let problem = Problem::Expected {
        expected: format!("`{meant}`"),
        found: format!("`{found}`"),
    };
    Fault::new(problem, span).with_hint(format!("write `{meant}`"))
}

fn choice(node: Node<'_>) -> Result<Choice, Fault> {
    let inner = node.children().expect();
    Ok(match inner.rule() {
        Rule::choices => Choice::Values(inner.children().map(value).collect::<Result<_, _>>()?),
        _ => Choice::Set(Box::new(set::primary(inner)?)),
    })
}

/// Reads a node of the rule `attribute`. All behind `tag.` is the tag's key.
pub(super) fn attribute(node: Node<'_>) -> Attribute {
    let span = node.span();
    let mut name = String::new();
    let mut key: Option<String> = None;
    for child in node.children() {
        match (child.rule(), &mut key) {
            (Rule::quoted, _) => key = Some(child.unquoted()),
            (_, Some(key)) => *key = format!("{key}.{}", child.text()),
            (_, None) if name == "tag" || name.ends_with(".tag") => {
                key = Some(child.text().to_owned());
            }
            (_, None) => {
                let dot = if name.is_empty() { "" } else { "." };
                name = format!("{name}{dot}{}", child.text().to_lowercase());
            }
        }
    }
    Attribute { name, key, span }
}

/// Reads a node of the rule `value`.
pub(super) fn value(node: Node<'_>) -> Result<Value, Fault> {
    let span = node.span();
    let inner = node.children().expect();
    let kind = match inner.rule() {
        Rule::quoted => ValueKind::Quoted(inner.unquoted()),
        Rule::moment => ValueKind::Moment(moment(inner)?),
        _ => ValueKind::Word(inner.text().to_owned()),
    };
    Ok(Value { kind, span })
}

fn moment(node: Node<'_>) -> Result<Option<Ago>, Fault> {
    let mut children = node.children();
    children.expect();
    let Some(duration) = children.next() else {
        return Ok(None);
    };
    let (count, unit) = duration.text().split_at(duration.text().len() - 1);
    let count = count
        .parse()
        .map_err(|_| Fault::new(Problem::TooLarge(count.to_owned()), duration.span()))?;
    let unit = unit.to_ascii_lowercase().chars().next().unwrap_or('d');
    Ok(Some(Ago { count, unit }))
}

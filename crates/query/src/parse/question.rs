//! Reads questions: a shape and its clauses.

use whocan_grammar::Rule;

use super::node::{Children, Node};
use super::{clause, set};
use crate::ast::{Access, Actions, Aim, Clauses, Deed, On, PathKind, Question, Set, Shape};
use crate::error::Fault;

pub(super) fn read(node: Node<'_>) -> Result<Question, Fault> {
    let span = node.span();
    let mut children = node.children();
    let count = children.take_if(Rule::COUNT).is_some();
    let shape = shape(children.expect())?;
    let mut clauses = Clauses::default();
    for node in children {
        clause::read(node, &mut clauses)?;
    }
    Ok(Question {
        count,
        shape,
        clauses,
        span,
    })
}

fn shape(node: Node<'_>) -> Result<Shape, Fault> {
    let rule = node.rule();
    let mut children = node.children();
    match rule {
        Rule::who => who(&mut children),
        Rule::which => which(&mut children),
        Rule::what => what(&mut children),
        Rule::can => can(&mut children),
        Rule::why => why(&mut children),
        Rule::paths => paths(&mut children),
        Rule::matrix => matrix(&mut children),
        Rule::cycles => Ok(Shape::Cycles),
        Rule::show => {
            let set = last_set(children)?;
            Ok(Shape::Show { set })
        }
        _ => {
            let set = last_set(children)?;
            Ok(Shape::List { set })
        }
    }
}

fn who(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    let mut filters = Vec::new();
    while let Some(filter) = children.take_if(Rule::filter) {
        filters.push(set::filter(filter)?);
    }
    children.expect();
    let access = access(children.expect())?;
    Ok(Shape::Who { filters, access })
}

fn which(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    let set = set::read(children.expect())?;
    children.expect();
    let node = children.expect();
    if node.rule() == Rule::access {
        let access = access(node)?;
        return Ok(Shape::WhichPrincipals { set, access });
    }
    let mut target = node.children();
    let subject = subject(target.expect())?;
    let reach = target.take_if(Rule::REACH).is_some();
    let actions = target.next().map(actions);
    Ok(Shape::WhichResources {
        set,
        subject,
        reach,
        actions,
    })
}

fn what(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    children.expect();
    let subject = subject(children.expect())?;
    let reach = children.expect().rule() == Rule::REACH;
    let on = children.next().map(on).transpose()?;
    Ok(Shape::What { subject, reach, on })
}

fn can(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    let subject = subject(children.expect())?;
    let access = access(children.expect())?;
    Ok(Shape::Can { subject, access })
}

fn why(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    let not = children.take_if(Rule::NOT).is_some();
    children.take_if(Rule::CAN);
    let subject = subject(children.expect())?;
    let access = access(children.expect())?;
    Ok(Shape::Why {
        not,
        subject,
        access,
    })
}

fn paths(children: &mut Children<'_>) -> Result<Shape, Fault> {
    let kind = match children.expect().children().peek() {
        Some(Rule::SHORTEST) => PathKind::Shortest,
        Some(Rule::ALL) => PathKind::All,
        _ => PathKind::Paths,
    };
    children.expect();
    let from = subject(children.expect())?;
    children.expect();
    let to = aim(children.expect())?;
    Ok(Shape::Paths { kind, from, to })
}

fn matrix(children: &mut Children<'_>) -> Result<Shape, Fault> {
    children.expect();
    let rows = set::read(children.expect())?;
    children.expect();
    let columns = set::read(children.expect())?;
    children.take_if(Rule::REACH);
    let reach = children.next().map(deed).transpose()?;
    Ok(Shape::Matrix {
        rows,
        columns,
        reach,
    })
}

fn last_set(children: Children<'_>) -> Result<Set, Fault> {
    let sets = children.filter(|child| child.rule() == Rule::set);
    set::read(sets.last().expect("the grammar ends this rule in a set"))
}

fn subject(node: Node<'_>) -> Result<Set, Fault> {
    set::read(node.children().expect())
}

fn access(node: Node<'_>) -> Result<Access, Fault> {
    let span = node.span();
    let mut children = node.children();
    let reach = children.keyword(Rule::REACH);
    let target = children.expect();
    let aim = match target.rule() {
        Rule::aim => aim(target)?,
        _ => Aim::Deed(deed(target)?),
    };
    Ok(Access { reach, aim, span })
}

fn aim(node: Node<'_>) -> Result<Aim, Fault> {
    let inner = node.children().expect();
    Ok(match inner.rule() {
        Rule::deed => Aim::Deed(deed(inner)?),
        _ => Aim::Become(set::read(inner)?),
    })
}

fn deed(node: Node<'_>) -> Result<Deed, Fault> {
    let mut children = node.children();
    let actions = actions(children.expect());
    let on = children.next().map(on).transpose()?;
    Ok(Deed { actions, on })
}

fn on(node: Node<'_>) -> Result<On, Fault> {
    let mut children = node.children();
    children.expect();
    let all = children.keyword(Rule::all_of);
    let set = set::read(children.expect())?;
    Ok(On { all, set })
}

fn actions(node: Node<'_>) -> Actions {
    let span = node.span();
    let mut children = node.children();
    let all = children.keyword(Rule::all_of);
    let names = children
        .filter(|child| child.rule() == Rule::action)
        .map(|child| child.word())
        .collect();
    Actions { all, names, span }
}

//! A question narrowed to what one finding is about.

use whocan_graph::Graph;
use whocan_query::ast::{
    Access, Actions, Aim, Clauses, On, Question, Set, SetKind, SetOperator, Shape, Span, Spanned,
    Statement, StatementKind,
};
use whocan_query::thing::Thing;

/// Returns the same question about one principal and one resource; `None` if
/// questions of its shape cannot be narrowed.
///
/// Whoever it is asked about has passed its filters already.
pub(crate) fn narrowed(
    question: &Question,
    principal: Option<Set>,
    resource: Option<Set>,
    actions: &[String],
) -> Option<Statement> {
    let shape = match question.shape.clone() {
        Shape::Who { access, .. }
        | Shape::WhichPrincipals { access, .. }
        | Shape::Can { access, .. }
        | Shape::Why {
            access, not: false, ..
        } => Shape::WhichPrincipals {
            set: principal?,
            access: on(access, resource, actions),
        },
        Shape::Paths { from: _, to, .. } => Shape::WhichPrincipals {
            set: principal?,
            access: on(
                Access {
                    reach: Some(Span::default()),
                    aim: to,
                    span: Span::default(),
                },
                resource,
                actions,
            ),
        },
        Shape::WhichResources {
            subject,
            reach,
            actions: asked,
            ..
        } => Shape::WhichResources {
            set: resource?,
            subject,
            reach,
            actions: asked.map(|asked| only(asked, actions)),
        },
        Shape::List { set } => Shape::List {
            set: Set {
                kind: SetKind::And(vec![resource?, set]),
                span: Span::default(),
            },
        },
        _ => return None,
    };
    let clauses = Clauses {
        group_by: Vec::new(),
        order_by: Vec::new(),
        returning: Vec::new(),
        limit: None,
        ..question.clauses.clone()
    };
    let question = Question {
        count: false,
        shape,
        clauses,
        span: Span::default(),
    };
    Some(Statement {
        kind: StatementKind::Ask(question),
        span: Span::default(),
        as_of: Vec::new(),
    })
}

/// Returns the question which of the roles a principal becomes; `None` if the
/// statement is not about becoming one of several.
pub(crate) fn roles_of(statement: &Statement, principal: Set) -> Option<Statement> {
    let question = match &statement.kind {
        StatementKind::Ask(question) | StatementKind::Assert { question, .. } => question,
        StatementKind::Let { .. } | StatementKind::Plan(_) => return None,
    };
    let aim = match &question.shape {
        Shape::Who { access, .. } | Shape::WhichPrincipals { access, .. } => &access.aim,
        Shape::Paths { to, .. } => to,
        _ => return None,
    };
    let Aim::Become(roles) = aim else {
        return None;
    };
    let shape = Shape::WhichResources {
        set: roles.clone(),
        subject: principal,
        reach: true,
        actions: None,
    };
    let clauses = Clauses {
        // They were about the principal, which passed them.
        filter: Vec::new(),
        except: Vec::new(),
        group_by: Vec::new(),
        order_by: Vec::new(),
        returning: Vec::new(),
        limit: None,
        ..question.clauses.clone()
    };
    Some(Statement {
        kind: StatementKind::Ask(Question {
            count: false,
            shape,
            clauses,
            span: Span::default(),
        }),
        span: Span::default(),
        as_of: Vec::new(),
    })
}

fn on(mut access: Access, resource: Option<Set>, actions: &[String]) -> Access {
    match (&mut access.aim, resource) {
        (Aim::Become(set), Some(resource)) => *set = resource,
        (Aim::Become(_), None) => {}
        (Aim::Deed(deed), resource) => {
            deed.actions = only(deed.actions.clone(), actions);
            if let Some(set) = resource {
                deed.on = Some(On { all: None, set });
            }
        }
    }
    access
}

/// Returns these actions instead of those that were asked about, if there are any.
fn only(asked: Actions, actions: &[String]) -> Actions {
    let names = actions.iter().map(|name| Spanned {
        value: name.clone(),
        span: Span::default(),
    });
    match actions {
        [] => asked,
        _ => Actions {
            names: names.collect(),
            ..asked
        },
    }
}

/// Returns the question what a set holds.
pub(crate) fn list(set: Set) -> Statement {
    Statement {
        kind: StatementKind::Ask(Question {
            count: false,
            shape: Shape::List { set },
            clauses: Clauses::default(),
            span: Span::default(),
        }),
        span: Span::default(),
        as_of: Vec::new(),
    }
}

/// Returns the set that is only this ARN or pattern.
pub(crate) fn literal(text: &str) -> Set {
    Set {
        kind: SetKind::Thing(text.to_owned()),
        span: Span::default(),
    }
}

/// Returns the set that is only this principal, entry points included.
pub(crate) fn principal(thing: Thing, graph: &Graph) -> Set {
    let arn = thing.arn(graph);
    let name = thing.shorthand(graph);
    match (arn.starts_with("arn:"), name.as_str()) {
        (true, _) => literal(&arn),
        (false, "anyone") => Set {
            kind: SetKind::Name(name),
            span: Span::default(),
        },
        (false, _) => literal(&name),
    }
}

/// Returns the set that is any of these ARNs or patterns; `None` if there is none.
pub(crate) fn any(texts: impl Iterator<Item = String>) -> Option<Set> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts.dedup();
    union(texts.iter().map(|text| literal(text)))
}

/// Returns the set that is any of these sets; `None` if there is none.
pub(crate) fn union(mut sets: impl Iterator<Item = Set>) -> Option<Set> {
    let first = sets.next()?;
    let rest: Vec<(SetOperator, Set)> = sets.map(|set| (SetOperator::Or, set)).collect();
    Some(match rest.is_empty() {
        true => first,
        false => Set {
            kind: SetKind::Chain {
                first: Box::new(first),
                rest,
            },
            span: Span::default(),
        },
    })
}

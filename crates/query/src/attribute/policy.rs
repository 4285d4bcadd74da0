//! What policies say of themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use whocan_graph::{Boundary, Collected, Graph, PolicyId, PolicyKind};
use whocan_policy::Document;

use super::Value;
use crate::thing::Thing;

pub(super) fn attachments(graph: &Graph, thing: Thing) -> Value {
    let Thing::Policy(id) = thing else {
        return Value::Missing;
    };
    let identities = graph.principals().iter().filter_map(|one| one.identity());
    let own = identities.filter(|identity| {
        let mut attached = identity.policies.iter();
        attached.any(|one| one.policy == id && one.group.is_none())
    });
    let groups = graph.groups().iter();
    let groups = groups.filter(|group| group.policies.contains(&id));
    let levels = graph.levels().iter().filter(|level| {
        let both = [&level.scps, &level.rcps];
        both.iter()
            .any(|all| all.known().is_some_and(|all| all.contains(&id)))
    });
    let count = own.count() + groups.count() + levels.count();
    i64::try_from(count).map_or(Value::Unknown, Value::Number)
}

pub(super) fn aws_managed(graph: &Graph, thing: Thing) -> Value {
    match thing {
        Thing::Policy(id) => Value::Flag(graph.policy(id).at.contains("::aws:policy/")),
        _ => Value::Missing,
    }
}

pub(super) fn statements(graph: &Graph, thing: Thing) -> Value {
    of_document(graph, thing, |document| {
        let count = document.statements.len();
        i64::try_from(count).map_or(Value::Unknown, Value::Number)
    })
}

pub(super) fn condition_keys(graph: &Graph, thing: Thing) -> Value {
    of_document(graph, thing, |document| {
        let statements = document.statements.iter();
        let conditions = statements.flat_map(|statement| &statement.conditions);
        let keys: BTreeSet<&str> = conditions
            .map(|condition| condition.key.as_written())
            .collect();
        Value::List(keys.into_iter().map(Arc::from).collect())
    })
}

fn of_document(graph: &Graph, thing: Thing, get: impl Fn(&Document) -> Value) -> Value {
    let policy = match thing {
        Thing::Policy(id) => id,
        Thing::Resource(id) => match &graph.resource(id).policy {
            Collected::Not => return Value::Unknown,
            Collected::Yes(None) => return Value::Missing,
            Collected::Yes(Some(policy)) => *policy,
        },
        _ => return Value::Missing,
    };
    graph
        .document_of(policy)
        .map_or(Value::Unknown, |document| get(document))
}

/// Returns whom a policy bears on by name, for `show`.
pub(crate) fn bears_on(graph: &Graph, id: PolicyId) -> Vec<(&'static str, Vec<Arc<str>>)> {
    let principals = || (0..).map(whocan_graph::PrincipalId).zip(graph.principals());
    let name = |id| Arc::from(Thing::Principal(id).shorthand(graph));
    let attached = principals().filter(|(_, one)| {
        let policies = one.identity().into_iter().flat_map(|one| &one.policies);
        policies
            .into_iter()
            .any(|attached| attached.policy == id && attached.group.is_none())
    });
    let bounded = principals()
        .filter(|(_, one)| one.identity().map(|one| one.boundary) == Some(Boundary::Policy(id)));
    let groups = graph
        .groups()
        .iter()
        .filter(|group| group.policies.contains(&id));
    let levels = graph.levels().iter().filter(|level| {
        let all = match graph.policy(id).kind {
            PolicyKind::ServiceControl => &level.scps,
            _ => &level.rcps,
        };
        all.known().is_some_and(|all| all.contains(&id))
    });
    vec![
        ("attached to", attached.map(|(id, _)| name(id)).collect()),
        (
            "attached to groups",
            groups
                .map(|group| Arc::from(format!("group/{}", group.name)))
                .collect(),
        ),
        ("boundary of", bounded.map(|(id, _)| name(id)).collect()),
        (
            "attached at",
            levels
                .map(|level| Arc::from(format!("{} ({})", level.name, level.id)))
                .collect(),
        ),
    ]
}

//! `list SET` and `show SET`: facts, no verdicts.

use std::sync::Arc;

use whocan_graph::{Collected, Graph, PolicyId};

use super::draft::{Combine, Draft, Found};
use crate::attribute::{ATTRIBUTES, Get, On, Value, bears_on};
use crate::members::Members;
use crate::rows::Row;
use crate::thing::Thing;

/// Lists the things of a set.
pub(super) fn find(members: &Members) -> Found {
    let mut found = Found::new(&["thing", "kind", "account"], Combine::Nothing);
    let drafts = members.things().map(|thing| Draft {
        row: Row {
            thing: Some(thing),
            ..Row::default()
        },
        ..Draft::default()
    });
    found.drafts = drafts.collect();
    found
}

/// Shows everything that is known of one thing: its attributes, then its policies' statements.
pub(super) fn show(thing: Thing, graph: &Graph) -> Found {
    let mut found = Found::new(&["property", "value"], Combine::Nothing);
    let mut add = |name: String, value: Value| {
        if matches!(&value, Value::Missing) || value == Value::List(Vec::new()) {
            return;
        }
        let row = Row {
            thing: Some(thing),
            property: Some((name, value)),
            ..Row::default()
        };
        found.drafts.push(Draft {
            row,
            ..Draft::default()
        });
    };
    for attribute in ATTRIBUTES.iter().filter(|one| one.on == On::Thing) {
        if let Get::Thing(get) = attribute.get {
            add(attribute.name.to_owned(), get(graph, thing));
        }
    }
    if let Some(Collected::Yes(tags)) = thing.tags(graph) {
        for tag in tags {
            add(
                format!("tag[\"{}\"]", tag.key),
                Value::Text(tag.value.as_str().into()),
            );
        }
    }
    if let Thing::Policy(id) = thing {
        for (name, whom) in bears_on(graph, id) {
            add(name.to_owned(), Value::List(whom));
        }
    }
    for (name, policy) in policies(thing, graph) {
        let value = match graph.document_of(policy) {
            None => Value::Unknown,
            Some(document) => {
                let statements = document.statements.iter();
                Value::List(statements.map(|one| Arc::from(one.to_string())).collect())
            }
        };
        add(name, value);
    }
    found
}

/// Returns the policies of a thing, each under a name that says where it stands.
fn policies(thing: Thing, graph: &Graph) -> Vec<(String, PolicyId)> {
    let mut policies = Vec::new();
    match thing {
        Thing::Principal(id) => {
            let principal = graph.principal(id);
            if let Some(role) = principal.role() {
                policies.push(("trust policy".to_owned(), role.trust));
            }
            if let Some(identity) = principal.identity() {
                for attached in &identity.policies {
                    let name = &graph.policy(attached.policy).name;
                    let group = attached.group.map(|group| &graph.group(group).name);
                    let through =
                        group.map_or(String::new(), |group| format!(" through group {group}"));
                    policies.push((format!("policy {name}{through}"), attached.policy));
                }
                if let whocan_graph::Boundary::Policy(policy) = identity.boundary {
                    policies.push(("permissions boundary".to_owned(), policy));
                }
            }
        }
        Thing::Group(id) => {
            for policy in &graph.group(id).policies {
                policies.push((format!("policy {}", graph.policy(*policy).name), *policy));
            }
        }
        Thing::Policy(id) => policies.push(("statements".to_owned(), id)),
        Thing::Resource(id) => {
            if let Collected::Yes(Some(policy)) = graph.resource(id).policy {
                policies.push(("resource policy".to_owned(), policy));
            }
        }
        Thing::Account(_) | Thing::Level(_) => {
            let level = match thing {
                Thing::Level(id) => Some(id),
                Thing::Account(account) => match graph.chain(account) {
                    Collected::Yes(levels) => levels.last().copied(),
                    Collected::Not => None,
                },
                _ => None,
            };
            if let Some(level) = level.map(|id| graph.level(id)) {
                let kinds = [("SCP", &level.scps), ("RCP", &level.rcps)];
                for (kind, attached) in kinds {
                    for policy in attached.known().into_iter().flatten() {
                        policies.push((format!("{kind} {}", graph.policy(*policy).name), *policy));
                    }
                }
            }
        }
    }
    policies
}

//! Attributes of trust policies: what their allows say, conditions aside.

use std::collections::BTreeSet;
use std::sync::Arc;

use whocan_graph::{AccountIndex, Graph, Membership};
use whocan_policy::{AccountId, Effect, NamedPrincipal, Statement};

use super::Value;
use crate::thing::Thing;

/// Gives the allows of the role's trust policy to `look`.
fn of_trust(graph: &Graph, thing: Thing, look: impl FnOnce(&[&Statement]) -> Value) -> Value {
    let Thing::Principal(id) = thing else {
        return Value::Missing;
    };
    let Some(role) = graph.principal(id).role() else {
        return Value::Missing;
    };
    let Some(document) = graph.document_of(role.trust) else {
        return Value::Unknown;
    };
    let allows: Vec<&Statement> = document
        .statements
        .iter()
        .filter(|statement| statement.effect == Some(Effect::Allow))
        .collect();
    look(&allows)
}

fn named<'s>(allows: &'s [&Statement]) -> impl Iterator<Item = &'s NamedPrincipal> {
    let clauses = allows.iter().filter_map(|allow| allow.principal.as_ref());
    clauses.flat_map(|clause| &clause.entries)
}

fn account_of(entry: &NamedPrincipal) -> Option<AccountId> {
    match entry {
        NamedPrincipal::Account(id) => Some(*id),
        NamedPrincipal::User(arn)
        | NamedPrincipal::Role(arn)
        | NamedPrincipal::FederatedUser(arn) => arn.account(),
        NamedPrincipal::Session { account, .. } => Some(*account),
        _ => None,
    }
}

pub(super) fn external(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        let outside = |id: AccountId| {
            graph
                .account_of(id)
                .is_none_or(|account| is_outside(graph, account))
        };
        let any = named(allows).any(|entry| {
            *entry == NamedPrincipal::Everyone || account_of(entry).is_some_and(outside)
        });
        Value::Flag(any)
    })
}

/// Returns whether an account is foreign: outside the organization, or not
/// collected where nothing says what the organization is.
fn is_outside(graph: &Graph, account: AccountIndex) -> bool {
    let account = graph.account(account);
    match account.membership {
        Membership::Management | Membership::Member => false,
        Membership::Outside | Membership::Elsewhere | Membership::Unknown => {
            graph.organization().is_some() || !account.collected
        }
    }
}

pub(super) fn uncollected(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        let collected = |id| {
            let account = graph.account_of(id);
            account.is_some_and(|account| graph.account(account).collected)
        };
        let any = named(allows)
            .filter_map(account_of)
            .any(|id| !collected(id));
        Value::Flag(any)
    })
}

pub(super) fn cross_account(graph: &Graph, thing: Thing) -> Value {
    let own = thing
        .account(graph)
        .map(|account| graph.account(account).id);
    of_trust(graph, thing, |allows| {
        let other = |entry| account_of(entry).is_some_and(|id| Some(id) != own);
        Value::Flag(named(allows).any(other))
    })
}

pub(super) fn public(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        Value::Flag(named(allows).any(|entry| *entry == NamedPrincipal::Everyone))
    })
}

pub(super) fn accounts(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        sorted(named(allows).filter_map(|entry| Some(account_of(entry)?.to_string().into())))
    })
}

pub(super) fn services(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        sorted(named(allows).filter_map(|entry| match entry {
            NamedPrincipal::Service(name) => Some(Arc::from(&**name)),
            _ => None,
        }))
    })
}

pub(super) fn federated(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        sorted(named(allows).filter_map(|entry| match entry {
            NamedPrincipal::Federated(name) => Some(Arc::from(&**name)),
            _ => None,
        }))
    })
}

pub(super) fn principals(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        sorted(named(allows).map(|entry| entry.to_string().into()))
    })
}

pub(super) fn requires(graph: &Graph, thing: Thing) -> Value {
    of_trust(graph, thing, |allows| {
        let conditions = allows.iter().flat_map(|allow| &allow.conditions);
        sorted(conditions.map(|condition| condition.key.as_written().into()))
    })
}

fn sorted(texts: impl Iterator<Item = Arc<str>>) -> Value {
    let unique: BTreeSet<Arc<str>> = texts.collect();
    Value::List(unique.into_iter().collect())
}

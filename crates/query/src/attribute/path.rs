//! What rows say of their paths.

use std::sync::Arc;

use whocan_policy::Truth;

use super::Value;
use crate::rows::Facts;
use crate::thing::{Thing, account_name};

pub(super) fn accounts(facts: &Facts<'_>) -> Value {
    let Some(path) = facts.path else {
        return Value::Missing;
    };
    let roles = path.iter().map(|hop| Thing::Principal(hop.role));
    let things = facts.principal.into_iter().chain(roles);
    let accounts = things.filter_map(|thing| thing.account(facts.graph));
    let mut names: Vec<Arc<str>> = accounts
        .map(|account| account_name(facts.graph, account).into())
        .collect();
    names.dedup();
    Value::List(names)
}

pub(super) fn actions(facts: &Facts<'_>) -> Value {
    facts.path.map_or(Value::Missing, |path| {
        Value::List(path.iter().map(|hop| hop.action.into()).collect())
    })
}

pub(super) fn sure(facts: &Facts<'_>) -> Value {
    facts.path.map_or(Value::Missing, |path| {
        Value::Flag(path.iter().all(|hop| hop.truth == Truth::True))
    })
}

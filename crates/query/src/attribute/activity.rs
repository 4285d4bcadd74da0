//! How principals sign in, and when they last did.

use whocan_graph::{Activity, Collected, Graph, PrincipalKind};

use super::Value;
use crate::thing::Thing;

pub(super) fn last_used(graph: &Graph, thing: Thing) -> Value {
    of(graph, thing, |activity| match &activity.last_used {
        Collected::Not => Value::Unknown,
        Collected::Yes(at) => at.map_or(Value::Missing, Value::Time),
    })
}

pub(super) fn access_keys(graph: &Graph, thing: Thing) -> Value {
    of_user(graph, thing, |activity| match &activity.access_keys {
        Collected::Not => Value::Unknown,
        Collected::Yes(count) => Value::Number((*count).into()),
    })
}

pub(super) fn mfa(graph: &Graph, thing: Thing) -> Value {
    of_user(graph, thing, |activity| flag(&activity.mfa))
}

pub(super) fn console(graph: &Graph, thing: Thing) -> Value {
    of_user(graph, thing, |activity| flag(&activity.console))
}

fn flag(collected: &Collected<bool>) -> Value {
    match collected {
        Collected::Not => Value::Unknown,
        Collected::Yes(flag) => Value::Flag(*flag),
    }
}

fn of(graph: &Graph, thing: Thing, get: impl Fn(&Activity) -> Value) -> Value {
    let Thing::Principal(id) = thing else {
        return Value::Missing;
    };
    match graph.principal(id).kind {
        PrincipalKind::User(_) | PrincipalKind::Role(..) | PrincipalKind::Root => {
            graph.activity(id).map_or(Value::Unknown, get)
        }
        _ => Value::Missing,
    }
}

fn of_user(graph: &Graph, thing: Thing, get: impl Fn(&Activity) -> Value) -> Value {
    match thing {
        Thing::Principal(id) if graph.principal(id).role().is_none() => of(graph, thing, get),
        _ => Value::Missing,
    }
}

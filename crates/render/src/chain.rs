//! A chain of assumed roles in one line.

use whocan_graph::{AccountIndex, Graph};
use whocan_query::rows::Row;
use whocan_query::thing::Thing;

use crate::value;

/// Returns the roles of a row's path, in order: `role/ci (tooling) → role/deploy (prod)`.
///
/// The account stands where it changes: accounts have roles of the same name.
pub fn text(row: &Row, graph: &Graph) -> String {
    let mut account = account_of(row.principal.map(Thing::Principal), graph);
    let mut roles = Vec::new();
    for hop in row.path.iter().flatten() {
        let role = Thing::Principal(hop.role);
        let mut name = role.shorthand(graph);
        let next = account_of(Some(role), graph);
        if next != account {
            account = next;
            name = format!("{name} ({})", value::account(role, graph));
        }
        roles.push(name);
    }
    roles.join(" → ")
}

/// Returns the ARNs of the roles of a row's path, in order.
pub fn arns(row: &Row, graph: &Graph) -> Vec<String> {
    let roles = row.path.iter().flatten();
    let arns = roles.map(|hop| graph.principal(hop.role).arn.to_string());
    arns.collect()
}

fn account_of(thing: Option<Thing>, graph: &Graph) -> Option<AccountIndex> {
    thing?.account(graph)
}

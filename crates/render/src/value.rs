//! The values of rows, as text.

use whocan_graph::Graph;
use whocan_query::attribute::Value;
use whocan_query::thing::Thing;

/// What stands where a value was not collected.
pub const NOT_COLLECTED: &str = "(not collected)";

/// Returns a value as a person reads it; lists have one line for each entry.
///
/// Things are shown by their shorthand, which an account beside them makes
/// clear; with `arn` by their ARN.
pub fn text(value: &Value, graph: &Graph, arn: bool) -> String {
    match value {
        Value::Unknown => NOT_COLLECTED.to_owned(),
        Value::Missing => String::new(),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Names(names) => names.last().map(ToString::to_string).unwrap_or_default(),
        Value::Time(time) => time.to_string(),
        Value::List(list) => list.join("\n"),
        Value::Thing(thing) if arn => thing.arn(graph).to_string(),
        Value::Thing(thing) => thing.shorthand(graph),
    }
}

/// Returns a thing's account as people call it; empty if it has none.
pub fn account(thing: Thing, graph: &Graph) -> String {
    let Some(account) = thing.account(graph) else {
        return String::new();
    };
    let account = graph.account(account);
    match account.name.as_ref() {
        "" => account.id.to_string(),
        name => name.to_owned(),
    }
}

//! The values of rows in one line.

use whocan_graph::Graph;
use whocan_query::attribute::Value;

/// Returns a value as a person reads it; lists are parted by commas.
pub(crate) fn text(value: &Value, graph: &Graph) -> String {
    match value {
        Value::Unknown => "(not collected)".to_owned(),
        Value::Missing => String::new(),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Names(names) => names.last().map(ToString::to_string).unwrap_or_default(),
        Value::Time(time) => time.strftime("%Y-%m-%d").to_string(),
        Value::List(list) => list.join(", "),
        Value::Thing(thing) => thing.shorthand(graph),
    }
}

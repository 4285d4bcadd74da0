//! The queries that the binary carries, from `queries/`.

/// The queries by name: name, text.
pub const QUERIES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/queries.rs"));

/// Returns the text of a query.
pub fn text(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix(".wq").unwrap_or(name);
    let found = QUERIES.iter().find(|(own, _)| *own == name);
    found.map(|(_, text)| *text)
}

//! The `whocan` command.
fn main() {}

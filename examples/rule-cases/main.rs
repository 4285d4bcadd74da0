//! Decides rule cases: `cargo run -q --release --example rule-cases -- FILE.jsonl`.
//!
//! Reads one case a line and answers one line each, in order:
//! `{"id", "eval", "index", "hops", "open"}`. A case that cannot be read
//! answers `{"id", "error"}` and the rest go on.

mod case;
mod question;
mod world;

fn main() {}

//! The parser that pest derives from `query.pest`.
#![allow(missing_docs, reason = "the rules are documented in query.pest")]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "query.pest"]
pub struct Sentence;

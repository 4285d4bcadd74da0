//! Text to [`ast`] to plan to rows: the query language.
//!
//! [`parse`] reads a text and knows nothing but the grammar. Names are
//! resolved against a graph once; behind that a plan holds ids only.

pub mod ast;
mod error;
mod format;
mod nearest;
mod parse;

pub use error::{Problem, QueryError};
pub use parse::parse;

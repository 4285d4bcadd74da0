//! Text to [`ast`] to [`mod@plan`] to [`rows`]: the query language.
//!
//! [`parse`] reads a text and knows nothing but the grammar. Names are
//! resolved against a graph once; behind that a [`plan::Plan`] holds ids only.
//! Decisions are the [`engine::Engine`]'s: the index for everybody at once,
//! the judge for reasons. Start at [`answer`].

pub mod ast;
pub mod attribute;
mod check;
mod context;
pub mod engine;
mod error;
mod format;
pub mod kind;
pub mod members;
mod nearest;
mod parse;
pub mod plan;
mod resolve;
pub mod rows;
mod run;
pub mod saved;
mod target;
pub mod thing;

pub use context::{Context, Names, Other};
pub use error::{Problem, QueryError};
pub use format::pretty;
pub use parse::{Expected, expected_after, parse};
pub use resolve::Inner;
pub use run::{answer, answer_statement, plan, plan_with};

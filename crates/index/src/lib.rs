//! Every request at once: effective permissions as bitsets over principals.
//!
//! Statement-major: distinct statements, patterns and conditions are interned,
//! each statement keeps the roaring bitmap of the principals it bears on, and
//! "who" is answered by unions, intersections and differences of those in two
//! planes, *surely* and *possibly*. The AssumeRole closure stands on top. It
//! shares no decision code with `whocan-eval`, which it must agree with.
//! Start at [`Index::build`] and [`Index::can`].

mod question;
mod verdict;

pub use question::{Ask, Ignoring, Walk};
pub use verdict::{Cell, Hop, Path, Planes, Reached, Verdicts};

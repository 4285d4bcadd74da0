//! Answers as text: tables for people, JSON and CSV for programs.
//!
//! One file for each form. Draws no conclusions and prints nothing: everything
//! here returns text, and the same rows give the same bytes. Text from an
//! account reaches a terminal only through [`Plain`].

mod chain;
pub mod checks;
pub mod csv;
mod explanation;
mod grid;
pub mod json;
mod plain;
pub mod table;
mod value;

pub use grid::{Grid, Look, Tone};
pub use plain::Plain;

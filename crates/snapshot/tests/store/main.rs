//! The store from outside: what it keeps, what it drops, what breaks it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod contents;
mod damage;
mod kill;
mod removal;
mod sample;
mod writers;

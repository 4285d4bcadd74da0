//! The judge from outside: an account, a question, the answer.
//!
//! Accounts are written in the small language of [`world`]; every test names
//! the rule that it shows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod conditions;
mod gaps;
mod identities;
mod keys;
mod organizations;
mod overrides;
mod reaching;
mod reasons;
mod remedies;
mod resources;
mod storage;
mod trusts;
mod world;

//! Exports on disk, and what an import makes of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod bundle;

mod broken;
mod details;
mod formats;
mod gaps;
mod hostile;
mod identity_center;
mod organization;
mod paths;
mod plan;
mod resources;
mod same_bytes;

//! Exports on disk, and what an import makes of them.

mod bundle;

mod broken;
mod details;
mod gaps;
mod hostile;
mod organization;
mod paths;
mod resources;
mod same_bytes;

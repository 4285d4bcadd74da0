//! Live accounts as exports on disk. The only network, the only async code.
//!
//! A collection asks AWS what the AWS command line would, and writes what that
//! would print into the same layout; `whocan_import` makes snapshots of either.
//! So a live account and its export give the same objects by construction, a
//! collection that was stopped goes on from the files that are there, and
//! nothing that was read is lost. Draws no conclusions, prints nothing, and sends
//! nothing but the rows of its table. Start at [`Collection`].
//!
//! The SDK finds credentials, assumes roles and reads identities with its own
//! clients. All else goes through one generic path: the SDK's orchestrator
//! signs and retries what a row of the table says. The SDK's other clients would
//! give structures that know no serialization, each to be written back into
//! the form that the command line prints.

mod account;
mod answer;
mod asker;
mod blanks;
mod center;
mod collection;
mod details;
mod endpoint;
mod error;
mod fault;
mod folder;
mod observer;
mod options;
mod organization;
mod pace;
mod permissions;
mod plan;
mod request;
mod services;
mod session;
mod table;
mod targets;
mod wire;
mod xml;

pub use collection::{Collected, Collection};
pub use error::CollectError;
pub use observer::{Event, Observer};
pub use options::{Manners, Options};
pub use permissions::{policy, template};
pub use plan::{PlannedCall, planned};

//! Exported accounts as snapshot objects.
//!
//! Reads what the AWS command line printed into the layout
//! `<service>/[<region>/]<command>[/<argument>].json`, many accounts at once,
//! and a lone `get-account-authorization-details` file. What other tools
//! collected is told as the calls that AWS answered them, and read alike
//! (`formats`); a Terraform plan is laid over an account ([`Plan`]). Draws no conclusions:
//! documents stay verbatim, and what is missing or was refused becomes a gap.
//! Knows nothing of the store; whoever calls gives a [`Sink`]. Start at [`import`].
//!
//! A gap without an argument is about every call of its command, one without a
//! region about every region. `complete` is set only by
//! [`Options::absent_means_none`], and only where nothing that was asked for
//! about identities and lists failed.

mod audit;
mod draft;
mod error;
mod export;
mod file;
mod formats;
mod generic;
mod import;
mod json;
mod locate;
mod naming;
mod note;
mod organization;
mod plan;
mod reading;
mod recognition;
mod services;
mod sink;
mod table;

pub use error::{BoxError, FileError, ImportError, Place};
pub use import::{Options, import};
pub use note::{Alike, Imported, Note, NoteKind, digest};
pub use plan::{Laid, Plan};
pub use recognition::{Format, Recognition, Recognized, recognize};
pub use sink::{Event, Sink};
pub use table::wanted_commands;

//! Exports of other tools, told as the calls that AWS answered them.
//!
//! One file a format. Each finds its accounts in a path and turns what it
//! kept of an account into the answers that the AWS command line would have
//! printed; the same readers then read them. What a format does not keep makes
//! no answer, and so a gap.

mod answer;
pub(crate) mod aws_config;
pub(crate) mod cloudmapper;
pub(crate) mod iam_collect;
pub(crate) mod pmapper;
mod resource;

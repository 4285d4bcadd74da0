//! What could not be read.

use serde::{Deserialize, Serialize};

/// One thing that the collection or the export could not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// The service's name on the AWS command line, such as `s3api`.
    pub service: String,
    /// The region, where the call has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The command, such as `get-bucket-policy`.
    pub call: String,
    /// The command's argument: a bucket, a key id, a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// Why.
    pub code: GapCode,
}

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapCode {
    /// AWS answered with this error code, such as `AccessDenied`.
    Refused(String),
    /// The export has neither the file nor a line about the call.
    NotExported,
    /// The file was there and could not be read: file, place and what was expected.
    Unreadable(String),
}

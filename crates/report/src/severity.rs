//! How bad a finding is.

use serde::{Deserialize, Serialize};

/// How bad a finding is, in the words of OCSF and of most ticket systems.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Informational,
    /// When there is time.
    Low,
    /// This month.
    #[default]
    Medium,
    /// This week.
    High,
    /// Today.
    Critical,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Severity; 5] = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Informational,
    ];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Informational => "informational",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

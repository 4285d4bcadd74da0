//! What is collected, and with which manners.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

/// What is collected. Kept beside what was read, so that it can be resumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The profile of the AWS configuration files; else as the SDK finds credentials.
    pub profile: Option<String>,
    /// Where all services are, for endpoints that are not AWS's.
    pub endpoint_url: Option<String>,
    /// The role that is assumed in each other account; without it only the
    /// account of the credentials is read.
    pub role_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The name of the role's sessions, as CloudTrail shows it.
    pub session_name: String,
    /// The accounts to read; empty: those of the organization.
    pub accounts: Vec<AccountId>,
    /// Only accounts below these organizational units or roots.
    pub units: Vec<String>,
    /// Only accounts with all of these tags.
    pub tags: Vec<(String, String)>,
    /// The regions; empty: those that are enabled in each account.
    pub regions: Vec<String>,
    /// Leaves the organization out.
    pub skip_organization: bool,
}

/// How the collector behaves towards AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manners {
    /// How many calls run at once.
    pub at_once: usize,
    /// How many calls a second at most to one service in one account and
    /// region; the table has a lower bound for each service.
    pub rate: Option<u32>,
    /// How long one attempt of a call may take.
    pub timeout: Duration,
    /// How often a call is attempted.
    pub attempts: u32,
    /// How long the first retry waits; each further waits up to twice as long.
    pub first_wait: Duration,
    /// Asks again what was refused before.
    pub again: bool,
}

impl Default for Manners {
    fn default() -> Manners {
        Manners {
            at_once: 16,
            rate: None,
            timeout: Duration::from_secs(60),
            attempts: 6,
            first_wait: Duration::from_secs(1),
            again: false,
        }
    }
}

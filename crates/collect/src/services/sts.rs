//! Whose credentials these are, and the role that is assumed elsewhere.
//!
//! The SDK makes these calls; the rows are for the policy and for `--dry-run`.

use crate::table::{Call, Service, Wire};

/// Source: AWS Security Token Service API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "sts",
    host: "sts",
    signs: "sts",
    actions: "sts",
    wire: Wire::Query {
        version: "2011-06-15",
    },
    one_endpoint: false,
    rate: 5,
    calls: &[Call::led("get-caller-identity", "GetCallerIdentity")],
};

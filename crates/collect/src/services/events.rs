//! EventBridge buses, whose list carries their policies.

use crate::table::{Call, Service, Wire};

/// Source: Amazon EventBridge API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "events",
    host: "events",
    signs: "events",
    actions: "events",
    wire: Wire::Json {
        target: "AWSEvents",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 5,
    calls: &[Call::region("list-event-buses", "ListEventBuses").pages(
        "NextToken",
        "NextToken",
        &["EventBuses"],
    )],
};

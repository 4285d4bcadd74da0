//! The Glue data catalogue, which has one policy for each region.

use crate::table::{Call, Service, Wire};

/// Source: AWS Glue Web API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "glue",
    host: "glue",
    signs: "glue",
    actions: "glue",
    wire: Wire::Json {
        target: "AWSGlue",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 5,
    calls: &[Call::region("get-resource-policy", "GetResourcePolicy")],
};

//! Lambda functions.

use crate::table::{Call, Service, Wire};

/// Source: AWS Lambda API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "lambda",
    host: "lambda",
    signs: "lambda",
    actions: "lambda",
    wire: Wire::RestJson,
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-functions", "ListFunctions")
            .route("GET /2015-03-31/functions")
            .pages("Marker", "NextMarker", &["Functions"]),
        of_function("get-policy", "GetPolicy").route("GET /2015-03-31/functions/{item}/policy"),
        of_function("list-tags", "ListTags").route("GET /2017-03-31/tags/{item}"),
    ],
};

const fn of_function(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(
        command,
        operation,
        "list-functions",
        "Functions[].FunctionArn",
    )
}

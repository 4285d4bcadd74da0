//! SQS queues.

use crate::table::{Call, Service, Wire, list, number, text};

/// Source: Amazon SQS API Reference. `ListQueues` pages only where `MaxResults`
/// is sent; without it the list ends after 1,000 queues.
pub(crate) const SERVICE: Service = Service {
    name: "sqs",
    host: "sqs",
    signs: "sqs",
    actions: "sqs",
    wire: Wire::Json {
        target: "AmazonSQS",
        version: "1.0",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-queues", "ListQueues")
            .sends(&[number("MaxResults", 1000)])
            .pages("NextToken", "NextToken", &["QueueUrls"]),
        of_queue("get-queue-attributes", "GetQueueAttributes")
            .sends(&[text("QueueUrl", "{item}"), list("AttributeNames", "All")]),
        of_queue("list-queue-tags", "ListQueueTags").sends(&[text("QueueUrl", "{item}")]),
    ],
};

const fn of_queue(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(command, operation, "list-queues", "QueueUrls[]").argument("{last}")
}

//! SNS topics.

use crate::table::{Call, Is, Root, Service, Wire, text};

/// Source: Amazon SNS API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "sns",
    host: "sns",
    signs: "sns",
    actions: "sns",
    wire: Wire::Query {
        version: "2010-03-31",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-topics", "ListTopics")
            .pages("NextToken", "NextToken", &["Topics"])
            .shape(Root::Members, &[("Topics", Is::List("member"))]),
        of_topic("get-topic-attributes", "GetTopicAttributes")
            .sends(&[text("TopicArn", "{item}")])
            .shape(Root::Members, &[("Attributes", Is::Map)]),
        of_topic("list-tags-for-resource", "ListTagsForResource")
            .sends(&[text("ResourceArn", "{item}")])
            .shape(Root::Members, &[("Tags", Is::List("member"))]),
    ],
};

const fn of_topic(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(command, operation, "list-topics", "Topics[].TopicArn")
}

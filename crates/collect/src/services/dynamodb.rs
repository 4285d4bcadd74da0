//! DynamoDB tables.

use crate::table::{Call, Service, Wire, text};

const ARN: &str = "arn:{partition}:dynamodb:{region}:{account}:table/{item}";

/// Source: Amazon DynamoDB API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "dynamodb",
    host: "dynamodb",
    signs: "dynamodb",
    actions: "dynamodb",
    wire: Wire::Json {
        target: "DynamoDB_20120810",
        version: "1.0",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-tables", "ListTables").pages(
            "ExclusiveStartTableName",
            "LastEvaluatedTableName",
            &["TableNames"],
        ),
        of_table("describe-table", "DescribeTable").sends(&[text("TableName", "{item}")]),
        of_table("get-resource-policy", "GetResourcePolicy")
            .argument(ARN)
            .sends(&[text("ResourceArn", ARN)]),
        of_table("list-tags-of-resource", "ListTagsOfResource")
            .argument(ARN)
            .sends(&[text("ResourceArn", ARN)])
            .pages("NextToken", "NextToken", &["Tags"]),
    ],
};

const fn of_table(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(command, operation, "list-tables", "TableNames[]")
}

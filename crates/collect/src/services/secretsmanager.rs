//! Secrets of Secrets Manager: names, keys, tags and policies, never a value.

use crate::table::{Call, Service, Wire, text};

/// Source: AWS Secrets Manager API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "secretsmanager",
    host: "secretsmanager",
    signs: "secretsmanager",
    actions: "secretsmanager",
    wire: Wire::Json {
        target: "secretsmanager",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-secrets", "ListSecrets").pages(
            "NextToken",
            "NextToken",
            &["SecretList"],
        ),
        Call::each_in_region(
            "get-resource-policy",
            "GetResourcePolicy",
            "list-secrets",
            "SecretList[].ARN",
        )
        .sends(&[text("SecretId", "{item}")]),
    ],
};

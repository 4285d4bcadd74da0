//! KMS keys, their policies and grants.

use crate::table::{Call, Field, Service, Wire, text};

/// Source: AWS Key Management Service API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "kms",
    host: "kms",
    signs: "kms",
    actions: "kms",
    wire: Wire::Json {
        target: "TrentService",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("list-aliases", "ListAliases").pages("Marker", "NextMarker", &["Aliases"]),
        Call::region("list-keys", "ListKeys").pages("Marker", "NextMarker", &["Keys"]),
        of_key("get-key-policy", "GetKeyPolicy")
            .sends(&[text("KeyId", "{item}"), text("PolicyName", "default")]),
        of_key("list-grants", "ListGrants").pages("Marker", "NextMarker", &["Grants"]),
        of_key("describe-key", "DescribeKey"),
        of_key("list-resource-tags", "ListResourceTags").pages("Marker", "NextMarker", &["Tags"]),
    ],
};

const KEY: &[Field] = &[text("KeyId", "{item}")];

const fn of_key(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(command, operation, "list-keys", "Keys[].KeyId").sends(KEY)
}

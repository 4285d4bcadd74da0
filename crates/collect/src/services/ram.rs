//! Resource Access Manager: what this account shares, and with whom.

use crate::table::{Call, Service, Wire, list, text};

/// Source: AWS RAM API Reference. All its reads that are asked here are
/// `POST`, with what they ask in the body.
pub(crate) const SERVICE: Service = Service {
    name: "ram",
    host: "ram",
    signs: "ram",
    actions: "ram",
    wire: Wire::RestJson,
    one_endpoint: false,
    rate: 5,
    calls: &[
        associations(RESOURCES).sends(&[text("associationType", "RESOURCE")]),
        associations("get-resource-share-associations.PRINCIPAL")
            .sends(&[text("associationType", "PRINCIPAL")]),
        Call::each_in_region(
            "get-resource-policies",
            "GetResourcePolicies",
            RESOURCES,
            "resourceShareAssociations[].associatedEntity",
        )
        .route("POST /getresourcepolicies")
        .sends(&[list("resourceArns", "{item}")])
        .pages("nextToken", "nextToken", &["policies"]),
    ],
};

const RESOURCES: &str = "get-resource-share-associations.RESOURCE";

const fn associations(command: &'static str) -> Call {
    Call::region(command, "GetResourceShareAssociations")
        .route("POST /getresourceshareassociations")
        .pages("nextToken", "nextToken", &["resourceShareAssociations"])
}

//! The organization: its tree, its policies, who administers what for it.

use crate::table::{Call, Service, Wire, text};

/// Source: AWS Organizations API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "organizations",
    host: "organizations",
    signs: "organizations",
    actions: "organizations",
    wire: Wire::Json {
        target: "AWSOrganizationsV20161128",
        version: "1.1",
    },
    one_endpoint: true,
    rate: 3,
    calls: &[
        Call::led("describe-organization", "DescribeOrganization"),
        Call::led("list-roots", "ListRoots").pages("NextToken", "NextToken", &["Roots"]),
        Call::led("list-accounts", "ListAccounts").pages("NextToken", "NextToken", &["Accounts"]),
        Call::led("list-accounts-for-parent", "ListAccountsForParent")
            .argument("{item}")
            .sends(&[text("ParentId", "{item}")])
            .pages("NextToken", "NextToken", &["Accounts"]),
        Call::led(
            "list-organizational-units-for-parent",
            "ListOrganizationalUnitsForParent",
        )
        .argument("{item}")
        .sends(&[text("ParentId", "{item}")])
        .pages("NextToken", "NextToken", &["OrganizationalUnits"]),
        Call::led("list-tags-for-resource", "ListTagsForResource")
            .argument("{item}")
            .sends(&[text("ResourceId", "{item}")])
            .pages("NextToken", "NextToken", &["Tags"]),
        policies("list-policies.SERVICE_CONTROL_POLICY")
            .sends(&[text("Filter", "SERVICE_CONTROL_POLICY")]),
        policies("list-policies.RESOURCE_CONTROL_POLICY")
            .sends(&[text("Filter", "RESOURCE_CONTROL_POLICY")]),
        policies("list-policies.S3_POLICY").sends(&[text("Filter", "S3_POLICY")]),
        Call::led("describe-policy", "DescribePolicy")
            .argument("{item}")
            .sends(&[text("PolicyId", "{item}")]),
        Call::led("list-targets-for-policy", "ListTargetsForPolicy")
            .argument("{item}")
            .sends(&[text("PolicyId", "{item}")])
            .pages("NextToken", "NextToken", &["Targets"]),
        attached("list-policies-for-target.SERVICE_CONTROL_POLICY").sends(&[
            text("TargetId", "{item}"),
            text("Filter", "SERVICE_CONTROL_POLICY"),
        ]),
        attached("list-policies-for-target.RESOURCE_CONTROL_POLICY").sends(&[
            text("TargetId", "{item}"),
            text("Filter", "RESOURCE_CONTROL_POLICY"),
        ]),
        attached("list-policies-for-target.S3_POLICY")
            .sends(&[text("TargetId", "{item}"), text("Filter", "S3_POLICY")]),
        Call::led(
            "list-delegated-administrators",
            "ListDelegatedAdministrators",
        )
        .pages("NextToken", "NextToken", &["DelegatedAdministrators"]),
        Call::led(
            "list-delegated-services-for-account",
            "ListDelegatedServicesForAccount",
        )
        .argument("{item}")
        .sends(&[text("AccountId", "{item}")])
        .pages("NextToken", "NextToken", &["DelegatedServices"]),
    ],
};

/// The kinds of policies that bear on access.
pub(crate) const KINDS: &[&str] = &["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", S3];
/// The kind that is about S3 alone.
pub(crate) const S3: &str = "S3_POLICY";

const fn policies(command: &'static str) -> Call {
    Call::led(command, "ListPolicies").pages("NextToken", "NextToken", &["Policies"])
}

const fn attached(command: &'static str) -> Call {
    Call::led(command, "ListPoliciesForTarget")
        .argument("{item}")
        .pages("NextToken", "NextToken", &["Policies"])
}

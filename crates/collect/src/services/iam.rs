//! IAM: identities, providers, aliases, the credential report.

use crate::table::{Call, Is, Root, Service, Wire};

/// The identities with all their policies, which the SDK's own client reads.
pub(crate) const DETAILS: &str = "get-account-authorization-details";
/// Asks for the report to be made: the one call that is no plain read. It
/// changes nothing but the report.
pub(crate) const MAKE_REPORT: &str = "generate-credential-report";
/// The report, once it is made.
pub(crate) const REPORT: &str = "get-credential-report";

/// Source: IAM API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "iam",
    host: "iam",
    signs: "iam",
    actions: "iam",
    wire: Wire::Query {
        version: "2010-05-08",
    },
    one_endpoint: true,
    rate: 5,
    calls: &[
        Call::led(DETAILS, "GetAccountAuthorizationDetails"),
        Call::account("list-saml-providers", "ListSAMLProviders")
            .shape(Root::Members, &[("SAMLProviderList", Is::List("member"))]),
        Call::account(
            "list-open-id-connect-providers",
            "ListOpenIDConnectProviders",
        )
        .shape(
            Root::Members,
            &[("OpenIDConnectProviderList", Is::List("member"))],
        ),
        Call::account("list-account-aliases", "ListAccountAliases")
            .pages("Marker", "Marker", &["AccountAliases"])
            .shape(
                Root::Members,
                &[
                    ("AccountAliases", Is::List("member")),
                    ("IsTruncated", Is::Flag),
                ],
            ),
        Call::account("list-instance-profiles", "ListInstanceProfiles")
            .pages("Marker", "Marker", &["InstanceProfiles"])
            .shape(
                Root::Members,
                &[
                    ("InstanceProfiles", Is::List("member")),
                    ("Roles", Is::List("member")),
                    ("IsTruncated", Is::Flag),
                ],
            ),
        Call::led(MAKE_REPORT, "GenerateCredentialReport"),
        Call::led(REPORT, "GetCredentialReport"),
    ],
};

//! S3 buckets and their settings.

use crate::table::{Call, Is, Root, Service, Wire};

/// Source: Amazon S3 API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "s3api",
    host: "s3",
    signs: "s3",
    actions: "s3",
    wire: Wire::RestXml,
    one_endpoint: false,
    rate: 20,
    calls: &[
        Call::account("list-buckets", "ListBuckets")
            .action("s3:ListAllMyBuckets")
            .route("GET /?max-buckets=1000")
            .pages("continuation-token", "ContinuationToken", &["Buckets"])
            .shape(Root::Members, &[("Buckets", Is::List("Bucket"))]),
        of_bucket("get-bucket-location", "GetBucketLocation")
            .route("GET /{item}?location")
            .shape(Root::Text("LocationConstraint"), &[]),
        of_bucket("get-bucket-policy", "GetBucketPolicy")
            .route("GET /{item}?policy")
            .shape(Root::Body("Policy"), &[]),
        of_bucket("get-public-access-block", "GetPublicAccessBlock")
            .action("s3:GetBucketPublicAccessBlock")
            .route("GET /{item}?publicAccessBlock")
            .shape(Root::Member("PublicAccessBlockConfiguration"), SWITCHES),
        of_bucket("get-bucket-acl", "GetBucketAcl")
            .route("GET /{item}?acl")
            .shape(
                Root::Members,
                &[("AccessControlList", Is::ListAs("Grant", "Grants"))],
            ),
        of_bucket(
            "get-bucket-ownership-controls",
            "GetBucketOwnershipControls",
        )
        .route("GET /{item}?ownershipControls")
        .shape(
            Root::Member("OwnershipControls"),
            &[("Rule", Is::Entry("Rules"))],
        ),
        of_bucket("get-bucket-tagging", "GetBucketTagging")
            .route("GET /{item}?tagging")
            .shape(Root::Members, &[("TagSet", Is::List("Tag"))]),
        of_bucket("get-bucket-abac", "GetBucketAbac")
            .route("GET /{item}?abac")
            .shape(Root::Member("AbacStatus"), &[]),
        of_bucket("get-bucket-encryption", "GetBucketEncryption")
            .action("s3:GetEncryptionConfiguration")
            .route("GET /{item}?encryption")
            .shape(
                Root::Member("ServerSideEncryptionConfiguration"),
                &[("Rule", Is::Entry("Rules")), ("BucketKeyEnabled", Is::Flag)],
            ),
    ],
};

/// The four switches of S3 Block Public Access.
pub(super) const SWITCHES: &[(&str, Is)] = &[
    ("BlockPublicAcls", Is::Flag),
    ("IgnorePublicAcls", Is::Flag),
    ("BlockPublicPolicy", Is::Flag),
    ("RestrictPublicBuckets", Is::Flag),
];

const fn of_bucket(command: &'static str, operation: &'static str) -> Call {
    Call::each(command, operation, "list-buckets", "Buckets[].Name")
}

//! Repositories of the Elastic Container Registry.

use crate::table::{Call, Service, Wire, text};

/// Source: Amazon ECR API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "ecr",
    host: "api.ecr",
    signs: "ecr",
    actions: "ecr",
    wire: Wire::Json {
        target: "AmazonEC2ContainerRegistry_V20150921",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::region("describe-repositories", "DescribeRepositories").pages(
            "nextToken",
            "nextToken",
            &["repositories"],
        ),
        Call::each_in_region(
            "get-repository-policy",
            "GetRepositoryPolicy",
            "describe-repositories",
            "repositories[].repositoryName",
        )
        .sends(&[text("repositoryName", "{item}")]),
        Call::each_in_region(
            "list-tags-for-resource",
            "ListTagsForResource",
            "describe-repositories",
            "repositories[].repositoryArn",
        )
        .sends(&[text("resourceArn", "{item}")]),
    ],
};

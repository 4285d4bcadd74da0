//! Services with one endpoint for all regions.

use super::Table;

/// Partition, global service, and the region that its requests name (R116).
///
/// Services that merely exist in one region are not here; neither are STS and
/// S3, whose global endpoints are one among regional ones, nor Health, whose
/// endpoint moves between regions.
pub const GLOBAL_SERVICES: Table<(&str, &str, &str)> = Table {
    source: "Service endpoints and quotas, AWS General Reference, as endpoints.json of botocore \
             1.44.8 has them; AWS: Denies access to AWS based on the requested Region, IAM User \
             Guide (chatbot, globalaccelerator)",
    read: "2026-11-24",
    rows: &[
        ("aws", "account", "us-east-1"),
        ("aws", "billingconductor", "us-east-1"),
        ("aws", "budgets", "us-east-1"),
        ("aws", "ce", "us-east-1"),
        ("aws", "chatbot", "us-west-2"),
        ("aws", "cloudfront", "us-east-1"),
        ("aws", "globalaccelerator", "us-west-2"),
        ("aws", "iam", "us-east-1"),
        ("aws", "importexport", "us-east-1"),
        ("aws", "networkmanager", "us-west-2"),
        ("aws", "notifications-contacts", "us-east-1"),
        ("aws", "organizations", "us-east-1"),
        ("aws", "route53", "us-east-1"),
        ("aws", "savingsplans", "us-east-1"),
        ("aws", "shield", "us-east-1"),
        ("aws", "support", "us-east-1"),
        ("aws", "tax", "us-east-1"),
        ("aws", "waf", "us-east-1"),
        ("aws-cn", "account", "cn-northwest-1"),
        ("aws-cn", "budgets", "cn-northwest-1"),
        ("aws-cn", "ce", "cn-northwest-1"),
        ("aws-cn", "cloudfront", "cn-northwest-1"),
        ("aws-cn", "iam", "cn-north-1"),
        ("aws-cn", "organizations", "cn-northwest-1"),
        ("aws-cn", "route53", "cn-northwest-1"),
        ("aws-cn", "support", "cn-north-1"),
        ("aws-iso", "budgets", "us-iso-east-1"),
        ("aws-iso", "ce", "us-iso-east-1"),
        ("aws-iso", "iam", "us-iso-east-1"),
        ("aws-iso", "organizations", "us-iso-east-1"),
        ("aws-iso", "route53", "us-iso-east-1"),
        ("aws-iso", "support", "us-iso-east-1"),
        ("aws-iso-b", "budgets", "us-isob-east-1"),
        ("aws-iso-b", "ce", "us-isob-east-1"),
        ("aws-iso-b", "iam", "us-isob-east-1"),
        ("aws-iso-b", "organizations", "us-isob-east-1"),
        ("aws-iso-b", "route53", "us-isob-east-1"),
        ("aws-iso-b", "support", "us-isob-east-1"),
        ("aws-iso-e", "budgets", "eu-isoe-west-1"),
        ("aws-iso-e", "organizations", "eu-isoe-west-1"),
        ("aws-iso-e", "route53", "eu-isoe-west-1"),
        ("aws-iso-e", "savingsplans", "eu-isoe-west-1"),
        ("aws-iso-f", "budgets", "us-isof-south-1"),
        ("aws-iso-f", "ce", "us-isof-south-1"),
        ("aws-iso-f", "iam", "us-isof-south-1"),
        ("aws-iso-f", "organizations", "us-isof-south-1"),
        ("aws-iso-f", "route53", "us-isof-south-1"),
        ("aws-iso-f", "savingsplans", "us-isof-south-1"),
        ("aws-us-gov", "iam", "us-gov-west-1"),
        ("aws-us-gov", "networkmanager", "us-gov-west-1"),
        ("aws-us-gov", "organizations", "us-gov-west-1"),
        ("aws-us-gov", "route53", "us-gov-west-1"),
        ("aws-us-gov", "support", "us-gov-west-1"),
    ],
};

/// Returns the value of `aws:RequestedRegion` for a global service in a partition.
///
/// None for a service that is not global there. Source: [`GLOBAL_SERVICES`].
pub fn region_of_global_service(partition: &str, service: &str) -> Option<&'static str> {
    let service = service.to_ascii_lowercase();
    let rows = GLOBAL_SERVICES.rows;
    let at = rows.binary_search_by(|(p, s, _)| (*p, *s).cmp(&(partition, service.as_str())));
    at.ok().map(|at| rows[at].2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn calls_to_a_global_service_name_the_region_of_its_endpoint() {
        let region = region_of_global_service;
        assert_eq!(region("aws", "iam"), Some("us-east-1"));
        assert_eq!(region("aws", "Organizations"), Some("us-east-1"));
        assert_eq!(region("aws", "route53"), Some("us-east-1"));
        assert_eq!(region("aws-us-gov", "iam"), Some("us-gov-west-1"));
        assert_eq!(region("aws-cn", "iam"), Some("cn-north-1"));
        assert_eq!(region("aws", "ec2"), None);
        assert_eq!(region("aws", "sts"), None);
        assert_eq!(region("aws", "s3"), None);
        assert_eq!(region("aws-nowhere", "iam"), None);
    }

    #[test]
    fn rows_are_sorted_and_name_services_of_the_catalogue() {
        assert!(GLOBAL_SERVICES.rows.is_sorted_by(|a, b| a < b));
        for (_, service, _) in GLOBAL_SERVICES.rows {
            assert!(catalogue().service(service).is_some(), "{service}");
        }
    }
}

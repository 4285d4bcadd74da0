//! Where a service is in a region, and how its requests are signed.

use crate::table::Service;

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The address, without a slash at its end.
    pub(crate) url: String,
    /// The region that requests are signed for.
    pub(crate) signs: String,
}

/// A partition of AWS: regions that share accounts.
///
/// Source: the endpoint rules of the AWS SDKs, `partitions.json`, and AWS
/// General Reference, "Service endpoints and quotas".
struct Partition {
    name: &'static str,
    suffix: &'static str,
    /// The region that global services sign for, and that stands for the partition.
    home: &'static str,
    iam: &'static str,
    organizations: &'static str,
}

const PARTITIONS: &[Partition] = &[
    Partition {
        name: "aws",
        suffix: "amazonaws.com",
        home: "us-east-1",
        iam: "iam.amazonaws.com",
        organizations: "organizations.us-east-1.amazonaws.com",
    },
    Partition {
        name: "aws-cn",
        suffix: "amazonaws.com.cn",
        home: "cn-north-1",
        iam: "iam.cn-north-1.amazonaws.com.cn",
        organizations: "organizations.cn-northwest-1.amazonaws.com.cn",
    },
    Partition {
        name: "aws-us-gov",
        suffix: "amazonaws.com",
        home: "us-gov-west-1",
        iam: "iam.us-gov.amazonaws.com",
        organizations: "organizations.us-gov-west-1.amazonaws.com",
    },
    Partition {
        name: "aws-iso",
        suffix: "c2s.ic.gov",
        home: "us-iso-east-1",
        iam: "iam.us-iso-east-1.c2s.ic.gov",
        organizations: "organizations.us-iso-east-1.c2s.ic.gov",
    },
    Partition {
        name: "aws-iso-b",
        suffix: "sc2s.sgov.gov",
        home: "us-isob-east-1",
        iam: "iam.us-isob-east-1.sc2s.sgov.gov",
        organizations: "organizations.us-isob-east-1.sc2s.sgov.gov",
    },
    Partition {
        name: "aws-iso-e",
        suffix: "cloud.adc-e.uk",
        home: "eu-isoe-west-1",
        iam: "iam.eu-isoe-west-1.cloud.adc-e.uk",
        organizations: "organizations.eu-isoe-west-1.cloud.adc-e.uk",
    },
    Partition {
        name: "aws-iso-f",
        suffix: "csp.hci.ic.gov",
        home: "us-isof-south-1",
        iam: "iam.us-isof-south-1.csp.hci.ic.gov",
        organizations: "organizations.us-isof-south-1.csp.hci.ic.gov",
    },
    Partition {
        name: "aws-eusc",
        suffix: "amazonaws.eu",
        home: "eusc-de-east-1",
        iam: "iam.eusc-de-east-1.amazonaws.eu",
        organizations: "organizations.eusc-de-east-1.amazonaws.eu",
    },
];

fn partition(name: &str) -> &'static Partition {
    let known = PARTITIONS.iter().find(|partition| partition.name == name);
    known.unwrap_or(&PARTITIONS[0])
}

/// Returns the region that stands for a partition.
pub(crate) fn home(partition_name: &str) -> &'static str {
    partition(partition_name).home
}

/// Returns where a service of AWS is.
///
/// `account` stands before the host of S3 Control.
/// Source: Amazon S3 API Reference, "Amazon S3 Control": the host is
/// `ACCOUNT.s3-control.REGION.amazonaws.com`.
pub(crate) fn of_aws(
    service: &Service,
    partition_name: &str,
    region: &str,
    account: &str,
) -> Endpoint {
    let partition = partition(partition_name);
    let (host, signs) = match service.name {
        "iam" => (partition.iam.to_owned(), partition.home),
        "organizations" => {
            let host = partition.organizations;
            let region = host.split('.').nth(1).unwrap_or(partition.home);
            (host.to_owned(), region)
        }
        "s3control" => (
            format!("{account}.{}.{region}.{}", service.host, partition.suffix),
            region,
        ),
        _ => (
            format!("{}.{region}.{}", service.host, partition.suffix),
            region,
        ),
    };
    Endpoint {
        url: format!("https://{host}"),
        signs: signs.to_owned(),
    }
}

/// Returns where a service is that a person has put elsewhere.
///
/// Nothing is put before a host that a person has named: an address has no
/// hosts below it.
pub(crate) fn of_person(
    service: &Service,
    partition_name: &str,
    region: &str,
    url: &str,
) -> Endpoint {
    let signs = match service.one_endpoint {
        true => of_aws(service, partition_name, region, "").signs,
        false => region.to_owned(),
    };
    Endpoint {
        url: url.trim_end_matches('/').to_owned(),
        signs,
    }
}

/// Returns a service's name in the settings `AWS_ENDPOINT_URL_...` and `services`.
///
/// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
pub(crate) fn service_id(service: &Service) -> &'static str {
    match service.name {
        "s3api" => "S3",
        "s3control" => "S3 Control",
        "events" => "EventBridge",
        "secretsmanager" => "Secrets Manager",
        "sso-admin" => "SSO Admin",
        _ => service.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{ecr, iam, kms, organizations, s3control};

    #[test]
    fn hosts_follow_partition_and_region() {
        let url = |service, partition, region| of_aws(service, partition, region, "111122223333");
        let kms = url(&kms::SERVICE, "aws-cn", "cn-north-1");
        assert_eq!(kms.url, "https://kms.cn-north-1.amazonaws.com.cn");
        let ecr = url(&ecr::SERVICE, "aws", "eu-west-1");
        assert_eq!(ecr.url, "https://api.ecr.eu-west-1.amazonaws.com");
        let control = url(&s3control::SERVICE, "aws", "eu-west-1");
        assert_eq!(
            control.url,
            "https://111122223333.s3-control.eu-west-1.amazonaws.com"
        );
    }

    #[test]
    fn global_services_are_signed_for_their_home() {
        let iam = of_aws(&iam::SERVICE, "aws", "eu-west-1", "");
        assert_eq!(
            (iam.url.as_str(), iam.signs.as_str()),
            ("https://iam.amazonaws.com", "us-east-1")
        );
        let organizations = of_aws(&organizations::SERVICE, "aws-cn", "cn-north-1", "");
        assert_eq!(organizations.signs, "cn-northwest-1");
        let elsewhere = of_person(&iam::SERVICE, "aws", "eu-west-1", "http://127.0.0.1:1/");
        assert_eq!(
            (elsewhere.url.as_str(), elsewhere.signs.as_str()),
            ("http://127.0.0.1:1", "us-east-1")
        );
    }
}

//! VPC endpoints with their policies, and the regions of the account.

use crate::table::{Call, Is, Root, Service, Wire, number};

/// The regions that are enabled in the account.
pub(crate) const REGIONS: &str = "describe-regions";

/// Source: Amazon EC2 API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "ec2",
    host: "ec2",
    signs: "ec2",
    actions: "ec2",
    wire: Wire::Ec2 {
        version: "2016-11-15",
    },
    one_endpoint: false,
    rate: 5,
    calls: &[
        Call::led(REGIONS, "DescribeRegions").shape(
            Root::Members,
            &[("regionInfo", Is::ListAs("item", "Regions"))],
        ),
        Call::region("describe-vpc-endpoints", "DescribeVpcEndpoints")
            .sends(&[number("MaxResults", 1000)])
            .pages("NextToken", "NextToken", &["VpcEndpoints"])
            .shape(
                Root::Members,
                &[
                    ("vpcEndpointSet", Is::ListAs("item", "VpcEndpoints")),
                    ("routeTableIdSet", Is::ListAs("item", "RouteTableIds")),
                    ("subnetIdSet", Is::ListAs("item", "SubnetIds")),
                    ("groupSet", Is::ListAs("item", "Groups")),
                    (
                        "networkInterfaceIdSet",
                        Is::ListAs("item", "NetworkInterfaceIds"),
                    ),
                    ("dnsEntrySet", Is::ListAs("item", "DnsEntries")),
                    ("tagSet", Is::ListAs("item", "Tags")),
                    ("privateDnsEnabled", Is::Flag),
                    ("requesterManaged", Is::Flag),
                ],
            ),
    ],
};

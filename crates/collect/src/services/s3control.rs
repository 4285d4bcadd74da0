//! S3's settings of the account, and access points.

use super::s3api::SWITCHES;
use crate::table::{Call, Is, Root, Service, Wire};

/// Source: Amazon S3 API Reference, "Amazon S3 Control".
pub(crate) const SERVICE: Service = Service {
    name: "s3control",
    host: "s3-control",
    signs: "s3",
    actions: "s3",
    wire: Wire::RestXml,
    one_endpoint: false,
    rate: 5,
    calls: &[
        Call::account("get-public-access-block", "GetPublicAccessBlock")
            .action("s3:GetAccountPublicAccessBlock")
            .route("GET /v20180820/configuration/publicAccessBlock")
            .shape(Root::Member("PublicAccessBlockConfiguration"), SWITCHES),
        Call::region("list-access-points", "ListAccessPoints")
            .route("GET /v20180820/accesspoint")
            .pages("nextToken", "NextToken", &["AccessPointList"])
            .shape(
                Root::Members,
                &[("AccessPointList", Is::List("AccessPoint"))],
            ),
        of_point("get-access-point", "GetAccessPoint")
            .route("GET /v20180820/accesspoint/{item}")
            .shape(Root::Members, SWITCHES),
        of_point("get-access-point-policy", "GetAccessPointPolicy")
            .route("GET /v20180820/accesspoint/{item}/policy"),
    ],
};

const fn of_point(command: &'static str, operation: &'static str) -> Call {
    Call::each_in_region(
        command,
        operation,
        "list-access-points",
        "AccessPointList[].Name",
    )
}

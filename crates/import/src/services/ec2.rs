//! VPC endpoints.

use serde::Deserialize;
use whocan_snapshot::{Endpoint, EndpointKind};

use crate::draft::Draft;
use crate::json::{DocumentText, List, Text, Wrong, or_empty};
use crate::services::policy;
use crate::table::{Page, Row};

pub(crate) const ROWS: &[Row] = &[Row::list(
    "ec2",
    "describe-vpc-endpoints",
    ("ec2", "vpc-endpoint"),
    describe_vpc_endpoints,
)
.regional()];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `VpcEndpoints`")]
struct Endpoints<'a> {
    #[serde(borrow, default)]
    vpc_endpoints: List<Listed<'a>>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an endpoint with `VpcEndpointId`"
)]
struct Listed<'a> {
    #[serde(borrow)]
    vpc_endpoint_id: Text<'a>,
    #[serde(borrow, default)]
    vpc_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    service_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    vpc_endpoint_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    state: Option<Text<'a>>,
    #[serde(default)]
    policy_document: DocumentText,
}

fn describe_vpc_endpoints(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Endpoints<'_>>()? else {
        return Ok(());
    };
    for listed in answer.vpc_endpoints.0 {
        // A deleted endpoint stays in the list for a while and carries no call.
        if listed
            .state
            .is_some_and(|state| state.0.eq_ignore_ascii_case("deleted"))
        {
            continue;
        }
        let gateway = listed
            .vpc_endpoint_type
            .is_some_and(|kind| kind.as_str() == "Gateway");
        draft.object.endpoints.push(Endpoint {
            id: listed.vpc_endpoint_id.0.into_owned(),
            vpc: or_empty(listed.vpc_id),
            service: or_empty(listed.service_name),
            kind: match gateway {
                true => EndpointKind::Gateway,
                false => EndpointKind::Interface,
            },
            policy: policy::some(listed.policy_document),
        });
    }
    Ok(())
}

//! The way that a request takes: public, through a VPC endpoint, through an access point.

use whocan_graph::Endpoint;
use whocan_policy::{Arn, Given, KeyName, KeyState};
use whocan_snapshot::{AccessPoint, EndpointKind};

use crate::inquiry::Call;

/// The way that a request takes.
#[derive(Clone, Debug)]
pub(crate) struct Route<'a> {
    /// Which of the two families of network keys it carries (R114).
    pub path: Path,
    /// The id of the VPC endpoint that it passes.
    pub endpoint_id: Option<&'a str>,
    /// The same, where the graph has it.
    pub endpoint: Option<&'a Endpoint>,
    /// The access point that it passes.
    pub access_point: Option<Passage<'a>>,
}

/// Whether a request passes a VPC endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    /// Not known.
    Open,
    /// It does not.
    Public,
    /// It does.
    Endpoint,
}

/// An S3 access point on the way.
#[derive(Clone, Debug)]
pub(crate) struct Passage<'a> {
    /// The access point's ARN.
    pub arn: Arn,
    /// What is known of it.
    pub facts: Option<&'a AccessPoint>,
}

impl<'a> Route<'a> {
    /// Returns the way of `call`, access points apart.
    ///
    /// A given `aws:SourceVpce` names the endpoint too, if the snapshot has it;
    /// one that it does not have has no known policy and is only a key (R6).
    pub fn of(call: &Call<'a>) -> Route<'a> {
        let given = &call.request.given;
        let find = |id: &str| {
            let found = if call.is_alone() {
                None
            } else {
                call.graph.endpoint_of(id)
            };
            found.map(|id| call.graph.endpoint(id))
        };
        if let Some(id) = call.request.endpoint.as_deref() {
            return Route {
                path: Path::Endpoint,
                endpoint_id: Some(id),
                endpoint: find(id),
                access_point: None,
            };
        }
        let named = given_endpoint(given).and_then(|id| Some((id, find(id)?)));
        let named = named.filter(|(_, endpoint)| serves(endpoint, call.service()));
        Route {
            path: path(given),
            endpoint_id: named.map(|(id, _)| id),
            endpoint: named.map(|(_, endpoint)| endpoint),
            access_point: None,
        }
    }
}

// Gateway endpoints exist for two services only.
// Source: Gateway endpoints, AWS PrivateLink Guide, read 2026-11-24.
fn serves(endpoint: &Endpoint, service: &str) -> bool {
    endpoint.kind != EndpointKind::Gateway || matches!(service, "s3" | "dynamodb")
}

// The two families of network keys exclude each other (R114).
// Source: AWS global condition context keys (aws:SourceIp, aws:VpcSourceIp), IAM User Guide.
fn path(given: &Given) -> Path {
    let private = [
        "aws:SourceVpc",
        "aws:SourceVpcArn",
        "aws:SourceVpce",
        "aws:VpcSourceIp",
    ];
    if private.iter().any(|key| is_present(given, key)) {
        Path::Endpoint
    } else if is_present(given, "aws:SourceIp") {
        Path::Public
    } else {
        Path::Open
    }
}

fn is_present(given: &Given, key: &str) -> bool {
    if given.keys.is_empty() {
        return false;
    }
    let state = given.get(&KeyName::new(key));
    matches!(
        state,
        Some(KeyState::Known(_) | KeyState::Present | KeyState::Prefix(_))
    )
}

fn given_endpoint(given: &Given) -> Option<&str> {
    if given.keys.is_empty() {
        return None;
    }
    match given.get(&KeyName::new("aws:SourceVpce"))? {
        KeyState::Known(values) => match values.as_slice() {
            [id] if !id.is_empty() => Some(id),
            _ => None,
        },
        _ => None,
    }
}

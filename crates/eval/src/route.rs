//! The way that a request takes: public, through a VPC endpoint, through an access point.

use whocan_graph::Endpoint;
use whocan_policy::{Arn, Given, KeyName, KeyState};
use whocan_snapshot::AccessPoint;

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
    /// Only an endpoint that the request names has a policy (R6); a given
    /// `aws:SourceVpce` is a key like others.
    pub fn of(call: &Call<'a>) -> Route<'a> {
        let endpoint_id = call.request.endpoint.as_deref();
        let known = endpoint_id.filter(|_| !call.is_alone());
        let known = known.and_then(|id| call.graph.endpoint_of(id));
        Route {
            path: match endpoint_id {
                Some(_) => Path::Endpoint,
                None => path(&call.request.given),
            },
            endpoint_id,
            endpoint: known.map(|id| call.graph.endpoint(id)),
            access_point: None,
        }
    }
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
    match state {
        Some(KeyState::Known(values)) => !values.is_empty(),
        Some(KeyState::Present | KeyState::Prefix(_) | KeyState::Outside(_)) => true,
        _ => false,
    }
}

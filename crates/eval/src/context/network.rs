//! Keys about the network that a request comes through, and about its time and shape.

use whocan_policy::KeyState;
use whocan_policy::catalogue::facts::{
    EndpointKey, region_of_global_service, supports_endpoint_key,
};

use super::Derived;
use super::principal::{Place, organization_of};
use crate::OpenKind::{CallerChosen, Environment, NotCollected};
use crate::inquiry::Inquiry;
use crate::resource::Family;
use crate::route::Path;

/// Returns what is known of the key `aws:NAME` (in lower case), if it is about
/// the network, the time or the kind of the request.
///
/// Source: AWS global condition context keys (properties of the network, of the
/// request), IAM User Guide.
pub(super) fn key(inquiry: &Inquiry<'_>, name: &str) -> Option<Derived> {
    if let Some(derived) = network_key(inquiry, name) {
        inquiry.rule(114);
        return Some(derived);
    }
    Some(match name {
        "currenttime" | "epochtime" => {
            inquiry.rule(115);
            Derived::present(Environment)
        }
        "requestedregion" => {
            inquiry.rule(116);
            region(inquiry)
        }
        "securetransport" => {
            inquiry.rule(6);
            Derived::by_default(KeyState::Known(vec!["true".to_owned()]))
        }
        "useragent" | "referer" => {
            inquiry.rule(117);
            Derived::open(CallerChosen)
        }
        "viaawsservice" => {
            inquiry.rule(5);
            Derived::by_default(KeyState::Known(vec!["false".to_owned()]))
        }
        "calledvia" | "calledviafirst" | "calledvialast" => {
            inquiry.rule(5);
            inquiry.rule(111);
            Derived::by_default(KeyState::Absent)
        }
        // Calls through AWS's MCP servers are no direct calls either.
        "calledviaawsmcp" | "viaawsmcpservice" | "ismcpserviceaction" => {
            inquiry.rule(119);
            Derived::by_default(KeyState::Absent)
        }
        _ => return None,
    })
}

fn network_key(inquiry: &Inquiry<'_>, name: &str) -> Option<Derived> {
    let route = &inquiry.route;
    Some(match name {
        "sourceip" if route.path == Path::Endpoint => Derived::absent(),
        "sourceip" => Derived::open(Environment),
        "sourcevpc" => private(inquiry, |endpoint| endpoint.vpc.to_string()),
        "vpcsourceip" => match route.path {
            Path::Endpoint => Derived::present(Environment),
            Path::Public => Derived::absent(),
            Path::Open => Derived::open(Environment),
        },
        "sourcevpce" => match (route.path, route.endpoint_id) {
            (_, Some(id)) => Derived::value(id),
            (Path::Endpoint, None) => Derived::present(Environment),
            (Path::Public, None) => Derived::absent(),
            (Path::Open, None) => Derived::open(Environment),
        },
        _ => return endpoint_key(inquiry, EndpointKey::named(&format!("aws:{name}"))?),
    })
}

fn endpoint_key(inquiry: &Inquiry<'_>, key: EndpointKey) -> Option<Derived> {
    if !supports_endpoint_key(key, inquiry.call.action) {
        return Some(Derived::absent());
    }
    let account = inquiry.route.endpoint.map(|endpoint| endpoint.account);
    let graph = inquiry.call.graph;
    Some(match key {
        EndpointKey::SourceVpcArn => vpc_arn(inquiry),
        EndpointKey::VpceAccount => private(inquiry, |endpoint| {
            graph.account(endpoint.account).id.to_string()
        }),
        EndpointKey::VpceOrgId if account.is_some() => {
            organization_of(inquiry, account, Place::Organization)
        }
        EndpointKey::VpceOrgPaths if account.is_some() => {
            organization_of(inquiry, account, Place::Path)
        }
        EndpointKey::VpceOrgId | EndpointKey::VpceOrgPaths => match inquiry.route.path {
            Path::Public => Derived::absent(),
            Path::Endpoint | Path::Open => Derived::open(Environment),
        },
    })
}

/// Returns a key of the endpoint path, known once the endpoint is.
fn private(
    inquiry: &Inquiry<'_>,
    value: impl FnOnce(&whocan_graph::Endpoint) -> String,
) -> Derived {
    match (inquiry.route.path, inquiry.route.endpoint) {
        (_, Some(endpoint)) => Derived::value(value(endpoint)),
        (Path::Endpoint, None) => Derived::present(Environment),
        (Path::Public, None) => Derived::absent(),
        (Path::Open, None) => Derived::open(Environment),
    }
}

// The endpoint's record has no region; only the account and the VPC of the ARN
// are known.
fn vpc_arn(inquiry: &Inquiry<'_>) -> Derived {
    match inquiry.route.path {
        Path::Endpoint => Derived::present(Environment),
        Path::Public => Derived::absent(),
        Path::Open => Derived::open(Environment),
    }
}

fn region(inquiry: &Inquiry<'_>) -> Derived {
    let target = &inquiry.target;
    let stated = target.arn.as_ref().map(|arn| arn.region());
    if let Some(region) = stated.filter(|region| !region.is_empty() && !region.contains(['*', '?']))
    {
        return Derived::value(region);
    }
    if matches!(target.family, Family::Bucket | Family::Object) {
        let region = target.carrier.and_then(|record| record.region.as_deref());
        return region.map_or_else(|| Derived::present(NotCollected), Derived::value);
    }
    let partition = target.arn.as_ref().map(|arn| arn.partition());
    let partition = partition.or(inquiry.call.subject.partition.as_deref());
    let service = inquiry.call.service();
    region_of_global_service(partition.unwrap_or("aws"), service)
        .map_or_else(|| Derived::present(CallerChosen), Derived::value)
}

//! A case's answers, from the judge and from the index.

use std::sync::Arc;

use whocan_eval::{Caller, Decision, Request, Strictness};
use whocan_graph::Graph;
use whocan_index::{Ask, Ignoring, Index, Walk};
use whocan_policy::{NamedPrincipal, Truth};

use crate::case::Case;
use crate::{question, world};

/// What the judge and the index say about one case.
pub struct Answers {
    /// The judge's decision, with its reasons.
    pub judged: Decision,
    /// The judge's hops, for reach cases.
    pub judged_hops: Option<u32>,
    /// The index's verdict.
    pub indexed: Truth,
    /// The index's hops, for reach cases.
    pub indexed_hops: Option<u32>,
}

/// Answers one case.
pub fn answers(case: &Case) -> Result<Answers, String> {
    let request = question::request(&case.request).map_err(|error| error.to_string())?;
    let snapshot = world::snapshot(&case.snapshot, &case.request.principal);
    let graph = Arc::new(Graph::build_with(&snapshot, &callers(&request.caller)));
    let reach = is_reach(case);
    let (judged, judged_hops) = judged(&graph, &request, reach)?;
    let (indexed, indexed_hops) = indexed(&Index::build(graph), &request, reach)?;
    Ok(Answers {
        judged,
        judged_hops,
        indexed,
        indexed_hops,
    })
}

/// Returns whether a case asks for chains.
pub fn is_reach(case: &Case) -> bool {
    case.request.mode.as_deref() == Some("reach")
}

/// Returns a verdict as cases spell it.
pub fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "allow",
        Truth::False => "deny",
        Truth::Unknown => "conditional",
    }
}

fn judged(
    graph: &Graph,
    request: &Request,
    reach: bool,
) -> Result<(Decision, Option<u32>), String> {
    if !reach {
        let decision = whocan_eval::decide(graph, request, Strictness::Strict);
        return decision
            .map(|decision| (decision, None))
            .map_err(|error| error.to_string());
    }
    let walk = whocan_eval::Walk::default();
    let reached = whocan_eval::reach(graph, request, Strictness::Strict, &walk);
    let reached = reached.map_err(|error| error.to_string())?;
    let hops = reached.path.as_ref().map(|path| path.len() as u32);
    Ok((reached.decision, hops))
}

fn indexed(index: &Index, request: &Request, reach: bool) -> Result<(Truth, Option<u32>), String> {
    let node = node(&request.caller);
    let id = index
        .graph()
        .principal_of(&node)
        .ok_or_else(|| format!("there is no node `{node}`"))?;
    let mut truth = Truth::True;
    let mut hops = None;
    for resource in &request.resources {
        let ask = ask(request, resource);
        if reach {
            let reached = index.reach(
                &ask,
                &Walk {
                    given: ask.given.clone(),
                    ..Walk::default()
                },
            );
            truth = truth & reached.verdicts.strict.of(id);
            hops = reached.hops(id);
        } else {
            truth = truth & index.can(&ask).strict.of(id);
        }
    }
    Ok((truth, hops))
}

fn ask(request: &Request, resource: &str) -> Ask {
    Ask {
        action: request.action.clone(),
        resource: resource.to_owned(),
        resource_account: request.resource_account,
        given: request.given.clone(),
        precedence: request.precedence,
        session: request.session.clone(),
        assume: request.assume.clone(),
        access_point: request.access_point.clone(),
        endpoint: request.endpoint.clone(),
        ignoring: Ignoring::default(),
    }
}

// The node that stands for the caller in the graph.
fn node(caller: &Caller) -> String {
    match caller {
        Caller::User(arn)
        | Caller::Role(arn)
        | Caller::Session(arn)
        | Caller::FederatedUser(arn)
        | Caller::Root(arn)
        | Caller::IdentityCenter(arn) => arn.as_str().to_owned(),
        Caller::Service(name) => format!("service:{}", name.trim_start_matches("service:")),
        Caller::Oidc(issuer) => format!("oidc:{issuer}"),
        Caller::Saml(arn) => format!("saml:{arn}"),
        Caller::Anonymous => "anonymous".to_owned(),
    }
}

// What makes the graph have that node although nothing in the world names it.
fn callers(caller: &Caller) -> Vec<NamedPrincipal> {
    let named = match caller {
        Caller::User(arn)
        | Caller::Role(arn)
        | Caller::Session(arn)
        | Caller::FederatedUser(arn)
        | Caller::Root(arn) => NamedPrincipal::aws(arn.as_str()),
        Caller::Service(name) => {
            NamedPrincipal::Service(name.trim_start_matches("service:").into())
        }
        Caller::Oidc(issuer) => NamedPrincipal::Federated(issuer.as_str().into()),
        Caller::Saml(arn) => NamedPrincipal::Federated(arn.as_str().into()),
        Caller::Anonymous | Caller::IdentityCenter(_) => return Vec::new(),
    };
    vec![named]
}

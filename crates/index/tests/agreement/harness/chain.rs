//! A question over chains, in the terms of either side.

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_eval::Via;
use whocan_graph::Graph;
use whocan_index as index;
use whocan_snapshot::Collected;

use super::case::{self, Case};
use super::question::{Chain, Question};

const CALLS: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
];

/// Returns the walk for the index.
pub fn of_index(graph: &Graph, question: &Question) -> index::Walk {
    let chain = question.chain.clone().unwrap_or_default();
    let ids = |arns: &[String]| -> RoaringBitmap {
        let found = arns.iter().filter_map(|arn| graph.principal_of(arn));
        found.map(|id| id.0).collect()
    };
    index::Walk {
        via: followed(&chain),
        within: chain.within,
        through: chain.through.as_deref().map(ids),
        avoiding: ids(&chain.avoiding),
        given: question.given(),
        ignoring: index::Ignoring::default(),
    }
}

fn followed(chain: &Chain) -> Vec<&'static str> {
    let mut calls = CALLS.to_vec();
    calls.retain(|call| chain.via.iter().any(|via| via == call));
    calls
}

/// Returns the walk for the judge, with a graph of its own where roles are
/// avoided: there nobody is trusted by them.
pub fn of_judge(
    graph: &Arc<Graph>,
    case: &Case,
    question: &Question,
) -> (Option<Arc<Graph>>, whocan_eval::Walk) {
    let chain = question.chain.clone().unwrap_or_default();
    let calls = followed(&chain);
    let follows = |at: usize| calls.is_empty() || calls.contains(&CALLS[at]);
    let walk = whocan_eval::Walk {
        within: chain.within,
        via: Via {
            assume_role: follows(0),
            web_identity: follows(1),
            saml: follows(2),
        },
    };
    let known = |arn: &String| graph.principal_of(arn).is_some();
    let avoids = chain.avoiding.iter().any(known);
    (avoids.then(|| without(case, &chain.avoiding)), walk)
}

fn without(case: &Case, avoided: &[String]) -> Arc<Graph> {
    let mut world = case.world.clone();
    for account in &mut world.accounts {
        for role in &mut account.roles {
            if avoided.contains(&role.arn) {
                role.trust = Collected::Yes(r#"{"Statement":[]}"#.to_owned());
            }
        }
    }
    Arc::new(Graph::build_with(&world.snapshot(), &case::callers()))
}

/// Returns whether both sides can be asked about this caller.
///
/// The judge knows neither `through` nor `avoiding`; a world without trust in
/// the avoided roles stands in for the second where they are not the start.
pub fn comparable(question: &Question, caller: &str) -> bool {
    let Some(chain) = &question.chain else {
        return true;
    };
    // What these services set in every session goes on along a chain: tags, of
    // which the index keeps nothing, and a source identity, whose values it
    // tells apart one by one.
    let sets = ["pods.eks", "rolesanywhere"];
    if sets
        .iter()
        .any(|name| caller == format!("service:{name}.amazonaws.com"))
    {
        return false;
    }
    let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
    let session = |arn: &str| arn.split('/').nth(1).map(str::to_owned);
    let is_avoided = chain.avoiding.iter().any(|arn| {
        arn == caller
            || *arn == question.resource
            || (caller.contains(":assumed-role/") && name(arn) == session(caller))
    });
    chain.through.is_none() && !is_avoided
}

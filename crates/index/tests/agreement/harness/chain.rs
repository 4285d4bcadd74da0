//! A question over chains, in the terms of either side.

use roaring::RoaringBitmap;
use whocan_eval::Via;
use whocan_graph::Graph;
use whocan_index as index;

use super::question::{Chain, Question};

const CALLS: [&str; 4] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    index::IDENTITY_CENTER,
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
        through: chain.through().iter().map(|set| ids(set)).collect(),
        avoiding: ids(&chain.avoiding),
        given: question.given(),
        ignoring: question.ignoring(),
    }
}

fn followed(chain: &Chain) -> Vec<&'static str> {
    let mut calls = CALLS.to_vec();
    calls.retain(|call| chain.via.iter().any(|via| via == call));
    calls
}

/// Returns the walk for the judge.
pub fn of_judge(question: &Question) -> whocan_eval::Walk {
    let chain = question.chain.clone().unwrap_or_default();
    let calls = followed(&chain);
    let follows = |at: usize| calls.is_empty() || calls.contains(&CALLS[at]);
    whocan_eval::Walk {
        within: chain.within,
        via: Via {
            assume_role: follows(0),
            web_identity: follows(1),
            saml: follows(2),
            identity_center: follows(3),
        },
        through: chain.through(),
        avoiding: chain.avoiding,
    }
}

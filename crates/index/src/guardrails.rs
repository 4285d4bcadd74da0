//! Organization policies by the callers that they bear on.
//!
//! A level's policies are decided once for everybody below it, and levels with
//! the same policies once together: an organization has thousands of accounts
//! and few distinct policies.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use whocan_graph::{AccountIndex, Collected, Graph, Level, PolicyId};

use crate::callers::Callers;

/// Service and resource control policies, by whom they bear on.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Guardrails {
    /// Callers by each distinct set of service control policies at some level
    /// above them: every one of the sets must let them pass.
    pub scp_levels: Vec<(Vec<PolicyId>, RoaringBitmap)>,
    /// Callers by each service control policy above them.
    pub scps: Vec<(PolicyId, RoaringBitmap)>,
    /// Callers above whom something was not collected.
    pub scps_unread: RoaringBitmap,
    /// The same of resource control policies, for what callers' own accounts own.
    pub rcps: Vec<(PolicyId, RoaringBitmap)>,
    /// See `scps_unread`.
    pub rcps_unread: RoaringBitmap,
}

impl Guardrails {
    /// Gathers the policies above all accounts of `graph`.
    pub fn of(graph: &Graph, callers: &Callers) -> Guardrails {
        let below = Below::of(graph, callers);
        let scps = Gathered::of(graph, &below, |level| &level.scps);
        let rcps = Gathered::of(graph, &below, |level| &level.rcps);
        Guardrails {
            scp_levels: scps.levels.into_iter().collect(),
            scps: scps.policies.into_iter().collect(),
            scps_unread: scps.unread,
            rcps: rcps.policies.into_iter().collect(),
            rcps_unread: rcps.unread,
        }
    }
}

/// Callers whom organization policies can restrict: principals of accounts, but
/// no service-linked roles (R150 to R152, R162).
struct Below {
    // By level.
    levels: Vec<RoaringBitmap>,
    // Those whose place in the organization is not known.
    nowhere: RoaringBitmap,
}

impl Below {
    fn of(graph: &Graph, callers: &Callers) -> Below {
        let mut below = Below {
            levels: vec![RoaringBitmap::new(); graph.levels().len()],
            nowhere: RoaringBitmap::new(),
        };
        for (account, members) in (0..).map(AccountIndex).zip(&callers.by_account) {
            let members = members - &callers.service_linked;
            match graph.chain(account) {
                Collected::Not => below.nowhere |= members,
                Collected::Yes(levels) => {
                    for level in levels {
                        below.levels[level.index()] |= &members;
                    }
                }
            }
        }
        below
    }
}

#[derive(Default)]
struct Gathered {
    levels: BTreeMap<Vec<PolicyId>, RoaringBitmap>,
    policies: BTreeMap<PolicyId, RoaringBitmap>,
    unread: RoaringBitmap,
}

impl Gathered {
    fn of(
        graph: &Graph,
        below: &Below,
        policies_of: impl Fn(&Level) -> &Collected<Vec<PolicyId>>,
    ) -> Gathered {
        let mut gathered = Gathered {
            unread: below.nowhere.clone(),
            ..Gathered::default()
        };
        for (level, members) in graph.levels().iter().zip(&below.levels) {
            if members.is_empty() {
                continue;
            }
            let Collected::Yes(policies) = policies_of(level) else {
                gathered.unread |= members;
                continue;
            };
            let mut distinct = policies.clone();
            distinct.sort_unstable();
            distinct.dedup();
            for &policy in &distinct {
                *gathered.policies.entry(policy).or_default() |= members;
            }
            *gathered.levels.entry(distinct).or_default() |= members;
        }
        gathered
    }
}

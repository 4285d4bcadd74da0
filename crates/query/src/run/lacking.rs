//! The call that a chain lacks, for a *no* over chains.

use roaring::RoaringBitmap;
use whocan_graph::{PrincipalId, PrincipalKind};
use whocan_index::Ask;

use super::detail;
use crate::context::Context;
use crate::plan::Plan;
use crate::rows::Call;

/// Among so many on either side all pairs are tried.
const MOST: usize = 40;

/// Finds the call with the fewest changes by which `subject`, or a role that it
/// comes to, would get a session of a role that may.
///
/// Only chains that lack one call are looked at; of more than [`MOST`] roles on
/// either side the first.
pub(super) fn call(
    subject: PrincipalId,
    come_to: &RoaringBitmap,
    able: &RoaringBitmap,
    plan: &Plan,
    context: Context<'_>,
) -> Option<Call> {
    let graph = context.graph;
    let passes = |role: &PrincipalId| !plan.walk.avoiding.contains(role.0);
    // Neither ways that a path must take nor bounds of its length are weighed.
    if !plan.walk.through.is_empty() || plan.walk.within.is_some() {
        return None;
    }
    let from = [subject].into_iter().chain(come_to.iter().map(PrincipalId));
    let from: Vec<PrincipalId> = from.take(MOST).collect();
    let to: Vec<PrincipalId> = able
        .iter()
        .map(PrincipalId)
        .filter(passes)
        .take(MOST)
        .collect();
    let mut best: Option<(usize, Call)> = None;
    for from in from {
        let action = action(&graph.principal(from).kind);
        if !plan.walk.via.is_empty() && !plan.walk.via.contains(&action) {
            continue;
        }
        for &role in &to {
            let ask = Ask {
                action: action.to_owned(),
                resource: graph.principal(role).arn.to_string(),
                ..detail::of_hop(&plan.base)
            };
            let call = detail::call(from, &ask, plan, context);
            let Some((size, call)) = call.and_then(|call| Some((size(&call)?, call))) else {
                continue;
            };
            if best.as_ref().is_none_or(|(known, _)| size < *known) {
                best = Some((size, call));
            }
        }
    }
    best.map(|(_, call)| call)
}

fn size(call: &Call) -> Option<usize> {
    let ways = &call.remedy.as_ref()?.ways;
    ways.iter().map(Vec::len).min()
}

// By which call somebody of this kind gets sessions of roles.
fn action(kind: &PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Oidc { .. } => "sts:AssumeRoleWithWebIdentity",
        PrincipalKind::Saml | PrincipalKind::IdentityCenterUser { .. } => "sts:AssumeRoleWithSAML",
        _ => "sts:AssumeRole",
    }
}

//! `can ...`, `why ...`, `why not ...`: one principal, one row, always with reasons.

use roaring::RoaringBitmap;
use whocan_graph::PrincipalId;

use super::draft::{Draft, Found};
use super::lacking;
use super::slice::{Asking, anybody, combine};
use super::who;
use crate::context::Context;
use crate::plan::{Access, Aim, Plan};
use crate::rows::{Outcome, Row, Verdict};
use crate::thing::Thing;

/// Decides one principal's access; the row is there also if it is *no*.
pub(super) fn find(
    subject: PrincipalId,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Found {
    let alone: RoaringBitmap = [subject.0].into_iter().collect();
    let mut found = who::find(&alone, access, plan, context);
    if found.drafts.is_empty() {
        let row = Row {
            verdict: Some(Verdict::plain(Outcome::No)),
            principal: Some(subject),
            ..Row::default()
        };
        // The reasons of a no are those of the first part that was asked.
        let asked = !found.slices.is_empty() || !found.goals.is_empty();
        let goal = asked.then(|| nearest_to(subject, &found, context));
        found.drafts.push(Draft {
            row,
            goal,
            ..Draft::default()
        });
        if access.reach {
            let stop = where_chains_stop(subject, &found, access, plan, context);
            found.notes.extend(stop.notes(subject, context));
            if let Some(draft) = found.drafts.last_mut() {
                draft.row.lacking =
                    lacking::call(subject, &stop.come_to, &stop.able, plan, context);
            }
        }
    }
    found
        .columns
        .retain(|column| *column != "principal.account");
    found
}

/// Returns the part to explain a no by: the first in the subject's own account, else the first.
fn nearest_to(subject: PrincipalId, found: &Found, context: Context<'_>) -> usize {
    let account = context.graph.principal(subject).account;
    let account = account.map(|account| context.graph.account(account).id.to_string());
    let own = |slice: &super::slice::Slice| {
        let named = slice.ask.resource.split(':').nth(4);
        named.is_some_and(|named| Some(named) == account.as_deref())
    };
    found.slices.iter().position(own).unwrap_or(0)
}

/// How many roles are named where chains stop.
const ROLES_NAMED: usize = 5;

/// How far chains lead, and whom they would have to lead to.
struct Stop {
    come_to: RoaringBitmap,
    able: RoaringBitmap,
}

fn where_chains_stop(
    subject: PrincipalId,
    found: &Found,
    access: &Access,
    plan: &Plan,
    context: Context<'_>,
) -> Stop {
    let graph = context.graph;
    let is_role = |id: &u32| graph.principal(PrincipalId(*id)).role().is_some();
    let mut come_to = context.engine.candidates(subject, &plan.walk);
    come_to.remove(subject.0);
    let able = match &access.aim {
        Aim::Become(roles) => roles.clone(),
        Aim::Deeds { deeds, .. } => {
            let everybody = (0..graph.principals().len() as u32).collect();
            let mut asking = Asking::about(&everybody, false, plan, context);
            let slices = asking.slices(deeds);
            anybody(&combine(&slices, found.combine))
                .iter()
                .filter(is_role)
                .collect()
        }
    };
    Stop {
        come_to: come_to.iter().filter(is_role).collect(),
        able,
    }
}

impl Stop {
    /// Says so in words.
    fn notes(&self, subject: PrincipalId, context: Context<'_>) -> Vec<String> {
        let who = Thing::Principal(subject).shorthand(context.graph);
        let stops = match self.come_to.len() {
            0 => format!("`{who}` comes to no role, so its chains end where they start"),
            _ => format!(
                "`{who}` comes to {}; none of them may",
                named(&self.come_to, context)
            ),
        };
        let wanted = match self.able.len() {
            0 => "no role may, so no chain of roles leads there".to_owned(),
            _ => format!(
                "{} may; no chain leads from `{who}` to any of them",
                named(&self.able, context)
            ),
        };
        vec![stops, wanted]
    }
}

/// Names some roles, each with its account.
fn named(roles: &RoaringBitmap, context: Context<'_>) -> String {
    let graph = context.graph;
    let names = roles.iter().take(ROLES_NAMED).map(|id| {
        let role = Thing::Principal(PrincipalId(id));
        let account = role.account(graph);
        let account = account.map(|account| crate::thing::account_name(graph, account));
        format!(
            "{} ({})",
            role.shorthand(graph),
            account.unwrap_or_default()
        )
    });
    let names: Vec<String> = names.collect();
    match roles.len() as usize - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more roles", names.join(", ")),
    }
}

//! Resolves actions against AWS's catalogue.

use std::collections::BTreeSet;

use whocan_policy::catalogue::facts::actions_of_operation;
use whocan_policy::catalogue::{ActionId, catalogue};

use crate::ast::{Actions, Spanned};
use crate::error::{Fault, Problem};

/// What the actions of a question come to.
pub(super) struct Resolved {
    /// Each action once, in the catalogue's order.
    pub actions: BTreeSet<ActionId>,
    /// Those that were named and not matched by a pattern.
    pub named: BTreeSet<ActionId>,
}

/// Resolves names and patterns.
///
/// # Errors
///
/// A name that AWS does not know, a pattern that matches nothing.
pub(super) fn resolve(actions: &Actions) -> Result<Resolved, Fault> {
    let mut resolved = Resolved {
        actions: BTreeSet::new(),
        named: BTreeSet::new(),
    };
    for name in &actions.names {
        if name.value.contains(['*', '?']) {
            resolved.actions.extend(matching(name)?);
        } else {
            let action = one(name)?;
            resolved.actions.insert(action);
            resolved.named.insert(action);
        }
    }
    Ok(resolved)
}

fn matching(name: &Spanned<String>) -> Result<Vec<ActionId>, Fault> {
    let ranges = catalogue().matching(&name.value);
    let ids: Vec<ActionId> = ranges.into_iter().flatten().map(ActionId).collect();
    if !ids.is_empty() {
        return Ok(ids);
    }
    let fault = Fault::new(Problem::NoActionMatches(name.value.clone()), name.span);
    let plain: String = name.value.chars().filter(|char| *char != '*').collect();
    Err(match nearest(&plain) {
        Some(near) => fault.with_hint(format!("there is `{near}`")),
        None => fault,
    })
}

fn one(name: &Spanned<String>) -> Result<ActionId, Fault> {
    if let Some(action) = catalogue().action(&name.value) {
        return Ok(action);
    }
    let fault = Fault::new(Problem::UnknownAction(name.value.clone()), name.span);
    if let Some(hint) = operation_hint(&name.value) {
        return Err(fault.with_hint(hint));
    }
    Err(match nearest(&name.value) {
        Some(near) => fault.with_hint(format!("did you mean `{near}`?")),
        None => fault,
    })
}

/// Says which permissions an API operation needs that has no action of its own (R46).
fn operation_hint(name: &str) -> Option<String> {
    let (service, operation) = name.split_once(':')?;
    let operation = actions_of_operation(service, operation)?;
    let always = operation.needs.iter().filter(|need| need.always);
    let needs: Vec<String> = always
        .filter_map(|need| need.any_of.first())
        .map(|action| format!("`{action}`"))
        .collect();
    if needs.is_empty() {
        return None;
    }
    let noun = if needs.len() == 1 {
        "permission"
    } else {
        "permissions"
    };
    let verb = if needs.len() == 1 { "is" } else { "are" };
    Some(format!(
        "`{}` is an operation; its {noun} {verb} {}",
        operation.name,
        needs.join(" and ")
    ))
}

/// Services whose actions are meant first where several have one of the same name.
const COMMON: [&str; 10] = [
    "s3",
    "iam",
    "sts",
    "kms",
    "lambda",
    "ec2",
    "secretsmanager",
    "dynamodb",
    "sqs",
    "sns",
];

/// Returns the action that is most like the text.
pub(crate) fn nearest(text: &str) -> Option<&'static str> {
    if !text.contains(':') {
        let of_common = COMMON.iter().map(|service| format!("{service}:{text}"));
        let mut known = of_common.filter_map(|name| catalogue().action(&name));
        if let Some(id) = known.next() {
            return Some(catalogue().name(id));
        }
    }
    catalogue().nearest_actions(text, 1).into_iter().next()
}

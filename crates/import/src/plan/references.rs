//! Values that a plan does not know and an expression in it tells.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use whocan_snapshot::AccountObject;

use super::Plan;
use super::change::{Change, Planned};

/// The part of the configuration that says what refers to what.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "a configuration")]
pub(super) struct Configuration {
    #[serde(default)]
    root_module: Module,
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "a module")]
struct Module {
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    module_calls: BTreeMap<String, Call>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "a module call")]
struct Call {
    #[serde(default)]
    module: Module,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a resource")]
struct Resource {
    address: String,
    #[serde(default)]
    expressions: BTreeMap<String, Value>,
}

/// Returns the value of an attribute that is a plain reference to something of
/// the same module whose ARN or name is known.
pub(super) fn resolve(
    plan: &Plan,
    account: &AccountObject,
    change: &Change,
    attribute: &str,
) -> Option<String> {
    let module = module(plan, change)?;
    let own = format!("{}.{}", change.kind, change.name);
    let resource = module.resources.iter().find(|it| it.address == own)?;
    let references = resource.expressions.get(attribute)?.get("references")?;
    let first = references.as_array()?.first()?.as_str()?;
    let (target, wanted) = first.rsplit_once('.')?;
    let target = in_module(change, target);
    let target = find(plan, &target, change)?;
    told(account, target, wanted)
}

/// Returns whether the configuration gives an attribute, and not the provider.
pub(super) fn is_configured(plan: &Plan, change: &Change, attribute: &str) -> bool {
    let own = format!("{}.{}", change.kind, change.name);
    let module = module(plan, change);
    let resource = module.and_then(|module| module.resources.iter().find(|it| it.address == own));
    resource.is_some_and(|resource| resource.expressions.contains_key(attribute))
}

/// Returns the module of a change: `module.a["x"].module.b` is `b` inside `a`.
fn module<'a>(plan: &'a Plan, change: &Change) -> Option<&'a Module> {
    let mut module = &plan.configuration.root_module;
    let address = change.module_address.as_deref().unwrap_or_default();
    for name in address.split("module.").skip(1) {
        let name = name.split(['[', '.']).next().unwrap_or_default();
        module = &module.module_calls.get(name)?.module;
    }
    Some(module)
}

fn in_module(change: &Change, address: &str) -> String {
    match &change.module_address {
        Some(module) => format!("{module}.{address}"),
        None => address.to_owned(),
    }
}

/// Returns the change at an address: the very one, the one of the same
/// instance, or the only instance.
fn find<'a>(plan: &'a Plan, address: &str, near: &Change) -> Option<&'a Change> {
    let at = |wanted: &str| plan.changes.iter().find(|change| change.address == wanted);
    let instance = near
        .address
        .rfind('[')
        .and_then(|at| near.address.get(at..));
    let same = || at(&format!("{address}{}", instance?));
    let begins = format!("{address}[");
    let mut instances = plan
        .changes
        .iter()
        .filter(|it| it.address.starts_with(&begins));
    let only = || instances.next().filter(|_| instances.next().is_none());
    at(address).or_else(same).or_else(only)
}

/// Returns what an attribute of a planned thing will be, where it follows from others.
///
/// Source: IAM User Guide, "IAM identifiers"; the attribute `id` is the name
/// for most things, and the ARN for policies.
fn told(account: &AccountObject, target: &Change, wanted: &str) -> Option<String> {
    if let Planned::Is(text) = target.planned(wanted) {
        return Some(text);
    }
    let known = |attribute: &str| match target.planned(attribute) {
        Planned::Is(text) => Some(text),
        Planned::Absent | Planned::Unknown => None,
    };
    let iam = |kind: &str| {
        let path = known("path").unwrap_or_else(|| "/".to_owned());
        let (partition, id) = (&account.partition, account.id);
        Some(format!(
            "arn:{partition}:iam::{id}:{kind}{path}{}",
            known("name")?
        ))
    };
    match (target.kind.as_str(), wanted) {
        ("aws_iam_policy", "arn" | "id") => iam("policy"),
        ("aws_iam_role", "arn") => iam("role"),
        ("aws_iam_user", "arn") => iam("user"),
        ("aws_iam_group", "arn") => iam("group"),
        ("aws_iam_role" | "aws_iam_user" | "aws_iam_group", "id") => known("name"),
        ("aws_s3_bucket", "id") => known("bucket"),
        ("aws_s3_bucket", "arn") => Some(format!(
            "arn:{}:s3:::{}",
            account.partition,
            known("bucket")?
        )),
        _ => None,
    }
}

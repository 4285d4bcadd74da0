//! Which policies are attached where.
//!
//! Two commands tell it, from either end; one is enough, and where an export
//! has both they must agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use whocan_snapshot::{
    Collected, GapCode, OrganizationObject, OrganizationPolicy, OrganizationPolicyKind,
};

use super::policies::{FULL_ACCESS, Policies, Summaries, full_access, type_name};
use super::{NOT_ENABLED, Reader, RootShape, Told};
use crate::error::FileError;
use crate::json::List;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Targets`")]
pub(super) struct Targets {
    #[serde(default)]
    pub(super) targets: List<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a target")]
pub(super) struct Target {
    pub(super) target_id: String,
}

pub(super) const FROM_POLICY: &str = "list-targets-for-policy";

/// What both ends tell of the attachments of one kind of policy.
pub(super) struct Attachments {
    /// By target; `None` where the call was refused or broken.
    by_target: BTreeMap<String, Option<BTreeSet<String>>>,
    /// The policies of each target, told from the policies' end.
    by_policy: BTreeMap<String, BTreeSet<String>>,
    /// Whether all policies told their targets, so that a target without any has none.
    all_policies: bool,
    /// Whether policies of this kind are in force.
    pub(super) enabled: bool,
}

impl Attachments {
    /// Returns what is attached to a target, if either end tells.
    pub(super) fn of(&self, target: &str) -> Option<BTreeSet<String>> {
        let from_target = self.by_target.get(target).cloned().flatten();
        let from_policies = || {
            let policies = self.by_policy.get(target).cloned().unwrap_or_default();
            self.all_policies.then_some(policies)
        };
        from_target.or_else(from_policies)
    }
}

impl Reader<'_> {
    /// Attaches the policies of one kind to root, units and accounts.
    pub(super) fn attach(
        &mut self,
        object: &mut OrganizationObject,
        root: Option<&RootShape>,
        policies: &Policies,
    ) -> Result<(), FileError> {
        let kind = policies.kind;
        let ids: Vec<&str> = policies
            .policies
            .iter()
            .map(|policy| policy.id.as_str())
            .collect();
        let name = type_name(kind);
        let attachments = self.attachments(name, root, &ids, policies.listed_all)?;
        let command = format!("list-policies-for-target.{name}");
        let targets = targets(object);
        let silent = targets
            .iter()
            .all(|target| attachments.of(target).is_none());
        if silent && attachments.enabled && attachments.by_target.is_empty() {
            self.miss_attachment(&command, None);
        }
        let mut attached: BTreeMap<String, Collected<Vec<String>>> = BTreeMap::new();
        for target in targets {
            let ids = attachments.of(&target);
            if ids.is_none() && !silent && !attachments.by_target.contains_key(&target) {
                self.miss_attachment(&command, Some(&target));
            }
            let list = match ids {
                _ if !attachments.enabled => Collected::Yes(not_in_force(kind)),
                Some(ids) => Collected::Yes(ids.into_iter().collect()),
                None if self.options.absent_means_none => Collected::Yes(not_in_force(kind)),
                None => Collected::Not,
            };
            attached.insert(target, list);
        }
        set(object, kind, attached);
        add_full_access(object, kind, &ids);
        Ok(())
    }

    fn miss_attachment(&mut self, command: &str, target: Option<&str>) {
        if !self.options.absent_means_none {
            self.gap(command, target, GapCode::NotExported);
        }
    }

    /// Reads both ends.
    pub(super) fn attachments(
        &mut self,
        name: &str,
        root: Option<&RootShape>,
        policies: &[&str],
        listed_all: bool,
    ) -> Result<Attachments, FileError> {
        let command = format!("list-policies-for-target.{name}");
        let mut enabled = root.and_then(|root| root.enables(name)).unwrap_or(true);
        let mut by_target = BTreeMap::new();
        for (target, told) in self.ask_each::<Summaries>(&command)? {
            let ids = match told {
                Told::Answer(answer) => Some(
                    answer
                        .policies
                        .0
                        .into_iter()
                        .map(|policy| policy.id)
                        .collect(),
                ),
                Told::Refused(code) if code == NOT_ENABLED => {
                    enabled = false;
                    None
                }
                Told::Part(_) | Told::Refused(_) | Told::Broken | Told::Nothing => None,
            };
            by_target.insert(target, ids);
        }
        let mut by_policy: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut told_by = BTreeSet::new();
        let known: BTreeSet<&str> = policies.iter().copied().collect();
        for (policy, told) in self.ask_each::<Targets>(FROM_POLICY)? {
            if let (true, Told::Answer(answer)) = (known.contains(policy.as_str()), told) {
                for target in answer.targets.0 {
                    by_policy
                        .entry(target.target_id)
                        .or_default()
                        .insert(policy.clone());
                }
                told_by.insert(policy);
            }
        }
        let attachments = Attachments {
            by_target,
            by_policy,
            all_policies: listed_all && policies.iter().all(|policy| told_by.contains(*policy)),
            enabled,
        };
        self.compare(&command, &attachments, &told_by);
        Ok(attachments)
    }

    /// Notes where the two ends disagree; what the targets say counts.
    fn compare(&mut self, command: &str, attachments: &Attachments, told_by: &BTreeSet<String>) {
        let none = BTreeSet::new();
        for (target, ids) in &attachments.by_target {
            let Some(ids) = ids else { continue };
            let told = attachments.by_policy.get(target).unwrap_or(&none);
            let only_here = ids
                .iter()
                .filter(|id| told_by.contains(*id) && !told.contains(*id));
            let only_there = told.iter().filter(|id| !ids.contains(*id));
            let differ: Vec<&str> = only_here.chain(only_there).map(String::as_str).collect();
            if !differ.is_empty() {
                let text = format!("disagrees with `{FROM_POLICY}` on {}", differ.join(", "));
                self.disagreement(&format!("{command} {target}"), text);
            }
        }
    }
}

/// Returns what every level has where nothing of a kind is in force (R146, R158).
fn not_in_force(kind: OrganizationPolicyKind) -> Vec<String> {
    match kind {
        OrganizationPolicyKind::ServiceControl => vec![FULL_ACCESS.to_owned()],
        OrganizationPolicyKind::ResourceControl => Vec::new(),
    }
}

/// Adds AWS's own policy where a level has it and no list named it.
fn add_full_access(object: &mut OrganizationObject, kind: OrganizationPolicyKind, known: &[&str]) {
    let levels = (object.units.iter().map(|unit| &unit.scps))
        .chain(object.accounts.iter().map(|member| &member.scps))
        .chain([&object.root.scps]);
    let mut attached = levels.filter_map(Collected::known).flatten();
    let needed = kind == OrganizationPolicyKind::ServiceControl
        && attached.any(|id| id == FULL_ACCESS)
        && !known.contains(&FULL_ACCESS);
    if let (true, Some(document)) = (needed, full_access(FULL_ACCESS)) {
        object.policies.push(OrganizationPolicy {
            id: FULL_ACCESS.to_owned(),
            name: "FullAWSAccess".to_owned(),
            kind,
            aws_managed: true,
            document: Collected::Yes(document.to_owned()),
        });
    }
}

/// Returns the ids of all that policies can be attached to.
pub(super) fn targets(object: &OrganizationObject) -> Vec<String> {
    let mut targets = vec![object.root.id.clone()];
    targets.extend(object.units.iter().map(|unit| unit.id.clone()));
    targets.extend(object.accounts.iter().map(|member| member.id.to_string()));
    targets.retain(|target| !target.is_empty());
    targets
}

fn set(
    object: &mut OrganizationObject,
    kind: OrganizationPolicyKind,
    mut attached: BTreeMap<String, Collected<Vec<String>>>,
) {
    let mut take = |id: &str| attached.remove(id).unwrap_or_default();
    let scps = kind == OrganizationPolicyKind::ServiceControl;
    let list = take(&object.root.id);
    match scps {
        true => object.root.scps = list,
        false => object.root.rcps = list,
    }
    for unit in &mut object.units {
        let list = take(&unit.id);
        match scps {
            true => unit.scps = list,
            false => unit.rcps = list,
        }
    }
    for member in &mut object.accounts {
        let list = take(&member.id.to_string());
        match scps {
            true => member.scps = list,
            false => member.rcps = list,
        }
    }
}

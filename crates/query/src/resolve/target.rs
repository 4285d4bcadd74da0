//! Resolves the resources of a question to what each action takes.

use std::collections::BTreeSet;

use whocan_policy::Pattern;
use whocan_policy::catalogue::{ActionId, catalogue};

use super::{Resolver, action};
use crate::ast::{Actions, On, Set, SetKind};
use crate::error::{Fault, Problem};
use crate::members::Members;
use crate::plan::{Deed, Items};
use crate::target::{anywhere, literal, targets, widen, widened_note};

impl Resolver<'_> {
    /// Resolves actions and resources to deeds: each action with its own resources.
    pub(super) fn deeds(&mut self, actions: &Actions, on: Option<&On>) -> Result<Vec<Deed>, Fault> {
        let resolved = action::resolve(actions)?;
        let Some(on) = on.filter(|on| !is_any(&on.set)) else {
            return Ok(resolved.actions.into_iter().map(anywhere).collect());
        };
        let members = self.set(&on.set)?;
        let mut deeds = Vec::new();
        let mut widened = BTreeSet::new();
        let mut without = Vec::new();
        for id in resolved.actions {
            let targets = targets(id, &members, self.context.graph, &mut widened);
            if targets.is_empty() && resolved.named.contains(&id) && !members.is_empty() {
                without.push(id);
            }
            if !targets.is_empty() {
                let action = catalogue().name(id);
                deeds.push(Deed { action, targets });
            }
        }
        if let Some(first) = without.first() {
            // An ARN or glob is meant for every action; things of several kinds
            // are meant for the actions of their kind.
            if deeds.is_empty() || !members.regions.is_empty() {
                return Err(wrong_resource(*first, &on.set, &members));
            }
            let names: Vec<String> = without
                .iter()
                .map(|id| format!("`{}`", catalogue().name(*id)))
                .collect();
            let verb = if names.len() == 1 { "takes" } else { "take" };
            self.note(format!(
                "{} {verb} nothing of `{}`",
                names.join(", "),
                on.set
            ));
        }
        if deeds.is_empty() && !members.is_empty() {
            let problem = Problem::WrongResource {
                action: actions.to_string(),
                resource: on.set.to_string(),
            };
            return Err(Fault::new(problem, on.set.span));
        }
        if members.is_empty() {
            self.note(format!("`{}` is empty", on.set));
        }
        self.note_widened(&on.set, &widened);
        Ok(deeds)
    }

    /// Resolves every action that takes some of the resources, for `what can ... do`;
    /// none if any resource is meant.
    pub(super) fn every_deed(&mut self, on: Option<&On>) -> Result<Option<Vec<Deed>>, Fault> {
        let Some(on) = on.filter(|on| !is_any(&on.set)) else {
            return Ok(None);
        };
        let members = self.set(&on.set)?;
        let mut widened = BTreeSet::new();
        let deeds = catalogue().actions().filter_map(|id| {
            let targets = targets(id, &members, self.context.graph, &mut widened);
            let action = catalogue().name(id);
            (!targets.is_empty()).then_some(Deed { action, targets })
        });
        let deeds: Vec<Deed> = deeds.collect();
        self.note_widened(&on.set, &widened);
        if deeds.is_empty() {
            return Err(Fault::senseless(
                format!("no action takes `{}`", on.set),
                on.set.span,
            ));
        }
        Ok(Some(deeds))
    }

    /// Resolves the actions on each member of a set on its own, for `which RESOURCES can ...`.
    pub(super) fn items(&mut self, set: &Set, actions: &Actions) -> Result<Items, Fault> {
        let resolved = action::resolve(actions)?;
        let items = Items {
            members: self.set(set)?,
            actions: resolved.actions.into_iter().collect(),
            written: set.to_string(),
            written_actions: actions.to_string(),
        };
        if items.are_wrong(self.context.graph) {
            let problem = Problem::WrongResource {
                action: items.written_actions,
                resource: items.written,
            };
            return Err(Fault::new(problem, set.span));
        }
        Ok(items)
    }

    fn note_widened(&mut self, set: &Set, actions: &BTreeSet<&'static str>) {
        if let Some(note) = widened_note(&set.to_string(), actions) {
            self.note(note);
        }
    }

    /// Returns the patterns of an ARN and everything inside it.
    pub(super) fn reach_of(&self, arn: &str) -> [Pattern; 3] {
        [
            Pattern::exact(arn),
            Pattern::resource(&format!("{arn}/*")),
            Pattern::resource(&format!("{arn}:*")),
        ]
    }
}

fn is_any(set: &Set) -> bool {
    set.kind == SetKind::Thing("*".to_owned())
}

fn wrong_resource(id: ActionId, set: &Set, members: &Members) -> Fault {
    let action = catalogue().name(id);
    let problem = Problem::WrongResource {
        action: action.to_owned(),
        resource: set.to_string(),
    };
    let fault = Fault::new(problem, set.span);
    let types = catalogue().resource_types(id);
    let mut forms: Vec<&str> = types
        .iter()
        .flat_map(|one| catalogue().resource_type(one.resource_type).arn_forms())
        .map(|form| form.as_str())
        .collect();
    forms.sort_by_key(|form| form.len());
    forms.truncate(3);
    let forms: Vec<String> = forms.iter().map(|form| format!("`{form}`")).collect();
    if forms.is_empty() {
        return fault.with_hint("it takes no resource; leave `on` out");
    }
    let inside = members
        .regions
        .iter()
        .find_map(literal)
        .and_then(|arn| widen(id, arn));
    let inside = inside.and_then(|region| region.within.first().cloned());
    match inside {
        Some(inside) => fault.with_hint(format!(
            "it takes {}; did you mean `{inside}`?",
            forms.join(", ")
        )),
        None => fault.with_hint(format!("it takes {}", forms.join(", "))),
    }
}

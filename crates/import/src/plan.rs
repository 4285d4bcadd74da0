//! Terraform plans laid over an account: what would be if the plan were applied.
//!
//! Reads what `terraform show -json PLAN` prints. What is only known after apply
//! is looked up where an expression refers to something else in the plan whose
//! ARN or name follows from what is known; else it stays open, as a gap.
//! Source: Terraform, "JSON Output Format", and the resource pages of the AWS provider.

mod change;
mod identities;
mod links;
mod references;
mod resources;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{AccountObject, Gap, GapCode};

use crate::error::{FileError, ImportError};
use crate::file;
use crate::json;
use crate::note::{Note, NoteKind};
use crate::reading::in_file;

use change::{Change, Planned};
use references::Configuration;

/// A plan, read.
#[derive(Debug)]
pub struct Plan {
    path: PathBuf,
    changes: Vec<Change>,
    configuration: Configuration,
}

/// What became of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laid {
    /// How many things the plan creates, changes and deletes that were laid over.
    pub changes: usize,
    /// What is odd, and what was not laid over, sorted.
    pub notes: Vec<Note>,
    /// How many values are open until the plan is applied.
    pub open: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `format_version` and `resource_changes`")]
struct Shape {
    format_version: String,
    #[serde(default)]
    resource_changes: Vec<Change>,
    #[serde(default)]
    configuration: Configuration,
}

impl Plan {
    /// Loads a plan in JSON.
    ///
    /// # Errors
    ///
    /// If the file is broken or no plan.
    pub fn load(path: &Path) -> Result<Plan, ImportError> {
        let broken = |first| ImportError::Broken { first, others: 0 };
        let text = file::load(path).map_err(broken)?;
        let read = json::read::<Shape>(&text).map_err(|wrong| broken(in_file(path, wrong)));
        let shape = read?;
        // The plan file itself is no text; a state has the same version and no changes.
        if !shape.format_version.starts_with("1.") && !shape.format_version.starts_with("0.") {
            let problem = format!("format_version `{}`: expected 0 or 1", shape.format_version);
            return Err(broken(FileError::whole(path, problem)));
        }
        Ok(Plan {
            path: path.to_owned(),
            changes: shape.resource_changes,
            configuration: shape.configuration,
        })
    }

    /// Returns the accounts that the ARNs in the plan name.
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        let arns = self.changes.iter().filter_map(Change::arn);
        arns.filter_map(|arn| arn.parse::<Arn>().ok()?.account())
            .collect()
    }

    /// Lays the plan over an account.
    ///
    /// Changes whose ARN names another account are left out, with a note.
    pub fn lay_over(&self, account: &mut AccountObject) -> Laid {
        let mut laying = Laying {
            plan: self,
            laid: Laid::default(),
            gaps: BTreeSet::new(),
            account,
        };
        let mut changes: Vec<&Change> = Vec::new();
        for change in self.changes.iter().filter(|change| change.acts()) {
            match laying.takes(change) {
                Ok(()) => changes.push(change),
                Err(text) => laying.leave_out(change, text),
            }
        }
        // What is attached goes before what it is attached to, and comes after it.
        changes.sort_by_key(|change| (!change.is_link(), change.address.as_str()));
        for change in changes.iter().filter(|change| change.removes()) {
            laying.remove(change);
        }
        changes.sort_by_key(|change| (change.is_link(), change.address.as_str()));
        for change in changes.iter().filter(|change| change.puts()) {
            laying.put(change);
        }
        laying.laid.changes = changes.len();
        laying.finish()
    }

    /// Returns the plan's file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A plan while it is laid over an account.
struct Laying<'a> {
    plan: &'a Plan,
    account: &'a mut AccountObject,
    laid: Laid,
    gaps: BTreeSet<Gap>,
}

impl Laying<'_> {
    /// Returns whether a change is laid over, or why not.
    fn takes(&self, change: &Change) -> Result<(), String> {
        if !change.is_known() {
            return Err("this type is not laid over".to_owned());
        }
        let arn = change.arn().and_then(|arn| arn.parse::<Arn>().ok());
        match arn.and_then(|arn| arn.account()) {
            Some(other) if other != self.account.id => {
                Err(format!("is of account {other}, and is not laid over"))
            }
            _ => Ok(()),
        }
    }

    /// Leaves a change out: told, and a gap if it may bear on access.
    fn leave_out(&mut self, change: &Change, text: String) {
        if change.may_bear_on_access() {
            self.gap(change.address.clone(), text.clone());
        }
        self.note(change, text);
    }

    fn gap(&mut self, argument: String, text: String) {
        self.gaps.insert(Gap {
            service: "terraform".to_owned(),
            region: None,
            call: "plan".to_owned(),
            argument: Some(argument),
            code: GapCode::Unreadable(text),
        });
    }

    fn note(&mut self, change: &Change, text: String) {
        self.laid.notes.push(Note {
            account: Some(self.account.id),
            place: change.address.clone(),
            kind: NoteKind::Odd(text),
        });
    }

    /// Records that a value is not known before the plan is applied.
    fn open(&mut self, change: &Change, attribute: &str) {
        self.laid.open += 1;
        let argument = format!("{}.{attribute}", change.address);
        self.gap(argument, "known after apply".to_owned());
    }

    /// Returns an attribute, also where only a reference tells it.
    ///
    /// One that is needed and not known is recorded as open.
    fn needed(&mut self, change: &Change, attribute: &str) -> Option<String> {
        match self.text(change, attribute) {
            Planned::Is(text) => Some(text),
            Planned::Absent => None,
            Planned::Unknown => {
                self.open(change, attribute);
                None
            }
        }
    }

    fn text(&self, change: &Change, attribute: &str) -> Planned {
        match change.planned(attribute) {
            Planned::Unknown => references::resolve(self.plan, self.account, change, attribute)
                .map_or(Planned::Unknown, Planned::Is),
            known => known,
        }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        let (partition, id) = (&self.account.partition, self.account.id);
        format!("arn:{partition}:{service}::{id}:{resource}")
    }

    fn finish(mut self) -> Laid {
        let account = &mut *self.account;
        account.users.sort_by(|a, b| a.arn.cmp(&b.arn));
        account.groups.sort_by(|a, b| a.arn.cmp(&b.arn));
        account.roles.sort_by(|a, b| a.arn.cmp(&b.arn));
        account.policies.sort_by(|a, b| a.arn.cmp(&b.arn));
        account.resources.sort_by(|a, b| a.arn.cmp(&b.arn));
        account.instance_profiles.sort();
        let gaps = std::mem::take(&mut account.gaps);
        account.gaps = gaps.into_iter().chain(self.gaps).collect();
        account.gaps.sort();
        account.gaps.dedup();
        self.laid.notes.sort();
        self.laid
    }
}

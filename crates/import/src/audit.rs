//! Looks for documents that AWS would not store.
//!
//! They stay in the snapshot as they are; what they mean is for the judge to
//! say. Here a person is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use whocan_policy::{AccountId, Document, unknown_names};
use whocan_snapshot::{
    AccountObject, InlinePolicy, ManagedPolicy, OrganizationObject, Role, Snapshot,
};

use crate::note::{Note, NoteKind};

/// Returns a note for each document of a snapshot in which something is odd or
/// in no list: statements that AWS would not store, unknown actions and keys.
pub fn audit(snapshot: &Snapshot) -> Vec<Note> {
    let auditor = Auditor {
        with_names: true,
        ..Auditor::default()
    };
    let organization = snapshot.organization.iter();
    let organization = organization.flat_map(|object| auditor.organization(object));
    let accounts = snapshot.accounts.iter();
    let accounts = accounts.flat_map(|object| auditor.account(object));
    organization.chain(accounts).collect()
}

/// Audits the documents of one import.
///
/// Policies that AWS manages are the same in all accounts, and many: each is
/// looked at once.
#[derive(Debug, Default)]
pub(crate) struct Auditor {
    // Grows with the policies that AWS manages, not with the accounts.
    of_aws: Mutex<HashMap<Box<str>, Arc<[String]>>>,
    // Names that no list has are no oddity of an export.
    with_names: bool,
}

impl Auditor {
    /// Returns a note for each odd document of an account.
    pub(crate) fn account(&self, object: &AccountObject) -> Vec<Note> {
        let mut audit = Audit {
            account: Some(object.id),
            notes: Vec::new(),
            with_names: self.with_names,
        };
        for user in &object.users {
            audit.inline(&user.arn, &user.inline);
        }
        for group in &object.groups {
            audit.inline(&group.arn, &group.inline);
        }
        for role in &object.roles {
            audit.role(role);
        }
        for policy in &object.policies {
            self.managed(&mut audit, policy);
        }
        for resource in &object.resources {
            if let Some(Some(policy)) = resource.policy.known() {
                audit.check(&resource.arn, "policy", policy);
            }
        }
        for endpoint in &object.endpoints {
            if let Some(policy) = &endpoint.policy {
                audit.check(&endpoint.id, "policy", policy);
            }
        }
        audit.notes
    }

    /// Returns a note for each odd document of an organization.
    pub(crate) fn organization(&self, object: &OrganizationObject) -> Vec<Note> {
        let mut audit = Audit {
            account: None,
            notes: Vec::new(),
            with_names: self.with_names,
        };
        for policy in &object.policies {
            if let Some(document) = policy.document.known() {
                audit.check(&policy.id, &policy.name, document);
            }
        }
        audit.notes
    }

    fn managed(&self, audit: &mut Audit, policy: &ManagedPolicy) {
        let of_aws = policy.arn.contains(":iam::aws:policy/");
        for version in &policy.versions {
            let problems = match of_aws {
                true => self.of_aws(&version.document),
                false => problems(&version.document, self.with_names),
            };
            audit.tell(&policy.arn, &version.id, &problems);
        }
    }

    fn of_aws(&self, text: &str) -> Arc<[String]> {
        // A thread that panicked left whole entries only.
        let lock = || self.of_aws.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(text) {
            return Arc::clone(known);
        }
        let found = problems(text, self.with_names);
        lock().insert(text.into(), Arc::clone(&found));
        found
    }
}

fn problems(text: &str, with_names: bool) -> Arc<[String]> {
    let document = Document::parse(text);
    let problems = document.problems.iter().map(ToString::to_string);
    let names = match with_names {
        true => unknown_names(&document),
        false => Vec::new(),
    };
    problems.chain(names).collect()
}

struct Audit {
    account: Option<AccountId>,
    notes: Vec<Note>,
    with_names: bool,
}

impl Audit {
    fn role(&mut self, role: &Role) {
        if let Some(trust) = role.trust.known() {
            self.check(&role.arn, "trust policy", trust);
        }
        self.inline(&role.arn, &role.inline);
    }

    fn inline(&mut self, owner: &str, policies: &[InlinePolicy]) {
        for policy in policies {
            self.check(owner, &policy.name, &policy.document);
        }
    }

    fn check(&mut self, owner: &str, name: &str, text: &str) {
        self.tell(owner, name, &problems(text, self.with_names));
    }

    fn tell(&mut self, owner: &str, name: &str, problems: &[String]) {
        if problems.is_empty() {
            return;
        }
        self.notes.push(Note {
            account: self.account,
            place: format!("{owner} {name}"),
            kind: NoteKind::Document {
                problems: problems.to_vec(),
            },
        });
    }
}

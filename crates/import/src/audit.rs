//! Looks for documents that AWS would not store.
//!
//! They stay in the snapshot as they are; what they mean is for the judge to
//! say. Here a person is told.

use whocan_policy::Document;
use whocan_snapshot::{AccountObject, OrganizationObject};

use crate::note::{Note, NoteKind};

/// Returns a note for each odd document of an account.
pub(crate) fn account(object: &AccountObject) -> Vec<Note> {
    let mut audit = Audit {
        account: Some(object.id),
        notes: Vec::new(),
    };
    for user in &object.users {
        for policy in &user.inline {
            audit.check(&user.arn, &policy.name, &policy.document);
        }
    }
    for group in &object.groups {
        for policy in &group.inline {
            audit.check(&group.arn, &policy.name, &policy.document);
        }
    }
    for role in &object.roles {
        if let Some(trust) = role.trust.known() {
            audit.check(&role.arn, "trust policy", trust);
        }
        for policy in &role.inline {
            audit.check(&role.arn, &policy.name, &policy.document);
        }
    }
    for policy in &object.policies {
        for version in &policy.versions {
            audit.check(&policy.arn, &version.id, &version.document);
        }
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
pub(crate) fn organization(object: &OrganizationObject) -> Vec<Note> {
    let mut audit = Audit {
        account: None,
        notes: Vec::new(),
    };
    for policy in &object.policies {
        if let Some(document) = policy.document.known() {
            audit.check(&policy.id, &policy.name, document);
        }
    }
    audit.notes
}

struct Audit {
    account: Option<whocan_policy::AccountId>,
    notes: Vec<Note>,
}

impl Audit {
    fn check(&mut self, owner: &str, name: &str, text: &str) {
        let problems = Document::parse(text).problems;
        if problems.is_empty() {
            return;
        }
        self.notes.push(Note {
            account: self.account,
            place: format!("{owner} {name}"),
            kind: NoteKind::Document {
                problems: problems.iter().map(ToString::to_string).collect(),
            },
        });
    }
}

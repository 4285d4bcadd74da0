//! What was changed: each policy statement, attachment and setting that differs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use whocan_policy::{AccountId, Statement};
use whocan_snapshot::{AccountObject, Manifest, Snapshot};

use crate::fact::{self, Aspect, CONTROL_POLICIES, Facts, MEMBERS};
use crate::statement::{self, Pair};

/// Something that was changed.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    /// The account; `None` for the organization.
    pub account: Option<AccountId>,
    /// What was changed: an ARN, a level of the organization, an endpoint.
    pub thing: String,
    /// What about it, in words: `trust policy`, `inline policy read`, `tags`.
    pub what: String,
    /// How it was changed.
    pub change: Change,
    /// The statement, if a policy was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementChange>,
    /// The value of a setting before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value of a setting after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(skip)]
    pub(crate) aspect: Aspect,
    // What the changed statement says, before and after.
    #[serde(skip)]
    pub(crate) says: Vec<Statement>,
}

/// How something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Edited,
    /// It was not collected before.
    CollectedNow,
    /// It was collected before and is not now.
    NoLongerCollected,
}

impl Change {
    /// Returns the word for people.
    pub fn word(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Edited => "edited",
            Change::CollectedNow => "collected now, not before",
            Change::NoLongerCollected => "collected before, not now",
        }
    }
}

/// A statement that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementChange {
    /// Its `Sid`, or its number in the document, from 1.
    pub label: String,
    /// Its JSON text before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its JSON text after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Returns what differs between two snapshots, by account, the organization first.
///
/// Objects with the same hash in both manifests are not looked into.
pub fn causes(before: (&Manifest, &Snapshot), after: (&Manifest, &Snapshot)) -> Vec<Cause> {
    let mut all = Vec::new();
    if before.0.organization != after.0.organization {
        let facts = |snapshot: &Snapshot| match &snapshot.organization {
            Some(organization) => fact::of_organization(organization),
            None => Facts::new(),
        };
        compare(None, &facts(before.1), &facts(after.1), &mut all);
    }
    let (old, new) = (accounts(before), accounts(after));
    let mut ids: Vec<AccountId> = old.keys().chain(new.keys()).copied().collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let (one, other) = (old.get(&id), new.get(&id));
        if one.map(|(hash, _)| hash) != other.map(|(hash, _)| hash) {
            let facts = |side: Option<&Hashed<'_>>| {
                side.map(|(_, object)| fact::of_account(object))
                    .unwrap_or_default()
            };
            compare(Some(id), &facts(one), &facts(other), &mut all);
        }
    }
    all
}

type Hashed<'a> = (&'a str, &'a AccountObject);

fn accounts<'a>(
    (manifest, snapshot): (&'a Manifest, &'a Snapshot),
) -> BTreeMap<AccountId, Hashed<'a>> {
    let objects = snapshot
        .accounts
        .iter()
        .map(|one| (one.id, Arc::as_ref(one)));
    let objects: BTreeMap<AccountId, &AccountObject> = objects.collect();
    let hashes = manifest.accounts.iter();
    hashes
        .filter_map(|(id, hash)| Some((*id, (hash.as_str(), *objects.get(id)?))))
        .collect()
}

fn compare(account: Option<AccountId>, old: &Facts, new: &Facts, all: &mut Vec<Cause>) {
    let mut keys: Vec<&(String, Aspect)> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (thing, aspect) = key;
        let existence = (thing.clone(), Aspect::Existence);
        let came_or_went = old.contains_key(&existence) != new.contains_key(&existence);
        // What is new or gone is one change, whatever is in it.
        if came_or_went && *aspect != Aspect::Existence {
            continue;
        }
        if old.get(key) == new.get(key) || list_is_open(thing, aspect, old, new) {
            continue;
        }
        let cause = |change| Cause {
            account,
            thing: thing.clone(),
            what: words(aspect),
            change,
            statement: None,
            before: None,
            after: None,
            aspect: aspect.clone(),
            says: Vec::new(),
        };
        match (old.get(key), new.get(key)) {
            (Some(None), Some(Some(_))) => all.push(cause(Change::CollectedNow)),
            (Some(Some(_)), Some(None)) => all.push(cause(Change::NoLongerCollected)),
            (one, other) => {
                let (one, other) = (text(one), text(other));
                if one.is_none() && other.is_none() {
                    continue;
                }
                if aspect.is_document() {
                    let pairs = statement::differences(one, other);
                    all.extend(pairs.into_iter().map(|pair| of_pair(&cause, pair)));
                } else {
                    let given = |value: Option<&str>| {
                        let value = value.filter(|value| !value.is_empty());
                        value.map(str::to_owned)
                    };
                    all.push(Cause {
                        before: given(one),
                        after: given(other),
                        ..cause(change(one.is_some(), other.is_some()))
                    });
                }
            }
        }
    }
}

fn text(value: Option<&Option<String>>) -> Option<&str> {
    value.and_then(Option::as_deref)
}

// What is in a list says nothing where the list was not read on one side.
fn list_is_open(thing: &str, aspect: &Aspect, old: &Facts, new: &Facts) -> bool {
    let list = match aspect {
        Aspect::Attachment(_) => CONTROL_POLICIES,
        Aspect::DirectoryMembership { .. } => MEMBERS,
        _ => return false,
    };
    let mark = (thing.to_owned(), Aspect::Setting(list));
    old.contains_key(&mark) || new.contains_key(&mark)
}

fn of_pair(cause: &impl Fn(Change) -> Cause, pair: Pair) -> Cause {
    let change = change(pair.before.is_some(), pair.after.is_some());
    let label = pair.after.as_ref().or(pair.before.as_ref());
    let label = label.map(|one| one.label.clone()).unwrap_or_default();
    let both = [&pair.before, &pair.after].into_iter().flatten();
    let says = both.filter_map(|one| one.statement.clone()).collect();
    Cause {
        statement: Some(StatementChange {
            label,
            before: pair.before.map(|one| one.text),
            after: pair.after.map(|one| one.text),
        }),
        says,
        ..cause(change)
    }
}

fn change(before: bool, after: bool) -> Change {
    match (before, after) {
        (false, _) => Change::Added,
        (true, false) => Change::Removed,
        (true, true) => Change::Edited,
    }
}

fn words(aspect: &Aspect) -> String {
    match aspect {
        Aspect::Existence => String::new(),
        Aspect::Trust => "trust policy".to_owned(),
        Aspect::Inline(name) => format!("inline policy {name}"),
        Aspect::Managed => "managed policy".to_owned(),
        Aspect::ResourcePolicy => "resource policy".to_owned(),
        Aspect::EndpointPolicy => "endpoint policy".to_owned(),
        Aspect::ControlPolicy => "control policy".to_owned(),
        Aspect::Attachment(policy) => format!("attachment of {policy}"),
        Aspect::Boundary => "permissions boundary".to_owned(),
        Aspect::Membership(group) => format!("membership in group {group}"),
        Aspect::Assignment(one) => format!(
            "assignment of permission set {} in {} to {}",
            one.set, one.account, one.to
        ),
        Aspect::DirectoryMembership { name, .. } => format!("membership of {name}"),
        Aspect::Share(with) => format!("share with {with}"),
        Aspect::Setting(name) => (*name).to_owned(),
    }
}

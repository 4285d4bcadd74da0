//! The organization's tree.

use std::collections::{BTreeMap, BTreeSet};

use whocan_policy::AccountId;
use whocan_snapshot::{
    Collected, OrganizationObject, OrganizationPolicy, OrganizationPolicyKind, Snapshot,
};

use super::interner::Interner;
use crate::standing::FULL_ACCESS;
use crate::{Account, Level, LevelId, Membership, Organization, PolicyId, PolicyKind};

/// The organization and its levels, as far as they were collected.
#[derive(Default)]
pub(super) struct Tree {
    pub organization: Option<Organization>,
    pub levels: Vec<Level>,
    by_id: BTreeMap<String, LevelId>,
}

/// Reads the organization of `snapshot`.
pub(super) fn read(snapshot: &Snapshot, interner: &mut Interner) -> Tree {
    let Some(object) = &snapshot.organization else {
        return Tree::default();
    };
    let policies = policies(object, interner);
    let mut tree = Tree {
        organization: Some(organization(object)),
        ..Tree::default()
    };
    let root = &object.root;
    tree.add(&root.id, "Root", &root.scps, &root.rcps, &policies);
    for unit in &object.units {
        tree.add(&unit.id, &unit.name, &unit.scps, &unit.rcps, &policies);
    }
    for member in &object.accounts {
        let id = member.id.to_string();
        tree.add(&id, &member.name, &member.scps, &member.rcps, &policies);
    }
    tree
}

impl Tree {
    fn add(
        &mut self,
        id: &str,
        name: &str,
        scps: &Collected<Vec<String>>,
        rcps: &Collected<Vec<String>>,
        policies: &BTreeMap<&str, PolicyId>,
    ) {
        let level = Level {
            id: id.into(),
            name: if name.is_empty() { id } else { name }.into(),
            scps: attached(scps, policies),
            rcps: attached(rcps, policies),
        };
        self.by_id
            .insert(id.to_owned(), LevelId::next(self.levels.len()));
        self.levels.push(level);
    }
}

fn organization(object: &OrganizationObject) -> Organization {
    Organization {
        id: object.id.as_str().into(),
        management: object.management_account,
        all_accounts: object.all_accounts,
        delegated: match &object.delegated_administrators {
            Collected::Not => Collected::Not,
            Collected::Yes(all) => Collected::Yes(
                all.iter()
                    .map(|one| (one.account, one.services.clone()))
                    .collect(),
            ),
        },
        public_access_block: object.public_access_block.clone(),
    }
}

fn policies<'a>(
    object: &'a OrganizationObject,
    interner: &mut Interner,
) -> BTreeMap<&'a str, PolicyId> {
    let add = |policy: &'a OrganizationPolicy| {
        let kind = match policy.kind {
            OrganizationPolicyKind::ServiceControl => PolicyKind::ServiceControl,
            OrganizationPolicyKind::ResourceControl => PolicyKind::ResourceControl,
        };
        let text = match &policy.document {
            Collected::Yes(text) => Some(text.as_str()),
            // AWS's own organization policies allow everything.
            Collected::Not if policy.aws_managed => Some(FULL_ACCESS),
            Collected::Not => None,
        };
        let id = interner.policy(kind, &policy.id, &policy.name, text);
        (policy.id.as_str(), id)
    };
    object.policies.iter().map(add).collect()
}

// An attachment whose policy was not collected makes the level unknown.
fn attached(
    ids: &Collected<Vec<String>>,
    policies: &BTreeMap<&str, PolicyId>,
) -> Collected<Vec<PolicyId>> {
    let Collected::Yes(ids) = ids else {
        return Collected::Not;
    };
    let found: Option<Vec<PolicyId>> = ids
        .iter()
        .map(|id| policies.get(id.as_str()).copied())
        .collect();
    found.map_or(Collected::Not, Collected::Yes)
}

/// Returns, for each account, the levels above it, root first, its own last.
///
/// Empty outside any organization; [`Collected::Not`] where the position is not known.
pub(super) fn positions(
    snapshot: &Snapshot,
    tree: &Tree,
    accounts: &[Account],
) -> Vec<Collected<Vec<LevelId>>> {
    let parents = snapshot
        .organization
        .as_deref()
        .map(parents)
        .unwrap_or_default();
    let position = |account: &Account| match account.membership {
        Membership::Outside => Collected::Yes(Vec::new()),
        Membership::Elsewhere | Membership::Unknown => Collected::Not,
        Membership::Management | Membership::Member => climb(account.id, tree, &parents),
    };
    accounts.iter().map(position).collect()
}

fn parents(object: &OrganizationObject) -> BTreeMap<String, String> {
    let units = object
        .units
        .iter()
        .map(|unit| (unit.id.clone(), unit.parent.clone()));
    let members = object.accounts.iter();
    let members =
        members.filter_map(|member| Some((member.id.to_string(), member.parent.clone()?)));
    units.chain(members).collect()
}

// From the account up to the root; unknown where the tree has a hole or a ring.
fn climb(
    account: AccountId,
    tree: &Tree,
    parents: &BTreeMap<String, String>,
) -> Collected<Vec<LevelId>> {
    let mut at = account.to_string();
    let mut seen = BTreeSet::new();
    let mut levels = Vec::new();
    while let Some(&level) = tree.by_id.get(&at) {
        if !seen.insert(level) {
            return Collected::Not;
        }
        levels.push(level);
        match parents.get(&at) {
            Some(parent) => at.clone_from(parent),
            None => break,
        }
    }
    let complete = levels.last() == Some(&LevelId(0));
    levels.reverse();
    if complete {
        Collected::Yes(levels)
    } else {
        Collected::Not
    }
}

//! Which resources may let in whom, whatever the action and the conditions.
//!
//! Nobody comes to a resource of another account that does not name him in some
//! way (R137). So a question about few principals needs to tell few resources
//! of other accounts from those that nobody knows.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use whocan_graph::{Collected, Detail, DocumentId, Graph, Resource};
use whocan_policy::{AccountId, Arn, Document, Effect, NamedPrincipal};
use whocan_snapshot::ObjectOwnership;

/// The resources that may let in users, roles and sessions of other accounts than their own.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Doors {
    // Those that may let in anybody.
    of_anybody: RoaringBitmap,
    // Those that name an account, or principals of it.
    of_account: BTreeMap<AccountId, RoaringBitmap>,
}

impl Doors {
    /// Returns the resources that may let in principals of these accounts.
    pub fn of(&self, accounts: &[AccountId]) -> RoaringBitmap {
        let named = accounts.iter().filter_map(|one| self.of_account.get(one));
        named.fold(self.of_anybody.clone(), |all, one| all | one)
    }
}

/// Takes down whom the policies of resources name, while documents are looked at.
pub(crate) struct Reader {
    doors: Doors,
    // The resources of each document.
    resources_of: FxHashMap<DocumentId, Vec<u32>>,
}

impl Reader {
    /// Reads what is known without the documents.
    pub fn of(graph: &Graph) -> Reader {
        let mut reader = Reader {
            doors: Doors::default(),
            resources_of: FxHashMap::default(),
        };
        for (id, resource) in (0..).zip(graph.resources()) {
            let document = match resource.policy {
                Collected::Yes(None) => None,
                Collected::Yes(Some(policy)) => Some(graph.policy(policy).document),
                Collected::Not => Some(None),
            };
            match document {
                Some(Some(document)) => {
                    reader.resources_of.entry(document).or_default().push(id);
                }
                // What it says is not known.
                Some(None) => drop(reader.doors.of_anybody.insert(id)),
                None => {}
            }
            // What lies in another resource has that one's policy.
            let arn = resource.arn.parse::<Arn>();
            let carries = arn.is_ok_and(|arn| Graph::carrier(&arn) == &*resource.arn);
            if !carries || !grants_by_policy_only(resource) {
                reader.doors.of_anybody.insert(id);
            }
        }
        reader
    }

    /// Takes a document.
    pub fn document(&mut self, id: DocumentId, document: &Document) {
        let Some(resources) = self.resources_of.get(&id) else {
            return;
        };
        let mut named = Vec::new();
        if names(document, &mut named) {
            self.doors.of_anybody.extend(resources);
        }
        for account in named {
            let doors = self.doors.of_account.entry(account).or_default();
            doors.extend(resources);
        }
    }

    /// Returns what was taken down.
    pub fn finish(self) -> Doors {
        self.doors
    }
}

// Whether neither an ACL nor a grant can let anybody in, and nothing in the
// resource belongs to somebody else (R173, R177, R178).
fn grants_by_policy_only(resource: &Resource) -> bool {
    match &resource.detail {
        Detail::Plain => resource.owner.is_none(),
        Detail::Bucket(bucket) => {
            let enforced = Collected::Yes(ObjectOwnership::BucketOwnerEnforced);
            resource.owner.is_none() && bucket.ownership == enforced
        }
        Detail::Key(key) => key.grants == Collected::Yes(Vec::new()),
        Detail::AccessPoint(_) => false,
    }
}

// Adds the accounts that a document names or whose principals it names; true
// if it may mean anybody.
fn names(document: &Document, accounts: &mut Vec<AccountId>) -> bool {
    let mut anybody = document.malformed;
    let allows = document.statements.iter();
    for statement in allows.filter(|statement| statement.effect == Some(Effect::Allow)) {
        match &statement.principal {
            None => anybody |= statement.doubtful,
            Some(clause) if clause.negated => anybody = true,
            Some(clause) => {
                for entry in &clause.entries {
                    anybody |= may_be_anybody(entry, accounts);
                }
            }
        }
    }
    anybody
}

fn may_be_anybody(entry: &NamedPrincipal, accounts: &mut Vec<AccountId>) -> bool {
    let account = match entry {
        // No user, role or session.
        NamedPrincipal::Service(_) | NamedPrincipal::Nobody(_) => return false,
        NamedPrincipal::Everyone
        | NamedPrincipal::Federated(_)
        | NamedPrincipal::CanonicalUser(_)
        | NamedPrincipal::UniqueId(_) => None,
        NamedPrincipal::Account(account) | NamedPrincipal::Session { account, .. } => {
            Some(*account)
        }
        NamedPrincipal::User(arn)
        | NamedPrincipal::Role(arn)
        | NamedPrincipal::FederatedUser(arn) => Arn::account(arn),
    };
    accounts.extend(account);
    account.is_none()
}

//! The policies of users, groups and roles.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use whocan_snapshot::{
    AccountObject, AttachedPolicy, Collected, InlinePolicy, ManagedPolicy, Snapshot,
};

use super::interner::Interner;
use crate::{Boundary, DocumentId, PolicyId, PolicyKind};

/// What bears on the identities of one account, in the order of its lists.
pub(super) struct AccountPolicies {
    pub users: Vec<Bearing>,
    pub roles: Vec<(Bearing, PolicyId)>,
    pub groups: Vec<Vec<PolicyId>>,
}

/// What bears on one user or role, groups apart.
pub(super) struct Bearing {
    pub policies: Vec<PolicyId>,
    pub boundary: Boundary,
}

/// Reads the policies of all accounts, in the snapshot's order.
pub(super) fn read(snapshot: &Snapshot, interner: &mut Interner) -> Vec<AccountPolicies> {
    let mut shared = FxHashMap::default();
    let accounts = snapshot.accounts.iter();
    accounts
        .map(|object| Reader::new(object, interner, &mut shared).read())
        .collect()
}

/// Managed policies by ARN and document: one that AWS manages exists once for
/// all accounts whose exports hold the same version.
type Managed = FxHashMap<(String, Option<DocumentId>), PolicyId>;

struct Reader<'a> {
    object: &'a AccountObject,
    interner: &'a mut Interner,
    texts: BTreeMap<&'a str, &'a ManagedPolicy>,
    // Those that were met already.
    met: FxHashMap<&'a str, PolicyId>,
    managed: &'a mut Managed,
}

impl<'a> Reader<'a> {
    fn new(
        object: &'a AccountObject,
        interner: &'a mut Interner,
        managed: &'a mut Managed,
    ) -> Reader<'a> {
        let policies = object.policies.iter();
        Reader {
            object,
            interner,
            texts: policies
                .map(|policy| (policy.arn.as_str(), policy))
                .collect(),
            met: FxHashMap::default(),
            managed,
        }
    }

    fn read(mut self) -> AccountPolicies {
        let object = self.object;
        let users = object.users.iter();
        let users = users.map(|user| Bearing {
            policies: self.policies(&user.arn, &user.inline, &user.attached),
            boundary: self.boundary(user.boundary.as_deref()),
        });
        let users = users.collect();
        let roles = object.roles.iter();
        let roles = roles.map(|role| {
            let bearing = Bearing {
                policies: self.policies(&role.arn, &role.inline, &role.attached),
                boundary: self.boundary(role.boundary.as_deref()),
            };
            (bearing, self.trust(&role.arn, &role.trust))
        });
        let roles = roles.collect();
        let groups = object.groups.iter();
        let groups = groups.map(|group| self.policies(&group.arn, &group.inline, &group.attached));
        let groups = groups.collect();
        AccountPolicies {
            users,
            roles,
            groups,
        }
    }

    fn policies(
        &mut self,
        owner: &str,
        inline: &[InlinePolicy],
        attached: &'a [AttachedPolicy],
    ) -> Vec<PolicyId> {
        let mut policies = Vec::with_capacity(inline.len() + attached.len());
        for policy in inline {
            let text = Some(policy.document.as_str());
            policies.push(
                self.interner
                    .policy(PolicyKind::Inline, owner, &policy.name, text),
            );
        }
        for policy in attached {
            policies.push(self.managed(&policy.arn));
        }
        policies
    }

    fn boundary(&mut self, arn: Option<&'a str>) -> Boundary {
        arn.map_or(Boundary::None, |arn| Boundary::Policy(self.managed(arn)))
    }

    fn trust(&mut self, role: &str, trust: &Collected<String>) -> PolicyId {
        let text = trust.known().map(String::as_str);
        self.interner.policy(PolicyKind::Trust, role, "", text)
    }

    fn managed(&mut self, arn: &'a str) -> PolicyId {
        if let Some(&known) = self.met.get(arn) {
            return known;
        }
        let id = self.first_met(arn);
        self.met.insert(arn, id);
        id
    }

    fn first_met(&mut self, arn: &str) -> PolicyId {
        // Only the default version counts (R18).
        let policy = self.texts.get(arn).copied();
        let text = policy.and_then(|policy| {
            let mut versions = policy.versions.iter();
            let version = versions.find(|version| version.id == policy.default_version);
            version.map(|version| version.document.as_str())
        });
        let text = text.or_else(|| whole_access(arn));
        let document = text.map(|text| self.interner.document(text));
        let key = (arn.to_owned(), document);
        if let Some(&known) = self.managed.get(&key) {
            return known;
        }
        let name = policy.map_or_else(|| last_part(arn), |policy| policy.name.as_str());
        let id = self
            .interner
            .policy_of(PolicyKind::Managed, arn, name, document);
        self.managed.insert(key, id);
        id
    }
}

fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

// AWS's AdministratorAccess has said the same since 2015, so an export without
// its text loses nothing.
// Source: AWS Managed Policy Reference, AdministratorAccess, read 2026-11-24.
fn whole_access(arn: &str) -> Option<&'static str> {
    let (_, name) = arn.split_once(":iam::aws:policy/")?;
    (name == "AdministratorAccess").then_some(crate::standing::FULL_ACCESS)
}

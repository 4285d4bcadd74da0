//! Principals and groups, numbered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use whocan_policy::AccountId;
use whocan_snapshot::{AccountObject, Role, Snapshot, User};

use super::identities::{AccountPolicies, Bearing};
use crate::mention::{ByAccount, Mentions};
use crate::{
    Account, AccountIndex, Attachment, DirectoryGroup, Group, GroupId, Identity, PolicyId,
    Principal, PrincipalId, PrincipalKind, RoleFacts,
};

/// The numbered principals and groups.
#[derive(Default)]
pub(super) struct Nodes {
    pub principals: Vec<Principal>,
    pub groups: Vec<Group>,
    pub directory_groups: Vec<DirectoryGroup>,
}

/// Numbers all principals: by account (root, users, roles, others), entry points without account last.
pub(super) fn number(
    snapshot: &Snapshot,
    policies: Vec<AccountPolicies>,
    accounts: &[Account],
    mentions: &Mentions,
) -> Nodes {
    let mut objects: BTreeMap<AccountId, (&AccountObject, AccountPolicies)> = BTreeMap::new();
    for (object, policies) in snapshot.accounts.iter().zip(policies) {
        objects.insert(object.id, (object, policies));
    }
    let by_account = ByAccount::of(mentions);
    let mut nodes = Nodes::default();
    for (at, account) in accounts.iter().enumerate() {
        let index = AccountIndex::next(at);
        match objects.remove(&account.id) {
            Some((object, policies)) if object.identities => {
                nodes.collected(index, account, object, policies);
                nodes.sessions(index, account, &by_account);
            }
            _ => nodes.foreign(index, account, &by_account),
        }
    }
    nodes.entry_points(accounts, mentions);
    nodes.directory_groups = super::identity_center::number(snapshot, accounts, &mut nodes);
    nodes.add("anonymous".into(), None, PrincipalKind::Anonymous);
    nodes
}

impl Nodes {
    pub(super) fn add(
        &mut self,
        arn: Arc<str>,
        account: Option<AccountIndex>,
        kind: PrincipalKind,
    ) -> PrincipalId {
        let id = PrincipalId::next(self.principals.len());
        self.principals.push(Principal { arn, account, kind });
        id
    }

    fn collected(
        &mut self,
        index: AccountIndex,
        account: &Account,
        object: &AccountObject,
        policies: AccountPolicies,
    ) {
        let root = format!("arn:{}:iam::{}:root", account.partition, account.id);
        self.add(root.into(), Some(index), PrincipalKind::Root);
        let groups = self.groups(index, object, policies.groups);
        for (user, bearing) in object.users.iter().zip(policies.users) {
            self.user(index, user, bearing, &groups);
        }
        let profiles = profiles(object);
        for (role, (bearing, trust)) in object.roles.iter().zip(policies.roles) {
            let facts = facts(role, trust, profiles.get(role.arn.as_str()));
            let kind = PrincipalKind::Role(role_identity(role, bearing), facts);
            self.add(role.arn.as_str().into(), Some(index), kind);
        }
    }

    fn groups<'a>(
        &mut self,
        account: AccountIndex,
        object: &'a AccountObject,
        policies: Vec<Vec<PolicyId>>,
    ) -> BTreeMap<&'a str, GroupId> {
        let mut by_name = BTreeMap::new();
        for (group, policies) in object.groups.iter().zip(policies) {
            by_name.insert(group.name.as_str(), GroupId::next(self.groups.len()));
            self.groups.push(Group {
                arn: group.arn.as_str().into(),
                account,
                name: group.name.as_str().into(),
                policies,
                members: Vec::new(),
            });
        }
        by_name
    }

    fn user(
        &mut self,
        account: AccountIndex,
        user: &User,
        bearing: Bearing,
        groups: &BTreeMap<&str, GroupId>,
    ) {
        let id = PrincipalId::next(self.principals.len());
        let mut policies = attachments(&bearing.policies, None);
        for &group in user
            .groups
            .iter()
            .filter_map(|name| groups.get(name.as_str()))
        {
            let node = &mut self.groups[group.index()];
            node.members.push(id);
            policies.extend(attachments(&node.policies, Some(group)));
        }
        let identity = Identity {
            name: user.name.as_str().into(),
            id: user.id.as_str().into(),
            path: user.path.as_str().into(),
            created: user.created,
            tags: user.tags.clone(),
            policies,
            boundary: bearing.boundary,
        };
        self.add(
            user.arn.as_str().into(),
            Some(account),
            PrincipalKind::User(identity),
        );
    }

    // Sessions that policies name, of roles that exist.
    fn sessions(&mut self, index: AccountIndex, account: &Account, mentions: &ByAccount<'_>) {
        let sessions = mentions.sessions.get(&account.id).into_iter().flatten();
        let mut sessions = sessions.peekable();
        let roles = match sessions.peek() {
            Some(_) => self.roles_of(index),
            None => BTreeMap::new(),
        };
        for (role, session, arn) in sessions {
            if let Some(&role) = roles.get(*role) {
                let name = (*session).into();
                let kind = PrincipalKind::Session { role, name };
                self.add(arn.as_str().into(), Some(index), kind);
            }
        }
        for arn in mentions
            .federated_users
            .get(&account.id)
            .into_iter()
            .flatten()
        {
            let name = arn
                .resource()
                .split_once('/')
                .map_or("", |(_, name)| name)
                .into();
            self.add(
                arn.as_str().into(),
                Some(index),
                PrincipalKind::FederatedUser { name },
            );
        }
    }

    fn roles_of(&self, account: AccountIndex) -> BTreeMap<Arc<str>, PrincipalId> {
        // The account's principals were added last.
        let latest = self.principals.iter().enumerate().rev();
        let own = latest.take_while(|(_, principal)| principal.account == Some(account));
        own.filter_map(|(at, principal)| {
            principal.role()?;
            Some((principal.identity()?.name.clone(), PrincipalId::next(at)))
        })
        .collect()
    }

    // An account that was not collected: itself, and those of it that policies name.
    fn foreign(&mut self, index: AccountIndex, account: &Account, mentions: &ByAccount<'_>) {
        let root = format!("arn:{}:iam::{}:root", account.partition, account.id);
        self.add(root.into(), Some(index), PrincipalKind::Foreign(account.id));
        for arn in mentions.arns.get(&account.id).into_iter().flatten() {
            self.add(
                (*arn).into(),
                Some(index),
                PrincipalKind::ForeignNamed(account.id),
            );
        }
    }

    fn entry_points(&mut self, accounts: &[Account], mentions: &Mentions) {
        for service in &mentions.services {
            self.add(
                format!("service:{service}").into(),
                None,
                PrincipalKind::Service,
            );
        }
        let mut issuers: BTreeSet<String> = BTreeSet::new();
        let mut providers: BTreeSet<&str> = BTreeSet::new();
        let listed = accounts.iter().flat_map(|account| {
            let saml = account.saml_providers.known().into_iter().flatten();
            saml.chain(account.oidc_providers.known().into_iter().flatten())
        });
        let named = mentions.federated.iter().map(|name| &**name);
        for name in named.chain(listed.map(|arn| &**arn)) {
            match provider(name) {
                Some(Provider::Saml) => drop(providers.insert(name)),
                Some(Provider::Oidc(issuer)) => drop(issuers.insert(issuer.to_owned())),
                None => {}
            }
        }
        for issuer in issuers {
            let kind = PrincipalKind::Oidc {
                issuer: issuer.as_str().into(),
            };
            self.add(format!("oidc:{issuer}").into(), None, kind);
        }
        for arn in providers {
            self.add(format!("saml:{arn}").into(), None, PrincipalKind::Saml);
        }
    }
}

enum Provider<'a> {
    Saml,
    Oidc(&'a str),
}

// A provider's ARN, or a built-in web identity domain (R26).
fn provider(name: &str) -> Option<Provider<'_>> {
    if name.contains(":saml-provider/") {
        return Some(Provider::Saml);
    }
    if let Some((_, issuer)) = name.split_once(":oidc-provider/") {
        return Some(Provider::Oidc(issuer));
    }
    (!name.starts_with("arn:")).then_some(Provider::Oidc(name))
}

fn attachments(policies: &[PolicyId], group: Option<GroupId>) -> Vec<Attachment> {
    policies
        .iter()
        .map(|&policy| Attachment { policy, group })
        .collect()
}

fn profiles(object: &AccountObject) -> BTreeMap<&str, Vec<Arc<str>>> {
    let mut profiles: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
    for profile in &object.instance_profiles {
        for role in &profile.roles {
            profiles
                .entry(role)
                .or_default()
                .push(profile.arn.as_str().into());
        }
    }
    profiles
}

fn role_identity(role: &Role, bearing: Bearing) -> Identity {
    Identity {
        name: role.name.as_str().into(),
        id: role.id.as_str().into(),
        path: role.path.as_str().into(),
        created: role.created,
        tags: role.tags.clone(),
        policies: attachments(&bearing.policies, None),
        boundary: bearing.boundary,
    }
}

fn facts(role: &Role, trust: PolicyId, profiles: Option<&Vec<Arc<str>>>) -> RoleFacts {
    RoleFacts {
        trust,
        service_linked: role.path.starts_with("/aws-service-role/"),
        assigned: None,
        identity_center: role.path.starts_with("/aws-reserved/sso.amazonaws.com/"),
        max_session_seconds: role.max_session_seconds,
        instance_profiles: profiles.cloned().unwrap_or_default(),
    }
}

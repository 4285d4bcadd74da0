//! Accounts: those collected, those the organization lists, those policies name.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use whocan_policy::AccountId;
use whocan_snapshot::{AccountObject, Collected, Provider, Snapshot};

use crate::mention::Mentions;
use crate::{Account, AccountIndex, Membership};

/// Returns all accounts by number.
pub(super) fn read(snapshot: &Snapshot, mentions: &Mentions) -> Vec<Account> {
    let mut objects: BTreeMap<AccountId, Option<&AccountObject>> = BTreeMap::new();
    objects.extend(mentions.accounts.iter().map(|&id| (id, None)));
    if let Some(organization) = &snapshot.organization {
        objects.insert(organization.management_account, None);
        objects.extend(organization.accounts.iter().map(|member| (member.id, None)));
    }
    objects.extend(
        snapshot
            .accounts
            .iter()
            .map(|object| (object.id, Some(&**object))),
    );
    objects
        .into_iter()
        .map(|(id, object)| account(snapshot, id, object))
        .collect()
}

fn account(snapshot: &Snapshot, id: AccountId, object: Option<&AccountObject>) -> Account {
    let unread = AccountObject::unread(id);
    let membership = membership(snapshot, id, object);
    let name = name(snapshot, id, object);
    let object = object.unwrap_or(&unread);
    Account {
        id,
        name,
        aliases: object.aliases.clone(),
        partition: object.partition.as_str().into(),
        canonical_id: object.canonical_id.as_deref().map(Arc::from),
        collected: object.identities,
        complete: object.complete,
        lists: object.lists.clone(),
        membership,
        saml_providers: providers(&object.saml_providers),
        oidc_providers: providers(&object.oidc_providers),
        public_access_block: object.public_access_block.clone(),
        gaps: object.gaps.clone(),
    }
}

fn providers(collected: &Collected<Vec<Provider>>) -> Collected<Vec<Arc<str>>> {
    match collected {
        Collected::Not => Collected::Not,
        Collected::Yes(providers) => {
            let arns = providers
                .iter()
                .map(|provider| provider.arn.as_str().into());
            Collected::Yes(arns.collect())
        }
    }
}

fn membership(snapshot: &Snapshot, id: AccountId, object: Option<&AccountObject>) -> Membership {
    let Some(organization) = &snapshot.organization else {
        // A complete account without organization is outside any (R104).
        let outside = |object: &AccountObject| object.complete || object.in_no_organization;
        return if object.is_some_and(outside) {
            Membership::Outside
        } else {
            Membership::Unknown
        };
    };
    if organization.management_account == id {
        return Membership::Management;
    }
    let listed = organization.accounts.iter().any(|member| member.id == id);
    match (listed, object) {
        (true, _) => Membership::Member,
        (false, Some(_)) => Membership::Outside,
        (false, None) if organization.all_accounts => Membership::Elsewhere,
        (false, None) => Membership::Unknown,
    }
}

fn name(snapshot: &Snapshot, id: AccountId, object: Option<&AccountObject>) -> Arc<str> {
    let members = snapshot
        .organization
        .iter()
        .flat_map(|organization| &organization.accounts);
    let member = members
        .filter(|member| member.id == id)
        .map(|member| member.name.as_str());
    let alias = object
        .iter()
        .flat_map(|object| &object.aliases)
        .map(String::as_str);
    member
        .chain(alias)
        .find(|name| !name.is_empty())
        .unwrap_or_default()
        .into()
}

/// Maps canonical ids to accounts (R27).
pub(super) fn by_canonical_id(accounts: &[Account]) -> FxHashMap<Arc<str>, AccountIndex> {
    let all = accounts.iter().enumerate();
    all.filter_map(|(at, account)| Some((account.canonical_id.clone()?, AccountIndex::next(at))))
        .collect()
}

/// Finds an account by its number.
pub(super) fn find(accounts: &[Account], id: AccountId) -> Option<AccountIndex> {
    let found = accounts.binary_search_by_key(&id, |account| account.id);
    found.ok().map(AccountIndex::next)
}

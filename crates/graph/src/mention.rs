//! Whom policies name: entry points, sessions, foreign principals.

use std::collections::{BTreeMap, BTreeSet};

use whocan_policy::{AccountId, Arn, NamedPrincipal};

use crate::Documents;

/// Everyone that some principal element names, apart from collected users and roles.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    /// Accounts, named as such or by one of their principals.
    pub accounts: BTreeSet<AccountId>,
    /// User and role ARNs of any account.
    pub principals: BTreeSet<Arn>,
    /// Sessions of roles: account, role name, session name, ARN.
    pub sessions: BTreeSet<(AccountId, Box<str>, Box<str>, Arn)>,
    /// `GetFederationToken` sessions.
    pub federated_users: BTreeSet<Arn>,
    /// Service principals.
    pub services: BTreeSet<Box<str>>,
    /// Provider ARNs and built-in web identity domains.
    pub federated: BTreeSet<Box<str>>,
}

/// Reads the principal elements of all documents, and adds `callers`.
pub(crate) fn all(documents: &Documents, callers: &[NamedPrincipal]) -> Mentions {
    let mut mentions = Mentions::default();
    for caller in callers {
        mentions.add(caller);
    }
    documents.naming_principals(|document| {
        let clauses = document.statements.iter();
        let clauses = clauses.filter_map(|statement| statement.principal.as_ref());
        for entry in clauses.flat_map(|clause| &clause.entries) {
            mentions.add(entry);
        }
    });
    mentions
}

impl Mentions {
    fn add(&mut self, entry: &NamedPrincipal) {
        match entry {
            NamedPrincipal::Account(account) => {
                self.accounts.insert(*account);
            }
            NamedPrincipal::User(arn) | NamedPrincipal::Role(arn) => {
                self.accounts.extend(arn.account());
                self.principals.insert(arn.clone());
            }
            NamedPrincipal::Session {
                account,
                role,
                session,
                arn,
            } => {
                self.accounts.insert(*account);
                let session = (*account, role.clone(), session.clone(), arn.clone());
                self.sessions.insert(session);
            }
            NamedPrincipal::FederatedUser(arn) => {
                self.accounts.extend(arn.account());
                self.federated_users.insert(arn.clone());
            }
            NamedPrincipal::Service(name) => {
                self.services.insert(name.clone());
            }
            NamedPrincipal::Federated(provider) => {
                self.federated.insert(provider.clone());
            }
            NamedPrincipal::Everyone
            | NamedPrincipal::CanonicalUser(_)
            | NamedPrincipal::UniqueId(_)
            | NamedPrincipal::Nobody(_) => {}
        }
    }
}

/// The same by account, so that thousands of accounts find theirs at once.
#[derive(Default)]
pub(crate) struct ByAccount<'a> {
    /// Role name, session name and ARN of sessions.
    pub sessions: BTreeMap<AccountId, Vec<(&'a str, &'a str, &'a Arn)>>,
    /// `GetFederationToken` sessions.
    pub federated_users: BTreeMap<AccountId, Vec<&'a Arn>>,
    /// All ARNs, of users, roles and sessions of both kinds.
    pub arns: BTreeMap<AccountId, BTreeSet<&'a str>>,
}

impl<'a> ByAccount<'a> {
    /// Sorts `mentions`.
    pub fn of(mentions: &'a Mentions) -> ByAccount<'a> {
        let mut sorted = ByAccount::default();
        for (account, role, session, arn) in &mentions.sessions {
            let sessions = sorted.sessions.entry(*account).or_default();
            sessions.push((role, session, arn));
            sorted.add(arn);
        }
        for arn in &mentions.federated_users {
            if let Some(account) = arn.account() {
                sorted.federated_users.entry(account).or_default().push(arn);
            }
            sorted.add(arn);
        }
        for arn in &mentions.principals {
            sorted.add(arn);
        }
        sorted
    }

    fn add(&mut self, arn: &'a Arn) {
        if let Some(account) = arn.account() {
            self.arns.entry(account).or_default().insert(arn.as_str());
        }
    }
}

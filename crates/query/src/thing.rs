//! Anything of the graph that a question can be about.

use std::sync::Arc;

use whocan_graph::{
    AccountIndex, Collected, Detail, Graph, GroupId, LevelId, PolicyId, PolicyKind, PrincipalId,
    PrincipalKind, ResourceId, Tag,
};
use whocan_policy::Arn;

use crate::kind::ResourceKind;

/// One thing of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A principal or an entry point.
    Principal(PrincipalId),
    /// A group of users.
    Group(GroupId),
    /// A managed policy.
    Policy(PolicyId),
    /// A resource.
    Resource(ResourceId),
    /// An account.
    Account(AccountIndex),
    /// The root, a unit or an account of the organization.
    Level(LevelId),
}

impl Thing {
    /// Returns the ARN, or the name of entry points and of what has none.
    pub fn arn(self, graph: &Graph) -> Arc<str> {
        match self {
            Thing::Principal(id) => graph.principal(id).arn.clone(),
            Thing::Group(id) => graph.group(id).arn.clone(),
            Thing::Policy(id) => graph.policy(id).at.clone(),
            Thing::Resource(id) => graph.resource(id).arn.clone(),
            Thing::Account(id) => graph.account(id).id.to_string().into(),
            Thing::Level(id) => graph.level(id).id.clone(),
        }
    }

    /// Returns the name by which a shorthand finds it.
    pub fn name(self, graph: &Graph) -> String {
        match self {
            Thing::Principal(id) => principal_name(graph, id),
            Thing::Group(id) => graph.group(id).name.to_string(),
            Thing::Policy(id) => graph.policy(id).name.to_string(),
            Thing::Resource(id) => resource_name(graph, id),
            Thing::Account(id) => account_name(graph, id),
            Thing::Level(id) => graph.level(id).name.to_string(),
        }
    }

    /// Returns the word for what it is, as in shorthands: `role`, `bucket`.
    pub fn kind(self, graph: &Graph) -> &'static str {
        match self {
            Thing::Principal(id) => principal_kind(&graph.principal(id).kind),
            Thing::Group(_) => "group",
            Thing::Policy(_) => "policy",
            Thing::Resource(id) => {
                ResourceKind::of(&graph.resource(id).arn).map_or("resource", |kind| kind.word)
            }
            Thing::Account(_) => "account",
            Thing::Level(_) => "ou",
        }
    }

    /// Returns the shorthand: `role/ci`, `bucket/logs`, `anyone`. It need not be unique.
    pub fn shorthand(self, graph: &Graph) -> String {
        match self {
            Thing::Principal(id) => match &graph.principal(id).kind {
                PrincipalKind::Anonymous => "anyone".to_owned(),
                PrincipalKind::Foreign(account) => format!("account/{account}"),
                PrincipalKind::ForeignNamed(_) => foreign_shorthand(&graph.principal(id).arn),
                kind => format!("{}/{}", principal_kind(kind), self.name(graph)),
            },
            Thing::Resource(id) => match ResourceKind::of(&graph.resource(id).arn) {
                Some(kind) => format!("{}/{}", kind.word, self.name(graph)),
                None => graph.resource(id).arn.to_string(),
            },
            _ => format!("{}/{}", self.kind(graph), self.name(graph)),
        }
    }

    /// Returns the account that it belongs to.
    pub fn account(self, graph: &Graph) -> Option<AccountIndex> {
        match self {
            Thing::Principal(id) => graph.principal(id).account,
            Thing::Group(id) => Some(graph.group(id).account),
            Thing::Policy(id) => account_of_arn(graph, &graph.policy(id).at),
            Thing::Resource(id) => Some(graph.resource(id).account),
            Thing::Account(id) => Some(id),
            Thing::Level(id) => {
                let account = graph.level(id).id.parse().ok()?;
                graph.account_of(account)
            }
        }
    }

    /// Returns the tags; `None` for what has none by its nature.
    pub fn tags(self, graph: &Graph) -> Option<&Collected<Vec<Tag>>> {
        match self {
            Thing::Principal(id) => Some(&graph.principal(id).identity()?.tags),
            Thing::Resource(id) => Some(&graph.resource(id).tags),
            _ => None,
        }
    }
}

/// Returns the name of the account, or its number where it has none.
pub(crate) fn account_name(graph: &Graph, account: AccountIndex) -> String {
    let account = graph.account(account);
    match (&*account.name, graph.vendor(account.id)) {
        ("", Some(vendor)) => vendor.to_string(),
        ("", None) => account.id.to_string(),
        (name, _) => name.to_owned(),
    }
}

/// Returns whether a policy is one that people call by name.
pub(crate) fn is_named_policy(graph: &Graph, policy: PolicyId) -> bool {
    matches!(
        graph.policy(policy).kind,
        PolicyKind::Managed | PolicyKind::ServiceControl | PolicyKind::ResourceControl
    )
}

fn account_of_arn(graph: &Graph, arn: &str) -> Option<AccountIndex> {
    let arn: Arn = arn.parse().ok()?;
    graph.account_of(arn.account()?)
}

fn principal_kind(kind: &PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User(_) => "user",
        PrincipalKind::Role(..) => "role",
        PrincipalKind::Root => "root",
        PrincipalKind::Session { .. } => "session",
        PrincipalKind::FederatedUser { .. } => "federated-user",
        PrincipalKind::Service => "service",
        PrincipalKind::Oidc { .. } => "oidc",
        PrincipalKind::Saml => "saml",
        PrincipalKind::IdentityCenterUser { .. } => "identity-center-user",
        PrincipalKind::Anonymous => "anyone",
        PrincipalKind::Foreign(_) => "account",
        PrincipalKind::ForeignNamed(_) => "external",
    }
}

fn principal_name(graph: &Graph, id: PrincipalId) -> String {
    let principal = graph.principal(id);
    match &principal.kind {
        PrincipalKind::User(identity) | PrincipalKind::Role(identity, _) => {
            identity.name.to_string()
        }
        PrincipalKind::Root => principal
            .account
            .map_or_else(String::new, |account| account_name(graph, account)),
        PrincipalKind::Session { role, name } => {
            format!("{}/{name}", principal_name(graph, *role))
        }
        PrincipalKind::FederatedUser { name } | PrincipalKind::IdentityCenterUser { name } => {
            name.to_string()
        }
        PrincipalKind::Oidc { issuer } => issuer.to_string(),
        PrincipalKind::Anonymous => "anyone".to_owned(),
        PrincipalKind::Foreign(account) => account.to_string(),
        PrincipalKind::Service => behind(&principal.arn, "service:"),
        PrincipalKind::Saml => behind(&principal.arn, ":saml-provider/"),
        PrincipalKind::ForeignNamed(_) => {
            let shorthand = foreign_shorthand(&principal.arn);
            behind(&shorthand, "/")
        }
    }
}

/// Returns `role/agent` for the ARN of a principal that was not collected.
fn foreign_shorthand(arn: &str) -> String {
    match arn.parse::<Arn>() {
        Ok(arn) => arn.resource().replacen("assumed-role/", "session/", 1),
        Err(_) => arn.to_owned(),
    }
}

fn behind(text: &str, mark: &str) -> String {
    let found = text.split_once(mark);
    found.map_or(text, |(_, rest)| rest).to_owned()
}

fn resource_name(graph: &Graph, id: ResourceId) -> String {
    let resource = graph.resource(id);
    if let Detail::Key(key) = &resource.detail {
        let alias = key.aliases.known().and_then(|aliases| aliases.first());
        if let Some(alias) = alias {
            return alias.strip_prefix("alias/").unwrap_or(alias).to_owned();
        }
    }
    match ResourceKind::of(&resource.arn) {
        Some(kind) => kind.name_in(&resource.arn),
        None => match resource.arn.parse::<Arn>() {
            Ok(arn) => arn.resource().to_owned(),
            Err(_) => resource.arn.to_string(),
        },
    }
}

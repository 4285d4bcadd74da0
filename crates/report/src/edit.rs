//! Changes that would take access away, and what a snapshot is with them.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use whocan_graph::{Graph, PolicyId, PolicyKind};
use whocan_policy::Arn;
use whocan_snapshot::{AccountObject, Collected, Snapshot};

use crate::statement;

/// One change that takes something away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum Edit {
    /// A statement is removed from a policy.
    RemoveStatement {
        /// What the policy is.
        policy: EditedPolicy,
        /// The ARN of who or what carries it, or of the managed policy.
        of: String,
        /// The policy's name; empty where `of` says it all.
        name: String,
        /// The statement: its Sid, or its position as `#2`.
        statement: String,
    },
    /// A managed policy is detached.
    Detach {
        /// The ARN of the policy.
        policy: String,
        /// The ARN of the user, group or role.
        from: String,
    },
    /// A statement is put back as it was.
    RestoreStatement {
        /// What the policy is.
        policy: EditedPolicy,
        /// The ARN of who or what carries it, or of the managed policy.
        of: String,
        /// The policy's name; empty where `of` says it all.
        name: String,
        /// The statement: its Sid, or its position as `#2`.
        statement: String,
        /// What it said.
        text: String,
    },
    /// A permissions boundary is set again.
    SetBoundary {
        /// The ARN of the user or role.
        of: String,
        /// The ARN of the policy.
        boundary: String,
    },
}

/// Where a policy stands that may lose a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EditedPolicy {
    /// A role's trust policy.
    Trust,
    /// A policy of a resource.
    Resource,
    /// Embedded in a user, group or role.
    Inline,
    /// A managed policy of the account's own.
    Managed,
}

impl Edit {
    /// Returns the edits that take a statement of this policy away, the most
    /// narrow first. `holder` is the ARN of who has the policy attached.
    pub(crate) fn of(
        graph: &Graph,
        policy: PolicyId,
        label: &str,
        holders: &[String],
    ) -> Vec<Edit> {
        let policy = graph.policy(policy);
        let removal = |kind| Edit::RemoveStatement {
            policy: kind,
            of: policy.at.to_string(),
            name: policy.name.to_string(),
            statement: label.to_owned(),
        };
        match policy.kind {
            PolicyKind::Trust => vec![removal(EditedPolicy::Trust)],
            PolicyKind::Resource => vec![removal(EditedPolicy::Resource)],
            PolicyKind::Inline => vec![removal(EditedPolicy::Inline)],
            PolicyKind::Managed => {
                let detach = holders.iter().map(|holder| Edit::Detach {
                    policy: policy.at.to_string(),
                    from: holder.clone(),
                });
                let own = !policy.at.contains(":aws:policy/");
                let own = own.then(|| removal(EditedPolicy::Managed));
                own.into_iter().chain(detach).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns whether both are about the same statement or attachment.
    pub(crate) fn is_about(&self, other: &Edit) -> bool {
        let place = |edit: &Edit| match edit {
            Edit::RemoveStatement {
                policy,
                of,
                name,
                statement,
            }
            | Edit::RestoreStatement {
                policy,
                of,
                name,
                statement,
                ..
            } => Some((*policy, of.clone(), name.clone(), statement.clone())),
            Edit::Detach { .. } | Edit::SetBoundary { .. } => None,
        };
        self == other || place(self).is_some_and(|own| place(other) == Some(own))
    }

    /// Returns how soon a person would think of it: doors before keys.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Edit::SetBoundary { .. } | Edit::RestoreStatement { .. } => 0,
            Edit::RemoveStatement { policy, .. } => match policy {
                EditedPolicy::Trust => 1,
                EditedPolicy::Resource => 1,
                EditedPolicy::Inline => 2,
                EditedPolicy::Managed => 3,
            },
            Edit::Detach { .. } => 4,
        }
    }

    /// Returns the edit as one may do it, without full stop; `account` says what
    /// people call an account.
    pub fn words(&self, account: &dyn Fn(&str) -> String) -> String {
        let short = |arn: &str| short(arn, account);
        match self {
            Edit::RemoveStatement {
                policy,
                of,
                name,
                statement,
            } => {
                let policy = policy.words(&short(of), name);
                format!("remove statement {statement} from {policy}")
            }
            Edit::RestoreStatement {
                policy,
                of,
                name,
                statement,
                ..
            } => {
                let policy = policy.words(&short(of), name);
                format!("put statement {statement} of {policy} back as it was")
            }
            Edit::Detach { policy, from } => {
                format!("detach {} from {}", short(policy), short(from))
            }
            Edit::SetBoundary { of, boundary } => format!(
                "set the permissions boundary {} on {} again",
                short(boundary),
                short(of)
            ),
        }
    }

    /// Makes the change; `false` if the snapshot has nothing to change.
    pub(crate) fn apply(&self, snapshot: &mut Snapshot) -> bool {
        let of = match self {
            Edit::RemoveStatement { of, .. }
            | Edit::RestoreStatement { of, .. }
            | Edit::SetBoundary { of, .. } => of,
            Edit::Detach { from, .. } => from,
        };
        let account = of.parse::<Arn>().ok().and_then(|arn| arn.account());
        let mut changed = false;
        for object in &mut snapshot.accounts {
            // The ARN of a bucket has no account.
            if account.is_some_and(|account| account != object.id) || !self.concerns(object) {
                continue;
            }
            changed |= self.change(Arc::make_mut(object));
        }
        changed
    }

    fn concerns(&self, account: &AccountObject) -> bool {
        match self {
            Edit::RemoveStatement {
                policy: EditedPolicy::Resource,
                of,
                ..
            }
            | Edit::RestoreStatement {
                policy: EditedPolicy::Resource,
                of,
                ..
            } => account.resources.iter().any(|one| one.arn == *of),
            _ => true,
        }
    }

    fn change(&self, account: &mut AccountObject) -> bool {
        match self {
            Edit::RemoveStatement {
                policy,
                of,
                name,
                statement,
            } => document(account, *policy, of, name).is_some_and(|text| without(text, statement)),
            Edit::RestoreStatement {
                policy,
                of,
                name,
                statement,
                text,
            } => document(account, *policy, of, name)
                .is_some_and(|document| with(document, statement, text)),
            Edit::Detach { policy, from } => detach(account, policy, from),
            Edit::SetBoundary { of, boundary } => set_boundary(account, of, boundary),
        }
    }
}

/// Returns the part of an ARN behind the account, and the account: `role/deploy (prod)`.
fn short(arn: &str, account: &dyn Fn(&str) -> String) -> String {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, number) = (parts.next(), parts.nth(1).unwrap_or_default());
    let name = parts.next().unwrap_or(arn);
    match (service, number) {
        (Some("s3"), _) => format!("bucket/{name}"),
        (_, "" | "aws") => name.to_owned(),
        (_, number) => format!("{name} ({})", account(number)),
    }
}

impl EditedPolicy {
    /// Returns the policy as people call it.
    fn words(self, of: &str, name: &str) -> String {
        match self {
            EditedPolicy::Trust => format!("the trust policy of {of}"),
            EditedPolicy::Resource => format!("the policy of {of}"),
            EditedPolicy::Inline => format!("inline policy {name} of {of}"),
            EditedPolicy::Managed => format!("managed {of}"),
        }
    }
}

/// Returns the document of a policy, to be changed.
fn document<'a>(
    account: &'a mut AccountObject,
    policy: EditedPolicy,
    of: &str,
    name: &str,
) -> Option<&'a mut String> {
    match policy {
        EditedPolicy::Trust => {
            let role = account.roles.iter_mut().find(|role| role.arn == of)?;
            known(&mut role.trust)
        }
        EditedPolicy::Resource => {
            let mut resources = account.resources.iter_mut();
            known(&mut resources.find(|one| one.arn == of)?.policy)?.as_mut()
        }
        EditedPolicy::Inline => {
            let users = account
                .users
                .iter_mut()
                .map(|one| (&one.arn, &mut one.inline));
            let groups = account
                .groups
                .iter_mut()
                .map(|one| (&one.arn, &mut one.inline));
            let roles = account
                .roles
                .iter_mut()
                .map(|one| (&one.arn, &mut one.inline));
            let mut all = users.chain(groups).chain(roles);
            let (_, inline) = all.find(|(arn, _)| *arn == of)?;
            let policy = inline.iter_mut().find(|policy| policy.name == name)?;
            Some(&mut policy.document)
        }
        EditedPolicy::Managed => {
            let policy = account.policies.iter_mut().find(|one| one.arn == of)?;
            let default = policy.default_version.clone();
            let mut versions = policy.versions.iter_mut();
            let version = versions.find(|version| version.id == default)?;
            Some(&mut version.document)
        }
    }
}

fn known<T>(value: &mut Collected<T>) -> Option<&mut T> {
    match value {
        Collected::Yes(value) => Some(value),
        Collected::Not => None,
    }
}

fn detach(account: &mut AccountObject, policy: &str, from: &str) -> bool {
    let users = account
        .users
        .iter_mut()
        .map(|one| (&one.arn, &mut one.attached));
    let groups = account
        .groups
        .iter_mut()
        .map(|one| (&one.arn, &mut one.attached));
    let roles = account
        .roles
        .iter_mut()
        .map(|one| (&one.arn, &mut one.attached));
    let mut all = users.chain(groups).chain(roles);
    let Some((_, attached)) = all.find(|(arn, _)| *arn == from) else {
        return false;
    };
    let before = attached.len();
    attached.retain(|one| one.arn != policy);
    attached.len() < before
}

fn set_boundary(account: &mut AccountObject, of: &str, boundary: &str) -> bool {
    let users = account
        .users
        .iter_mut()
        .map(|one| (&one.arn, &mut one.boundary));
    let roles = account
        .roles
        .iter_mut()
        .map(|one| (&one.arn, &mut one.boundary));
    let found = users.chain(roles).find(|(arn, _)| *arn == of);
    let Some((_, own)) = found else {
        return false;
    };
    *own = Some(boundary.to_owned());
    true
}

/// Takes the statement with this label out of a document.
fn without(text: &mut String, label: &str) -> bool {
    let statements = statement::statements(text);
    let Some(at) = statements.iter().position(|one| one.is_called(label)) else {
        return false;
    };
    let Ok(Value::Object(mut document)) = serde_json::from_str::<Value>(text) else {
        return false;
    };
    match document.get_mut("Statement") {
        Some(Value::Array(all)) if at < all.len() => {
            all.remove(at);
        }
        Some(one @ Value::Object(_)) => *one = Value::Array(Vec::new()),
        _ => return false,
    }
    *text = Value::Object(document).to_string();
    true
}

/// Puts a statement into a document, in the place of the one with this label if there is one.
fn with(text: &mut String, label: &str, statement: &str) -> bool {
    let statements = statement::statements(text);
    let at = statements.iter().position(|one| one.is_called(label));
    let (Ok(Value::Object(mut document)), Ok(statement)) = (
        serde_json::from_str::<Value>(text),
        serde_json::from_str::<Value>(statement),
    ) else {
        return false;
    };
    let all = document
        .entry("Statement")
        .or_insert(Value::Array(Vec::new()));
    if let Value::Object(_) = all {
        *all = Value::Array(vec![all.take()]);
    }
    let Value::Array(all) = all else {
        return false;
    };
    match at.and_then(|at| all.get_mut(at)) {
        Some(place) => *place = statement,
        None => all.push(statement),
    }
    *text = Value::Object(document).to_string();
    true
}

/// Returns the text of a statement of a policy, if the snapshot has it.
pub(crate) fn statement_text(
    snapshot: &Snapshot,
    graph: &Graph,
    policy: PolicyId,
    label: &str,
) -> Option<String> {
    let policy = graph.policy(policy);
    let accounts = snapshot.accounts.iter();
    let document = match policy.kind {
        PolicyKind::Trust => accounts
            .flat_map(|account| &account.roles)
            .find(|role| role.arn == *policy.at)
            .and_then(|role| yes(&role.trust).cloned()),
        PolicyKind::Resource => accounts
            .flat_map(|account| &account.resources)
            .find(|one| one.arn == *policy.at)
            .and_then(|one| yes(&one.policy).cloned().flatten()),
        PolicyKind::Managed => accounts
            .flat_map(|account| &account.policies)
            .find(|one| one.arn == *policy.at)
            .and_then(|one| {
                let mut versions = one.versions.iter();
                let default = versions.find(|version| version.id == one.default_version)?;
                Some(default.document.clone())
            }),
        PolicyKind::Inline => inline_text(snapshot, &policy.at, &policy.name),
        _ => None,
    }?;
    let written = statement::statements(&document);
    let found = written.into_iter().find(|one| one.is_called(label))?;
    Some(found.text)
}

fn inline_text(snapshot: &Snapshot, at: &str, name: &str) -> Option<String> {
    for account in &snapshot.accounts {
        let users = account.users.iter().map(|one| (&one.arn, &one.inline));
        let groups = account.groups.iter().map(|one| (&one.arn, &one.inline));
        let roles = account.roles.iter().map(|one| (&one.arn, &one.inline));
        let mut all = users.chain(groups).chain(roles);
        if let Some((_, inline)) = all.find(|(arn, _)| *arn == at) {
            let policy = inline.iter().find(|policy| policy.name == name)?;
            return Some(policy.document.clone());
        }
    }
    None
}

fn yes<T>(value: &Collected<T>) -> Option<&T> {
    match value {
        Collected::Yes(value) => Some(value),
        Collected::Not => None,
    }
}

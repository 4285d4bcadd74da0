//! Users, groups, roles, managed policies and instance profiles of a plan.

use serde_json::Value;
use whocan_snapshot::{
    AttachedPolicy, Collected, Group, InlinePolicy, InstanceProfile, ManagedPolicy, PolicyVersion,
    Role, User,
};

use super::Laying;
use super::change::{Change, Planned};

/// The text in place of a document that is known only after apply: no JSON, so
/// that what it allows and denies stays open.
pub(super) const OPEN: &str = "known after apply";

impl Laying<'_> {
    pub(super) fn remove_identity(&mut self, change: &Change) {
        let Some(arn) = change.arn() else {
            return;
        };
        match change.kind.as_str() {
            "aws_iam_role" => self.account.roles.retain(|role| role.arn != arn),
            "aws_iam_user" => self.account.users.retain(|user| user.arn != arn),
            "aws_iam_group" => {
                let gone = self.account.groups.extract_if(.., |group| group.arn == arn);
                let names: Vec<String> = gone.map(|group| group.name).collect();
                for user in &mut self.account.users {
                    user.groups.retain(|name| !names.contains(name));
                }
            }
            "aws_iam_policy" => self.account.policies.retain(|policy| policy.arn != arn),
            _ => self
                .account
                .instance_profiles
                .retain(|profile| profile.arn != arn),
        }
    }

    pub(super) fn put_identity(&mut self, change: &Change) {
        let Some(name) = self.needed(change, "name") else {
            let text = "its name is not known before it is applied, so it is not laid over";
            self.leave_out(change, text.to_owned());
            return;
        };
        let path = match change.planned("path") {
            Planned::Is(path) => path,
            Planned::Absent | Planned::Unknown => "/".to_owned(),
        };
        match change.kind.as_str() {
            "aws_iam_role" => self.put_role(change, name, path),
            "aws_iam_user" => self.put_user(change, name, path),
            "aws_iam_group" => self.put_group(change, name, path),
            "aws_iam_policy" => self.put_policy(change, name, &path),
            _ => self.put_profile(change, name, &path),
        }
    }

    fn put_role(&mut self, change: &Change, name: String, path: String) {
        let arn = self.arn("iam", &format!("role{path}{name}"));
        let trust = match self.needed(change, "assume_role_policy") {
            Some(text) => Collected::Yes(text),
            None => Collected::Not,
        };
        let boundary = self.boundary(change);
        let seconds = match change.planned("max_session_duration") {
            Planned::Is(text) => text.parse().ok(),
            Planned::Absent | Planned::Unknown => None,
        };
        let tags = self.tags(change);
        let known = self.account.roles.iter().position(|role| role.arn == arn);
        let mut role = match known {
            Some(at) => self.account.roles.swap_remove(at),
            None => Role {
                arn,
                name,
                id: String::new(),
                path,
                created: None,
                trust: Collected::Not,
                inline: Vec::new(),
                attached: Vec::new(),
                boundary: None,
                tags: Collected::Not,
                max_session_seconds: None,
            },
        };
        role.trust = trust;
        role.boundary = boundary;
        role.tags = tags;
        role.max_session_seconds = seconds.or(role.max_session_seconds);
        self.put_own_policies(change, &mut role.inline, &mut role.attached);
        self.account.roles.push(role);
    }

    /// Lays over the policies that stand in the role's own block.
    fn put_own_policies(
        &mut self,
        change: &Change,
        inline: &mut Vec<InlinePolicy>,
        attached: &mut Vec<AttachedPolicy>,
    ) {
        for arn in change.texts("managed_policy_arns", false) {
            attached.retain(|policy| policy.arn != arn);
        }
        for arn in change.texts("managed_policy_arns", true) {
            attach(attached, &arn);
        }
        let entries = change.after("inline_policy").and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            let text = |key: &str| {
                entry
                    .get(key)
                    .and_then(Value::as_str)
                    .filter(|it| !it.is_empty())
            };
            if let Some(name) = text("name") {
                let document = text("policy").unwrap_or(OPEN);
                put_inline(inline, name, document);
            }
        }
        if change.is_open("inline_policy") {
            self.open(change, "inline_policy");
            put_inline(inline, OPEN, OPEN);
        }
    }

    fn boundary(&mut self, change: &Change) -> Option<String> {
        match self.text(change, "permissions_boundary") {
            Planned::Is(arn) => Some(arn),
            Planned::Absent => None,
            Planned::Unknown => {
                self.open(change, "permissions_boundary");
                // A boundary that no export holds keeps the answers open.
                Some(self.arn("iam", "policy/known-after-apply"))
            }
        }
    }

    fn tags(&mut self, change: &Change) -> Collected<Vec<whocan_snapshot::Tag>> {
        match change.tags() {
            Some(tags) => Collected::Yes(tags),
            None => {
                self.open(change, "tags_all");
                Collected::Not
            }
        }
    }

    fn put_user(&mut self, change: &Change, name: String, path: String) {
        let arn = self.arn("iam", &format!("user{path}{name}"));
        let boundary = self.boundary(change);
        let tags = self.tags(change);
        let known = self.account.users.iter().position(|user| user.arn == arn);
        let mut user = match known {
            Some(at) => self.account.users.swap_remove(at),
            None => User {
                arn,
                name,
                id: String::new(),
                path,
                created: None,
                groups: Vec::new(),
                inline: Vec::new(),
                attached: Vec::new(),
                boundary: None,
                tags: Collected::Not,
            },
        };
        user.boundary = boundary;
        user.tags = tags;
        self.account.users.push(user);
    }

    fn put_group(&mut self, _change: &Change, name: String, path: String) {
        let arn = self.arn("iam", &format!("group{path}{name}"));
        if !self.account.groups.iter().any(|group| group.arn == arn) {
            self.account.groups.push(Group {
                arn,
                name,
                id: String::new(),
                path,
                created: None,
                inline: Vec::new(),
                attached: Vec::new(),
            });
        }
    }

    /// Lays over a managed policy; a new document is a version of its own.
    fn put_policy(&mut self, change: &Change, name: String, path: &str) {
        const PLANNED: &str = "planned";
        let arn = self.arn("iam", &format!("policy{path}{name}"));
        let document = self.needed(change, "policy");
        self.account.policies.retain(|policy| policy.arn != arn);
        let version = document.map(|document| PolicyVersion {
            id: PLANNED.to_owned(),
            document,
        });
        self.account.policies.push(ManagedPolicy {
            arn,
            name,
            default_version: PLANNED.to_owned(),
            versions: version.into_iter().collect(),
        });
    }

    fn put_profile(&mut self, change: &Change, name: String, path: &str) {
        let arn = self.arn("iam", &format!("instance-profile{path}{name}"));
        let role = self.needed(change, "role");
        let arn_of = |role: String| {
            let known = self.account.roles.iter().find(|it| it.name == role);
            known.map_or_else(
                || self.arn("iam", &format!("role/{role}")),
                |it| it.arn.clone(),
            )
        };
        let roles = role.map(arn_of).into_iter().collect();
        self.account
            .instance_profiles
            .retain(|profile| profile.arn != arn);
        self.account
            .instance_profiles
            .push(InstanceProfile { arn, name, roles });
    }
}

/// Puts an inline policy in place of one of the same name.
pub(super) fn put_inline(inline: &mut Vec<InlinePolicy>, name: &str, document: &str) {
    inline.retain(|policy| policy.name != name);
    inline.push(InlinePolicy {
        name: name.to_owned(),
        document: document.to_owned(),
    });
    inline.sort();
}

/// Attaches a managed policy once.
pub(super) fn attach(attached: &mut Vec<AttachedPolicy>, arn: &str) {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    attached.push(AttachedPolicy {
        arn: arn.to_owned(),
        name: name.to_owned(),
    });
    attached.sort();
    attached.dedup();
}

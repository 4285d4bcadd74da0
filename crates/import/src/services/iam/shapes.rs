//! The shapes of `get-account-authorization-details`.
//!
//! Source: IAM API Reference, GetAccountAuthorizationDetails. Exports in the
//! wild lack lists that are empty, tags, ids; a missing list is an empty one,
//! since the call prints whatever there is.

use std::collections::BTreeMap;

use serde::Deserialize;
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{
    AttachedPolicy, Collected, Group, InlinePolicy, InstanceProfile, ManagedPolicy, PolicyVersion,
    Role, User,
};

use crate::json::{DocumentText, List, Tags, Text, Time, or_empty};

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `UserDetailList`, `GroupDetailList`, `RoleDetailList` and `Policies`"
)]
pub(super) struct Details<'a> {
    #[serde(borrow, default)]
    pub(super) user_detail_list: Option<List<UserDetail<'a>>>,
    #[serde(borrow, default)]
    pub(super) group_detail_list: Option<List<GroupDetail<'a>>>,
    #[serde(borrow, default)]
    pub(super) role_detail_list: Option<List<RoleDetail<'a>>>,
    #[serde(borrow, default)]
    pub(super) policies: Option<List<PolicyDetail<'a>>>,
    #[serde(borrow, default)]
    marker: Option<Text<'a>>,
    #[serde(borrow, default)]
    next_token: Option<Text<'a>>,
    #[serde(default)]
    is_truncated: Option<bool>,
}

impl Details<'_> {
    /// Returns the mark that says that more would follow, if any.
    pub(super) fn more(&self) -> Option<&'static str> {
        let set = |text: &Option<Text<'_>>| text.as_ref().is_some_and(|text| !text.0.is_empty());
        if self.is_truncated == Some(true) {
            Some("IsTruncated")
        } else if set(&self.next_token) {
            Some("NextToken")
        } else if set(&self.marker) {
            Some("Marker")
        } else {
            None
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a user")]
pub(super) struct UserDetail<'a> {
    #[serde(borrow)]
    pub(super) arn: Text<'a>,
    #[serde(borrow, default)]
    user_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
    #[serde(default)]
    create_date: Time,
    #[serde(borrow, default)]
    group_list: List<Text<'a>>,
    #[serde(borrow, default)]
    user_policy_list: List<Inline<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: List<Attached<'a>>,
    #[serde(borrow, default)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a group")]
pub(super) struct GroupDetail<'a> {
    #[serde(borrow)]
    pub(super) arn: Text<'a>,
    #[serde(borrow, default)]
    group_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    group_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
    #[serde(default)]
    create_date: Time,
    #[serde(borrow, default)]
    group_policy_list: List<Inline<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: List<Attached<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a role")]
pub(super) struct RoleDetail<'a> {
    #[serde(borrow)]
    pub(super) arn: Text<'a>,
    #[serde(borrow, default)]
    role_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    role_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    path: Option<Text<'a>>,
    #[serde(default)]
    create_date: Time,
    #[serde(default)]
    assume_role_policy_document: DocumentText,
    #[serde(borrow, default)]
    role_policy_list: List<Inline<'a>>,
    #[serde(borrow, default)]
    attached_managed_policies: List<Attached<'a>>,
    #[serde(borrow, default)]
    permissions_boundary: Option<Boundary<'a>>,
    #[serde(default)]
    tags: Tags,
    #[serde(default)]
    max_session_duration: Option<u32>,
    #[serde(borrow, default)]
    pub(super) instance_profile_list: List<Profile<'a>>,
    #[serde(default)]
    pub(super) role_last_used: Option<LastUsed>,
}

/// When a role was last used; empty if not in the time that AWS tracks.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object")]
pub(super) struct LastUsed {
    #[serde(default)]
    pub(super) last_used_date: Time,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a managed policy")]
pub(super) struct PolicyDetail<'a> {
    #[serde(borrow)]
    pub(super) arn: Text<'a>,
    #[serde(borrow, default)]
    policy_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    default_version_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    policy_version_list: List<Version<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a policy version")]
struct Version<'a> {
    #[serde(borrow, default)]
    version_id: Option<Text<'a>>,
    #[serde(default)]
    document: DocumentText,
    #[serde(default)]
    is_default_version: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an inline policy")]
struct Inline<'a> {
    #[serde(borrow)]
    policy_name: Text<'a>,
    #[serde(default)]
    policy_document: DocumentText,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an attached policy")]
struct Attached<'a> {
    #[serde(borrow)]
    policy_arn: Text<'a>,
    #[serde(borrow, default)]
    policy_name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a permissions boundary")]
struct Boundary<'a> {
    #[serde(borrow, default)]
    permissions_boundary_arn: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an instance profile")]
pub(super) struct Profile<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow, default)]
    instance_profile_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    roles: List<Holder<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Arn`")]
struct Holder<'a> {
    #[serde(borrow)]
    arn: Text<'a>,
}

impl UserDetail<'_> {
    pub(super) fn convert(self) -> User {
        let arn = self.arn.0.into_owned();
        let mut groups: Vec<String> = self.group_list.0.into_iter().map(owned).collect();
        groups.sort();
        groups.dedup();
        User {
            name: name(self.user_name, &arn),
            id: or_empty(self.user_id),
            path: path(self.path, &arn),
            created: self.create_date.0,
            groups,
            inline: inline(self.user_policy_list),
            attached: attached(self.attached_managed_policies),
            boundary: boundary(self.permissions_boundary),
            tags: Collected::Yes(self.tags.sorted()),
            arn,
        }
    }
}

impl GroupDetail<'_> {
    pub(super) fn convert(self) -> Group {
        let arn = self.arn.0.into_owned();
        Group {
            name: name(self.group_name, &arn),
            id: or_empty(self.group_id),
            path: path(self.path, &arn),
            created: self.create_date.0,
            inline: inline(self.group_policy_list),
            attached: attached(self.attached_managed_policies),
            arn,
        }
    }
}

impl RoleDetail<'_> {
    pub(super) fn convert(self) -> Role {
        let arn = self.arn.0.into_owned();
        Role {
            name: name(self.role_name, &arn),
            id: or_empty(self.role_id),
            path: path(self.path, &arn),
            created: self.create_date.0,
            trust: match self.assume_role_policy_document.0 {
                Some(text) => Collected::Yes(text),
                None => Collected::Not,
            },
            inline: inline(self.role_policy_list),
            attached: attached(self.attached_managed_policies),
            boundary: boundary(self.permissions_boundary),
            tags: Collected::Yes(self.tags.sorted()),
            max_session_seconds: self.max_session_duration,
            arn,
        }
    }
}

impl PolicyDetail<'_> {
    /// Returns the policy; versions without a document are left out.
    pub(super) fn convert(self) -> ManagedPolicy {
        let arn = self.arn.0.into_owned();
        let mut default = or_empty(self.default_version_id);
        let mut versions = Vec::new();
        for version in self.policy_version_list.0 {
            let id = or_empty(version.version_id);
            if default.is_empty() && version.is_default_version == Some(true) {
                default.clone_from(&id);
            }
            if let Some(document) = version.document.0 {
                versions.push(PolicyVersion { id, document });
            }
        }
        versions.sort();
        ManagedPolicy {
            name: name(self.policy_name, &arn),
            default_version: default,
            versions,
            arn,
        }
    }
}

impl Profile<'_> {
    /// Returns the profile with its roles, or with the role in whose entry it stands.
    pub(super) fn convert(self, role: Option<&str>) -> InstanceProfile {
        let arn = self.arn.0.into_owned();
        let mut roles: Vec<String> = self
            .roles
            .0
            .into_iter()
            .map(|role| owned(role.arn))
            .collect();
        if roles.is_empty() {
            roles.extend(role.map(str::to_owned));
        }
        roles.sort();
        roles.dedup();
        InstanceProfile {
            name: name(self.instance_profile_name, &arn),
            roles,
            arn,
        }
    }
}

fn owned(text: Text<'_>) -> String {
    text.0.into_owned()
}

fn name(name: Option<Text<'_>>, arn: &str) -> String {
    let last = arn.rsplit(['/', ':']).next().unwrap_or_default();
    name.map_or_else(|| last.to_owned(), owned)
}

/// Returns the path, which the ARN has between its first and last slash.
fn path(path: Option<Text<'_>>, arn: &str) -> String {
    let from_arn = || {
        let first = arn.find('/')?;
        let last = arn.rfind('/')?;
        arn.get(first..=last)
    };
    path.map(owned)
        .or_else(|| from_arn().map(str::to_owned))
        .unwrap_or_else(|| "/".to_owned())
}

fn inline(list: List<Inline<'_>>) -> Vec<InlinePolicy> {
    let mut policies: Vec<InlinePolicy> = list
        .0
        .into_iter()
        .map(|policy| InlinePolicy {
            name: owned(policy.policy_name),
            // `null` is no document; kept, it is reported as such.
            document: policy
                .policy_document
                .0
                .unwrap_or_else(|| "null".to_owned()),
        })
        .collect();
    policies.sort();
    policies
}

fn attached(list: List<Attached<'_>>) -> Vec<AttachedPolicy> {
    let mut policies: Vec<AttachedPolicy> = list
        .0
        .into_iter()
        .map(|policy| {
            let arn = owned(policy.policy_arn);
            let name = name(policy.policy_name, &arn);
            AttachedPolicy { arn, name }
        })
        .collect();
    policies.sort();
    policies.dedup();
    policies
}

fn boundary(boundary: Option<Boundary<'_>>) -> Option<String> {
    boundary.and_then(|boundary| boundary.permissions_boundary_arn.map(owned))
}

/// Only the ARNs of a file, to see whose it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object")]
pub(crate) struct Owners<'a> {
    #[serde(borrow, default)]
    user_detail_list: Option<List<Holder<'a>>>,
    #[serde(borrow, default)]
    group_detail_list: Option<List<Holder<'a>>>,
    #[serde(borrow, default)]
    role_detail_list: Option<List<Holder<'a>>>,
    #[serde(borrow, default)]
    policies: Option<List<MaybeHolder<'a>>>,
}

/// Other commands print `Policies` too, of other kinds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object")]
struct MaybeHolder<'a> {
    #[serde(borrow, default)]
    arn: Option<Text<'a>>,
}

impl Owners<'_> {
    /// Returns whether the file is the output of `get-account-authorization-details`.
    pub(crate) fn are_details(&self) -> bool {
        self.user_detail_list.is_some()
            || self.group_detail_list.is_some()
            || self.role_detail_list.is_some()
            || self
                .arns()
                .any(|arn| arn.parse::<Arn>().is_ok_and(|arn| arn.service() == "iam"))
    }

    /// Returns the accounts that the ARNs name, with how many ARNs name each.
    pub(crate) fn accounts(&self) -> BTreeMap<AccountId, usize> {
        let mut accounts = BTreeMap::new();
        let ids = self
            .arns()
            .filter_map(|arn| arn.parse::<Arn>().ok()?.account());
        for id in ids {
            *accounts.entry(id).or_insert(0) += 1;
        }
        accounts
    }

    fn arns(&self) -> impl Iterator<Item = &str> {
        let identities = [
            &self.user_detail_list,
            &self.group_detail_list,
            &self.role_detail_list,
        ];
        let identities = identities.into_iter().flatten().flat_map(|list| &list.0);
        let policies = self.policies.iter().flat_map(|list| &list.0);
        identities
            .map(|holder| holder.arn.as_str())
            .chain(policies.filter_map(|holder| holder.arn.as_ref().map(Text::as_str)))
    }
}

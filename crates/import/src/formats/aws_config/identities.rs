//! Items of the types `AWS::IAM::...`.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Item, read};
use crate::export::Export;
use crate::formats::answer::{Object, part, quoted};
use crate::json::List;

/// The entries of the lists of identities.
#[derive(Default)]
pub(super) struct Identities {
    users: Vec<String>,
    groups: Vec<String>,
    roles: Vec<String>,
    policies: Vec<String>,
    saml: Vec<String>,
    oidc: Vec<String>,
}

/// The configuration of a user, group, role or managed policy.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `arn`")]
struct Identity {
    #[serde(alias = "Arn")]
    arn: String,
    #[serde(default, alias = "roleName", alias = "groupName", alias = "policyName")]
    user_name: Option<String>,
    #[serde(default, alias = "roleId", alias = "groupId", alias = "policyId")]
    user_id: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    create_date: Option<Box<RawValue>>,
    #[serde(default, alias = "rolePolicyList", alias = "groupPolicyList")]
    user_policy_list: List<Inline>,
    #[serde(default)]
    group_list: List<String>,
    #[serde(default)]
    attached_managed_policies: List<Attached>,
    #[serde(default)]
    permissions_boundary: Option<Boundary>,
    #[serde(default)]
    tags: Option<Box<RawValue>>,
    #[serde(default)]
    assume_role_policy_document: Option<Box<RawValue>>,
    #[serde(default)]
    instance_profile_list: List<Profile>,
    #[serde(default)]
    max_session_duration: Option<u32>,
    #[serde(default)]
    default_version_id: Option<String>,
    #[serde(default)]
    policy_version_list: List<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an inline policy")]
struct Inline {
    policy_name: String,
    #[serde(default)]
    policy_document: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an attached policy")]
struct Attached {
    policy_arn: String,
    #[serde(default)]
    policy_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a permissions boundary")]
struct Boundary {
    #[serde(default)]
    permissions_boundary_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an instance profile")]
struct Profile {
    arn: String,
    #[serde(default)]
    instance_profile_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a policy version")]
struct Version {
    version_id: String,
    #[serde(default)]
    document: Option<Box<RawValue>>,
    #[serde(default)]
    is_default_version: bool,
}

impl Identities {
    /// Adds an item. Types that say nothing about access are passed over.
    ///
    /// # Errors
    ///
    /// In words, if the configuration is not what it should be.
    pub(super) fn item(&mut self, kind: &str, item: &Item) -> Result<(), String> {
        let provider = || {
            let arn = item.arn.as_deref().ok_or("an item without `arn`")?;
            Ok::<String, String>(Object::new().text("Arn", arn).finish())
        };
        match kind {
            "User" => self.users.push(identity(item)?.user().finish()),
            "Group" => self.groups.push(identity(item)?.group().finish()),
            "Role" => self.roles.push(identity(item)?.role().finish()),
            "Policy" => self.policies.push(identity(item)?.policy().finish()),
            "SAMLProvider" => self.saml.push(provider()?),
            "OIDCProvider" => self.oidc.push(provider()?),
            _ => {}
        }
        Ok(())
    }

    /// Adds the calls.
    pub(super) fn add_to(&mut self, export: &mut Export, from: &Path) {
        let lists = [&self.users, &self.groups, &self.roles, &self.policies];
        if lists.iter().any(|list| !list.is_empty()) {
            let text = Object::new()
                .list("UserDetailList", &self.users)
                .list("GroupDetailList", &self.groups)
                .list("RoleDetailList", &self.roles)
                .list("Policies", &self.policies);
            let left = part(text.finish(), from);
            let command = "get-account-authorization-details";
            export.add("iam", command, None, None, left);
        }
        let providers = [
            ("list-saml-providers", "SAMLProviderList", &self.saml),
            (
                "list-open-id-connect-providers",
                "OpenIDConnectProviderList",
                &self.oidc,
            ),
        ];
        for (command, field, list) in providers {
            if !list.is_empty() {
                let left = part(Object::new().list(field, list).finish(), from);
                export.add("iam", command, None, None, left);
            }
        }
    }
}

fn identity(item: &Item) -> Result<Identity, String> {
    read("configuration", &item.configuration)
}

impl Identity {
    fn described(&self, name: &str, id: &str) -> Object {
        let object = Object::new()
            .text("Arn", &self.arn)
            .maybe(name, self.user_name.as_deref())
            .maybe(id, self.user_id.as_deref())
            .maybe("Path", self.path.as_deref());
        raw(object, "CreateDate", self.create_date.as_deref())
    }

    fn user(&self) -> Object {
        let groups: Vec<String> = self.group_list.0.iter().map(|name| quoted(name)).collect();
        let user = self.described("UserName", "UserId");
        self.principal(user, "UserPolicyList")
            .list("GroupList", &groups)
    }

    fn group(&self) -> Object {
        let group = self.described("GroupName", "GroupId");
        self.permitted(group, "GroupPolicyList")
    }

    fn role(&self) -> Object {
        let profile = |profile: &Profile| {
            Object::new()
                .text("Arn", &profile.arn)
                .maybe(
                    "InstanceProfileName",
                    profile.instance_profile_name.as_deref(),
                )
                .finish()
        };
        let profiles: Vec<String> = self.instance_profile_list.0.iter().map(profile).collect();
        let role = self.described("RoleName", "RoleId");
        let role = self
            .principal(role, "RolePolicyList")
            .list("InstanceProfileList", &profiles);
        let trust = self.assume_role_policy_document.as_deref();
        let role = raw(role, "AssumeRolePolicyDocument", trust);
        match self.max_session_duration {
            Some(seconds) => role.raw("MaxSessionDuration", &seconds.to_string()),
            None => role,
        }
    }

    fn policy(&self) -> Object {
        let version = |version: &Version| {
            let object = Object::new()
                .text("VersionId", &version.version_id)
                .raw("IsDefaultVersion", &version.is_default_version.to_string());
            raw(object, "Document", version.document.as_deref()).finish()
        };
        let versions: Vec<String> = self.policy_version_list.0.iter().map(version).collect();
        Object::new()
            .text("Arn", &self.arn)
            .maybe("PolicyName", self.user_name.as_deref())
            .maybe("DefaultVersionId", self.default_version_id.as_deref())
            .list("PolicyVersionList", &versions)
    }

    /// Adds what users and roles have.
    fn principal(&self, object: Object, inline: &str) -> Object {
        let object = self.permitted(object, inline);
        let boundary = self.permissions_boundary.as_ref();
        let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn.as_deref());
        let object = match boundary {
            Some(arn) => {
                let boundary = Object::new().text("PermissionsBoundaryArn", arn);
                object.raw("PermissionsBoundary", &boundary.finish())
            }
            None => object,
        };
        raw(object, "Tags", self.tags.as_deref())
    }

    /// Adds what users, groups and roles have.
    fn permitted(&self, object: Object, inline: &str) -> Object {
        let policy = |policy: &Inline| {
            let object = Object::new().text("PolicyName", &policy.policy_name);
            raw(object, "PolicyDocument", policy.policy_document.as_deref()).finish()
        };
        let policies: Vec<String> = self.user_policy_list.0.iter().map(policy).collect();
        let attached = |policy: &Attached| {
            Object::new()
                .text("PolicyArn", &policy.policy_arn)
                .maybe("PolicyName", policy.policy_name.as_deref())
                .finish()
        };
        let attached: Vec<String> = self
            .attached_managed_policies
            .0
            .iter()
            .map(attached)
            .collect();
        object
            .list(inline, &policies)
            .list("AttachedManagedPolicies", &attached)
    }
}

fn raw(object: Object, key: &str, value: Option<&RawValue>) -> Object {
    match value {
        Some(value) => object.raw(key, value.get()),
        None => object,
    }
}

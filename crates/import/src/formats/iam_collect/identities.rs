//! IAM's folders: users, groups, roles, policies, providers, instance profiles.

use std::path::Path;

use whocan_policy::Arn;

use super::{Metadata, Reading};
use crate::error::FileError;
use crate::export::Export;
use crate::formats::answer::{Object, made, part, quoted};
use crate::json::{self, Text};
use crate::reading::in_file;

/// What the folders of `iam` hold: entries of the lists of four commands.
#[derive(Default)]
pub(super) struct Identities {
    users: Vec<String>,
    groups: Vec<String>,
    roles: Vec<String>,
    policies: Vec<String>,
    profiles: Vec<String>,
    saml: Vec<String>,
    oidc: Vec<String>,
}

impl Identities {
    /// Adds the calls. Identities come from one call, so that a list without
    /// entries is an empty one, unless some were `lost`.
    pub(super) fn add_to(self, export: &mut Export, from: &Path, lost: bool) {
        let from = from.join("iam");
        let made = |text: String| match lost {
            true => part(text, &from),
            false => made(text, &from),
        };
        let identities = [&self.users, &self.groups, &self.roles, &self.policies];
        if identities.iter().any(|list| !list.is_empty()) {
            let text = Object::new()
                .list("UserDetailList", &self.users)
                .list("GroupDetailList", &self.groups)
                .list("RoleDetailList", &self.roles)
                .list("Policies", &self.policies)
                .finish();
            let command = "get-account-authorization-details";
            export.add("iam", command, None, None, made(text));
        }
        let lists = [
            ("list-instance-profiles", "InstanceProfiles", self.profiles),
            ("list-saml-providers", "SAMLProviderList", self.saml),
            (
                "list-open-id-connect-providers",
                "OpenIDConnectProviderList",
                self.oidc,
            ),
        ];
        for (command, field, entries) in lists {
            if !entries.is_empty() {
                let text = Object::new().list(field, &entries).finish();
                export.add("iam", command, None, None, made(text));
            }
        }
    }
}

/// What a principal's folder holds beside its metadata, as JSON.
struct Policies {
    inline: String,
    attached: Vec<String>,
}

impl Reading<'_> {
    /// Reads a folder of `iam`.
    pub(super) fn identity(
        &mut self,
        folder: &Path,
        metadata: &Metadata,
        arn: &Arn,
    ) -> Result<(), FileError> {
        let kind = arn.resource().split('/').next().unwrap_or_default();
        let only_arn = || Object::new().text("Arn", arn.as_str());
        match kind {
            "user" => self.user(folder, metadata),
            "group" => self.group(folder, metadata),
            "role" => self.role(folder, metadata),
            "policy" => self.policy(folder, metadata),
            "oidc-provider" => {
                self.identities.oidc.push(only_arn().finish());
                Ok(())
            }
            "saml-provider" => {
                self.identities.saml.push(only_arn().finish());
                Ok(())
            }
            "instance-profile" => {
                let roles = metadata
                    .roles
                    .iter()
                    .map(|role| Object::new().text("Arn", role));
                let roles: Vec<String> = roles.map(Object::finish).collect();
                let profile = only_arn().maybe("InstanceProfileName", metadata.name.as_deref());
                let profile = profile.list("Roles", &roles).finish();
                self.identities.profiles.push(profile);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn user(&mut self, folder: &Path, metadata: &Metadata) -> Result<(), FileError> {
        let policies = self.policies(folder)?;
        let groups = self.arns(&folder.join("groups.json"))?;
        // Groups are named by ARNs, and AWS names them by their names.
        let names = groups
            .iter()
            .map(|arn| arn.rsplit('/').next().unwrap_or(arn));
        let names: Vec<String> = names.map(quoted).collect();
        let user = described(metadata, "UserName", "UserId")
            .list("GroupList", &names)
            .raw("UserPolicyList", &policies.inline)
            .list("AttachedManagedPolicies", &policies.attached);
        let user = self.tagged(user, folder)?;
        self.identities.users.push(user.finish());
        Ok(())
    }

    fn group(&mut self, folder: &Path, metadata: &Metadata) -> Result<(), FileError> {
        let policies = self.policies(folder)?;
        let group = described(metadata, "GroupName", "GroupId")
            .raw("GroupPolicyList", &policies.inline)
            .list("AttachedManagedPolicies", &policies.attached);
        self.identities.groups.push(group.finish());
        Ok(())
    }

    fn role(&mut self, folder: &Path, metadata: &Metadata) -> Result<(), FileError> {
        let policies = self.policies(folder)?;
        let trust = self.document(&folder.join("trust-policy.json"))?;
        let profiles = self.arns(&folder.join("instance-profiles.json"))?;
        let profiles = profiles.iter().map(|arn| Object::new().text("Arn", arn));
        let profiles: Vec<String> = profiles.map(Object::finish).collect();
        let role = described(metadata, "RoleName", "RoleId")
            .raw("RolePolicyList", &policies.inline)
            .list("AttachedManagedPolicies", &policies.attached)
            .list("InstanceProfileList", &profiles);
        let role = match trust {
            Some(trust) => role.raw("AssumeRolePolicyDocument", &trust),
            None => role,
        };
        let role = self.tagged(role, folder)?;
        self.identities.roles.push(role.finish());
        Ok(())
    }

    /// Reads a managed policy, of which only the version in force is kept.
    fn policy(&mut self, folder: &Path, metadata: &Metadata) -> Result<(), FileError> {
        let version = metadata.default_version_id.as_deref().unwrap_or("v1");
        let document = self.document(&folder.join("current-policy.json"))?;
        let versions = document.map(|document| {
            Object::new()
                .text("VersionId", version)
                .raw("Document", &document)
                .raw("IsDefaultVersion", "true")
                .finish()
        });
        let versions: Vec<String> = versions.into_iter().collect();
        let policy = Object::new()
            .text("Arn", &metadata.arn)
            .maybe("PolicyName", metadata.name.as_deref())
            .text("DefaultVersionId", version)
            .list("PolicyVersionList", &versions);
        self.identities.policies.push(policy.finish());
        Ok(())
    }

    fn policies(&mut self, folder: &Path) -> Result<Policies, FileError> {
        let inline = folder.join("inline-policies.json");
        let inline = match self.load_json(&inline) {
            Ok(text) => text.unwrap_or_else(|| "[]".to_owned()),
            Err(error) => self.stand_in(&inline, error)?,
        };
        let attached = self.arns(&folder.join("managed-policies.json"))?;
        let attached = attached
            .iter()
            .map(|arn| Object::new().text("PolicyArn", arn));
        Ok(Policies {
            inline,
            attached: attached.map(Object::finish).collect(),
        })
    }

    /// Returns inline policies in place of those that a broken file may hold:
    /// one that is no JSON, so that what it grants or denies stays open.
    fn stand_in(&mut self, path: &Path, error: FileError) -> Result<String, FileError> {
        (self.broken)(error)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let policy = Object::new()
            .text("PolicyName", &name)
            .text("PolicyDocument", UNREADABLE);
        Ok(format!("[{}]", policy.finish()))
    }

    fn document(&mut self, path: &Path) -> Result<Option<String>, FileError> {
        match self.load_json(path) {
            Ok(text) => Ok(text),
            Err(error) => {
                (self.broken)(error)?;
                Ok(Some(quoted(UNREADABLE)))
            }
        }
    }

    fn arns(&mut self, path: &Path) -> Result<Vec<String>, FileError> {
        let loaded = self.load(path).and_then(|text| {
            let Some(text) = text else {
                return Ok(Vec::new());
            };
            let arns: Vec<Text<'_>> =
                json::read_list(&text).map_err(|wrong| in_file(path, wrong))?;
            Ok(arns.into_iter().map(|arn| arn.0.into_owned()).collect())
        });
        match loaded {
            Ok(arns) => Ok(arns),
            Err(error) => {
                (self.broken)(error)?;
                Ok(Vec::new())
            }
        }
    }

    fn tagged(&mut self, object: Object, folder: &Path) -> Result<Object, FileError> {
        match self.load_json(&folder.join("tags.json")) {
            Ok(None) => Ok(object),
            Ok(Some(tags)) => Ok(object.raw("Tags", &tags)),
            Err(error) => {
                (self.broken)(error)?;
                Ok(object)
            }
        }
    }
}

/// The text that stands for a document that could not be read.
const UNREADABLE: &str = "could not be read";

fn described(metadata: &Metadata, name: &str, id: &str) -> Object {
    let object = Object::new()
        .text("Arn", &metadata.arn)
        .maybe(name, metadata.name.as_deref())
        .maybe(id, metadata.id.as_deref())
        .maybe("Path", metadata.path.as_deref())
        .maybe("CreateDate", metadata.created.as_deref());
    match &metadata.permission_boundary {
        Some(arn) => {
            let boundary = Object::new().text("PermissionsBoundaryArn", arn);
            object.raw("PermissionsBoundary", &boundary.finish())
        }
        None => object,
    }
}

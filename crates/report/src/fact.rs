//! An object of a snapshot as single facts, each about one thing.

use std::collections::BTreeMap;

use serde::Serialize;
use whocan_snapshot::{
    AccountObject, Assignments, AttachedPolicy, Collected, Detail, Group, IdentityCenter,
    InlinePolicy, OrganizationObject, Resource, ResourceShare, Role, User,
};

/// Marks a level of the organization of which not all attachments were collected.
pub(crate) const CONTROL_POLICIES: &str = "attached control policies";

/// Marks a group of Identity Center's directory whose members were not collected.
pub(crate) const MEMBERS: &str = "members";

/// One aspect of one thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    /// That it is there.
    Existence,
    /// The trust policy of a role.
    Trust,
    /// An inline policy, by name.
    Inline(String),
    /// The default version of a managed policy.
    Managed,
    /// A resource's policy.
    ResourcePolicy,
    /// The policy of a VPC endpoint.
    EndpointPolicy,
    /// A policy of the organization.
    ControlPolicy,
    /// That a policy is attached: of an identity its managed policies by ARN,
    /// of a level of the organization its control policies by id.
    Attachment(String),
    /// The permissions boundary.
    Boundary,
    /// That a user is in a group.
    Membership(String),
    /// That a permission set of Identity Center is assigned in an account.
    Assignment(Assigned),
    /// That a user of Identity Center's directory is in a group.
    DirectoryMembership {
        /// The ARN of the user.
        user: String,
        /// The user's name.
        name: String,
    },
    /// That a resource is shared through RAM, with this principal.
    Share(String),
    /// Anything else, by name.
    Setting(&'static str),
}

/// A permission set as it is assigned to somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Assigned {
    /// The account.
    pub account: String,
    /// The name of the permission set, or its ARN if the name was not read.
    pub set: String,
    /// The name of the user or group.
    pub to: String,
    /// A pattern for the ARNs of the roles that Identity Center makes of it.
    ///
    /// Source: IAM Identity Center User Guide, Referencing permission sets in
    /// resource policies.
    pub roles: String,
}

impl Aspect {
    /// Returns whether its value is the text of a policy document.
    pub fn is_document(&self) -> bool {
        matches!(
            self,
            Aspect::Trust
                | Aspect::Inline(_)
                | Aspect::Managed
                | Aspect::ResourcePolicy
                | Aspect::EndpointPolicy
                | Aspect::ControlPolicy
        )
    }
}

/// The facts of an object, by thing and aspect; `None` where a value was not
/// collected, so that a gap that opens or closes is no change of access.
pub(crate) type Facts = BTreeMap<(String, Aspect), Option<String>>;

/// Returns what bears on access in an account.
pub(crate) fn of_account(account: &AccountObject) -> Facts {
    let mut gathered = Gathered::default();
    for user in &account.users {
        gathered.user(user);
    }
    for group in &account.groups {
        gathered.group(group);
    }
    for role in &account.roles {
        gathered.role(role);
    }
    for policy in &account.policies {
        let versions = policy.versions.iter();
        let default = versions.filter(|version| version.id == policy.default_version);
        for version in default {
            gathered.add(&policy.arn, Aspect::Managed, &version.document);
        }
    }
    for resource in &account.resources {
        gathered.resource(resource);
    }
    for endpoint in &account.endpoints {
        gathered.add(&endpoint.id, Aspect::Existence, "");
        let policy = endpoint.policy.as_deref();
        gathered.optional(&endpoint.id, Aspect::EndpointPolicy, policy);
    }
    gathered.of_the_whole(account);
    gathered.facts
}

/// Returns what bears on access in the organization.
pub(crate) fn of_organization(organization: &OrganizationObject) -> Facts {
    let mut gathered = Gathered::default();
    for policy in &organization.policies {
        gathered.document(&policy.id, Aspect::ControlPolicy, &policy.document);
    }
    let root = &organization.root;
    gathered.control_policies(&root.id, &[&root.scps, &root.rcps]);
    for unit in &organization.units {
        gathered.add(&unit.id, Aspect::Existence, "");
        gathered.add(&unit.id, Aspect::Setting("parent"), &unit.parent);
        gathered.control_policies(&unit.id, &[&unit.scps, &unit.rcps]);
    }
    for member in &organization.accounts {
        let id = member.id.to_string();
        gathered.add(&id, Aspect::Existence, "");
        let parent = member.parent.as_deref();
        gathered.optional(&id, Aspect::Setting("parent"), parent);
        gathered.setting(&id, "account tags", &member.tags);
        gathered.control_policies(&id, &[&member.scps, &member.rcps]);
    }
    let id = &organization.id;
    let delegated = &organization.delegated_administrators;
    gathered.setting(id, "delegated administrators", delegated);
    let block = &organization.public_access_block;
    gathered.setting(id, "Block Public Access", block);
    gathered.facts
}

/// The directory of Identity Center, asked for names.
struct Directory<'a>(&'a IdentityCenter);

impl Directory<'_> {
    fn user<'a>(&'a self, id: &'a str) -> &'a str {
        let found = self.0.users.iter().find(|one| one.id == id);
        found.map_or(id, |one| &one.name)
    }

    fn group<'a>(&'a self, id: &'a str) -> &'a str {
        let found = self.0.groups.iter().find(|one| one.id == id);
        found.map_or(id, |one| &one.name)
    }

    fn arn(&self, kind: &str, id: &str) -> String {
        let sets = self.0.permission_sets.iter().map(|set| &set.arn);
        let partition = sets.filter_map(|arn| arn.split(':').nth(1)).next();
        format!(
            "arn:{}:identitystore:::{kind}/{id}",
            partition.unwrap_or("aws")
        )
    }

    fn assigned(&self, one: &Assignments, to: &str) -> Assigned {
        let mut sets = self.0.permission_sets.iter();
        let found = sets.find(|set| set.arn == one.permission_set);
        let name = found.and_then(|set| set.name.as_deref());
        let partition = one.permission_set.split(':').nth(1).unwrap_or("aws");
        Assigned {
            account: one.account.to_string(),
            set: name.unwrap_or(&one.permission_set).to_owned(),
            to: to.to_owned(),
            roles: format!(
                "arn:{partition}:iam::{}:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_{}_*",
                one.account,
                name.unwrap_or("*")
            ),
        }
    }
}

#[derive(Default)]
struct Gathered {
    facts: Facts,
}

impl Gathered {
    fn add(&mut self, thing: &str, aspect: Aspect, value: &str) {
        let value = Some(value.to_owned());
        self.facts.insert((thing.to_owned(), aspect), value);
    }

    fn unread(&mut self, thing: &str, aspect: Aspect) {
        self.facts.insert((thing.to_owned(), aspect), None);
    }

    fn document(&mut self, thing: &str, aspect: Aspect, text: &Collected<String>) {
        match text {
            Collected::Yes(text) => self.add(thing, aspect, text),
            Collected::Not => self.unread(thing, aspect),
        }
    }

    fn optional(&mut self, thing: &str, aspect: Aspect, value: Option<&str>) {
        if let Some(value) = value {
            self.add(thing, aspect, value);
        }
    }

    fn setting<T: Serialize>(&mut self, thing: &str, name: &'static str, value: &Collected<T>) {
        let Collected::Yes(value) = value else {
            return self.unread(thing, Aspect::Setting(name));
        };
        let text = serde_json::to_string(value).unwrap_or_default();
        if !matches!(text.as_str(), "null" | "[]" | "{}") {
            self.add(thing, Aspect::Setting(name), &text);
        }
    }

    fn identity(
        &mut self,
        arn: &str,
        inline: &[InlinePolicy],
        attached: &[AttachedPolicy],
        boundary: Option<&str>,
    ) {
        self.add(arn, Aspect::Existence, "");
        for policy in inline {
            self.add(arn, Aspect::Inline(policy.name.clone()), &policy.document);
        }
        for policy in attached {
            self.add(arn, Aspect::Attachment(policy.arn.clone()), "");
        }
        self.optional(arn, Aspect::Boundary, boundary);
    }

    fn user(&mut self, user: &User) {
        let boundary = user.boundary.as_deref();
        self.identity(&user.arn, &user.inline, &user.attached, boundary);
        for group in &user.groups {
            self.add(&user.arn, Aspect::Membership(group.clone()), "");
        }
        self.setting(&user.arn, "tags", &user.tags);
    }

    fn group(&mut self, group: &Group) {
        self.identity(&group.arn, &group.inline, &group.attached, None);
    }

    fn role(&mut self, role: &Role) {
        let boundary = role.boundary.as_deref();
        self.identity(&role.arn, &role.inline, &role.attached, boundary);
        self.document(&role.arn, Aspect::Trust, &role.trust);
        self.setting(&role.arn, "tags", &role.tags);
    }

    fn resource(&mut self, resource: &Resource) {
        let arn = &resource.arn;
        self.add(arn, Aspect::Existence, "");
        match &resource.policy {
            Collected::Yes(policy) => {
                self.optional(arn, Aspect::ResourcePolicy, policy.as_deref());
            }
            Collected::Not => self.unread(arn, Aspect::ResourcePolicy),
        }
        self.setting(arn, "tags", &resource.tags);
        self.setting(arn, "encryption key", &resource.encryption_key);
        self.optional(arn, Aspect::Setting("role"), resource.role.as_deref());
        match &resource.detail {
            Detail::Plain => {}
            Detail::Bucket(bucket) => {
                self.setting(arn, "Block Public Access", &bucket.public_access_block);
                self.setting(arn, "object ownership", &bucket.ownership);
                self.setting(arn, "ACL", &bucket.acl);
            }
            Detail::Key(key) => self.setting(arn, "grants", &key.grants),
            Detail::AccessPoint(point) => {
                self.setting(arn, "Block Public Access", &point.public_access_block);
            }
        }
    }

    fn of_the_whole(&mut self, account: &AccountObject) {
        let id = account.id.to_string();
        self.setting(&id, "SAML providers", &account.saml_providers);
        self.setting(&id, "OpenID Connect providers", &account.oidc_providers);
        self.setting(&id, "Block Public Access", &account.public_access_block);
        if let Some(center) = &account.identity_center {
            self.assignments(center);
            self.directory_memberships(center);
        }
        for share in &account.shares {
            self.share(share);
        }
    }

    fn assignments(&mut self, center: &IdentityCenter) {
        let directory = Directory(center);
        for one in &center.assignments {
            let assigned = |to: &str| Aspect::Assignment(directory.assigned(one, to));
            for user in &one.users {
                let name = directory.user(user);
                self.add(&directory.arn("user", user), assigned(name), "");
            }
            for group in &one.groups {
                let name = directory.group(group);
                self.add(&directory.arn("group", group), assigned(name), "");
            }
        }
    }

    fn directory_memberships(&mut self, center: &IdentityCenter) {
        let directory = Directory(center);
        for group in &center.groups {
            let thing = directory.arn("group", &group.id);
            let Some(members) = center.members(&group.id) else {
                self.unread(&thing, Aspect::Setting(MEMBERS));
                continue;
            };
            for user in members {
                let membership = Aspect::DirectoryMembership {
                    user: directory.arn("user", user),
                    name: directory.user(user).to_owned(),
                };
                self.add(&thing, membership, "");
            }
        }
    }

    fn share(&mut self, share: &ResourceShare) {
        for resource in &share.resources {
            for with in &share.with {
                self.add(resource, Aspect::Share(with.principal.clone()), "");
            }
        }
    }

    fn control_policies(&mut self, level: &str, lists: &[&Collected<Vec<String>>]) {
        for list in lists {
            match list {
                Collected::Yes(policies) => {
                    for policy in policies {
                        self.add(level, Aspect::Attachment(policy.clone()), "");
                    }
                }
                Collected::Not => self.unread(level, Aspect::Setting(CONTROL_POLICIES)),
            }
        }
    }
}

//! An object of a snapshot as single facts, each about one thing.

use std::collections::BTreeMap;

use serde::Serialize;
use whocan_snapshot::{
    AccountObject, AttachedPolicy, Collected, Detail, Group, InlinePolicy, OrganizationObject,
    Resource, Role, User,
};

/// Marks a level of the organization of which not all attachments were collected.
pub(crate) const CONTROL_POLICIES: &str = "attached control policies";

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
    /// Anything else, by name.
    Setting(&'static str),
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
        let center = &account.identity_center;
        self.setting(&id, "Identity Center", &Collected::Yes(center));
        self.setting(&id, "resource shares", &Collected::Yes(&account.shares));
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

//! Attributes: what predicates, orders and columns can look at.
//!
//! One table, from which the reference page is made too: name, type, what has
//! it, what it means, and how to get it.

mod activity;
mod get;
mod grant;
mod path;
mod policy;
mod reference;
mod trust;

pub(crate) use get::names;
pub(crate) use policy::bears_on;
pub use reference::reference;

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use whocan_graph::Graph;

use crate::rows::Facts;
use crate::thing::Thing;

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// The dotted name, without `principal.` or `resource.` before it.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Type,
    /// What has it.
    pub on: On,
    /// What it means, in a sentence without full stop.
    pub meaning: &'static str,
    pub(crate) get: Get,
}

/// The types of attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// Text; compared with case.
    Text,
    /// Text with several names, any of which is equal: an account's number, name and aliases.
    Names,
    /// A time.
    Time,
    /// A list of texts.
    List,
    /// A thing: one side of `in SET`.
    Thing,
}

/// What has an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Whatever the set or the row is about; with `principal.` or `resource.` before it, that.
    Thing,
    /// A row of an answer about access.
    Row,
    /// A row of `list` and `show`.
    Fact,
}

/// How an attribute's value is got.
#[derive(Clone, Copy)]
pub(crate) enum Get {
    /// From a thing.
    Thing(fn(&Graph, Thing) -> Value),
    /// From a thing and the key behind the name: `tag.team`.
    Keyed(fn(&Graph, Thing, &str) -> Value),
    /// From a row.
    Row(fn(&Facts<'_>) -> Value),
}

impl std::fmt::Debug for Get {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Get")
    }
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Not collected: it may have any value.
    Unknown,
    /// There is none.
    Missing,
    /// True or false.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(Arc<str>),
    /// The same thing under several names, the best known last.
    Names(Vec<Arc<str>>),
    /// A time.
    Time(Timestamp),
    /// A list of texts.
    List(Vec<Arc<str>>),
    /// A thing.
    Thing(Thing),
}

impl Value {
    /// Orders values of one attribute: what is missing comes last.
    pub(crate) fn order(&self, other: &Value, graph: &Graph) -> Ordering {
        match (self, other) {
            (Value::Number(one), Value::Number(other)) => one.cmp(other),
            (Value::Time(one), Value::Time(other)) => one.cmp(other),
            (Value::Flag(one), Value::Flag(other)) => one.cmp(other),
            (Value::Missing | Value::Unknown, Value::Missing | Value::Unknown) => Ordering::Equal,
            (Value::Missing | Value::Unknown, _) => Ordering::Greater,
            (_, Value::Missing | Value::Unknown) => Ordering::Less,
            _ => self.sort_text(graph).cmp(&other.sort_text(graph)),
        }
    }

    /// Returns a text that is the same for equal values only.
    pub(crate) fn sort_text(&self, graph: &Graph) -> String {
        match self {
            Value::Unknown => "?".to_owned(),
            Value::Missing => String::new(),
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Names(names) => names.last().map_or(String::new(), |name| name.to_string()),
            Value::Time(time) => time.to_string(),
            Value::List(list) => list.join(", "),
            Value::Thing(thing) => thing.arn(graph).to_string(),
        }
    }

    /// Returns the text, or none if it is empty.
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Value {
        let text = text.into();
        if text.is_empty() {
            Value::Missing
        } else {
            Value::Text(text)
        }
    }
}

impl Type {
    /// Returns the type in words, with article.
    pub fn words(self) -> &'static str {
        match self {
            Type::Flag => "true or false",
            Type::Number => "a number",
            Type::Text => "text",
            Type::Names => "a name",
            Type::Time => "a time",
            Type::List => "a list",
            Type::Thing => "a principal or resource",
        }
    }
}

const fn thing(
    name: &'static str,
    kind: Type,
    get: fn(&Graph, Thing) -> Value,
    meaning: &'static str,
) -> Attribute {
    Attribute {
        name,
        kind,
        on: On::Thing,
        meaning,
        get: Get::Thing(get),
    }
}

const fn row(
    name: &'static str,
    kind: Type,
    get: fn(&Facts<'_>) -> Value,
    meaning: &'static str,
) -> Attribute {
    Attribute {
        name,
        kind,
        on: On::Row,
        meaning,
        get: Get::Row(get),
    }
}

const fn fact(
    name: &'static str,
    kind: Type,
    get: fn(&Facts<'_>) -> Value,
    meaning: &'static str,
) -> Attribute {
    Attribute {
        name,
        kind,
        on: On::Fact,
        meaning,
        get: Get::Row(get),
    }
}

/// Every attribute, things first, then rows.
pub const ATTRIBUTES: &[Attribute] = &[
    thing("name", Type::Text, get::name, "the name, as in shorthands"),
    thing("arn", Type::Text, get::arn, "the ARN"),
    thing(
        "kind",
        Type::Text,
        get::kind,
        "what it is: user, role, bucket, ...",
    ),
    thing(
        "account",
        Type::Names,
        get::account,
        "the account: its number, name or alias",
    ),
    thing(
        "account.name",
        Type::Text,
        get::account_name,
        "the account's name",
    ),
    thing(
        "account.id",
        Type::Text,
        get::account_id,
        "the account's number",
    ),
    thing(
        "ou",
        Type::List,
        get::units,
        "the units above the account, by id and name, root first",
    ),
    thing(
        "in_org",
        Type::Flag,
        get::in_org,
        "whether the account belongs to the organization",
    ),
    thing(
        "collected",
        Type::Flag,
        get::collected,
        "whether the account was collected",
    ),
    thing(
        "path",
        Type::Text,
        get::path,
        "the path of a user or role, / if none",
    ),
    thing(
        "id",
        Type::Text,
        get::id,
        "the unique id of a user or role, the number of an account",
    ),
    thing(
        "created",
        Type::Time,
        get::created,
        "when the user or role was created",
    ),
    Attribute {
        name: "tag",
        kind: Type::Text,
        on: On::Thing,
        meaning: "the value of a tag: tag.team, tag[\"cost:center\"]",
        get: Get::Keyed(get::tag),
    },
    thing("tags", Type::List, get::tags, "the keys of the tags"),
    thing(
        "groups",
        Type::List,
        get::groups,
        "the groups of a user, of IAM or of Identity Center; the members of a group",
    ),
    thing(
        "policies",
        Type::List,
        get::policies,
        "the names of the identity-based policies, inline and managed",
    ),
    thing(
        "boundary",
        Type::Text,
        get::boundary,
        "the name of the permissions boundary",
    ),
    thing(
        "service_linked",
        Type::Flag,
        get::service_linked,
        "whether the role is service-linked",
    ),
    thing(
        "identity_center",
        Type::Flag,
        get::identity_center,
        "whether Identity Center manages the role",
    ),
    thing(
        "assigned",
        Type::List,
        get::assigned,
        "the users and groups of Identity Center to whom the role's permission set is assigned",
    ),
    thing(
        "max_session_seconds",
        Type::Number,
        get::max_session,
        "how long a session of the role may last",
    ),
    thing(
        "instance_profiles",
        Type::List,
        get::instance_profiles,
        "the instance profiles that carry the role",
    ),
    thing(
        "trust.external",
        Type::Flag,
        trust::external,
        "whether the trust policy names somebody outside the organization, or outside the collected accounts where there is none",
    ),
    thing(
        "trust.cross_account",
        Type::Flag,
        trust::cross_account,
        "whether the trust policy names another account",
    ),
    thing(
        "trust.public",
        Type::Flag,
        trust::public,
        "whether the trust policy names everyone (*)",
    ),
    thing(
        "trust.accounts",
        Type::List,
        trust::accounts,
        "the accounts that the trust policy names",
    ),
    thing(
        "trust.services",
        Type::List,
        trust::services,
        "the services that the trust policy names",
    ),
    thing(
        "trust.federated",
        Type::List,
        trust::federated,
        "the identity providers that the trust policy names",
    ),
    thing(
        "trust.principals",
        Type::List,
        trust::principals,
        "everybody that the trust policy names, as written",
    ),
    thing(
        "trust.requires",
        Type::List,
        trust::requires,
        "the context keys in conditions of the trust policy's allows",
    ),
    thing(
        "service",
        Type::Text,
        get::service,
        "the service of a resource, as in its ARN",
    ),
    thing(
        "region",
        Type::Text,
        get::region,
        "the region of a resource",
    ),
    thing(
        "policy",
        Type::Flag,
        get::has_policy,
        "whether a resource has a policy of its own",
    ),
    thing(
        "encryption_key",
        Type::Text,
        get::encryption_key,
        "the customer key that encrypts a resource",
    ),
    thing(
        "shared_with",
        Type::List,
        get::shared_with,
        "with whom AWS RAM shares a resource: accounts, organizations, units, roles",
    ),
    thing(
        "shared_outside",
        Type::Flag,
        get::shared_outside,
        "whether AWS RAM shares a resource outside the owner's organization",
    ),
    thing(
        "role",
        Type::Text,
        get::role,
        "the role that a function runs as",
    ),
    thing(
        "last_used",
        Type::Time,
        activity::last_used,
        "when a user, role or root was last used, as far as AWS tracks it (400 days for roles)",
    ),
    thing(
        "access_keys",
        Type::Number,
        activity::access_keys,
        "how many active access keys a user or root has",
    ),
    thing(
        "mfa",
        Type::Flag,
        activity::mfa,
        "whether a user or root has an MFA device",
    ),
    thing(
        "console",
        Type::Flag,
        activity::console,
        "whether a user has a console password",
    ),
    thing(
        "vendor",
        Type::Text,
        get::vendor,
        "whose account it is, as `--vendors FILE` says",
    ),
    thing(
        "attachments",
        Type::Number,
        policy::attachments,
        "to how many users, groups and roles a policy is attached",
    ),
    thing(
        "aws_managed",
        Type::Flag,
        policy::aws_managed,
        "whether AWS manages a policy",
    ),
    thing(
        "statement_count",
        Type::Number,
        policy::statements,
        "how many statements a policy, or a resource's policy, has",
    ),
    thing(
        "condition_keys",
        Type::List,
        policy::condition_keys,
        "the context keys that a policy, or a resource's policy, looks at",
    ),
    row(
        "principal",
        Type::Thing,
        get::row_principal,
        "the principal of the row",
    ),
    row(
        "resource",
        Type::Thing,
        get::row_resource,
        "the resource of the row",
    ),
    row(
        "row",
        Type::Thing,
        get::row_thing,
        "where access starts, in a matrix",
    ),
    row(
        "column",
        Type::Thing,
        get::row_resource,
        "where access ends, in a matrix",
    ),
    fact("thing", Type::Thing, get::row_thing, "what the row lists"),
    row("verdict", Type::Text, get::verdict, "yes, no or if"),
    row(
        "as_collected",
        Type::Text,
        get::as_collected,
        "the verdict with gaps taken as a fresh account's defaults",
    ),
    row(
        "hops",
        Type::Number,
        get::hops,
        "how many roles are assumed on the way",
    ),
    row(
        "via",
        Type::List,
        get::via,
        "the roles that are assumed on the way, in order",
    ),
    row(
        "path.crosses_account",
        Type::Flag,
        get::crosses_account,
        "whether a hop leads into another account",
    ),
    row(
        "path.accounts",
        Type::List,
        path::accounts,
        "the accounts on the way, the start's first",
    ),
    row(
        "path.actions",
        Type::List,
        path::actions,
        "the calls on the way: sts:AssumeRole, ...",
    ),
    row(
        "path.sure",
        Type::Flag,
        path::sure,
        "whether every hop is allowed in any case",
    ),
    row(
        "grant.policy",
        Type::List,
        grant::policies,
        "the policies that grant the request at the end of the path",
    ),
    row(
        "grant.policy_type",
        Type::List,
        grant::policy_types,
        "their types: identity or resource",
    ),
    row(
        "grant.statement",
        Type::List,
        grant::statements,
        "the statements that grant it, by Sid or position",
    ),
    row(
        "deny.policy",
        Type::List,
        grant::denying_policies,
        "the policies whose statements deny it, or may",
    ),
    row(
        "deny.policy_type",
        Type::List,
        grant::denying_types,
        "their types: scp, rcp, resource, identity, boundary, session, endpoint",
    ),
    row("action", Type::Text, get::action, "the action"),
    row("level", Type::Text, get::level, "the action's access level"),
    row(
        "actions",
        Type::List,
        get::actions,
        "the actions of the row",
    ),
    row(
        "parts",
        Type::List,
        get::parts,
        "on which part of the resources",
    ),
    row(
        "conditions",
        Type::List,
        get::conditions,
        "under which conditions an if holds",
    ),
    row(
        "condition.keys",
        Type::List,
        get::condition_keys,
        "the context keys and facts that an if depends on",
    ),
    row(
        "needs",
        Type::List,
        get::needs,
        "what encrypted data needs besides, on its key",
    ),
    row(
        "members",
        Type::List,
        get::members,
        "who belongs to the group that the row is about",
    ),
    row(
        "count",
        Type::Number,
        get::count,
        "how many rows or members are counted",
    ),
    fact(
        "property",
        Type::Text,
        get::property,
        "the attribute that is shown",
    ),
    fact("value", Type::Text, get::value, "its value"),
];

/// Finds an attribute by its name in lower case, without `principal.` or `resource.`.
pub(crate) fn named(name: &str) -> Option<&'static Attribute> {
    ATTRIBUTES.iter().find(|attribute| attribute.name == name)
}

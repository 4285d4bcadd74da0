//! The case format: one JSON object a line, a small world and a question.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use whocan_policy::AccountId;

/// One case. What it expects is for others to read.
#[derive(Deserialize)]
pub struct Case {
    /// The name.
    pub id: String,
    /// Everything that is known.
    pub snapshot: World,
    /// What is asked.
    pub request: Asked,
}

/// Everything that a case knows.
#[derive(Deserialize)]
pub struct World {
    #[serde(default)]
    pub org: Option<Organization>,
    #[serde(default)]
    pub accounts: BTreeMap<AccountId, Account>,
    #[serde(default)]
    pub vpc_endpoints: BTreeMap<String, Endpoint>,
    /// An instance of Identity Center: an addition to the format.
    #[serde(default)]
    pub identity_center: Option<IdentityCenter>,
}

/// Permission sets and the directory of an instance of Identity Center.
#[derive(Deserialize)]
pub struct IdentityCenter {
    /// By permission set and account: ids of users, or `group/ID`.
    pub assignments: BTreeMap<String, BTreeMap<AccountId, Vec<String>>>,
    /// The members of the groups whose lists were read.
    #[serde(default)]
    pub groups: BTreeMap<String, Vec<String>>,
}

/// A policy: a document, a bare list of statements, or the name of one that AWS manages.
pub type Policy = Box<RawValue>;

#[derive(Deserialize)]
pub struct Organization {
    pub id: String,
    pub mgmt: AccountId,
    pub root: Level,
    #[serde(default)]
    pub ous: Vec<Level>,
    #[serde(default)]
    pub accounts: BTreeMap<AccountId, Level>,
    /// Whether no other account belongs to it: an addition to the format.
    #[serde(default)]
    pub all_accounts: bool,
    #[serde(default)]
    pub delegated_admins: BTreeMap<String, Vec<AccountId>>,
    #[serde(default)]
    pub s3_policy: Vec<String>,
}

#[derive(Deserialize)]
pub struct Level {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub parent: String,
    #[serde(default)]
    pub scps: Option<Vec<Policy>>,
    #[serde(default)]
    pub rcps: Option<Vec<Policy>>,
}

#[derive(Deserialize)]
pub struct Account {
    #[serde(default)]
    pub canonical_id: Option<String>,
    #[serde(default)]
    pub s3_bpa: Option<Vec<String>>,
    #[serde(default)]
    pub users: BTreeMap<String, Identity>,
    #[serde(default)]
    pub groups: BTreeMap<String, Identity>,
    #[serde(default)]
    pub roles: BTreeMap<String, Identity>,
    #[serde(default)]
    pub oidc: Vec<String>,
    #[serde(default)]
    pub saml: Vec<String>,
    #[serde(default)]
    pub resources: BTreeMap<String, Resource>,
}

#[derive(Default, Deserialize)]
pub struct Identity {
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub groups: Vec<String>,
    #[serde(default)]
    pub policies: Vec<Policy>,
    #[serde(default)]
    pub boundary: Option<Policy>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub trust: Option<Policy>,
    #[serde(default)]
    pub slr: bool,
}

#[derive(Deserialize)]
pub struct Resource {
    #[serde(default)]
    pub policy: Option<Policy>,
    #[serde(default)]
    pub tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub owner: Option<AccountId>,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub grants: Vec<Grant>,
    #[serde(default)]
    pub aws_managed: bool,
    #[serde(default)]
    pub bpa: Option<Vec<String>>,
    #[serde(default)]
    pub ownership: Option<whocan_snapshot::ObjectOwnership>,
    #[serde(default)]
    pub acl: Vec<AclGrant>,
    #[serde(default)]
    pub abac: bool,
    #[serde(default)]
    pub bucket: Option<String>,
    #[serde(default)]
    pub vpc: Option<String>,
}

#[derive(Deserialize)]
pub struct Grant {
    pub grantee: String,
    pub operations: Vec<String>,
    #[serde(default)]
    pub constraints: Option<Constraints>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Constraints {
    pub encryption_context_equals: Option<BTreeMap<String, String>>,
    pub encryption_context_subset: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
pub struct AclGrant {
    pub grantee: String,
    pub permission: String,
}

#[derive(Deserialize)]
pub struct Endpoint {
    pub account: AccountId,
    pub vpc: String,
    #[serde(default, rename = "type")]
    pub kind: Option<whocan_snapshot::EndpointKind>,
    #[serde(default)]
    pub policy: Option<Policy>,
}

/// What a case asks.
#[derive(Deserialize)]
pub struct Asked {
    pub principal: String,
    pub action: String,
    pub resource: OneOrMany,
    #[serde(default)]
    pub context: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    pub session: Option<Session>,
    #[serde(default)]
    pub assume: Option<Assume>,
    #[serde(default)]
    pub vpce: Option<String>,
    #[serde(default)]
    pub via_access_point: Option<String>,
    #[serde(default)]
    pub resource_account: Option<AccountId>,
    #[serde(default)]
    pub mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
pub struct Session {
    #[serde(default)]
    pub policy: Option<Policy>,
    #[serde(default)]
    pub tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub transitive: Vec<String>,
    #[serde(default)]
    pub source_identity: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
}

#[derive(Deserialize)]
pub struct Assume {
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub source_identity: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

//! Graphs that Principal Mapper has stored.
//!
//! `<storage>/<account>/metadata.json` and `graph/{nodes,policies,groups}.json`.
//! It keeps users, roles and groups with the version in force of their
//! policies, and the policies of buckets, topics, keys and secrets; the
//! boundaries of roles it never kept, and the policies of queues it kept empty.
//! Source: Principal Mapper 1.1, its documentation and stored graphs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use whocan_policy::{AccountId, Arn};

use super::answer::{Lists, Object, made, quoted};
use super::resource::{Kept, Policy};
use crate::error::FileError;
use crate::export::Export;
use crate::file;
use crate::json;
use crate::reading::in_file;

#[derive(Deserialize)]
#[serde(expecting = "an object with `account_id`")]
struct Metadata {
    account_id: AccountId,
    #[serde(rename = "pmapper_version")]
    _version: String,
}

#[derive(Deserialize)]
#[serde(expecting = "a node with `arn`")]
struct Node {
    arn: String,
    #[serde(default)]
    id_value: Option<String>,
    #[serde(default)]
    attached_policies: Vec<Reference>,
    #[serde(default)]
    group_memberships: Vec<String>,
    #[serde(default)]
    trust_policy: Option<Box<RawValue>>,
    #[serde(default)]
    instance_profile: Option<Profiles>,
    #[serde(default)]
    permissions_boundary: Option<Reference>,
    #[serde(default)]
    tags: Option<Box<RawValue>>,
}

/// One instance profile in old graphs, several in newer ones.
#[derive(Deserialize)]
#[serde(untagged)]
enum Profiles {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(expecting = "a policy with `arn` and `name`")]
struct Reference {
    arn: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(expecting = "a group with `arn`")]
struct Group {
    arn: String,
    #[serde(default)]
    attached_policies: Vec<Reference>,
}

#[derive(Deserialize)]
#[serde(expecting = "a policy with `arn`, `name` and `policy_doc`")]
struct Document {
    arn: String,
    name: String,
    policy_doc: Box<RawValue>,
}

/// Returns whose graph a folder holds, if it is one of Principal Mapper's.
pub(crate) fn account(path: &Path) -> Option<AccountId> {
    if !path.join("graph").is_dir() {
        return None;
    }
    let text = file::load(&path.join("metadata.json")).ok()?;
    Some(json::read::<Metadata>(&text).ok()?.account_id)
}

/// Tells a graph as calls.
///
/// A role's boundary is not known: in place of it stands one by the name of
/// [`UNKNOWN_BOUNDARY`] that no export holds, unless `no_boundaries`.
///
/// # Errors
///
/// If a file is broken.
pub(crate) fn export(path: &Path, no_boundaries: bool) -> Result<Export, FileError> {
    let folder = path.join("graph");
    let documents: Vec<Document> = load(&folder.join("policies.json"))?;
    let groups: Vec<Group> = load(&folder.join("groups.json"))?;
    let nodes: Vec<Node> = load(&folder.join("nodes.json"))?;
    let mut export = Export::default();
    let telling = Telling {
        documents: documents
            .iter()
            .map(|policy| {
                (
                    (policy.arn.as_str(), policy.name.as_str()),
                    &*policy.policy_doc,
                )
            })
            .collect(),
        no_boundaries,
    };
    let text = telling.details(&nodes, &groups, &documents);
    let call = "get-account-authorization-details";
    export.add("iam", call, None, None, made(text, &folder));
    let mut lists = Lists::default();
    let from = folder.join("policies.json");
    for document in &documents {
        if let Some(kept) = resource(document, &from) {
            kept.add_to(&mut export, &mut lists);
        }
    }
    lists.add_to(&mut export, &folder, |_| false);
    export.finish_made();
    Ok(export)
}

/// The name of the policy that stands where a boundary is not known.
const UNKNOWN_BOUNDARY: &str = "boundary-not-stored-by-pmapper";

fn load<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, FileError> {
    let text = file::load(path)?;
    json::read_list(&text).map_err(|wrong| in_file(path, wrong))
}

/// Returns a resource's policy; queues are kept with an empty one, whatever they have.
fn resource(document: &Document, from: &Path) -> Option<Kept> {
    let arn: Arn = document.arn.parse().ok()?;
    if matches!(arn.service(), "iam" | "sqs") {
        return None;
    }
    Some(Kept {
        arn,
        region: None,
        name: None,
        policy: Policy::Is(document.policy_doc.get().to_owned()),
        tags: None,
        key: None,
        role: None,
        from: from.to_owned(),
    })
}

/// A graph while it is told.
struct Telling<'a> {
    /// The documents by the ARN of the policy, or of the principal of an inline policy, and name.
    documents: BTreeMap<(&'a str, &'a str), &'a RawValue>,
    no_boundaries: bool,
}

impl Telling<'_> {
    fn details(&self, nodes: &[Node], groups: &[Group], documents: &[Document]) -> String {
        let (mut users, mut roles) = (Vec::new(), Vec::new());
        for node in nodes {
            match node.arn.contains(":user/") {
                true => users.push(self.user(node)),
                false => roles.push(self.role(node)),
            }
        }
        let groups: Vec<String> = groups.iter().map(|group| self.group(group)).collect();
        let managed = documents
            .iter()
            .filter(|policy| policy.arn.contains(":policy/"));
        let policies: Vec<String> = managed.map(policy).collect();
        Object::new()
            .list("UserDetailList", &users)
            .list("GroupDetailList", &groups)
            .list("RoleDetailList", &roles)
            .list("Policies", &policies)
            .finish()
    }

    fn user(&self, node: &Node) -> String {
        let groups = node.group_memberships.iter();
        let groups = groups.map(|arn| quoted(arn.rsplit('/').next().unwrap_or(arn)));
        let groups: Vec<String> = groups.collect();
        let user = Object::new()
            .text("Arn", &node.arn)
            .maybe("UserId", node.id_value.as_deref())
            .list("GroupList", &groups);
        let user = self.permitted(user, &node.arn, &node.attached_policies, "UserPolicyList");
        let user = match &node.permissions_boundary {
            Some(boundary) => bounded(user, &boundary.arn),
            None => user,
        };
        tagged(user, node).finish()
    }

    fn group(&self, group: &Group) -> String {
        let object = Object::new().text("Arn", &group.arn);
        self.permitted(
            object,
            &group.arn,
            &group.attached_policies,
            "GroupPolicyList",
        )
        .finish()
    }

    fn role(&self, node: &Node) -> String {
        let profiles: &[String] = match &node.instance_profile {
            Some(Profiles::One(arn)) => std::slice::from_ref(arn),
            Some(Profiles::Several(arns)) => arns,
            None => &[],
        };
        let profiles = profiles
            .iter()
            .map(|arn| Object::new().text("Arn", arn).finish());
        let profiles: Vec<String> = profiles.collect();
        let role = Object::new()
            .text("Arn", &node.arn)
            .maybe("RoleId", node.id_value.as_deref())
            .list("InstanceProfileList", &profiles);
        let role = self.permitted(role, &node.arn, &node.attached_policies, "RolePolicyList");
        let role = match &node.trust_policy {
            Some(trust) => role.raw("AssumeRolePolicyDocument", trust.get()),
            None => role,
        };
        let role = match (&node.permissions_boundary, self.no_boundaries) {
            (Some(boundary), _) => bounded(role, &boundary.arn),
            (None, true) => role,
            (None, false) => {
                let account = node.arn.split(":role/").next().unwrap_or_default();
                bounded(role, &format!("{account}:policy/{UNKNOWN_BOUNDARY}"))
            }
        };
        tagged(role, node).finish()
    }

    /// Adds the policies: those under the principal's own ARN are inline.
    fn permitted(&self, object: Object, arn: &str, policies: &[Reference], inline: &str) -> Object {
        let (own, attached): (Vec<&Reference>, Vec<&Reference>) =
            policies.iter().partition(|policy| policy.arn == arn);
        let own = own.into_iter().map(|policy| {
            let object = Object::new().text("PolicyName", &policy.name);
            match self.documents.get(&(arn, policy.name.as_str())) {
                Some(document) => object.raw("PolicyDocument", document.get()),
                None => object,
            }
        });
        let own: Vec<String> = own.map(Object::finish).collect();
        let attached = attached.into_iter().map(|policy| {
            Object::new()
                .text("PolicyArn", &policy.arn)
                .text("PolicyName", &policy.name)
                .finish()
        });
        let attached: Vec<String> = attached.collect();
        object
            .list(inline, &own)
            .list("AttachedManagedPolicies", &attached)
    }
}

fn bounded(object: Object, arn: &str) -> Object {
    let boundary = Object::new().text("PermissionsBoundaryArn", arn);
    object.raw("PermissionsBoundary", &boundary.finish())
}

fn tagged(object: Object, node: &Node) -> Object {
    match &node.tags {
        Some(tags) => object.raw("Tags", tags.get()),
        None => object,
    }
}

fn policy(policy: &Document) -> String {
    let version = Object::new()
        .text("VersionId", "default")
        .raw("IsDefaultVersion", "true")
        .raw("Document", policy.policy_doc.get());
    Object::new()
        .text("Arn", &policy.arn)
        .text("PolicyName", &policy.name)
        .text("DefaultVersionId", "default")
        .list("PolicyVersionList", &[version.finish()])
        .finish()
}

//! S3 buckets.

use std::mem;

use serde::Deserialize;
use whocan_snapshot::{
    AclGrant, AclGrantee, Bucket, Collected, Detail, ObjectOwnership, PublicAccessBlock, Resource,
};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong, or_empty};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const BUCKET: Kind = Kind("bucket");

/// Sources of the error codes: Amazon S3 API Reference, "Error responses" and
/// the pages of the calls.
pub(crate) const ROWS: &[Row] = &[
    Row::list("s3api", "list-buckets", ("s3", ""), list_buckets),
    bucket("get-bucket-location", location).optional(),
    bucket("get-bucket-policy", policy::read).none(&["NoSuchBucketPolicy"]),
    bucket("get-public-access-block", public_access_block)
        .none(&["NoSuchPublicAccessBlockConfiguration"]),
    bucket("get-bucket-acl", acl),
    bucket("get-bucket-ownership-controls", ownership).none(&["OwnershipControlsNotFoundError"]),
    bucket("get-bucket-tagging", tags::read).none(&["NoSuchTagSet"]),
    bucket("get-bucket-abac", abac),
    bucket("get-bucket-encryption", encryption)
        .none(&["ServerSideEncryptionConfigurationNotFoundError"]),
];

const fn bucket(
    command: &'static str,
    read: fn(&mut Resource, &Answer<'_>) -> Result<(), Wrong>,
) -> Row {
    Row::each("s3api", command, &[BUCKET], find, read)
}

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    Some((BUCKET, arn(scope.partition, argument)))
}

fn arn(partition: &str, bucket: &str) -> String {
    match bucket.starts_with("arn:") {
        true => bucket.to_owned(),
        false => format!("arn:{partition}:s3:::{bucket}"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Buckets`")]
struct Buckets<'a> {
    #[serde(borrow, default)]
    buckets: List<Listed<'a>>,
    #[serde(borrow, default)]
    owner: Option<Owner<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a bucket with `Name`")]
struct Listed<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    bucket_region: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an owner")]
struct Owner<'a> {
    #[serde(borrow, default, rename = "ID")]
    id: Option<Text<'a>>,
}

fn list_buckets(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Buckets<'_>>()? else {
        return Ok(());
    };
    let owner = answer.owner.and_then(|owner| owner.id);
    draft.object.canonical_id = owner.map(|id| id.0.into_owned());
    for listed in answer.buckets.0 {
        let name = listed.name.as_str();
        let arn = arn(&draft.object.partition, name);
        let resource = draft.add(BUCKET, &arn, None, &[name])?;
        resource.region = listed.bucket_region.map(|region| region.0.into_owned());
        change(resource, |_| ());
    }
    Ok(())
}

/// Changes the bucket's own settings.
fn change(resource: &mut Resource, change: impl FnOnce(&mut Bucket)) {
    let mut bucket = match mem::take(&mut resource.detail) {
        Detail::Bucket(bucket) => bucket,
        Detail::Plain | Detail::Key(_) | Detail::AccessPoint(_) => Bucket::default(),
    };
    change(&mut bucket);
    resource.detail = Detail::Bucket(bucket);
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `LocationConstraint`"
)]
struct Location {
    #[serde(default)]
    location_constraint: Option<String>,
}

/// Reads a bucket's region.
///
/// Source: Amazon S3 API Reference, GetBucketLocation: `null` is us-east-1,
/// and `EU` stands for eu-west-1 in old buckets.
fn location(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let Some(location) = answer.read::<Location>()? else {
        return Ok(());
    };
    let region = match location.location_constraint.as_deref() {
        None | Some("" | "US") => "us-east-1",
        Some("EU") => "eu-west-1",
        Some(region) => region,
    };
    resource.region = Some(region.to_owned());
    Ok(())
}

/// The four switches, as three commands print them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "the four switches")]
pub(crate) struct Switches {
    #[serde(default)]
    block_public_acls: bool,
    #[serde(default)]
    ignore_public_acls: bool,
    #[serde(default)]
    block_public_policy: bool,
    #[serde(default)]
    restrict_public_buckets: bool,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `PublicAccessBlockConfiguration`")]
pub(crate) struct BlockAnswer {
    #[serde(rename = "PublicAccessBlockConfiguration")]
    switches: Switches,
}

impl BlockAnswer {
    pub(crate) fn block(&self) -> PublicAccessBlock {
        self.switches.block()
    }
}

impl Switches {
    pub(crate) fn block(&self) -> PublicAccessBlock {
        PublicAccessBlock {
            block_public_acls: self.block_public_acls,
            ignore_public_acls: self.ignore_public_acls,
            block_public_policy: self.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets,
        }
    }
}

fn public_access_block(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let block = answer.read::<BlockAnswer>()?;
    let block = block.map(|answer| answer.block());
    change(resource, |bucket| {
        bucket.public_access_block = Collected::Yes(block);
    });
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Grants`")]
struct Acl {
    #[serde(default)]
    grants: List<Grant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a grant")]
struct Grant {
    grantee: Grantee,
    permission: String,
}

#[derive(Deserialize)]
#[serde(expecting = "a grantee")]
struct Grantee {
    #[serde(default, rename = "ID")]
    id: Option<String>,
    #[serde(default, rename = "URI")]
    uri: Option<String>,
    #[serde(default, rename = "EmailAddress")]
    email: Option<String>,
}

fn acl(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let acl = answer.read::<Acl>()?;
    let grants = acl.map(|acl| acl.grants.0).unwrap_or_default();
    let mut grants: Vec<AclGrant> = grants
        .into_iter()
        .map(|grant| AclGrant {
            grantee: grantee(grant.grantee),
            permission: grant.permission,
        })
        .collect();
    grants.sort();
    change(resource, |bucket| bucket.acl = Collected::Yes(grants));
    Ok(())
}

/// Names whom a grant is for.
///
/// Source: Amazon S3 User Guide, "Access control list (ACL) overview": the
/// predefined groups.
fn grantee(grantee: Grantee) -> AclGrantee {
    match (grantee.id, grantee.uri.as_deref()) {
        (Some(id), _) => AclGrantee::CanonicalUser(id),
        (None, Some("http://acs.amazonaws.com/groups/global/AllUsers")) => AclGrantee::AllUsers,
        (None, Some("http://acs.amazonaws.com/groups/global/AuthenticatedUsers")) => {
            AclGrantee::AuthenticatedUsers
        }
        (None, Some(uri)) => AclGrantee::Other(uri.to_owned()),
        (None, None) => AclGrantee::Other(grantee.email.unwrap_or_default()),
    }
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `OwnershipControls`"
)]
struct Ownership {
    ownership_controls: Controls,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Rules`")]
struct Controls {
    rules: List<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a rule")]
struct Rule {
    object_ownership: ObjectOwnership,
}

/// Reads who owns a bucket's objects.
///
/// A bucket without the setting is of the time before it: its objects belong
/// to their writers. Where nothing was exported at all, a bucket is taken for
/// a new one, with ACLs off, unless an exported ACL shows that they matter.
/// Source: Amazon S3 User Guide, "Controlling ownership of objects and
/// disabling ACLs for your bucket".
fn ownership(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let controls = answer.read::<Ownership>()?;
    let rule = controls.and_then(|answer| answer.ownership_controls.rules.0.into_iter().next());
    change(resource, |bucket| {
        let no_acl = bucket.acl.known().is_none_or(Vec::is_empty);
        bucket.ownership = Collected::Yes(match (rule, answer) {
            (Some(rule), _) => rule.object_ownership,
            (None, Answer::Assumed) if no_acl => ObjectOwnership::BucketOwnerEnforced,
            (None, _) => ObjectOwnership::ObjectWriter,
        });
    });
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `AbacStatus`")]
struct Abac {
    #[serde(default)]
    abac_status: Option<AbacStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Status`")]
struct AbacStatus {
    #[serde(default)]
    status: Option<String>,
}

fn abac(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let abac = answer.read::<Abac>()?;
    let status = abac.and_then(|abac| abac.abac_status?.status);
    let enabled = status.is_some_and(|status| status == "Enabled");
    change(resource, |bucket| bucket.abac = Collected::Yes(enabled));
    Ok(())
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `ServerSideEncryptionConfiguration`")]
struct Encryption<'a> {
    #[serde(borrow, rename = "ServerSideEncryptionConfiguration")]
    configuration: EncryptionRules<'a>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `Rules`")]
struct EncryptionRules<'a> {
    #[serde(borrow, default, rename = "Rules")]
    rules: List<EncryptionRule<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a rule")]
struct EncryptionRule<'a> {
    #[serde(borrow, default, rename = "ApplyServerSideEncryptionByDefault")]
    default: Option<EncryptionDefault<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a default")]
struct EncryptionDefault<'a> {
    #[serde(borrow, default, rename = "KMSMasterKeyID")]
    key: Option<Text<'a>>,
}

fn encryption(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let encryption = answer.read::<Encryption<'_>>()?;
    let rules = encryption.map(|answer| answer.configuration.rules.0);
    let defaults = rules.into_iter().flatten().filter_map(|rule| rule.default);
    let mut keys = defaults.map(|default| or_empty(default.key));
    resource.encryption_key = Collected::Yes(keys.find(|key| !key.is_empty()));
    Ok(())
}

//! Resources: what bears on access to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use whocan_policy::AccountId;

use crate::{Collected, Tag};

/// One resource of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// The ARN.
    pub arn: String,
    /// The resource-based policy's text, verbatim; `Yes(None)` if it has none.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub policy: Collected<Option<String>>,
    /// The tags, sorted by key.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub tags: Collected<Vec<Tag>>,
    /// The region, where the ARN does not say it (buckets).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The owning account, where it is not the collected one (objects written by others).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<AccountId>,
    /// The ARN or id of the KMS key that encrypts it; `Yes(None)` if no customer key does.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub encryption_key: Collected<Option<String>>,
    /// The ARN of the role that it runs as, for functions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What only its kind has.
    #[serde(default)]
    pub detail: Detail,
}

/// What only one kind of resource has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// Nothing more.
    #[default]
    Plain,
    /// An S3 bucket, or an object with an ACL of its own.
    Bucket(Bucket),
    /// A KMS key.
    Key(Key),
    /// An S3 access point.
    AccessPoint(AccessPoint),
}

/// An S3 bucket's or object's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// The bucket's Block Public Access settings; `Yes(None)` if it has none.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
    /// Object ownership; buckets without the setting follow their ACLs.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub ownership: Collected<ObjectOwnership>,
    /// The ACL's grants, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub acl: Collected<Vec<AclGrant>>,
    /// Whether tags of the bucket count in conditions (attribute-based access control).
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub abac: Collected<bool>,
}

/// The four switches of S3 Block Public Access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// Rejects new public ACLs.
    pub block_public_acls: bool,
    /// Ignores public ACLs.
    pub ignore_public_acls: bool,
    /// Rejects new public policies.
    pub block_public_policy: bool,
    /// Restricts buckets with public policies to their account and AWS services.
    pub restrict_public_buckets: bool,
}

/// Who owns the objects of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// The bucket's owner; ACLs are off.
    BucketOwnerEnforced,
    /// The bucket's owner where the writer grants full control.
    BucketOwnerPreferred,
    /// The account that wrote the object.
    ObjectWriter,
}

/// One grant of an ACL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AclGrant {
    /// To whom.
    pub grantee: AclGrantee,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: String,
}

/// To whom an ACL grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AclGrantee {
    /// Everybody, anonymous callers included.
    AllUsers,
    /// Every caller with AWS credentials.
    AuthenticatedUsers,
    /// The account with this id.
    Account(AccountId),
    /// The account with this canonical id.
    CanonicalUser(String),
    /// Anything else, such as the log delivery group: its URI.
    Other(String),
}

/// A KMS key's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The grants, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub grants: Collected<Vec<KeyGrant>>,
    /// Whether AWS manages the key (`alias/aws/...`).
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub aws_managed: Collected<bool>,
    /// The aliases, `alias/...`, sorted.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub aliases: Collected<Vec<String>>,
}

/// A KMS grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyGrant {
    /// The grant's id; empty if unknown.
    #[serde(default)]
    pub id: String,
    /// The ARN of the grantee.
    pub grantee: String,
    /// The operations, such as `Decrypt`, sorted.
    pub operations: Vec<String>,
    /// Which encryption context the call must carry, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<EncryptionContext>,
}

/// The constraint of a KMS grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptionContext {
    /// The call's encryption context must be exactly this.
    Equals(BTreeMap<String, String>),
    /// The call's encryption context must include this.
    Subset(BTreeMap<String, String>),
}

/// An S3 access point's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// The bucket's name.
    pub bucket: String,
    /// The bucket's account, where the export says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_account: Option<AccountId>,
    /// The VPC it is restricted to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<String>,
    /// Its Block Public Access settings; `Yes(None)` if it has none.
    #[serde(default, skip_serializing_if = "Collected::is_not")]
    pub public_access_block: Collected<Option<PublicAccessBlock>>,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// The id, `vpce-...`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// The service's name, such as `com.amazonaws.eu-west-1.s3`; empty if unknown.
    #[serde(default)]
    pub service: String,
    /// Gateway or interface.
    pub kind: EndpointKind,
    /// The endpoint policy's text, verbatim; none means the default, which allows all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// The kind of a VPC endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointKind {
    /// A gateway endpoint (S3, DynamoDB).
    Gateway,
    /// An interface endpoint.
    Interface,
}

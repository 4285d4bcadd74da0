//! Resources of a plan, and their policies.

use std::mem;

use whocan_policy::Arn;
use whocan_snapshot::{
    Bucket, Collected, Detail, Key, ObjectOwnership, PublicAccessBlock, Resource,
};

use super::Laying;
use super::change::{Change, Planned};
use super::references;

impl Laying<'_> {
    pub(super) fn remove(&mut self, change: &Change) {
        match change.kind.as_str() {
            "aws_s3_account_public_access_block" => {
                self.account.public_access_block = Collected::Yes(None);
            }
            kind if kind.starts_with("aws_iam_") && change.is_link() => self.remove_link(change),
            kind if kind.starts_with("aws_iam_") => self.remove_identity(change),
            _ if change.is_link() => self.remove_setting(change),
            _ => {
                let arn = change
                    .arn()
                    .map(str::to_owned)
                    .or_else(|| self.bucket_arn(change.before("bucket")?));
                self.account
                    .resources
                    .retain(|it| Some(&it.arn) != arn.as_ref());
            }
        }
    }

    pub(super) fn put(&mut self, change: &Change) {
        match change.kind.as_str() {
            "aws_s3_account_public_access_block" => {
                self.account.public_access_block = block(change);
            }
            kind if kind.starts_with("aws_iam_") && change.is_link() => self.put_link(change),
            kind if kind.starts_with("aws_iam_") => self.put_identity(change),
            _ if change.is_link() => self.put_setting(change),
            _ => self.put_resource(change),
        }
    }

    fn bucket_arn(&self, name: &str) -> Option<String> {
        Some(format!("arn:{}:s3:::{name}", self.account.partition))
    }

    /// Returns the ARN of a thing, which for most exists only after apply.
    fn planned_arn(&mut self, change: &Change) -> Option<String> {
        if let Planned::Is(arn) = change.planned("arn") {
            return Some(arn);
        }
        match change.kind.as_str() {
            "aws_s3_bucket" => {
                let name = self.needed(change, "bucket")?;
                self.bucket_arn(&name)
            }
            kind => {
                let (service, attribute, before) = match kind {
                    "aws_sqs_queue" => ("sqs", "name", ""),
                    "aws_sns_topic" => ("sns", "name", ""),
                    "aws_lambda_function" => ("lambda", "function_name", "function:"),
                    "aws_dynamodb_table" => ("dynamodb", "name", "table/"),
                    "aws_ecr_repository" => ("ecr", "name", "repository/"),
                    _ => return None,
                };
                // Only newer versions of the provider tell the region.
                let Planned::Is(region) = change.planned("region") else {
                    return None;
                };
                let name = self.needed(change, attribute)?;
                let (partition, id) = (&self.account.partition, self.account.id);
                Some(format!(
                    "arn:{partition}:{service}:{region}:{id}:{before}{name}"
                ))
            }
        }
    }

    fn put_resource(&mut self, change: &Change) {
        let Some(arn) = self.planned_arn(change) else {
            let text = "its ARN is not known before it is applied, so it is not laid over";
            self.leave_out(change, text.to_owned());
            return;
        };
        let created = change.does("create");
        let policy = self.own_policy(change, created);
        let tags = change.tags();
        let role = match self.text(change, "role") {
            Planned::Is(role) if role.starts_with("arn:") => Some(role),
            _ => None,
        };
        let resource = self.resource(&arn, created);
        if let Some(tags) = tags {
            resource.tags = Collected::Yes(tags);
        }
        resource.role = role.or(resource.role.take());
        if let Some(policy) = policy {
            resource.policy = policy;
        }
    }

    /// Returns the policy that stands in a thing's own block; `None` if it stays as it is.
    ///
    /// New keys and topics have a policy that AWS gives them; other new things have none.
    fn own_policy(&mut self, change: &Change, created: bool) -> Option<Collected<Option<String>>> {
        let given = matches!(change.kind.as_str(), "aws_kms_key" | "aws_sns_topic");
        let configured = references::is_configured(self.plan, change, "policy");
        match self.text(change, "policy") {
            Planned::Is(text) => Some(Collected::Yes(Some(text))),
            Planned::Unknown if configured => {
                self.open(change, "policy");
                Some(Collected::Not)
            }
            _ if !created => None,
            _ if given => {
                self.open(change, "policy");
                Some(Collected::Not)
            }
            _ => Some(Collected::Yes(None)),
        }
    }

    /// Returns the resource with an ARN, as a new one if it is not there.
    fn resource(&mut self, arn: &str, created: bool) -> &mut Resource {
        let resources = &mut self.account.resources;
        let at = resources.iter().position(|resource| resource.arn == arn);
        let at = at.unwrap_or_else(|| {
            resources.push(new(arn, created));
            resources.len() - 1
        });
        &mut resources[at]
    }

    fn remove_setting(&mut self, change: &Change) {
        let Some(arn) = self.owner(change, false) else {
            return;
        };
        let Some(resource) = self.account.resources.iter_mut().find(|it| it.arn == arn) else {
            return;
        };
        match change.kind.as_str() {
            "aws_s3_bucket_public_access_block" => {
                in_bucket(resource, |bucket| {
                    bucket.public_access_block = Collected::Yes(None)
                });
            }
            "aws_s3_bucket_ownership_controls" => {
                in_bucket(resource, |bucket| {
                    bucket.ownership = Collected::Yes(ObjectOwnership::ObjectWriter)
                });
            }
            // A key falls back to a policy that is not told.
            "aws_kms_key_policy" => resource.policy = Collected::Not,
            _ => resource.policy = Collected::Yes(None),
        }
    }

    fn put_setting(&mut self, change: &Change) {
        let Some(arn) = self.owner(change, true) else {
            let text =
                "what it belongs to is not known before it is applied, so it is not laid over";
            self.leave_out(change, text.to_owned());
            return;
        };
        match change.kind.as_str() {
            "aws_s3_bucket_public_access_block" => {
                let block = block(change);
                in_bucket(self.resource(&arn, false), |bucket| {
                    bucket.public_access_block = block;
                });
            }
            "aws_s3_bucket_ownership_controls" => {
                let ownership = ownership(change);
                in_bucket(self.resource(&arn, false), |bucket| {
                    bucket.ownership = ownership
                });
            }
            _ => {
                let policy = match self.needed(change, "policy") {
                    Some(policy) => Collected::Yes(Some(policy)),
                    None => Collected::Not,
                };
                self.resource(&arn, false).policy = policy;
            }
        }
    }

    /// Returns the ARN of what a setting belongs to.
    fn owner(&mut self, change: &Change, after: bool) -> Option<String> {
        let attribute = match change.kind.as_str() {
            "aws_kms_key_policy" => "key_id",
            "aws_sqs_queue_policy" => "queue_url",
            "aws_sns_topic_policy" => "arn",
            "aws_secretsmanager_secret_policy" => "secret_arn",
            "aws_ecr_repository_policy" => "repository",
            "aws_dynamodb_resource_policy" => "resource_arn",
            _ => "bucket",
        };
        let named = match after {
            true => self.needed(change, attribute)?,
            false => change.before(attribute)?.to_owned(),
        };
        if named.starts_with("arn:") {
            return Some(named);
        }
        match attribute {
            "bucket" => self.bucket_arn(&named),
            // A key's id, a queue's URL, a repository's name end the ARN.
            _ => {
                let service = change.kind.split('_').nth(1).unwrap_or_default();
                let name = named.rsplit('/').next().unwrap_or(&named);
                let ends = |resource: &&Resource| {
                    let arn: Option<Arn> = resource.arn.parse().ok();
                    arn.is_some_and(|arn| {
                        let own = arn.resource();
                        arn.service() == service
                            && (own == name
                                || own.ends_with(&format!("/{named}"))
                                || own.ends_with(&format!("/{name}")))
                    })
                };
                Some(self.account.resources.iter().find(ends)?.arn.clone())
            }
        }
    }
}

/// Returns a resource of which only what the plan says is known.
///
/// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3
/// storage" and "Controlling ownership of objects": the settings of a new bucket.
fn new(arn: &str, created: bool) -> Resource {
    let detail = match arn.split(':').nth(2) {
        Some("s3") if created => Detail::Bucket(Bucket {
            public_access_block: Collected::Yes(Some(PublicAccessBlock {
                block_public_acls: true,
                ignore_public_acls: true,
                block_public_policy: true,
                restrict_public_buckets: true,
            })),
            ownership: Collected::Yes(ObjectOwnership::BucketOwnerEnforced),
            acl: Collected::Yes(Vec::new()),
            abac: Collected::Yes(false),
        }),
        Some("s3") => Detail::Bucket(Bucket::default()),
        Some("kms") => Detail::Key(Key {
            grants: if created {
                Collected::Yes(Vec::new())
            } else {
                Collected::Not
            },
            aws_managed: Collected::Yes(false),
            aliases: Collected::Not,
        }),
        _ => Detail::Plain,
    };
    Resource {
        arn: arn.to_owned(),
        policy: Collected::Not,
        tags: Collected::Not,
        region: None,
        owner: None,
        encryption_key: Collected::Not,
        role: None,
        detail,
    }
}

fn in_bucket(resource: &mut Resource, change: impl FnOnce(&mut Bucket)) {
    let mut bucket = match mem::take(&mut resource.detail) {
        Detail::Bucket(bucket) => bucket,
        _ => Bucket::default(),
    };
    change(&mut bucket);
    resource.detail = Detail::Bucket(bucket);
}

/// Returns the four switches, unless one is known only after apply.
fn block(change: &Change) -> Collected<Option<PublicAccessBlock>> {
    let switches = [
        "block_public_acls",
        "ignore_public_acls",
        "block_public_policy",
        "restrict_public_buckets",
    ];
    let planned = switches.map(|switch| change.planned(switch));
    if planned.contains(&Planned::Unknown) {
        return Collected::Not;
    }
    let [acls, ignore, policy, restrict] = planned.map(|it| it == Planned::Is("true".to_owned()));
    Collected::Yes(Some(PublicAccessBlock {
        block_public_acls: acls,
        ignore_public_acls: ignore,
        block_public_policy: policy,
        restrict_public_buckets: restrict,
    }))
}

fn ownership(change: &Change) -> Collected<ObjectOwnership> {
    let rule = change
        .after("rule")
        .and_then(|rules| rules.get(0)?.get("object_ownership")?.as_str());
    match rule {
        Some("BucketOwnerEnforced") => Collected::Yes(ObjectOwnership::BucketOwnerEnforced),
        Some("BucketOwnerPreferred") => Collected::Yes(ObjectOwnership::BucketOwnerPreferred),
        Some("ObjectWriter") => Collected::Yes(ObjectOwnership::ObjectWriter),
        _ => Collected::Not,
    }
}

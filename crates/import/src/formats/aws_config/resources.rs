//! Items of all types but IAM's.

use serde::Deserialize;
use serde_json::value::RawValue;
use whocan_policy::Arn;

use super::configuration::{document, opened, policy};
use super::{Item, Telling, read};
use crate::export::Left;
use crate::formats::answer::{Object, made};
use crate::formats::resource::{ACCESS_POINTS, ENDPOINTS, Kept, Policy};
use crate::json::List;

/// What the configurations of several types say, in the spellings of each.
#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
struct Configuration {
    #[serde(default, rename = "role", alias = "Role")]
    role: Option<String>,
    #[serde(
        default,
        rename = "kmsKeyArn",
        alias = "kmskeyArn",
        alias = "kMSKeyArn",
        alias = "KMSKeyId",
        alias = "KmsKeyId",
        alias = "KmsMasterKeyId"
    )]
    key: Option<String>,
    #[serde(default, rename = "Name")]
    name: Option<String>,
    #[serde(default, rename = "keyManager")]
    manager: Option<String>,
    #[serde(
        default,
        rename = "Policy",
        alias = "policy",
        alias = "ResourcePolicy",
        alias = "PolicyText",
        alias = "RepositoryPolicyText",
        alias = "FileSystemPolicy",
        alias = "AccessPolicy",
        alias = "AccessPolicies",
        alias = "accessPolicies"
    )]
    policy: Option<Box<RawValue>>,
}

/// Parts of `supplementaryConfiguration` that hold a resource's policy.
const POLICY_PARTS: [&str; 3] = ["BucketPolicy", "Policy", "ResourcePolicy"];

impl Telling {
    /// Adds an item of a resource.
    ///
    /// # Errors
    ///
    /// In words, if it is not what it should be.
    pub(super) fn resource(&mut self, item: &Item) -> Result<(), String> {
        match item.kind.as_str() {
            "AWS::S3::AccountPublicAccessBlock" => self.account_block(item),
            "AWS::S3::AccessPoint" => self.access_point(item),
            "AWS::EC2::VPCEndpoint" => self.endpoint(item),
            _ => self.kept(item),
        }
    }

    fn kept(&mut self, item: &Item) -> Result<(), String> {
        let Some(arn) = item.arn.as_deref().filter(|arn| arn.starts_with("arn:")) else {
            return Ok(());
        };
        let arn: Arn = arn.parse().map_err(|error| format!("{error}"))?;
        let known = match item.configuration.starts_with('{') {
            true => read("configuration", &item.configuration)?,
            false => Configuration::default(),
        };
        if item.kind == "AWS::S3::Bucket" {
            self.bucket(item)?;
        }
        if let Some(manager) = &known.manager {
            let metadata = Object::new().text("KeyManager", manager).finish();
            let text = Object::new().raw("KeyMetadata", &metadata).finish();
            let argument = Some(arn.as_str().to_owned());
            let left = made(text, &item.from);
            self.export
                .add("kms", "describe-key", item.region(), argument, left);
        }
        let held = POLICY_PARTS.iter().find_map(|name| item.part(name));
        let own = known.policy.as_deref().map(RawValue::get);
        let kept = Kept {
            name: known.name.filter(|_| arn.service() == "secretsmanager"),
            arn,
            region: item.region().map(str::to_owned),
            policy: held.or(own).map_or(Policy::Unknown, policy),
            tags: item.tags.clone(),
            key: known.key,
            role: known.role.filter(|role| role.starts_with("arn:")),
            from: item.from.clone(),
        };
        kept.add_to(&mut self.export, &mut self.lists);
        Ok(())
    }

    /// Adds what only buckets have.
    fn bucket(&mut self, item: &Item) -> Result<(), String> {
        let name = item.name.as_deref().unwrap_or(&item.id);
        if let Some(block) = item.part("PublicAccessBlockConfiguration") {
            let text = switches("PublicAccessBlockConfiguration", block)?;
            self.add_bucket(item, "get-public-access-block", name, text);
        }
        if let Some(acl) = item.part("AccessControlList") {
            let text = access_control_list(acl)?;
            self.add_bucket(item, "get-bucket-acl", name, text);
        }
        if let Some(encryption) = item.part("ServerSideEncryptionConfiguration") {
            let text = encryption_rules(encryption)?;
            self.add_bucket(item, "get-bucket-encryption", name, text);
        }
        Ok(())
    }

    fn add_bucket(&mut self, item: &Item, command: &str, name: &str, text: String) {
        let left = made(text, &item.from);
        self.export
            .add("s3api", command, None, Some(name.to_owned()), left);
    }

    fn account_block(&mut self, item: &Item) -> Result<(), String> {
        let text = switches("configuration", &item.configuration)?;
        let left = made(text, &item.from);
        let command = "get-public-access-block";
        self.export.add("s3control", command, None, None, left);
        Ok(())
    }

    fn access_point(&mut self, item: &Item) -> Result<(), String> {
        let point: AccessPoint = read("configuration", &item.configuration)?;
        let arn = item
            .arn
            .clone()
            .or(point.arn)
            .ok_or("an item without `arn`")?;
        let object = Object::new()
            .text("Name", &point.name)
            .text("AccessPointArn", &arn)
            .maybe("Bucket", point.bucket.as_deref())
            .maybe("BucketAccountId", point.bucket_account_id.as_deref());
        let object = match &point.vpc_configuration {
            Some(vpc) => object.raw("VpcConfiguration", vpc.get()),
            None => object,
        };
        let (region, from) = (item.region(), &item.from);
        self.lists
            .push(ACCESS_POINTS, region, object.clone().finish());
        if let Some(block) = &point.public_access_block_configuration {
            let object = object.raw("PublicAccessBlockConfiguration", block.get());
            let left = made(object.finish(), from);
            let command = "get-access-point";
            self.export
                .add("s3control", command, region, Some(arn.clone()), left);
        }
        let left = match point.policy.map(|raw| policy(raw.get())) {
            Some(Policy::Is(text)) => made(Object::new().raw("Policy", &text).finish(), from),
            Some(Policy::None) => Left::Code("NoSuchAccessPointPolicy".to_owned()),
            _ => return Ok(()),
        };
        let command = "get-access-point-policy";
        self.export
            .add("s3control", command, region, Some(arn), left);
        Ok(())
    }

    fn endpoint(&mut self, item: &Item) -> Result<(), String> {
        let known: Endpoint = read("configuration", &item.configuration)?;
        let endpoint = Object::new()
            .text(
                "VpcEndpointId",
                known.vpc_endpoint_id.as_deref().unwrap_or(&item.id),
            )
            .maybe("VpcId", known.vpc_id.as_deref())
            .maybe("ServiceName", known.service_name.as_deref())
            .maybe("VpcEndpointType", known.vpc_endpoint_type.as_deref())
            .maybe("State", known.state.as_deref());
        // An endpoint of which no policy is told cannot be taken for one that allows all.
        let Some(policy) = known.policy_document else {
            return Ok(());
        };
        let policy = document(&opened(policy.get()));
        let endpoint = endpoint.raw("PolicyDocument", &policy).finish();
        self.lists.push(ENDPOINTS, item.region(), endpoint);
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an access point with `Name`")]
struct AccessPoint {
    name: String,
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    bucket: Option<String>,
    #[serde(default)]
    bucket_account_id: Option<String>,
    #[serde(default)]
    vpc_configuration: Option<Box<RawValue>>,
    #[serde(default)]
    public_access_block_configuration: Option<Box<RawValue>>,
    #[serde(default)]
    policy: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a VPC endpoint")]
struct Endpoint {
    #[serde(default)]
    vpc_endpoint_id: Option<String>,
    #[serde(default)]
    vpc_id: Option<String>,
    #[serde(default)]
    service_name: Option<String>,
    #[serde(default)]
    vpc_endpoint_type: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    policy_document: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "the four switches")]
struct Switches {
    block_public_acls: bool,
    ignore_public_acls: bool,
    block_public_policy: bool,
    restrict_public_buckets: bool,
}

/// Prints the four switches as S3 does.
fn switches(field: &str, text: &str) -> Result<String, String> {
    let known: Switches = read(field, text)?;
    let block = Object::new()
        .raw("BlockPublicAcls", &known.block_public_acls.to_string())
        .raw("IgnorePublicAcls", &known.ignore_public_acls.to_string())
        .raw("BlockPublicPolicy", &known.block_public_policy.to_string())
        .raw(
            "RestrictPublicBuckets",
            &known.restrict_public_buckets.to_string(),
        );
    let answer = Object::new().raw("PublicAccessBlockConfiguration", &block.finish());
    Ok(answer.finish())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an access control list")]
struct AccessControlList {
    #[serde(default)]
    grant_list: Option<List<Grant>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a grant")]
struct Grant {
    grantee: Box<RawValue>,
    permission: String,
}

#[derive(Deserialize)]
#[serde(expecting = "a grantee")]
struct Grantee {
    id: String,
}

/// Prints an ACL as S3 does.
///
/// The items follow the names of the AWS SDK for Java: `FullControl` for
/// `FULL_CONTROL`, and the predefined groups by a word.
fn access_control_list(text: &str) -> Result<String, String> {
    let acl: AccessControlList = read("AccessControlList", text)?;
    let grants = acl
        .grant_list
        .unwrap_or_default()
        .0
        .into_iter()
        .map(|grant| {
            let permission = match grant.permission.as_str() {
                "FullControl" => "FULL_CONTROL",
                "Read" => "READ",
                "Write" => "WRITE",
                "ReadAcp" => "READ_ACP",
                "WriteAcp" => "WRITE_ACP",
                other => other,
            };
            let grantee = grantee(grant.grantee.get())?;
            let object = Object::new()
                .raw("Grantee", &grantee)
                .text("Permission", permission);
            Ok(object.finish())
        });
    let grants: Vec<String> = grants.collect::<Result<_, String>>()?;
    Ok(Object::new().list("Grants", &grants).finish())
}

fn grantee(raw: &str) -> Result<String, String> {
    if let Ok(group) = serde_json::from_str::<String>(raw) {
        let uri = match group.as_str() {
            "AllUsers" => "http://acs.amazonaws.com/groups/global/AllUsers",
            "AuthenticatedUsers" => "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
            "LogDelivery" => "http://acs.amazonaws.com/groups/s3/LogDelivery",
            other => other,
        };
        return Ok(Object::new().text("URI", uri).finish());
    }
    let grantee: Grantee = read("grantee", raw)?;
    Ok(Object::new().text("ID", &grantee.id).finish())
}

#[derive(Deserialize)]
#[serde(expecting = "an encryption configuration")]
struct Encryption {
    #[serde(default)]
    rules: List<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a rule")]
struct Rule {
    #[serde(default)]
    apply_server_side_encryption_by_default: Option<EncryptionDefault>,
}

#[derive(Deserialize)]
#[serde(expecting = "a default")]
struct EncryptionDefault {
    #[serde(default, rename = "sseAlgorithm")]
    algorithm: Option<String>,
    #[serde(default, rename = "kmsMasterKeyID")]
    key: Option<String>,
}

/// Prints a bucket's encryption as S3 does.
fn encryption_rules(text: &str) -> Result<String, String> {
    let known: Encryption = read("ServerSideEncryptionConfiguration", text)?;
    let rules = known.rules.0.into_iter().map(|rule| {
        let object = Object::new();
        let default = match rule.apply_server_side_encryption_by_default {
            Some(default) => object
                .maybe("SSEAlgorithm", default.algorithm.as_deref())
                .maybe("KMSMasterKeyID", default.key.as_deref()),
            None => object,
        };
        let field = "ApplyServerSideEncryptionByDefault";
        Object::new().raw(field, &default.finish()).finish()
    });
    let rules: Vec<String> = rules.collect();
    let configuration = Object::new().list("Rules", &rules).finish();
    let field = "ServerSideEncryptionConfiguration";
    Ok(Object::new().raw(field, &configuration).finish())
}

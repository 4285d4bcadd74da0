//! One resource as another tool kept it, and the calls that would have told it.

use std::path::PathBuf;

use whocan_policy::Arn;

use super::answer::{ListCommand, Lists, Object, made, quoted};
use crate::error::FileError;
use crate::export::{Export, Left};

/// What another tool kept of one resource.
pub(crate) struct Kept {
    pub(crate) arn: Arn,
    /// The region, where the ARN does not say it.
    pub(crate) region: Option<String>,
    /// The name, where the ARN does not end in it.
    pub(crate) name: Option<String>,
    pub(crate) policy: Policy,
    /// JSON: an object or a list of pairs.
    pub(crate) tags: Option<String>,
    /// The ARN or id of the KMS key that encrypts it.
    pub(crate) key: Option<String>,
    /// The ARN of the role that it runs as.
    pub(crate) role: Option<String>,
    /// The file or folder that all of this was read from.
    pub(crate) from: PathBuf,
}

/// What is known of a resource's policy.
#[derive(Clone, Debug)]
pub(crate) enum Policy {
    /// The tool did not keep it, or could not read it.
    Unknown,
    /// The tool says that there is none.
    None,
    /// The document: JSON, an object or a text.
    Is(String),
    /// The file that should hold it is broken.
    Broken(FileError),
}

/// How the command line asks about one kind of resource.
struct Way {
    /// The service in ARNs, and the resource's kind there.
    of: (&'static str, &'static str),
    list: ListCommand,
    policy: &'static str,
    /// The field that holds the policy.
    field: &'static str,
    /// The error code that says that there is no policy.
    none: Option<&'static str>,
    tags: Option<&'static str>,
}

/// The policy is one of several attributes.
const ATTRIBUTE: &str = "Attributes";

const fn list(service: &'static str, command: &'static str, field: &'static str) -> ListCommand {
    ListCommand {
        service,
        command,
        field,
    }
}

pub(crate) const BUCKETS: ListCommand = list("s3api", "list-buckets", "Buckets");
pub(crate) const ACCESS_POINTS: ListCommand =
    list("s3control", "list-access-points", "AccessPointList");
pub(crate) const ENDPOINTS: ListCommand = list("ec2", "describe-vpc-endpoints", "VpcEndpoints");
const EVENT_BUSES: ListCommand = list("events", "list-event-buses", "EventBuses");

const WAYS: &[Way] = &[
    Way {
        of: ("s3", ""),
        list: BUCKETS,
        policy: "get-bucket-policy",
        field: "Policy",
        none: Some("NoSuchBucketPolicy"),
        tags: Some("get-bucket-tagging"),
    },
    Way {
        of: ("s3", "accesspoint"),
        list: ACCESS_POINTS,
        policy: "get-access-point-policy",
        field: "Policy",
        none: Some("NoSuchAccessPointPolicy"),
        tags: None,
    },
    Way {
        of: ("kms", "key"),
        list: list("kms", "list-keys", "Keys"),
        policy: "get-key-policy",
        field: "Policy",
        none: None,
        tags: Some("list-resource-tags"),
    },
    Way {
        of: ("sqs", ""),
        list: list("sqs", "list-queues", "QueueUrls"),
        policy: "get-queue-attributes",
        field: ATTRIBUTE,
        none: None,
        tags: Some("list-queue-tags"),
    },
    Way {
        of: ("sns", ""),
        list: list("sns", "list-topics", "Topics"),
        policy: "get-topic-attributes",
        field: ATTRIBUTE,
        none: None,
        tags: Some("list-tags-for-resource"),
    },
    Way {
        of: ("lambda", "function"),
        list: list("lambda", "list-functions", "Functions"),
        policy: "get-policy",
        field: "Policy",
        none: Some("ResourceNotFoundException"),
        tags: Some("list-tags"),
    },
    Way {
        of: ("secretsmanager", "secret"),
        list: list("secretsmanager", "list-secrets", "SecretList"),
        policy: "get-resource-policy",
        field: "ResourcePolicy",
        none: None,
        tags: None,
    },
    Way {
        of: ("ecr", "repository"),
        list: list("ecr", "describe-repositories", "repositories"),
        policy: "get-repository-policy",
        field: "policyText",
        none: Some("RepositoryPolicyNotFoundException"),
        tags: Some("list-tags-for-resource"),
    },
    Way {
        of: ("dynamodb", "table"),
        list: list("dynamodb", "list-tables", "TableNames"),
        policy: "get-resource-policy",
        field: "Policy",
        none: Some("PolicyNotFoundException"),
        tags: Some("list-tags-of-resource"),
    },
];

impl Kept {
    /// Returns the last part of the ARN, or the name if one is known.
    fn name(&self) -> &str {
        let resource = self.arn.resource();
        let last = || resource.split_once(['/', ':']).map_or(resource, |it| it.1);
        match (&self.name, kind(&self.arn)) {
            (Some(name), _) => name,
            (None, "") => resource,
            (None, _) => last(),
        }
    }

    fn region(&self) -> Option<&str> {
        let own = self.arn.region();
        let own = (!own.is_empty()).then_some(own);
        own.or(self.region.as_deref())
    }

    /// Adds the calls that would have told all this.
    pub(crate) fn add_to(&self, export: &mut Export, lists: &mut Lists) {
        let of = (self.arn.service(), kind(&self.arn));
        // Parts of a table have policies of their own, and stand in no list.
        let part = of.0 == "dynamodb" && self.arn.resource().matches('/').count() > 1;
        match WAYS.iter().find(|way| way.of == of) {
            Some(way) => {
                if !part {
                    lists.push(way.list, self.list_region(way), self.entry(of));
                }
                self.add_policy(export, way);
                self.add_tags(export, way);
            }
            None if of == ("events", "event-bus") => {
                lists.push(EVENT_BUSES, self.region(), self.bus());
            }
            None if of == ("glue", "catalog") => self.add_catalog(export),
            None => self.add_other(export),
        }
    }

    fn list_region(&self, way: &Way) -> Option<&str> {
        self.region().filter(|_| way.list.service != "s3api")
    }

    fn entry(&self, of: (&str, &str)) -> String {
        let arn = self.arn.as_str();
        let name = self.name();
        let object = Object::new();
        let object = match of {
            ("s3", "") => object
                .text("Name", name)
                .maybe("BucketRegion", self.region()),
            ("s3", _) => object.text("Name", name).text("AccessPointArn", arn),
            ("kms", _) => object.text("KeyId", name).text("KeyArn", arn),
            ("sqs", _) => return quoted(&self.queue_url()),
            ("sns", _) => object.text("TopicArn", arn),
            ("lambda", _) => object
                .text("FunctionName", name)
                .text("FunctionArn", arn)
                .maybe("Role", self.role.as_deref())
                .maybe("KMSKeyArn", self.key.as_deref()),
            ("secretsmanager", _) => {
                let object = object
                    .text("ARN", arn)
                    .text("Name", name)
                    .maybe("KmsKeyId", self.key.as_deref());
                match &self.tags {
                    Some(tags) => object.raw("Tags", tags),
                    None => object,
                }
            }
            ("ecr", _) => {
                let object = object
                    .text("repositoryArn", arn)
                    .text("repositoryName", name);
                match &self.key {
                    Some(key) => object.raw(
                        "encryptionConfiguration",
                        &Object::new().text("kmsKey", key).finish(),
                    ),
                    None => object,
                }
            }
            _ => return quoted(name),
        };
        object.finish()
    }

    fn queue_url(&self) -> String {
        let (region, account) = (self.arn.region(), self.arn.account_text());
        let queue = self.arn.resource();
        format!("https://sqs.{region}.amazonaws.com/{account}/{queue}")
    }

    fn add_policy(&self, export: &mut Export, way: &Way) {
        let left = match (&self.policy, way.none) {
            (Policy::Unknown, _) => return,
            (Policy::Broken(error), _) => Left::Broken(error.clone()),
            (Policy::None, Some(code)) => Left::Code(code.to_owned()),
            (Policy::None, None) => made(self.printed(way, None), &self.from),
            (Policy::Is(text), _) => made(self.printed(way, Some(text)), &self.from),
        };
        self.add(export, way, way.policy, left);
    }

    /// Prints a policy, or none, as the command does.
    fn printed(&self, way: &Way, policy: Option<&str>) -> String {
        let holding = |field: &str| match policy {
            Some(policy) => Object::new().raw(field, policy),
            None => Object::new(),
        };
        if way.field == ATTRIBUTE {
            // A queue's or topic's attributes tell its key too.
            let attributes = holding("Policy").maybe("KmsMasterKeyId", self.key.as_deref());
            return Object::new()
                .raw("Attributes", &attributes.finish())
                .finish();
        }
        holding(way.field).finish()
    }

    fn add_tags(&self, export: &mut Export, way: &Way) {
        if let (Some(command), Some(tags)) = (way.tags, &self.tags) {
            let field = match way.list.service {
                "s3api" => "TagSet",
                _ => "Tags",
            };
            let text = Object::new().raw(field, tags).finish();
            self.add(export, way, command, made(text, &self.from));
        }
    }

    fn add(&self, export: &mut Export, way: &Way, command: &str, left: Left) {
        let argument = match way.list.service {
            "s3api" => self.name().to_owned(),
            _ => self.arn.as_str().to_owned(),
        };
        let region = self.list_region(way);
        export.add(way.list.service, command, region, Some(argument), left);
    }

    fn bus(&self) -> String {
        let object = Object::new()
            .text("Name", self.name())
            .text("Arn", self.arn.as_str());
        match &self.policy {
            Policy::Is(policy) => object.raw("Policy", policy).finish(),
            Policy::None | Policy::Unknown | Policy::Broken(_) => object.finish(),
        }
    }

    fn add_catalog(&self, export: &mut Export) {
        let command = "get-resource-policy";
        let left = match &self.policy {
            Policy::Unknown => return,
            Policy::None => Left::Code("EntityNotFoundException".to_owned()),
            Policy::Broken(error) => Left::Broken(error.clone()),
            Policy::Is(policy) => {
                let text = Object::new().raw("PolicyInJson", policy).finish();
                made(text, &self.from)
            }
        };
        export.add("glue", command, self.region(), None, left);
    }

    /// Adds the policy of a resource of which only that is read.
    fn add_other(&self, export: &mut Export) {
        let left = match &self.policy {
            Policy::Unknown | Policy::None => return,
            Policy::Broken(error) => Left::Broken(error.clone()),
            Policy::Is(policy) => made(Object::new().raw("Policy", policy).finish(), &self.from),
        };
        let arn = Some(self.arn.as_str().to_owned());
        let command = "get-resource-policy";
        export.add(self.arn.service(), command, self.region(), arn, left);
    }
}

/// Returns the kind of a resource: the part of its ARN up to the first `/` or `:`.
fn kind(arn: &Arn) -> &str {
    match arn.service() {
        "s3" if arn.account_text().is_empty() => "",
        "sqs" | "sns" => "",
        _ => arn.resource().split(['/', ':']).next().unwrap_or_default(),
    }
}

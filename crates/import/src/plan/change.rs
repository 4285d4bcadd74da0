//! One change of a plan, and the values that it gives or leaves open.

use serde::Deserialize;
use serde_json::Value;
use whocan_snapshot::Tag;

/// One entry of `resource_changes`.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a resource change")]
pub(super) struct Change {
    pub(super) address: String,
    #[serde(default)]
    pub(super) module_address: Option<String>,
    #[serde(default)]
    mode: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) name: String,
    change: Values,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a change with `actions`")]
struct Values {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
}

/// What a plan says of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Planned {
    Is(String),
    /// It will not be set.
    Absent,
    /// It is known only after apply.
    Unknown,
}

/// The types that are laid over: those that stand for themselves.
const THINGS: [&str; 14] = [
    "aws_iam_role",
    "aws_iam_user",
    "aws_iam_group",
    "aws_iam_policy",
    "aws_iam_instance_profile",
    "aws_s3_bucket",
    "aws_s3_account_public_access_block",
    "aws_kms_key",
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_lambda_function",
    "aws_secretsmanager_secret",
    "aws_ecr_repository",
    "aws_dynamodb_table",
];

/// The types that are laid over: those that belong to another thing.
const LINKS: [&str; 18] = [
    "aws_iam_role_policy",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
    "aws_iam_policy_attachment",
    "aws_iam_user_group_membership",
    "aws_iam_group_membership",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_ownership_controls",
    "aws_kms_key_policy",
    "aws_sqs_queue_policy",
    "aws_sns_topic_policy",
    "aws_secretsmanager_secret_policy",
    "aws_ecr_repository_policy",
    "aws_dynamodb_resource_policy",
];

/// Types that say nothing about access.
const SILENT: [&str; 4] = [
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_cloudwatch_metric_alarm",
];

impl Change {
    /// Returns whether something changes that may bear on access.
    pub(super) fn acts(&self) -> bool {
        let managed = self.mode.as_deref().is_none_or(|mode| mode == "managed");
        let aws = self.kind.starts_with("aws_") && !SILENT.contains(&self.kind.as_str());
        managed && aws && (self.removes() || self.puts())
    }

    pub(super) fn is_known(&self) -> bool {
        THINGS.contains(&self.kind.as_str()) || self.is_link()
    }

    /// Returns whether a type that is not laid over may bear on access, by the words of its name.
    pub(super) fn may_bear_on_access(&self) -> bool {
        let words = [
            "iam",
            "policy",
            "permission",
            "grant",
            "acl",
            "access",
            "organizations",
            "kms",
            "endpoint",
            "ram",
            "ssoadmin",
        ];
        self.is_known() || self.kind.split('_').any(|word| words.contains(&word))
    }

    pub(super) fn is_link(&self) -> bool {
        LINKS.contains(&self.kind.as_str())
    }

    /// Returns whether what was there before goes, to be replaced or not.
    pub(super) fn removes(&self) -> bool {
        self.does("delete") || (self.does("update") && self.is_link())
    }

    /// Returns whether something is there afterwards.
    pub(super) fn puts(&self) -> bool {
        self.does("create") || self.does("update")
    }

    pub(super) fn does(&self, action: &str) -> bool {
        self.change.actions.iter().any(|it| it == action)
    }

    /// Returns the thing's ARN, before or after.
    pub(super) fn arn(&self) -> Option<&str> {
        let sides = [&self.change.before, &self.change.after];
        sides.iter().find_map(|values| values.get("arn")?.as_str())
    }

    /// Returns an attribute as it was.
    pub(super) fn before(&self, attribute: &str) -> Option<&str> {
        self.change
            .before
            .get(attribute)?
            .as_str()
            .filter(|text| !text.is_empty())
    }

    /// Returns an attribute as it will be, as far as the plan itself tells.
    pub(super) fn planned(&self, attribute: &str) -> Planned {
        let unknown = self.change.after_unknown.get(attribute);
        if unknown.is_some_and(|unknown| *unknown == Value::Bool(true)) {
            return Planned::Unknown;
        }
        match self.change.after.get(attribute) {
            Some(Value::String(text)) if !text.is_empty() => Planned::Is(text.clone()),
            Some(Value::Number(number)) => Planned::Is(number.to_string()),
            Some(Value::Bool(value)) => Planned::Is(value.to_string()),
            _ => Planned::Absent,
        }
    }

    /// Returns an attribute's value as it will be.
    pub(super) fn after(&self, attribute: &str) -> Option<&Value> {
        self.change.after.get(attribute)
    }

    /// Returns a list of texts, as it was or will be; entries that are not known are left out.
    pub(super) fn texts(&self, attribute: &str, after: bool) -> Vec<String> {
        let values = if after {
            &self.change.after
        } else {
            &self.change.before
        };
        let list = values.get(attribute).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Returns whether some entry of a list is known only after apply.
    pub(super) fn is_open(&self, attribute: &str) -> bool {
        match self.change.after_unknown.get(attribute) {
            Some(Value::Bool(open)) => *open,
            Some(Value::Array(entries)) => entries.iter().any(|entry| *entry == Value::Bool(true)),
            _ => false,
        }
    }

    /// Returns the tags as they will be, with the provider's default tags; `None` if they are not known.
    pub(super) fn tags(&self) -> Option<Vec<Tag>> {
        if self.is_open("tags_all") {
            return None;
        }
        let tags = self.after("tags_all").or_else(|| self.after("tags"));
        let Some(tags) = tags.and_then(Value::as_object) else {
            return Some(Vec::new());
        };
        let mut sorted = Vec::new();
        for (key, value) in tags {
            sorted.push(Tag {
                key: key.clone(),
                value: value.as_str()?.to_owned(),
            });
        }
        sorted.sort();
        Some(sorted)
    }
}

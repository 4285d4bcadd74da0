//! The permissions that a collection needs, made of the table of calls.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::table;

/// Services that are asked with the person's own credentials only.
const OWN: &[&str] = &["organizations"];

/// Returns the policy that the credentials of a collection need, as JSON.
///
/// With a role's name it may assume this role in every account.
pub fn policy(role_name: Option<&str>) -> String {
    let mut statements = vec![json!({
        "Sid": "Read",
        "Effect": "Allow",
        "Action": actions(true),
        "Resource": "*",
    })];
    if let Some(name) = role_name {
        statements.push(json!({
            "Sid": "Enter",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:*:iam::*:role/{name}"),
        }));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    pretty(&policy)
}

/// Returns a CloudFormation template with the role that is assumed in each
/// account, to be rolled out as a stack set.
///
/// Source: AWS CloudFormation User Guide, `AWS::IAM::Role`; IAM User Guide,
/// "Access to AWS accounts owned by third parties" for the external id.
pub fn template(role_name: &str) -> String {
    pretty(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role that whocan assumes to read this account",
        "Parameters": {
            "Collector": {
                "Type": "String",
                "Description": "The ARN of the role or user that runs whocan collect",
            },
            "ExternalId": {
                "Type": "String",
                "Default": "",
                "Description": "What --external-id says; empty for none",
            },
        },
        "Conditions": {
            "HasExternalId": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]},
        },
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": role_name,
                    "Description": "Reads policies and settings for whocan",
                    "AssumeRolePolicyDocument": trust(),
                    "Policies": [{
                        "PolicyName": "read",
                        "PolicyDocument": {
                            "Version": "2012-10-17",
                            "Statement": [{
                                "Sid": "Read",
                                "Effect": "Allow",
                                "Action": actions(false),
                                "Resource": "*",
                            }],
                        },
                    }],
                },
            },
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }))
}

fn trust() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": {"Ref": "Collector"}},
            "Action": "sts:AssumeRole",
            "Condition": {"Fn::If": [
                "HasExternalId",
                {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
                {"Ref": "AWS::NoValue"},
            ]},
        }],
    })
}

fn actions(with_own: bool) -> BTreeSet<String> {
    let rows = table::rows();
    let rows = rows.filter(|(service, _)| with_own || !OWN.contains(&service.name));
    rows.map(|(service, call)| service.action(call)).collect()
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("texts are always JSON");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{When, rows};

    /// Operations that change nothing, by the first word of their name.
    const READS: &[&str] = &["Get", "List", "Describe"];
    /// The one operation that makes something: the credential report.
    const EXCEPTION: &str = "GenerateCredentialReport";
    /// Reads that would give away what nobody needs to know here.
    const NEVER: &[&str] = &[
        "GetSecretValue",
        "GetParameter",
        "GetObject",
        "GetFunction",
        "GetItem",
        "Decrypt",
    ];

    #[test]
    fn no_call_writes() {
        for (service, call) in rows() {
            let reads = READS.iter().any(|read| call.operation.starts_with(read));
            let name = format!("{} {}", service.name, call.operation);
            assert!(reads || call.operation == EXCEPTION, "{name}");
            assert!(!NEVER.contains(&call.operation), "{name}");
            // RAM reads with `POST`; all else over REST is `GET`.
            let asks = call.route.starts_with("GET /")
                || service.name == "ram" && call.route.starts_with("POST /get");
            assert!(call.route.is_empty() || asks, "{name}: {}", call.route);
        }
    }

    #[test]
    fn each_call_is_one_row_and_lists_are_asked_before_what_they_name() {
        let mut seen = BTreeSet::new();
        for (service, call) in rows() {
            assert!(
                seen.insert((service.name, call.command)),
                "{}",
                call.command
            );
            let names = match call.when {
                When::Each(names) | When::EachInRegion(names) => names,
                _ => continue,
            };
            assert!(
                seen.contains(&(service.name, names.list)),
                "{}",
                call.command
            );
        }
    }

    #[test]
    fn every_action_of_the_policy_is_in_the_catalogue() {
        let document = whocan_policy::Document::parse(&policy(Some("audit")));
        assert!(document.problems.is_empty(), "{:?}", document.problems);
        let unknown = whocan_policy::unknown_names(&document);
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn the_role_of_a_member_does_not_read_the_organization() {
        let template = template("audit");
        assert!(!template.contains("organizations:"));
        assert!(template.contains("kms:ListGrants"));
        assert!(policy(None).contains("organizations:ListRoots"));
        assert!(!policy(None).contains("sts:AssumeRole"));
    }
}

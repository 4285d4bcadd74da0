//! Other tools' exports: each tells no more than the bundle of the same account, and no less than it holds.

mod aws_config;
mod cloudmapper;
mod iam_collect;
mod pmapper;

use serde_json::Value;
use whocan_import::Event;

use crate::bundle::{Delivered, Export, account};

/// The account as the AWS command line prints it.
pub fn bundle() -> Export {
    account(&[
        ("iam/get-account-authorization-details.json", DETAILS),
        (
            "iam/list-saml-providers.json",
            r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}]}"#,
        ),
        (
            "iam/list-open-id-connect-providers.json",
            r#"{"OpenIDConnectProviderList": [{"Arn": "arn:aws:iam::111122223333:oidc-provider/ci.example.com"}]}"#,
        ),
        (
            "s3api/list-buckets.json",
            r#"{"Buckets": [{"Name": "payroll", "BucketRegion": "eu-west-1"}, {"Name": "plain", "BucketRegion": "us-east-1"}]}"#,
        ),
        (
            "s3api/get-bucket-policy/payroll.json",
            r#"{"Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::payroll/*\"}]}"}"#,
        ),
        (
            "s3api/get-public-access-block/payroll.json",
            r#"{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}}"#,
        ),
        (
            "s3api/get-bucket-acl/payroll.json",
            r#"{"Grants": [{"Grantee": {"ID": "abc", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}"#,
        ),
        (
            "s3api/get-bucket-tagging/payroll.json",
            r#"{"TagSet": [{"Key": "class", "Value": "secret"}]}"#,
        ),
        (
            "s3control/get-public-access-block.json",
            r#"{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}}"#,
        ),
        (
            "kms/eu-west-1/list-keys.json",
            r#"{"Keys": [{"KeyId": "1234-ab", "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/1234-ab"}]}"#,
        ),
        (
            "kms/eu-west-1/get-key-policy/1234-ab.json",
            r#"{"Policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"}"#,
        ),
        (
            "kms/eu-west-1/describe-key/1234-ab.json",
            r#"{"KeyMetadata": {"KeyManager": "CUSTOMER"}}"#,
        ),
        (
            "sqs/eu-west-1/list-queues.json",
            r#"{"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/Jobs"]}"#,
        ),
        (
            "sqs/eu-west-1/get-queue-attributes/Jobs.json",
            r#"{"Attributes": {"Policy": "{\"Statement\":[]}", "KmsMasterKeyId": "alias/aws/sqs"}}"#,
        ),
        (
            "lambda/eu-west-1/list-functions.json",
            r#"{"Functions": [{"FunctionName": "Pay", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:Pay", "Role": "arn:aws:iam::111122223333:role/team/Deploy"}]}"#,
        ),
        (
            "lambda/eu-west-1/get-policy/Pay.json",
            r#"{"Policy": "{\"Statement\":[]}"}"#,
        ),
        (
            "secretsmanager/eu-west-1/list-secrets.json",
            r#"{"SecretList": [{"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/Db-AbCdEf", "Name": "prod/Db", "KmsKeyId": "1234-ab", "Tags": [{"Key": "a", "Value": "b"}]}]}"#,
        ),
        (
            "secretsmanager/eu-west-1/get-resource-policy/prod%2FDb.json",
            r#"{"ResourcePolicy": "{\"Statement\":[]}"}"#,
        ),
        (
            "ec2/eu-west-1/describe-vpc-endpoints.json",
            r#"{"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "ServiceName": "com.amazonaws.eu-west-1.s3", "VpcEndpointType": "Gateway", "State": "available", "PolicyDocument": "{\"Statement\":[]}"}]}"#,
        ),
    ])
}

/// The account's identities.
pub const DETAILS: &str = r#"{
  "UserDetailList": [{
    "Arn": "arn:aws:iam::111122223333:user/Ana", "UserName": "Ana", "UserId": "AIDAANA", "Path": "/",
    "CreateDate": "2026-01-01T00:00:00Z", "GroupList": ["Devs"],
    "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}}],
    "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Edge"},
    "Tags": [{"Key": "team", "Value": "Pay"}]
  }],
  "GroupDetailList": [{
    "Arn": "arn:aws:iam::111122223333:group/Devs", "GroupName": "Devs", "GroupId": "AGPADEVS", "Path": "/",
    "CreateDate": "2026-01-01T00:00:00Z", "GroupPolicyList": [],
    "AttachedManagedPolicies": [{"PolicyName": "Edge", "PolicyArn": "arn:aws:iam::111122223333:policy/Edge"}]
  }],
  "RoleDetailList": [{
    "Arn": "arn:aws:iam::111122223333:role/team/Deploy", "RoleName": "Deploy", "RoleId": "AROADEPLOY", "Path": "/team/",
    "CreateDate": "2026-01-01T00:00:00Z",
    "AssumeRolePolicyDocument": {"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/Ana"},"Action":"sts:AssumeRole"}]},
    "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [],
    "InstanceProfileList": [{"Arn": "arn:aws:iam::111122223333:instance-profile/Deploy", "InstanceProfileName": "Deploy"}]
  }],
  "Policies": [{
    "Arn": "arn:aws:iam::111122223333:policy/Edge", "PolicyName": "Edge", "DefaultVersionId": "v2",
    "PolicyVersionList": [
      {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}},
      {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement":[]}}
    ]
  }]
}"#;

/// Asserts that an account was told as in the bundle, and where not, that it is unknown.
#[track_caller]
pub fn assert_tells_the_same_or_nothing(told: &Delivered) {
    assert_progress_ends(told);
    let mut told = stored(told);
    let mut bundle = stored(&bundle().import());
    for object in [&mut told, &mut bundle] {
        // Gaps and complete lists differ by nature; they are tested by themselves.
        for field in ["gaps", "lists"] {
            object.as_object_mut().unwrap().remove(field);
        }
    }
    compare("", &told, &bundle);
}

/// No more files are read than were announced.
#[track_caller]
fn assert_progress_ends(told: &Delivered) {
    let (mut announced, mut read) = (0, 0);
    for event in &told.events {
        match event {
            Event::Files(files) => announced += files,
            Event::Read { .. } => read += 1,
            _ => {}
        }
    }
    assert!(read <= announced, "{read} of {announced} files read");
}

fn stored(delivered: &Delivered) -> Value {
    serde_json::to_value(delivered.account()).expect("an account is JSON")
}

#[track_caller]
fn compare(place: &str, told: &Value, bundle: &Value) {
    match (told, bundle) {
        (Value::Object(told), Value::Object(bundle)) => {
            for (key, value) in told {
                let place = format!("{place}.{key}");
                let other = bundle.get(key);
                let other =
                    other.unwrap_or_else(|| panic!("{place} is not in the bundle: {value}"));
                compare(&place, value, other);
            }
        }
        // Only the version in force, where a tool keeps no more.
        (Value::Array(told), Value::Array(bundle)) if place.ends_with(".versions") => {
            for version in told {
                assert!(bundle.contains(version), "{place}: {version}");
            }
        }
        (Value::Array(told), Value::Array(bundle)) => {
            let arns = |list: &[Value]| -> Vec<String> {
                list.iter().map(|it| it["arn"].to_string()).collect()
            };
            assert_eq!(arns(told), arns(bundle), "{place}");
            for (at, (told, bundle)) in told.iter().zip(bundle).enumerate() {
                compare(&format!("{place}[{at}]"), told, bundle);
            }
        }
        _ => assert_eq!(told, bundle, "{place}"),
    }
}

//! Items of AWS Config.

use crate::bundle::{Export, export};
use crate::formats::assert_tells_the_same_or_nothing;
use serde_json::{Value, json};
use whocan_import::Options;
use whocan_snapshot::Collected;

fn item(
    kind: &str,
    id: &str,
    arn: &str,
    configuration: Value,
    supplementary: Value,
    tags: Value,
) -> Value {
    json!({
        "configurationItemVersion": "1.3", "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-01-02T00:00:00.000Z",
        "awsAccountId": "111122223333", "awsRegion": "eu-west-1",
        "resourceType": kind, "resourceId": id, "resourceName": id, "ARN": arn,
        "configuration": configuration, "supplementaryConfiguration": supplementary, "tags": tags,
    })
}

fn items() -> Vec<Value> {
    [identities(), resources()].concat()
}

fn identities() -> Vec<Value> {
    let iam = |path: &str| format!("arn:aws:iam::111122223333:{path}");
    vec![
        item(
            "AWS::IAM::User",
            "AIDAANA",
            &iam("user/Ana"),
            json!({
                "path": "/", "userName": "Ana", "userId": "AIDAANA", "arn": iam("user/Ana"), "createDate": "2026-01-01T00:00:00.000Z",
                "userPolicyList": [{"policyName": "own", "policyDocument": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\"}]}"}],
                "groupList": ["Devs"],
                "attachedManagedPolicies": [{"policyName": "ReadOnlyAccess", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
                "permissionsBoundary": {"permissionsBoundaryType": "Policy", "permissionsBoundaryArn": iam("policy/Edge")},
                "tags": [{"key": "team", "value": "Pay"}],
            }),
            json!({}),
            json!({"team": "Pay"}),
        ),
        item(
            "AWS::IAM::Group",
            "AGPADEVS",
            &iam("group/Devs"),
            json!({
                "path": "/", "groupName": "Devs", "groupId": "AGPADEVS", "arn": iam("group/Devs"), "createDate": "2026-01-01T00:00:00.000Z",
                "groupPolicyList": [], "attachedManagedPolicies": [{"policyName": "Edge", "policyArn": iam("policy/Edge")}],
            }),
            json!({}),
            json!({}),
        ),
        item(
            "AWS::IAM::Role",
            "AROADEPLOY",
            &iam("role/team/Deploy"),
            json!({
                "path": "/team/", "roleName": "Deploy", "roleId": "AROADEPLOY", "arn": iam("role/team/Deploy"), "createDate": "2026-01-01T00:00:00.000Z",
                "assumeRolePolicyDocument": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/Ana\"},\"Action\":\"sts:AssumeRole\"}]}",
                "instanceProfileList": [{"arn": iam("instance-profile/Deploy"), "instanceProfileName": "Deploy", "roles": [{"roleName": "Deploy"}]}],
                "rolePolicyList": [], "attachedManagedPolicies": [], "permissionsBoundary": null, "tags": [], "roleLastUsed": null,
            }),
            json!({}),
            json!({}),
        ),
        item(
            "AWS::IAM::Policy",
            "ANPAEDGE",
            &iam("policy/Edge"),
            json!({
                "policyName": "Edge", "policyId": "ANPAEDGE", "arn": iam("policy/Edge"), "path": "/", "defaultVersionId": "v2",
                "policyVersionList": [
                    {"document": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}", "versionId": "v2", "isDefaultVersion": true},
                    {"document": "{\"Statement\":[]}", "versionId": "v1", "isDefaultVersion": false},
                ],
            }),
            json!({}),
            json!({}),
        ),
    ]
}

fn resources() -> Vec<Value> {
    let iam = |path: &str| format!("arn:aws:iam::111122223333:{path}");
    vec![
        item(
            "AWS::S3::Bucket",
            "payroll",
            "arn:aws:s3:::payroll",
            json!({"name": "payroll"}),
            json!({
                "BucketPolicy": {"policyText": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::payroll/*\"}]}"},
                "AccessControlList": "{\"grantSet\":null,\"grantList\":[{\"grantee\":{\"id\":\"abc\",\"displayName\":null},\"permission\":\"FullControl\"}],\"owner\":{\"id\":\"abc\"}}",
                "PublicAccessBlockConfiguration": {"blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": false, "restrictPublicBuckets": false},
            }),
            json!({"class": "secret"}),
        ),
        item(
            "AWS::KMS::Key",
            "1234-ab",
            "arn:aws:kms:eu-west-1:111122223333:key/1234-ab",
            json!({"keyId": "1234-ab", "keyManager": "CUSTOMER"}),
            json!({
                "Policy": "\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":{\\\"AWS\\\":\\\"arn:aws:iam::111122223333:root\\\"},\\\"Action\\\":\\\"kms:*\\\",\\\"Resource\\\":\\\"*\\\"}]}\"",
            }),
            Value::Null,
        ),
        item(
            "AWS::Lambda::Function",
            "Pay",
            "arn:aws:lambda:eu-west-1:111122223333:function:Pay",
            json!({"functionName": "Pay", "role": iam("role/team/Deploy")}),
            json!({"Policy": "{\"Statement\":[]}"}),
            Value::Null,
        ),
        item(
            "AWS::SQS::Queue",
            "q",
            "arn:aws:sqs:eu-west-1:111122223333:Jobs",
            json!({"KmsMasterKeyId": "alias/aws/sqs"}),
            json!({}),
            Value::Null,
        ),
        item(
            "AWS::SecretsManager::Secret",
            "s",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/Db-AbCdEf",
            json!({"Name": "prod/Db", "KmsKeyId": "1234-ab"}),
            json!({}),
            json!({"a": "b"}),
        ),
        item(
            "AWS::EC2::VPCEndpoint",
            "vpce-1",
            "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1",
            json!({
                "vpcEndpointId": "vpce-1", "vpcId": "vpc-1", "serviceName": "com.amazonaws.eu-west-1.s3", "vpcEndpointType": "Gateway",
                "state": "available", "policyDocument": "{\"Statement\":[]}",
            }),
            json!({}),
            json!({}),
        ),
        item(
            "AWS::S3::AccountPublicAccessBlock",
            "111122223333",
            "",
            json!({
                "blockPublicAcls": true, "ignorePublicAcls": true, "blockPublicPolicy": true, "restrictPublicBuckets": true,
            }),
            json!({}),
            json!({}),
        ),
        item(
            "AWS::S3::Bucket",
            "plain",
            "arn:aws:s3:::plain",
            json!({"name": "plain"}),
            json!({}),
            Value::Null,
        ),
    ]
}

fn file(value: &Value) -> Export {
    export(&[("items.json", &value.to_string())])
}

fn snapshot(items: &[Value]) -> Export {
    file(&json!({"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": items}))
}

/// The items as the API and the query service spell them: other names, values as text.
fn spelled_by_the_api() -> Vec<Value> {
    let respell = |item: Value| {
        let mut item = item.as_object().unwrap().clone();
        for (old, new) in [
            ("awsAccountId", "accountId"),
            ("ARN", "arn"),
            ("configurationItemVersion", "version"),
        ] {
            let value = item.remove(old).unwrap();
            item.insert(new.to_owned(), value);
        }
        let text = item["configuration"].to_string();
        item.insert("configuration".to_owned(), text.into());
        Value::Object(item)
    };
    items().into_iter().map(respell).collect()
}

#[test]
fn a_delivered_snapshot_tells_what_the_command_line_prints() {
    // The regions of buckets are those of their items.
    let mut items = items();
    items.last_mut().unwrap()["awsRegion"] = "us-east-1".into();
    assert_tells_the_same_or_nothing(&snapshot(&items).import());
}

#[test]
fn all_forms_of_a_file_tell_the_same() {
    let want = serde_json::to_value(snapshot(&items()).import().account()).unwrap();
    let api = spelled_by_the_api();
    let texts: Vec<Value> = api.iter().map(|item| item.to_string().into()).collect();
    for form in [
        json!({"configurationItems": api}),
        json!({"baseConfigurationItems": api, "unprocessedResourceKeys": []}),
        json!({"Results": texts, "QueryInfo": {"SelectFields": []}}),
        Value::Array(api),
    ] {
        let told = file(&form).import();
        let mut got = serde_json::to_value(told.account()).unwrap();
        // Notes and gaps name no form, so that everything is equal.
        assert_eq!(got.as_object_mut(), want.clone().as_object_mut());
    }
}

#[test]
fn a_bucket_without_a_policy_has_none_and_one_without_the_part_is_open() {
    let none = item(
        "AWS::S3::Bucket",
        "a",
        "arn:aws:s3:::a",
        json!({"name": "a"}),
        json!({"BucketPolicy": "{\"policyText\":null}"}),
        Value::Null,
    );
    let told = snapshot(&[none]).import();
    assert_eq!(told.resource("arn:aws:s3:::a").policy, Collected::Yes(None));
    let told = snapshot(&items()).import();
    assert_eq!(told.resource("arn:aws:s3:::plain").policy, Collected::Not);
    // The type's schema has no policy.
    assert_eq!(
        told.resource("arn:aws:sqs:eu-west-1:111122223333:Jobs")
            .policy,
        Collected::Not
    );
}

#[test]
fn what_a_recorder_records_is_not_known_so_that_every_list_is_open() {
    let told = snapshot(&items()).import();
    assert!(told.account().lists.is_empty());
    assert!(told.account().identities);
    assert!(
        told.gaps("iam")
            .contains("get-account-authorization-details - -: NotExported")
    );
    assert!(
        told.gaps("kms")
            .contains("list-keys eu-west-1 -: NotExported")
    );
}

#[test]
fn the_newest_item_of_a_resource_counts_and_a_deleted_one_is_gone() {
    let mut old = items().swap_remove(5);
    old["configurationItemCaptureTime"] = "2025-01-01T00:00:00Z".into();
    old["supplementaryConfiguration"] = json!({"Policy": "{\"Old\":1}"});
    let mut gone = items().swap_remove(4);
    gone["configurationItemStatus"] = "ResourceDeleted".into();
    let mut earlier = items().swap_remove(4);
    earlier["configurationItemCaptureTime"] = "2025-01-01T00:00:00Z".into();
    let told = snapshot(&[items().swap_remove(5), old, gone, earlier]).import();
    let arns: Vec<&str> = told
        .account()
        .resources
        .iter()
        .map(|it| it.arn.as_str())
        .collect();
    assert_eq!(arns, ["arn:aws:kms:eu-west-1:111122223333:key/1234-ab"]);
    let policy = told.account().resources[0]
        .policy
        .known()
        .cloned()
        .flatten();
    assert!(policy.unwrap().contains("kms:*"));
}

#[test]
fn files_of_several_regions_and_accounts_are_joined() {
    let mut other = items().swap_remove(2);
    other["awsAccountId"] = "444455556666".into();
    other["ARN"] = "arn:aws:iam::444455556666:role/team/Deploy".into();
    other["configuration"]["arn"] = "arn:aws:iam::444455556666:role/team/Deploy".into();
    let made = export(&[
        (
            "eu.json",
            &json!({"configurationItems": [items()[0], other]}).to_string(),
        ),
        (
            "us.json",
            &json!({"configurationItems": [items()[4]]}).to_string(),
        ),
    ]);
    let told = made.import();
    assert_eq!(told.accounts.len(), 2);
    assert_eq!(
        (
            told.accounts[0].users.len(),
            told.accounts[0].resources.len()
        ),
        (1, 1)
    );
    assert_eq!(told.accounts[1].roles.len(), 1);
}

#[test]
fn a_wrong_item_is_an_error_with_its_place_or_a_gap() {
    let wrong = json!({"resourceType": "AWS::IAM::Role", "accountId": "111122223333", "resourceId": "r", "configuration": {"arn": 5}});
    let text = format!("{{\"configurationItems\": [{},\n{wrong}]}}", items()[0]);
    let made = export(&[("items.json", &text)]);
    let error = made.refused();
    assert!(
        error.contains("`items.json` line 2 column 1: AWS::IAM::Role `r`: `configuration`: "),
        "{error}"
    );
    let told = made.import_with(Options {
        keep_going: true,
        ..Options::default()
    });
    assert_eq!(told.account().users.len(), 1);
    assert!(
        told.gaps("configservice")
            .contains("AWS::IAM::Role r: Unreadable"),
        "{}",
        told.gaps("configservice")
    );
}

#[test]
fn hostile_items_are_errors_and_never_a_panic() {
    let deep = format!(
        "{{\"configurationItems\": [{}1{}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for text in [
        r#"{"configurationItems": [5]}"#,
        r#"{"configurationItems": [{"resourceType": 5}]}"#,
        r#"{"configurationItems": [{"resourceType": "AWS::S3::Bucket"}]}"#,
        r#"{"configurationItems": [{"resourceType": "AWS::S3::Bucket", "accountId": "x", "arn": "arn:aws:s3:::b"}]}"#,
        r#"{"configurationItems": [{"resourceType": "AWS::S3::Bucket", "accountId": "111122223333", "arn": "arn:aws:s3:::b", "supplementaryConfiguration": "[]"}]}"#,
        r#"{"configurationItems": [{"resourceType": "AWS::S3::Bucket", "accountId": "111122223333", "arn": "arn:aws:s3:::b", "supplementaryConfiguration": {"AccessControlList": "7"}}]}"#,
        &deep,
    ] {
        let made = export(&[("items.json", text)]);
        let error = made.refused();
        assert!(
            error.contains("items.json") && error.contains("line 1 column"),
            "{error}"
        );
    }
    for cut in (1..400).step_by(7) {
        let whole = json!({"configurationItems": items()}).to_string();
        let made = export(&[("items.json", &whole[..cut])]);
        assert!(made.refused().contains("items.json"));
    }
}

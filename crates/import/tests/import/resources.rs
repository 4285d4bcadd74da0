//! Resources of every service.

use serde_json::json;

use crate::bundle::account;

#[test]
fn a_bucket_is_put_together_from_all_its_calls() {
    let delivered = account(&[
        (
            "s3api/list-buckets.json",
            r#"{"Buckets": [{"Name": "logs"}], "Owner": {"ID": "c0ffee"}}"#,
        ),
        ("s3api/get-bucket-location/logs.json", r#"{"LocationConstraint": "EU"}"#),
        ("s3api/get-bucket-policy/logs.json", r#"{"Policy": "{\"Statement\":[]}"}"#),
        (
            "s3api/get-public-access-block/logs.json",
            r#"{"PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": false,
                "BlockPublicPolicy": true, "RestrictPublicBuckets": false}}"#,
        ),
        (
            "s3api/get-bucket-acl/logs.json",
            r#"{"Owner": {"ID": "c0ffee"}, "Grants": [
                {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"},
                {"Grantee": {"Type": "CanonicalUser", "ID": "c0ffee"}, "Permission": "FULL_CONTROL"},
                {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "Permission": "WRITE"}]}"#,
        ),
        (
            "s3api/get-bucket-ownership-controls/logs.json",
            r#"{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}"#,
        ),
        ("s3api/get-bucket-tagging/logs.json", r#"{"TagSet": [{"Key": "env", "Value": "prod"}]}"#),
        ("s3api/get-bucket-abac/logs.json", r#"{"AbacStatus": {"Status": "Enabled"}}"#),
        (
            "s3api/get-bucket-encryption/logs.json",
            r#"{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault":
                {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:eu-west-1:111122223333:key/k"}}]}}"#,
        ),
    ])
    .import();
    assert_eq!(delivered.account().canonical_id.as_deref(), Some("c0ffee"));
    assert_eq!(delivered.gaps("s3api"), "");
    insta::assert_json_snapshot!(delivered.resource("arn:aws:s3:::logs"), @r#"
    {
      "arn": "arn:aws:s3:::logs",
      "policy": "{\"Statement\":[]}",
      "tags": [
        {
          "key": "env",
          "value": "prod"
        }
      ],
      "region": "eu-west-1",
      "encryption_key": "arn:aws:kms:eu-west-1:111122223333:key/k",
      "detail": {
        "bucket": {
          "public_access_block": {
            "block_public_acls": true,
            "ignore_public_acls": false,
            "block_public_policy": true,
            "restrict_public_buckets": false
          },
          "ownership": "BucketOwnerPreferred",
          "acl": [
            {
              "grantee": "all-users",
              "permission": "READ"
            },
            {
              "grantee": {
                "canonical-user": "c0ffee"
              },
              "permission": "FULL_CONTROL"
            },
            {
              "grantee": {
                "other": "http://acs.amazonaws.com/groups/s3/LogDelivery"
              },
              "permission": "WRITE"
            }
          ],
          "abac": true
        }
      }
    }
    "#);
}

#[test]
fn no_location_is_us_east_1() {
    for (answer, region) in [
        ("null", "us-east-1"),
        ("\"EU\"", "eu-west-1"),
        ("\"ap-south-1\"", "ap-south-1"),
    ] {
        let text = format!(r#"{{"LocationConstraint": {answer}}}"#);
        let delivered = account(&[("s3api/get-bucket-location/logs.json", &text)]).import();
        let bucket = delivered.resource("arn:aws:s3:::logs");
        assert_eq!(bucket.region.as_deref(), Some(region));
    }
}

#[test]
fn a_bucket_that_only_a_policy_file_names_is_known_to_all_calls() {
    let delivered = account(&[
        ("s3api/get-bucket-policy/logs.json", r#"{"Policy": "{}"}"#),
        ("s3api/get-bucket-tagging/other.json", r#"{"TagSet": []}"#),
    ])
    .import();
    assert_eq!(delivered.account().resources.len(), 2);
    let gaps = delivered.gaps("s3api");
    assert!(
        gaps.contains("get-bucket-policy - other: NotExported"),
        "{gaps}"
    );
    assert!(
        gaps.contains("get-bucket-tagging - logs: NotExported"),
        "{gaps}"
    );
}

#[test]
fn block_public_access_of_the_account_may_lie_in_any_region() {
    let answer = r#"{"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}"#;
    for path in [
        "s3control/get-public-access-block.json",
        "s3control/eu-west-1/get-public-access-block.json",
    ] {
        let delivered = account(&[(path, answer)]).import();
        let block = delivered.account().public_access_block.known();
        assert_eq!(
            block.map(|block| block.map(|block| block.restrict_public_buckets)),
            Some(Some(true)),
            "{path}"
        );
    }
}

#[test]
fn an_access_point_has_its_bucket_policy_and_vpc() {
    let delivered = account(&[
        (
            "s3control/eu-west-1/list-access-points.json",
            r#"{"AccessPointList": [{"Name": "ap", "NetworkOrigin": "VPC",
                "VpcConfiguration": {"VpcId": "vpc-1"}, "Bucket": "logs", "BucketAccountId": "444455556666",
                "AccessPointArn": "arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"}]}"#,
        ),
        (
            "s3control/eu-west-1/get-access-point/ap.json",
            r#"{"Name": "ap", "Bucket": "logs", "BucketAccountId": "444455556666",
                "VpcConfiguration": {"VpcId": "vpc-1"},
                "PublicAccessBlockConfiguration": {"IgnorePublicAcls": true}}"#,
        ),
        (
            "s3control/eu-west-1/get-access-point-policy/ap.json",
            r#"{"Policy": "{\"Statement\":[]}"}"#,
        ),
    ])
    .import();
    let stored = delivered.stored("arn:aws:s3:eu-west-1:111122223333:accesspoint/ap");
    assert_eq!(stored["policy"], json!("{\"Statement\":[]}"));
    let point = &stored["detail"]["access-point"];
    assert_eq!(point["bucket"], json!("logs"));
    assert_eq!(point["bucket_account"], json!("444455556666"));
    assert_eq!(point["vpc"], json!("vpc-1"));
    assert_eq!(
        point["public_access_block"]["ignore_public_acls"],
        json!(true)
    );
}

#[test]
fn a_key_has_its_policy_grants_aliases_and_manager() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/k1";
    let keys = format!(r#"{{"Keys": [{{"KeyId": "k1", "KeyArn": "{arn}"}}]}}"#);
    let delivered = account(&[
        ("kms/eu-west-1/list-keys.json", &keys),
        (
            "kms/eu-west-1/list-aliases.json",
            r#"{"Aliases": [{"AliasName": "alias/app", "TargetKeyId": "k1"},
                            {"AliasName": "alias/aws/s3", "AliasArn": "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"}]}"#,
        ),
        ("kms/eu-west-1/get-key-policy/k1.json", r#"{"Policy": "{}", "PolicyName": "default"}"#),
        (
            "kms/eu-west-1/list-grants/k1.json",
            r#"{"Grants": [{"GrantId": "g", "GranteePrincipal": "arn:aws:iam::111122223333:role/r",
                "Operations": ["Encrypt", "Decrypt"],
                "Constraints": {"EncryptionContextSubset": {"app": "x"}}}], "Truncated": false}"#,
        ),
        ("kms/eu-west-1/describe-key/k1.json", r#"{"KeyMetadata": {"KeyManager": "CUSTOMER"}}"#),
        ("kms/eu-west-1/list-resource-tags/k1.json", r#"{"Tags": [{"TagKey": "env", "TagValue": "prod"}]}"#),
    ])
    .import();
    assert_eq!(delivered.gaps("kms"), "");
    insta::assert_json_snapshot!(delivered.resource(arn), @r#"
    {
      "arn": "arn:aws:kms:eu-west-1:111122223333:key/k1",
      "policy": "{}",
      "tags": [
        {
          "key": "env",
          "value": "prod"
        }
      ],
      "detail": {
        "key": {
          "grants": [
            {
              "id": "g",
              "grantee": "arn:aws:iam::111122223333:role/r",
              "operations": [
                "Decrypt",
                "Encrypt"
              ],
              "constraint": {
                "subset": {
                  "app": "x"
                }
              }
            }
          ],
          "aws_managed": false,
          "aliases": [
            "alias/app"
          ]
        }
      }
    }
    "#);
}

#[test]
fn an_alias_of_aws_tells_an_aws_managed_key() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/k1";
    let keys = format!(r#"{{"Keys": [{{"KeyId": "k1", "KeyArn": "{arn}"}}]}}"#);
    let delivered = account(&[
        ("kms/eu-west-1/list-keys.json", &keys),
        (
            "kms/eu-west-1/list-aliases.json",
            r#"{"Aliases": [{"AliasName": "alias/aws/s3", "TargetKeyId": "k1"}]}"#,
        ),
        (
            "kms/eu-west-1/get-key-policy/alias%2Faws%2Fs3.json",
            r#"{"Policy": "{}"}"#,
        ),
    ])
    .import();
    let stored = delivered.stored(arn);
    assert_eq!(stored["detail"]["key"]["aws_managed"], json!(true));
    assert_eq!(stored["policy"], json!("{}"));
}

#[test]
fn a_queue_is_known_by_name_url_and_arn() {
    let list = r#"{"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"]}"#;
    let attributes =
        r#"{"Attributes": {"Policy": "{\"Statement\":[]}", "KmsMasterKeyId": "alias/app"}}"#;
    for argument in [
        "jobs",
        "https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F111122223333%2Fjobs",
        "arn%3Aaws%3Asqs%3Aeu-west-1%3A111122223333%3Ajobs",
    ] {
        let path = format!("sqs/eu-west-1/get-queue-attributes/{argument}.json");
        let delivered = account(&[
            ("sqs/eu-west-1/list-queues.json", list),
            (&path, attributes),
        ])
        .import();
        assert_eq!(delivered.account().resources.len(), 1, "{argument}");
        let stored = delivered.stored("arn:aws:sqs:eu-west-1:111122223333:jobs");
        assert_eq!(stored["policy"], json!("{\"Statement\":[]}"), "{argument}");
        assert_eq!(stored["encryption_key"], json!("alias/app"), "{argument}");
    }
}

#[test]
fn an_answer_without_a_policy_says_that_there_is_none() {
    let delivered = account(&[
        (
            "sqs/eu-west-1/get-queue-attributes/jobs.json",
            r#"{"Attributes": {"QueueArn": "a"}}"#,
        ),
        (
            "sqs/eu-west-1/get-queue-attributes/empty.json",
            r#"{"Attributes": {"Policy": ""}}"#,
        ),
        ("sqs/eu-west-1/get-queue-attributes/silent.json", ""),
    ])
    .import();
    for queue in ["jobs", "empty", "silent"] {
        let arn = format!("arn:aws:sqs:eu-west-1:111122223333:{queue}");
        assert_eq!(delivered.stored(&arn)["policy"], json!(null), "{queue}");
    }
}

#[test]
fn no_queues_at_all_print_nothing() {
    let delivered = account(&[("sqs/eu-west-1/list-queues.json", "\n")]).import();
    let lists = &delivered.account().lists;
    assert!(
        lists
            .iter()
            .any(|list| list.service == "sqs" && list.region == "eu-west-1")
    );
}

#[test]
fn a_topic_is_known_by_arn_and_name() {
    let list = r#"{"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:news"}]}"#;
    let delivered = account(&[
        ("sns/eu-west-1/list-topics.json", list),
        ("sns/eu-west-1/get-topic-attributes/news.json", r#"{"Attributes": {"Policy": "{}"}}"#),
        (
            "sns/eu-west-1/list-tags-for-resource/arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Anews.json",
            r#"{"Tags": [{"Key": "a", "Value": "b"}]}"#,
        ),
    ])
    .import();
    let stored = delivered.stored("arn:aws:sns:eu-west-1:111122223333:news");
    assert_eq!(stored["policy"], json!("{}"));
    assert_eq!(stored["tags"], json!([{"key": "a", "value": "b"}]));
}

#[test]
fn functions_versions_and_aliases_have_policies_of_their_own() {
    let list = r#"{"Functions": [{"FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/r",
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f"}]}"#;
    let delivered = account(&[
        ("lambda/eu-west-1/list-functions.json", list),
        (
            "lambda/eu-west-1/get-policy/f.json",
            r#"{"Policy": "{\"Id\":\"all\"}"}"#,
        ),
        (
            "lambda/eu-west-1/get-policy/f%3Aprod.json",
            r#"{"Policy": "{\"Id\":\"prod\"}"}"#,
        ),
        (
            "lambda/eu-west-1/list-tags/f.json",
            r#"{"Tags": {"env": "prod"}}"#,
        ),
    ])
    .import();
    let function = delivered.stored("arn:aws:lambda:eu-west-1:111122223333:function:f");
    assert_eq!(function["role"], json!("arn:aws:iam::111122223333:role/r"));
    assert_eq!(function["policy"], json!("{\"Id\":\"all\"}"));
    assert_eq!(function["tags"], json!([{"key": "env", "value": "prod"}]));
    let alias = delivered.stored("arn:aws:lambda:eu-west-1:111122223333:function:f:prod");
    assert_eq!(alias["policy"], json!("{\"Id\":\"prod\"}"));
    assert_eq!(delivered.gaps("lambda"), "");
}

#[test]
fn a_secret_is_found_by_its_name_with_slashes() {
    let list = r#"{"SecretList": [{"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/main-a1b2c3",
        "Name": "db/main", "KmsKeyId": "alias/app", "Tags": [{"Key": "a", "Value": "b"}]}]}"#;
    let policy = r#"{"Name": "db/main", "ResourcePolicy": "{\"Statement\":[]}"}"#;
    let delivered = account(&[
        ("secretsmanager/eu-west-1/list-secrets.json", list),
        (
            "secretsmanager/eu-west-1/get-resource-policy/db%2Fmain.json",
            policy,
        ),
    ])
    .import();
    let stored =
        delivered.stored("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db/main-a1b2c3");
    assert_eq!(stored["policy"], json!("{\"Statement\":[]}"));
    assert_eq!(stored["encryption_key"], json!("alias/app"));
    assert_eq!(stored["tags"], json!([{"key": "a", "value": "b"}]));
}

#[test]
fn a_secret_that_no_list_names_is_known_from_its_answer() {
    let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3";
    let policy = format!(r#"{{"ARN": "{arn}", "Name": "db"}}"#);
    let delivered = account(&[(
        "secretsmanager/eu-west-1/get-resource-policy/db.json",
        &policy,
    )])
    .import();
    assert_eq!(delivered.stored(arn)["policy"], json!(null));
}

#[test]
fn a_repository_has_policy_and_key() {
    let arn = "arn:aws:ecr:eu-west-1:111122223333:repository/team/app";
    let list = format!(
        r#"{{"repositories": [{{"repositoryArn": "{arn}", "repositoryName": "team/app",
            "encryptionConfiguration": {{"encryptionType": "AES256"}}}}]}}"#
    );
    let delivered = account(&[
        ("ecr/eu-west-1/describe-repositories.json", &list),
        (
            "ecr/eu-west-1/get-repository-policy/team%2Fapp.json",
            r#"{"registryId": "111122223333", "policyText": "{\"Statement\":[]}"}"#,
        ),
    ])
    .import();
    let stored = delivered.stored(arn);
    assert_eq!(stored["policy"], json!("{\"Statement\":[]}"));
    assert_eq!(stored["encryption_key"], json!(null));
}

#[test]
fn tables_and_streams_have_policies_of_their_own() {
    let stream = "arn%3Aaws%3Adynamodb%3Aeu-west-1%3A111122223333%3Atable%2Ft%2Fstream%2F1";
    let stream = format!("dynamodb/eu-west-1/get-resource-policy/{stream}.json");
    let delivered = account(&[
        ("dynamodb/eu-west-1/list-tables.json", r#"{"TableNames": ["t"]}"#),
        ("dynamodb/eu-west-1/get-resource-policy/t.json", r#"{"Policy": "{\"Id\":\"t\"}"}"#),
        (&stream, r#"{"Policy": "{\"Id\":\"s\"}"}"#),
        (
            "dynamodb/eu-west-1/describe-table/t.json",
            r#"{"Table": {"SSEDescription": {"KMSMasterKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}}}"#,
        ),
        ("dynamodb/eu-west-1/list-tags-of-resource/t.json", r#"{"Tags": []}"#),
    ])
    .import();
    assert_eq!(delivered.gaps("dynamodb"), "");
    let table = delivered.stored("arn:aws:dynamodb:eu-west-1:111122223333:table/t");
    assert_eq!(table["policy"], json!("{\"Id\":\"t\"}"));
    assert_eq!(
        table["encryption_key"],
        json!("arn:aws:kms:eu-west-1:111122223333:key/k")
    );
    let stream = delivered.stored("arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/1");
    assert_eq!(stream["policy"], json!("{\"Id\":\"s\"}"));
}

#[test]
fn vpc_endpoints_keep_their_policies() {
    let list = r#"{"VpcEndpoints": [
        {"VpcEndpointId": "vpce-2", "VpcId": "vpc-1", "VpcEndpointType": "Interface",
         "ServiceName": "com.amazonaws.eu-west-1.sqs", "State": "available"},
        {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "VpcEndpointType": "Gateway",
         "ServiceName": "com.amazonaws.eu-west-1.s3", "State": "available", "PolicyDocument": "{}"},
        {"VpcEndpointId": "vpce-0", "VpcId": "vpc-1", "State": "deleted"}]}"#;
    let delivered = account(&[("ec2/eu-west-1/describe-vpc-endpoints.json", list)]).import();
    insta::assert_json_snapshot!(delivered.account().endpoints, @r#"
    [
      {
        "id": "vpce-1",
        "vpc": "vpc-1",
        "service": "com.amazonaws.eu-west-1.s3",
        "kind": "gateway",
        "policy": "{}"
      },
      {
        "id": "vpce-2",
        "vpc": "vpc-1",
        "service": "com.amazonaws.eu-west-1.sqs",
        "kind": "interface"
      }
    ]
    "#);
}

#[test]
fn event_buses_bring_their_policies_in_the_list() {
    let arn = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
    let list =
        format!(r#"{{"EventBuses": [{{"Name": "default", "Arn": "{arn}", "Policy": "{{}}"}}]}}"#);
    let delivered = account(&[("events/eu-west-1/list-event-buses.json", &list)]).import();
    assert_eq!(delivered.stored(arn)["policy"], json!("{}"));
}

#[test]
fn the_glue_catalogue_has_one_policy_for_each_region() {
    let delivered = account(&[
        ("glue/eu-west-1/get-resource-policy.json", r#"{"PolicyInJson": "{}"}"#),
        (
            "calls.jsonl",
            r#"{"command": "glue get-resource-policy", "region": "us-east-1", "code": "EntityNotFoundException"}"#,
        ),
    ])
    .import();
    let with = delivered.stored("arn:aws:glue:eu-west-1:111122223333:catalog");
    let without = delivered.stored("arn:aws:glue:us-east-1:111122223333:catalog");
    assert_eq!(
        (&with["policy"], &without["policy"]),
        (&json!("{}"), &json!(null))
    );
}

#[test]
fn a_policy_of_an_unknown_service_needs_only_an_arn() {
    let stream = "arn:aws:kinesis:eu-west-1:111122223333:stream/s";
    let vault = "arn:aws:example:eu-west-1:111122223333:vault/v";
    let file = stream.replace(':', "%3A").replace('/', "%2F");
    let by_argument = format!("kinesis/eu-west-1/get-resource-policy/{file}.json");
    let wrapped = format!(
        r#"{{"ResourcePolicy": {{"ResourceArn": "{vault}", "Policy": "{{}}"}}, "ResourceArn": "{vault}"}}"#
    );
    let none = format!(
        r#"{{"command": "signer get-policy", "argument": "{vault}/2", "code": "ResourceNotFoundException"}}"#
    );
    let delivered = account(&[
        (&by_argument, r#"{"Policy": "{\"Id\":\"s\"}"}"#),
        ("redshift/eu-west-1/get-resource-policy/v.json", &wrapped),
        (
            "schemas/eu-west-1/get-resource-policy/registry.json",
            r#"{"Policy": "{}"}"#,
        ),
        ("calls.jsonl", &none),
    ])
    .import();
    assert_eq!(delivered.stored(stream)["policy"], json!("{\"Id\":\"s\"}"));
    assert_eq!(delivered.stored(vault)["policy"], json!("{}"));
    assert_eq!(
        delivered.stored(&format!("{vault}/2"))["policy"],
        json!(null)
    );
    assert!(
        delivered
            .notes()
            .contains("`schemas eu-west-1 get-resource-policy registry`: which resource")
    );
}

#[test]
fn resources_of_another_account_are_noted() {
    let list = r#"{"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:444455556666:news"}]}"#;
    let delivered = account(&[("sns/eu-west-1/list-topics.json", list)]).import();
    assert!(
        delivered
            .notes()
            .contains("`topic`: 1 with an ARN of account 444455556666")
    );
}

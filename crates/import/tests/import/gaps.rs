//! What was refused, what is missing, and what means "none".

use serde_json::json;
use whocan_import::Options;
use whocan_snapshot::{Collected, ResourceList};

use crate::bundle::{account, export};

const BUCKETS: (&str, &str) = (
    "s3api/list-buckets.json",
    r#"{"Buckets": [{"Name": "a"}, {"Name": "b"}]}"#,
);

const DETAILS: (&str, &str) = (
    "iam/get-account-authorization-details.json",
    r#"{"RoleDetailList": []}"#,
);

const ASSUME: Options = Options {
    absent_means_none: true,
    keep_going: false,
};

#[test]
fn the_codes_of_the_layout_mean_none() {
    let lines = r#"
        {"command": "s3api get-bucket-policy", "argument": "a", "code": "NoSuchBucketPolicy"}
        {"command": "s3api get-public-access-block", "argument": "a", "code": "NoSuchPublicAccessBlockConfiguration"}
        {"command": "s3api get-bucket-ownership-controls", "argument": "a", "code": "OwnershipControlsNotFoundError"}
        {"command": "s3api get-bucket-tagging", "argument": "a", "code": "NoSuchTagSet"}
        {"command": "s3control get-public-access-block", "code": "NoSuchPublicAccessBlockConfiguration"}
        {"command": "lambda get-policy", "region": "eu-west-1", "argument": "f", "code": "ResourceNotFoundException"}
    "#;
    let delivered = account(&[("calls.jsonl", lines)]).import();
    let bucket = delivered.stored("arn:aws:s3:::a");
    assert_eq!(bucket["policy"], json!(null));
    assert_eq!(bucket["tags"], json!([]));
    assert_eq!(
        bucket["detail"]["bucket"]["public_access_block"],
        json!(null)
    );
    assert_eq!(
        bucket["detail"]["bucket"]["ownership"],
        json!("ObjectWriter")
    );
    assert!(
        bucket["detail"]["bucket"]
            .as_object()
            .is_some_and(|fields| fields.len() == 2)
    );
    let function = delivered.stored("arn:aws:lambda:eu-west-1:111122223333:function:f");
    assert_eq!(function["policy"], json!(null));
    assert_eq!(
        delivered.account().public_access_block,
        Collected::Yes(None)
    );
}

#[test]
fn any_other_code_is_a_gap() {
    let lines = r#"{"command": "s3api get-bucket-policy", "argument": "a", "code": "AccessDenied"}
        {"command": "s3api get-bucket-policy", "argument": "b", "code": "NoSuchBucketPolicy"}
        {"command": "s3api get-bucket-tagging", "argument": "a", "code": "NoSuchBucketPolicy"}
        {"command": "ram get-resource-shares", "region": "eu-west-1", "code": "AccessDenied"}"#;
    let delivered = account(&[BUCKETS, ("calls.jsonl", lines)]).import();
    assert!(delivered.resource("arn:aws:s3:::a").policy.is_not());
    assert!(!delivered.resource("arn:aws:s3:::b").policy.is_not());
    let gaps = delivered.gaps("s3api");
    assert!(
        gaps.contains("get-bucket-policy - a: Refused(\"AccessDenied\")"),
        "{gaps}"
    );
    assert!(
        gaps.contains("get-bucket-tagging - a: Refused(\"NoSuchBucketPolicy\")"),
        "{gaps}"
    );
    assert!(
        gaps.contains("get-bucket-tagging - b: NotExported"),
        "{gaps}"
    );
    assert_eq!(
        delivered.gaps("ram"),
        "get-resource-shares eu-west-1 -: Refused(\"AccessDenied\")"
    );
    assert_eq!(delivered.imported.gaps.get("AccessDenied"), Some(&2));
}

#[test]
fn a_file_counts_more_than_a_line_and_a_later_line_more_than_an_earlier() {
    let lines = r#"{"command": "s3api get-bucket-policy", "argument": "a", "code": "SlowDown"}
        {"command": "s3api get-bucket-policy", "argument": "b", "code": "SlowDown"}
        {"command": "s3api get-bucket-policy", "argument": "b", "code": "NoSuchBucketPolicy"}"#;
    let delivered = account(&[
        BUCKETS,
        ("calls.jsonl", lines),
        ("s3api/get-bucket-policy/a.json", r#"{"Policy": "{}"}"#),
    ])
    .import();
    assert_eq!(delivered.stored("arn:aws:s3:::a")["policy"], json!("{}"));
    assert_eq!(delivered.stored("arn:aws:s3:::b")["policy"], json!(null));
}

#[test]
fn a_listed_thing_that_a_call_left_out_is_a_gap_with_its_name() {
    let delivered = account(&[
        BUCKETS,
        ("s3api/get-bucket-policy/a.json", r#"{"Policy": "{}"}"#),
    ])
    .import();
    let gaps = delivered.gaps("s3api");
    assert!(
        gaps.contains("get-bucket-policy - b: NotExported"),
        "{gaps}"
    );
    assert!(!gaps.contains("get-bucket-policy - a"), "{gaps}");
}

#[test]
fn a_command_that_was_never_called_is_one_gap() {
    let delivered = account(&[BUCKETS]).import();
    insta::assert_snapshot!(delivered.gaps("s3api"), @"
    get-bucket-abac - -: NotExported
    get-bucket-acl - -: NotExported
    get-bucket-encryption - -: NotExported
    get-bucket-ownership-controls - -: NotExported
    get-bucket-policy - -: NotExported
    get-bucket-tagging - -: NotExported
    get-public-access-block - -: NotExported
    ");
}

#[test]
fn a_lone_file_of_details_has_identities_and_one_gap_for_each_missing_list() {
    let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana"}],
        "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;
    let delivered = export(&[("anything.json", text)]).import();
    let account = delivered.account();
    assert!(account.identities && !account.complete);
    assert!(account.lists.is_empty() && account.saml_providers.is_not());
    let gaps: Vec<String> = account
        .gaps
        .iter()
        .map(|gap| format!("{} {} {:?}", gap.service, gap.call, gap.code))
        .collect();
    insta::assert_snapshot!(gaps.join("\n"), @"
    dynamodb list-tables NotExported
    ec2 describe-vpc-endpoints NotExported
    ecr describe-repositories NotExported
    iam list-open-id-connect-providers NotExported
    iam list-saml-providers NotExported
    kms list-aliases NotExported
    kms list-keys NotExported
    lambda list-functions NotExported
    s3api list-buckets NotExported
    s3control get-public-access-block NotExported
    s3control list-access-points NotExported
    secretsmanager list-secrets NotExported
    sns list-topics NotExported
    sqs list-queues NotExported
    ");
}

#[test]
fn absent_means_none_makes_the_account_complete() {
    let delivered = account(&[BUCKETS, DETAILS]).import_with(ASSUME);
    let account = delivered.account();
    assert!(account.complete);
    assert_eq!(account.saml_providers, Collected::Yes(Vec::new()));
    assert_eq!(account.public_access_block, Collected::Yes(None));
    assert_eq!(delivered.gaps("s3api"), "");
    insta::assert_json_snapshot!(delivered.stored("arn:aws:s3:::a"), @r#"
    {
      "arn": "arn:aws:s3:::a",
      "policy": null,
      "tags": [],
      "encryption_key": null,
      "detail": {
        "bucket": {
          "public_access_block": null,
          "ownership": "BucketOwnerEnforced",
          "acl": [],
          "abac": false
        }
      }
    }
    "#);
    assert_eq!(delivered.imported.assumptions, ["absent-means-none"]);
}

#[test]
fn absent_means_none_is_no_answer_to_a_refusal() {
    let lines =
        r#"{"command": "s3api get-bucket-policy", "argument": "a", "code": "AccessDenied"}"#;
    let delivered = account(&[BUCKETS, ("calls.jsonl", lines)]).import_with(ASSUME);
    assert!(delivered.resource("arn:aws:s3:::a").policy.is_not());
    assert_eq!(
        delivered.gaps("s3api"),
        "get-bucket-policy - a: Refused(\"AccessDenied\")"
    );
}

#[test]
fn a_list_that_was_refused_keeps_the_account_from_being_complete() {
    let lines = r#"{"command": "sqs list-queues", "region": "eu-west-1", "code": "AccessDenied"}"#;
    let delivered = account(&[DETAILS, ("calls.jsonl", lines)]).import_with(ASSUME);
    let account = delivered.account();
    assert!(!account.complete);
    let lists = account.lists.iter();
    let services: Vec<&str> = lists.map(|list| list.service.as_str()).collect();
    assert!(
        services.contains(&"sns") && !services.contains(&"sqs"),
        "{services:?}"
    );
}

#[test]
fn broken_lines_take_the_ground_from_absent_means_none() {
    let delivered = account(&[BUCKETS, DETAILS, ("calls.jsonl", "{")]).import_with(Options {
        absent_means_none: true,
        keep_going: true,
    });
    assert!(!delivered.account().complete);
    assert!(delivered.resource("arn:aws:s3:::a").policy.is_not());
}

#[test]
fn absent_means_none_invents_no_identities() {
    let delivered = account(&[BUCKETS]).import_with(ASSUME);
    assert!(!delivered.account().identities && !delivered.account().complete);
    assert_eq!(
        delivered.gaps("iam"),
        "get-account-authorization-details - -: NotExported"
    );
}

#[test]
fn absent_ownership_leaves_an_exported_acl_in_force() {
    let acl = r#"{"Grants": [{"Grantee": {"ID": "c0ffee"}, "Permission": "READ"}]}"#;
    let export = account(&[BUCKETS, ("s3api/get-bucket-acl/a.json", acl)]);
    let delivered = export.import_with(ASSUME);
    let ownership = |arn: &str| delivered.stored(arn)["detail"]["bucket"]["ownership"].clone();
    assert_eq!(ownership("arn:aws:s3:::a"), json!("ObjectWriter"));
    assert_eq!(ownership("arn:aws:s3:::b"), json!("BucketOwnerEnforced"));
}

#[test]
fn lists_that_were_read_to_their_end_are_named() {
    let delivered = account(&[
        BUCKETS,
        ("sqs/eu-west-1/list-queues.json", "{}"),
        (
            "sqs/us-east-1/list-queues.json",
            r#"{"QueueUrls": [], "NextToken": "more"}"#,
        ),
        (
            "calls.jsonl",
            r#"{"command": "sqs list-queues", "region": "ap-east-1", "code": "AuthFailure"}"#,
        ),
    ])
    .import();
    let list = |service: &str, region: &str| ResourceList {
        service: service.to_owned(),
        kind: String::new(),
        region: region.to_owned(),
    };
    let lists = &delivered.account().lists;
    assert_eq!(lists.len(), 2);
    assert!(lists.contains(&list("s3", "")) && lists.contains(&list("sqs", "eu-west-1")));
    insta::assert_snapshot!(delivered.gaps("sqs"), @r#"
    list-queues ap-east-1 -: Refused("AuthFailure")
    list-queues us-east-1 -: Unreadable("the list is cut off: it carries `NextToken`, so more would follow")
    "#);
}

#[test]
fn a_region_that_another_service_knows_is_missed() {
    let delivered = account(&[
        ("sqs/eu-west-1/list-queues.json", "{}"),
        ("sns/eu-west-1/list-topics.json", "{}"),
        ("sns/us-east-1/list-topics.json", "{}"),
    ])
    .import();
    assert_eq!(
        delivered.gaps("sqs"),
        "list-queues us-east-1 -: NotExported"
    );
    assert_eq!(delivered.gaps("sns"), "");
    assert_eq!(delivered.gaps("kms").lines().count(), 2);
}

#[test]
fn a_list_without_a_region_is_read_but_not_called_complete() {
    let list = r#"{"Topics": [{"TopicArn": "arn:aws:sns:eu-west-1:111122223333:news"}]}"#;
    let delivered = account(&[("sns/list-topics.json", list)]).import();
    assert_eq!(delivered.account().resources.len(), 1);
    assert!(delivered.account().lists.is_empty());
    assert!(
        delivered
            .notes()
            .contains("`sns list-topics`: the region is not known")
    );
}

#[test]
fn files_that_nobody_reads_are_noted_once_a_command() {
    let delivered = account(&[
        ("ec2/eu-west-1/describe-instances.json", "{}"),
        ("ec2/us-east-1/describe-instances.json", "{}"),
        ("ram/eu-west-1/get-resource-shares.json", "{}"),
        ("README.txt", "hello"),
        (".DS_Store", "x"),
        ("iam/list-account-aliases.json", "{}"),
    ])
    .import();
    insta::assert_snapshot!(delivered.notes(), @"
    account 111122223333: `README.txt`: not part of the layout, not read
    account 111122223333: `ec2 describe-instances`: 2 files, not used
    account 111122223333: `ram get-resource-shares`: 1 file, not used
    ");
}

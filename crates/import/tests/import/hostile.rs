//! Damaged files of any kind end in an error or a gap, never in a panic.

use proptest::prelude::*;
use whocan_import::Options;

use crate::bundle::{Export, deliver, export};

const DETAILS: &str = r#"{"UserDetailList": [
    {"Path": "/", "UserName": "ana", "UserId": "AIDAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/ana",
     "CreateDate": "2020-01-02T03:04:05Z", "GroupList": ["ops"],
     "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"}],
     "AttachedManagedPolicies": [{"PolicyName": "q", "PolicyArn": "arn:aws:iam::111122223333:policy/q"}],
     "Tags": [{"Key": "a", "Value": "é\u00e9"}]}],
  "GroupDetailList": [{"GroupName": "ops", "Arn": "arn:aws:iam::111122223333:group/ops"}],
  "RoleDetailList": [{"RoleName": "r", "Arn": "arn:aws:iam::111122223333:role/r",
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]},
     "RoleLastUsed": {"LastUsedDate": "2020-01-02T03:04:05Z"}}],
  "Policies": [{"PolicyName": "q", "Arn": "arn:aws:iam::111122223333:policy/q", "DefaultVersionId": "v1",
     "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": {"Statement": []}}]}],
  "IsTruncated": false}"#;

const OTHERS: [(&str, &str); 6] = [
    (
        "s3api/list-buckets.json",
        r#"{"Buckets": [{"Name": "logs"}], "Owner": {"ID": "c0ffee"}}"#,
    ),
    (
        "s3api/get-bucket-policy/logs.json",
        r#"{"Policy": "{\"Statement\":[]}"}"#,
    ),
    (
        "kms/eu-west-1/list-keys.json",
        r#"{"Keys": [{"KeyId": "k", "KeyArn": "arn:aws:kms:eu-west-1:111122223333:key/k"}]}"#,
    ),
    (
        "sqs/eu-west-1/list-queues.json",
        r#"{"QueueUrls": ["https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"]}"#,
    ),
    (
        "iam/get-credential-report.json",
        r#"{"Content": "dXNlcixtZmFfYWN0aXZlCmFuYSx0cnVlCg=="}"#,
    ),
    (
        "calls.jsonl",
        r#"{"command": "s3api get-bucket-tagging", "argument": "logs", "code": "NoSuchTagSet"}"#,
    ),
];

/// Imports both ways; that it returns at all is the test.
fn survive(export: &Export) {
    for keep_going in [false, true] {
        let options = Options {
            absent_means_none: false,
            keep_going,
        };
        let outcome = deliver(&[export.path().to_owned()], &options);
        if let Err(error) = outcome {
            assert!(!error.is_empty());
        }
    }
}

fn damage(
    bytes: &mut Vec<u8>,
    cut: Option<prop::sample::Index>,
    flips: &[(prop::sample::Index, u8)],
) {
    for (at, value) in flips {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_details_never_panic(
        cut in proptest::option::of(any::<prop::sample::Index>()),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        lone in any::<bool>(),
    ) {
        let mut bytes = DETAILS.as_bytes().to_vec();
        damage(&mut bytes, cut, &flips);
        let export = export(&[]);
        match lone {
            true => export.write("details.json", &bytes),
            false => export.write(
                "accounts/111122223333/iam/get-account-authorization-details.json",
                &bytes,
            ),
        }
        survive(&export);
    }

    #[test]
    fn damaged_answers_never_panic(
        which in any::<prop::sample::Index>(),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let export = export(&[]);
        let damaged = which.index(OTHERS.len());
        for (index, (path, text)) in OTHERS.iter().enumerate() {
            let mut bytes = text.as_bytes().to_vec();
            if index == damaged {
                damage(&mut bytes, cut, &flips);
            }
            export.write(&format!("accounts/111122223333/{path}"), &bytes);
        }
        survive(&export);
    }
}

#[test]
fn the_undamaged_export_is_good() {
    let export = export(&[(
        "accounts/111122223333/iam/get-account-authorization-details.json",
        DETAILS,
    )]);
    for (path, text) in OTHERS {
        export.write(&format!("accounts/111122223333/{path}"), text.as_bytes());
    }
    let delivered = export.import();
    assert_eq!(delivered.account().resources.len(), 3);
    assert!(delivered.account().identities);
}

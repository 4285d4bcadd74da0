//! Broken files: an error that names file and spot, or a gap.

use std::fs;
use std::os::unix::ffi::OsStrExt;

use whocan_import::Options;

use crate::bundle::{account, export};

const DETAILS: &str = "iam/get-account-authorization-details.json";

const GO_ON: Options = Options {
    absent_means_none: false,
    keep_going: true,
};

#[test]
fn a_truncated_file_is_an_error_at_its_end() {
    let text = "{\"UserDetailList\": [\n  {\"Arn\": \"arn:aws:iam::1111";
    let export = account(&[(DETAILS, text)]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/get-account-authorization-details.json` line 2 column 28: the JSON ends too early: EOF while parsing a string");
}

#[test]
fn a_broken_file_is_a_gap_of_its_account_if_the_import_goes_on() {
    let export = export(&[
        (
            "accounts/111122223333/iam/get-account-authorization-details.json",
            "{\"UserDetailList\": [",
        ),
        (
            "accounts/444455556666/iam/list-saml-providers.json",
            r#"{"SAMLProviderList": []}"#,
        ),
    ]);
    let delivered = export.import_with(GO_ON);
    assert_eq!(delivered.accounts.len(), 2);
    let first = &delivered.accounts[0];
    assert!(!first.identities);
    let gap = &first
        .gaps
        .iter()
        .find(|gap| gap.call == "get-account-authorization-details");
    let code = gap.map(|gap| format!("{:?}", gap.code));
    insta::assert_snapshot!(code.unwrap_or_default(), @r#"Unreadable("`iam/get-account-authorization-details.json` line 1 column 20: the JSON ends too early: EOF while parsing a list")"#);
    assert_eq!(delivered.imported.gaps.get("unreadable"), Some(&1));
}

#[test]
fn nothing_is_stored_of_any_account_by_name_of_the_first_broken_one() {
    let export = export(&[
        ("accounts/111122223333/iam/list-saml-providers.json", "[1"),
        ("accounts/444455556666/iam/list-saml-providers.json", "[2"),
        ("accounts/777788889999/iam/list-saml-providers.json", "[3"),
    ]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/list-saml-providers.json` line 1 column 1: found a list, expected an object or a text (and broken files in 2 more accounts)");
}

#[test]
fn a_value_of_the_wrong_kind_says_what_was_expected() {
    for (path, text, expected) in [
        (DETAILS, "[]", "found a list"),
        (DETAILS, r#"{"UserDetailList": [[]]}"#, "found a list"),
        (DETAILS, r#"{"UserDetailList": 3}"#, "expected a list"),
        (
            DETAILS,
            r#"{"UserDetailList": [3]}"#,
            "found integer `3`, expected a user",
        ),
        (
            DETAILS,
            r#"{"UserDetailList": [{"UserName": "x"}]}"#,
            "missing field `Arn`",
        ),
        (
            DETAILS,
            r#"{"RoleDetailList": [], "RoleDetailList": []}"#,
            "duplicate field",
        ),
        (
            "s3api/list-buckets.json",
            r#"{"Buckets": [{}]}"#,
            "missing field `Name`",
        ),
        ("kms/eu-west-1/list-keys.json", "null", "expected an object"),
        (
            "kms/eu-west-1/list-keys.json",
            "{} {}",
            "trailing characters",
        ),
        (
            "sqs/eu-west-1/list-queues.json",
            r#"{"QueueUrls": ["jobs"]}"#,
            "",
        ),
        (
            "sqs/eu-west-1/list-queues.json",
            r#"{"QueueUrls": ["https://x"]}"#,
            "queue URL",
        ),
        (
            "kms/eu-west-1/list-keys.json",
            r#"{"Keys": [{"KeyId": "k", "KeyArn": "arn:aws:kms"}]}"#,
            "is not an ARN",
        ),
    ] {
        let export = account(&[(path, text)]);
        if expected.is_empty() {
            export.import();
            continue;
        }
        let error = export.refused();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(error.contains(path), "{text}: {error}");
        assert!(!error.contains("struct"), "{text}: {error}");
    }
}

#[test]
fn an_empty_file_is_an_error_that_says_what_to_do() {
    let export = account(&[("s3api/get-bucket-policy/logs.json", "")]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/s3api/get-bucket-policy/logs.json`: the file is empty: expected what the command prints; if the call failed, remove the file and put its error code into `calls.jsonl`");
}

#[test]
fn a_folder_where_a_file_should_be_is_an_error() {
    let export = account(&[("iam/list-account-aliases.json/x", "")]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/list-account-aliases.json`: is a directory, expected a file");
    let gaps = export.import_with(GO_ON).gaps("iam");
    assert!(
        gaps.contains("list-account-aliases - -: Unreadable"),
        "{gaps}"
    );
}

#[test]
fn a_file_that_vanishes_is_an_error() {
    let export = account(&[(
        "iam/list-saml-providers.json",
        r#"{"SAMLProviderList": []}"#,
    )]);
    let path = export.join("accounts/111122223333/iam/list-account-aliases.json");
    std::os::unix::fs::symlink(export.join("gone"), path).expect("a link can be made");
    let error = export.refused();
    assert!(
        error.contains("list-account-aliases.json`: cannot be read"),
        "{error}"
    );
}

#[test]
fn a_device_is_not_read() {
    let export = account(&[(
        "iam/list-saml-providers.json",
        r#"{"SAMLProviderList": []}"#,
    )]);
    let path = export.join("accounts/111122223333/iam/list-account-aliases.json");
    std::os::unix::fs::symlink("/dev/zero", path).expect("a link can be made");
    let error = export.refused();
    assert!(
        error.contains("is a pipe or a device, expected a file"),
        "{error}"
    );
}

#[test]
fn links_in_circles_end() {
    let export = account(&[(DETAILS, r#"{"RoleDetailList": []}"#)]);
    let root = export.join("accounts/111122223333");
    for (from, to) in [
        ("s3api", "accounts/111122223333"),
        ("sqs/eu-west-1", "accounts"),
        ("kms/list-keys", "accounts/111122223333/kms"),
    ] {
        fs::create_dir_all(root.join("sqs")).expect("a folder can be made");
        fs::create_dir_all(root.join("kms")).expect("a folder can be made");
        std::os::unix::fs::symlink(export.join(to), root.join(from)).expect("a link can be made");
    }
    let own = root.join("iam/list-account-aliases.json");
    std::os::unix::fs::symlink(&own, &own).expect("a link can be made");
    let error = export.refused();
    assert!(
        error.contains("list-account-aliases.json`: cannot be read"),
        "{error}"
    );
    export.import_with(GO_ON);
}

#[test]
fn a_name_that_is_not_utf_8_is_noted() {
    let export = account(&[(
        "iam/list-saml-providers.json",
        r#"{"SAMLProviderList": []}"#,
    )]);
    let folder = export.join("accounts/111122223333/s3api/get-bucket-policy");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.json");
    fs::write(folder.join(name), "{}").expect("a file can be written");
    fs::write(folder.join("%FF.json"), "{}").expect("a file can be written");
    let notes = export.import().notes();
    assert_eq!(notes.lines().count(), 2, "{notes}");
    assert!(notes.contains("not part of the layout"), "{notes}");
}

#[test]
fn every_encoding_of_a_shell_is_read() {
    let text = r#"{"AccountAliases": ["café"]}"#;
    let marked: Vec<u16> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .collect();
    let encodings: [Vec<u8>; 3] = [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        marked.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        marked.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    for bytes in encodings {
        let export = account(&[]);
        export.write(
            "accounts/111122223333/iam/list-account-aliases.json",
            &bytes,
        );
        assert_eq!(export.import().account().aliases, ["café"]);
    }
}

#[test]
fn text_that_is_not_utf_8_is_an_error() {
    let export = account(&[]);
    export.write(
        "accounts/111122223333/iam/list-account-aliases.json",
        b"{\"a\": \"\xff\"}",
    );
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/list-account-aliases.json`: is not UTF-8 text: a wrong byte at offset 7");
}

#[test]
fn a_broken_line_of_calls_is_an_error_with_its_number() {
    let good =
        r#"{"command": "s3api get-bucket-policy", "argument": "a", "code": "NoSuchBucketPolicy"}"#;
    let export = account(&[(
        "calls.jsonl",
        &format!("{good}\n\n{{\"command\": \"x\"}}\n"),
    )]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/calls.jsonl` line 3 column 16: missing field `code`");
    let delivered = export.import_with(GO_ON);
    assert_eq!(delivered.account().resources.len(), 1);
    let gaps = delivered.gaps("");
    assert!(gaps.contains("calls.jsonl - -: Unreadable"), "{gaps}");
    let words = account(&[("calls.jsonl", r#"{"command": "list-keys", "code": "x"}"#)]);
    assert!(words.refused().contains("expected a service and a command"));
}

#[test]
fn nesting_of_any_depth_is_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let policy = format!(
        r#"{{"RoleDetailList": [{{"Arn": "arn:aws:iam::111122223333:role/r", "Unknown": {deep},
            "AssumeRolePolicyDocument": {{"Statement": {deep}}}}}]}}"#
    );
    let delivered = account(&[(DETAILS, &policy)]).import();
    let trust = delivered.account().roles[0].trust.known();
    assert!(trust.is_some_and(|text| text.len() > 200_000));
    assert!(delivered.notes().contains("role/r trust policy"));
    for path in [DETAILS, "s3api/list-buckets.json", "calls.jsonl"] {
        let error = account(&[(path, &deep)]).refused();
        assert!(error.contains("expected"), "{path}: {error}");
    }
    let objects = format!(
        "{}1{}",
        "{\"UserDetailList\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let error = account(&[(DETAILS, &objects)]).refused();
    assert!(error.contains("line 1 column"), "{error}");
}

#[test]
fn a_document_of_sixty_megabytes_is_stored() {
    let filler = "x".repeat(60 << 20);
    let text = format!(
        r#"{{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [
            {{"Arn": "arn:aws:iam::111122223333:role/r",
              "AssumeRolePolicyDocument": {{"Id": "{filler}", "Statement": []}}}}]}}"#
    );
    let delivered = account(&[(DETAILS, &text)]).import();
    let trust = delivered.account().roles[0].trust.known();
    assert!(trust.is_some_and(|text| text.len() > 60 << 20));
}

#[test]
fn a_lone_broken_file_is_an_error_even_if_the_import_goes_on() {
    let export = export(&[("details.json", "{\"UserDetailList\": [")]);
    let error = crate::bundle::deliver(&[export.join("details.json")], &GO_ON);
    let error = error.map(|_| ()).unwrap_err();
    assert!(error.contains("ends too early"), "{error}");
}

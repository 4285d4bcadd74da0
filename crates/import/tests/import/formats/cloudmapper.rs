//! CloudMapper's account folders.

use crate::bundle::{Export, export};
use crate::formats::{assert_tells_the_same_or_nothing, bundle};
use whocan_snapshot::Collected;

/// Lays the bundle's answers out as CloudMapper does.
fn collected() -> Export {
    let made = export(&[(
        "demo/describe-regions.json",
        r#"{"Regions": [{"RegionName": "us-east-1"}]}"#,
    )]);
    made.write(
        "demo/us-east-1/sts-get-caller-identity.json",
        br#"{"Account": "111122223333"}"#,
    );
    let bundle = bundle();
    let root = bundle.join("accounts/111122223333");
    for (service, prefix) in [("iam", "iam"), ("s3api", "s3"), ("s3control", "s3control")] {
        copy(&made, &root.join(service), "us-east-1", prefix);
    }
    for service in ["kms", "sqs", "lambda", "secretsmanager", "ec2"] {
        copy(
            &made,
            &root.join(service).join("eu-west-1"),
            "eu-west-1",
            service,
        );
    }
    made
}

fn copy(made: &Export, folder: &std::path::Path, region: &str, prefix: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() {
            let text = std::fs::read(&path).unwrap();
            made.write(&format!("demo/{region}/{prefix}-{name}"), &text);
            continue;
        }
        for inner in std::fs::read_dir(&path).unwrap() {
            let inner = inner.unwrap().path();
            let argument = inner.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read(&inner).unwrap();
            made.write(&format!("demo/{region}/{prefix}-{name}/{argument}"), &text);
        }
    }
}

#[test]
fn the_folders_hold_what_the_command_line_prints() {
    let told = collected().import();
    assert_tells_the_same_or_nothing(&told);
    let resource = told.resource("arn:aws:s3:::payroll");
    assert!(resource.policy.known().is_some());
    assert_eq!(told.account().endpoints.len(), 1);
}

#[test]
fn a_call_without_a_file_may_have_failed_for_any_reason() {
    let told = collected().import();
    assert_eq!(told.resource("arn:aws:s3:::plain").policy, Collected::Not);
    assert!(
        told.gaps("s3api")
            .contains("get-bucket-policy - plain: NotExported")
    );
}

#[test]
fn the_account_is_known_by_its_identities_where_nothing_else_tells_it() {
    let made = collected();
    std::fs::remove_file(made.join("demo/us-east-1/sts-get-caller-identity.json")).unwrap();
    assert_eq!(made.import().account().id.to_string(), "111122223333");
}

#[test]
fn a_broken_file_is_named_with_its_spot() {
    let made = collected();
    made.write(
        "demo/us-east-1/s3-get-bucket-policy/payroll",
        b"{\"Policy\": ",
    );
    let error = made.refused();
    assert!(
        error.contains("s3-get-bucket-policy/payroll` line 1 column 11: the JSON ends too early"),
        "{error}"
    );
}

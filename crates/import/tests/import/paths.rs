//! What a path may be.

use std::path::PathBuf;

use whocan_import::{BoxError, Event, Options, Sink};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject};

use crate::bundle::{Delivered, Export, account, deliver, export};

const DETAILS: &str = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana"}],
    "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;

const FILE: &str = "accounts/111122223333/iam/get-account-authorization-details.json";

fn import(paths: &[PathBuf]) -> Result<Delivered, String> {
    deliver(paths, &Options::default())
}

fn accounts(export: &Export, path: &str) -> usize {
    match import(&[export.join(path)]) {
        Ok(delivered) => delivered.accounts.len(),
        Err(error) => panic!("{path}: {error}"),
    }
}

#[test]
fn a_bundle_its_accounts_folder_and_one_account_are_all_paths() {
    let export = export(&[(&format!("bundle/{FILE}"), DETAILS)]);
    for path in [
        "",
        "bundle",
        "bundle/accounts",
        "bundle/accounts/111122223333",
        "bundle/accounts/111122223333/iam/get-account-authorization-details.json",
    ] {
        assert_eq!(accounts(&export, path), 1, "{path}");
    }
}

#[test]
fn a_folder_above_several_bundles_is_all_of_them() {
    let export = export(&[
        (
            "a/accounts/111122223333/iam/list-account-aliases.json",
            "{}",
        ),
        (
            "b/accounts/444455556666/iam/list-account-aliases.json",
            "{}",
        ),
    ]);
    assert_eq!(accounts(&export, ""), 2);
}

#[test]
fn an_account_folder_of_another_name_tells_its_account_by_its_arns() {
    let export = export(&[("prod/iam/get-account-authorization-details.json", DETAILS)]);
    assert_eq!(accounts(&export, "prod"), 1);
    assert_eq!(accounts(&export, ""), 1);
}

#[test]
fn loose_files_are_taken_by_what_they_hold() {
    let other = DETAILS.replace("111122223333", "444455556666");
    let export = export(&[
        ("one.json", DETAILS),
        ("two.json", &other),
        ("resources.json", r#"{"resource_policies": []}"#),
        ("list.json", "[1, 2]"),
        (
            "scp.json",
            r#"{"Policies": [{"Arn": "arn:aws:organizations::aws:policy/p"}]}"#,
        ),
        ("notes.txt", "hello"),
    ]);
    let delivered = export.import();
    assert_eq!(delivered.accounts.len(), 2);
    let notes = export.near(&delivered.notes());
    insta::assert_snapshot!(notes, @"
    `list.json`: not part of the layout, not read
    `resources.json`: not part of the layout, not read
    `scp.json`: not part of the layout, not read
    ");
}

#[test]
fn a_path_with_nothing_known_is_an_error() {
    let export = export(&[("a/b.txt", "hello"), ("other.json", "{}")]);
    std::fs::create_dir_all(export.join("empty/accounts")).expect("a folder can be made");
    for path in ["a", "", "other.json", "empty"] {
        let error = import(&[export.join(path)]).map(|_| ()).unwrap_err();
        assert!(
            error.contains("holds no export: expected `accounts/`"),
            "{path}: {error}"
        );
    }
    let error = import(&[export.join("nowhere")]).map(|_| ()).unwrap_err();
    assert!(error.contains("cannot read"), "{error}");
}

#[test]
fn details_without_any_arn_are_an_error() {
    let export = export(&[("details.json", r#"{"UserDetailList": [], "Policies": []}"#)]);
    let error = import(&[export.join("details.json")])
        .map(|_| ())
        .unwrap_err();
    assert!(
        error.contains("no ARN in the file tells its account"),
        "{error}"
    );
}

#[test]
fn the_same_account_twice_must_be_the_same() {
    let other = DETAILS.replace("ana", "ben");
    let export = export(&[
        (&format!("a/{FILE}"), DETAILS),
        (&format!("b/{FILE}"), DETAILS),
        (&format!("c/{FILE}"), &other),
    ]);
    let same = import(&[export.join("a"), export.join("b"), export.join("a")]);
    assert_eq!(same.map(|delivered| delivered.accounts.len()), Ok(1));
    let error = import(&[export.join("a"), export.join("c")])
        .map(|_| ())
        .unwrap_err();
    insta::assert_snapshot!(export.near(&error), @"account 111122223333 is in `a/accounts/111122223333` and in `c/accounts/111122223333`, and the two differ");
}

#[test]
fn two_organizations_are_an_error() {
    let organization = |id: &str| {
        format!(r#"{{"Organization": {{"Id": "{id}", "MasterAccountId": "111122223333"}}}}"#)
    };
    let export = export(&[
        (
            "a/organizations/describe-organization.json",
            &organization("o-1"),
        ),
        (
            "b/organizations/describe-organization.json",
            &organization("o-2"),
        ),
        (
            "c/organizations/describe-organization.json",
            &organization("o-1"),
        ),
    ]);
    assert!(import(&[export.join("a"), export.join("c")]).is_ok());
    let error = import(&[export.join("a"), export.join("b")])
        .map(|_| ())
        .unwrap_err();
    assert!(error.contains("a snapshot holds one"), "{error}");
}

#[test]
fn a_folder_among_the_accounts_that_is_none_is_noted() {
    let export = account(&[("iam/list-account-aliases.json", "{}")]);
    export.write("accounts/old/readme.txt", b"hello");
    let notes = export.near(&export.import().notes());
    assert_eq!(notes, "`accounts/old`: not part of the layout, not read");
}

#[test]
fn an_error_of_the_sink_ends_the_import() {
    struct Full;
    impl Sink for Full {
        fn account(&self, _: AccountObject) -> Result<(), BoxError> {
            Err("no space left".into())
        }
        fn activity(&self, _: ActivityObject) -> Result<(), BoxError> {
            Ok(())
        }
        fn organization(&self, _: OrganizationObject) -> Result<(), BoxError> {
            Ok(())
        }
    }
    let export = export(&[(FILE, DETAILS)]);
    let paths = [export.path().to_owned()];
    let outcome = whocan_import::import(&paths, &Options::default(), &Full);
    let error = outcome.map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot store what was imported: no space left"
    );
}

#[test]
fn progress_tells_accounts_files_and_bytes() {
    let export = account(&[
        ("iam/list-account-aliases.json", "{}"),
        (
            "iam/list-saml-providers.json",
            r#"{"SAMLProviderList": []}"#,
        ),
    ]);
    let events = export.import().events;
    assert_eq!(events.first(), Some(&Event::Accounts(1)));
    assert!(events.contains(&Event::Files(2)));
    assert!(events.contains(&Event::Read { bytes: 2 }));
    assert!(matches!(events.last(), Some(Event::Finished(_))));
}

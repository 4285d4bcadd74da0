//! The organization: tree, policies, attachments.

use serde_json::{Value, json};
use whocan_import::Options;
use whocan_snapshot::{Collected, OrganizationObject};

use crate::bundle::{Delivered, Export, export, gaps};

const DESCRIBED: (&str, &str) = (
    "organizations/describe-organization.json",
    r#"{"Organization": {"Id": "o-acme", "MasterAccountId": "111122223333", "FeatureSet": "ALL"}}"#,
);

const ROOTS: (&str, &str) = (
    "organizations/list-roots.json",
    r#"{"Roots": [{"Id": "r-1", "Arn": "arn:aws:organizations::111122223333:root/o-acme/r-1",
        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
                        {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#,
);

const TREE: [(&str, &str); 5] = [
    (
        "organizations/list-organizational-units-for-parent/r-1.json",
        r#"{"OrganizationalUnits": [{"Id": "ou-1", "Name": "Prod"}]}"#,
    ),
    (
        "organizations/list-organizational-units-for-parent/ou-1.json",
        r#"{"OrganizationalUnits": []}"#,
    ),
    (
        "organizations/list-accounts-for-parent/r-1.json",
        r#"{"Accounts": [{"Id": "111122223333", "Name": "management", "Status": "ACTIVE"}]}"#,
    ),
    (
        "organizations/list-accounts-for-parent/ou-1.json",
        r#"{"Accounts": [{"Id": "444455556666", "Name": "pay", "State": "SUSPENDED",
            "JoinedTimestamp": "2020-01-01T00:00:00+00:00"}]}"#,
    ),
    (
        "organizations/list-accounts.json",
        r#"{"Accounts": [{"Id": "444455556666", "Name": "pay", "Status": "ACTIVE"},
                         {"Id": "111122223333", "Name": "management", "Status": "ACTIVE"}]}"#,
    ),
];

const LISTED: [(&str, &str); 2] = [
    (
        "organizations/list-policies.SERVICE_CONTROL_POLICY.json",
        r#"{"Policies": [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": true},
                         {"Id": "p-deny", "Name": "Deny", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false}]}"#,
    ),
    (
        "organizations/list-policies.RESOURCE_CONTROL_POLICY.json",
        r#"{"Policies": []}"#,
    ),
];

const DENY: (&str, &str) = (
    "organizations/describe-policy/p-deny.json",
    r#"{"Policy": {"PolicySummary": {"Id": "p-deny", "Type": "SERVICE_CONTROL_POLICY"},
        "Content": "{\"Statement\":[]}"}}"#,
);

fn organization(more: &[(&str, &str)]) -> Export {
    let export = export(&[DESCRIBED, ROOTS, DENY]);
    for (path, text) in TREE.iter().chain(&LISTED).chain(more) {
        export.write(path, text.as_bytes());
    }
    export
}

fn object(delivered: &Delivered) -> &OrganizationObject {
    delivered.organization.as_ref().expect("an organization")
}

fn value(delivered: &Delivered) -> Value {
    serde_json::to_value(object(delivered)).expect("an organization is JSON")
}

fn scps(path: &str, policies: &[&str]) -> (String, String) {
    let policies: Vec<Value> = policies
        .iter()
        .map(|id| json!({"Id": id, "Type": "SERVICE_CONTROL_POLICY"}))
        .collect();
    (
        format!("organizations/list-policies-for-target.SERVICE_CONTROL_POLICY/{path}.json"),
        json!({ "Policies": policies }).to_string(),
    )
}

fn targets(policy: &str, targets: &[&str]) -> (String, String) {
    let targets: Vec<Value> = targets.iter().map(|id| json!({"TargetId": id})).collect();
    (
        format!("organizations/list-targets-for-policy/{policy}.json"),
        json!({ "Targets": targets }).to_string(),
    )
}

fn with(files: &[(String, String)]) -> Export {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    organization(&files)
}

#[test]
fn the_tree_is_put_together_from_its_lists() {
    let delivered = organization(&[]).import();
    let object = value(&delivered);
    assert_eq!(object["id"], json!("o-acme"));
    assert_eq!(object["management_account"], json!("111122223333"));
    assert_eq!(object["root"]["id"], json!("r-1"));
    let expected = json!([{"id": "ou-1", "name": "Prod", "parent": "r-1", "rcps": []}]);
    assert_eq!(object["units"], expected);
    let accounts = json!([
        {"id": "111122223333", "name": "management", "status": "ACTIVE", "parent": "r-1", "rcps": []},
        {"id": "444455556666", "name": "pay", "status": "ACTIVE", "parent": "ou-1", "rcps": []},
    ]);
    assert_eq!(object["accounts"], accounts);
}

#[test]
fn attachments_from_the_targets_are_enough() {
    let delivered = with(&[
        scps("r-1", &["p-FullAWSAccess", "p-deny"]),
        scps("ou-1", &["p-FullAWSAccess"]),
        scps("111122223333", &["p-FullAWSAccess"]),
        scps("444455556666", &[]),
    ])
    .import();
    let object = value(&delivered);
    assert_eq!(object["root"]["scps"], json!(["p-FullAWSAccess", "p-deny"]));
    assert_eq!(object["units"][0]["scps"], json!(["p-FullAWSAccess"]));
    assert_eq!(object["accounts"][1]["scps"], json!([]));
}

#[test]
fn attachments_from_the_policies_are_enough() {
    let delivered = with(&[
        targets("p-FullAWSAccess", &["r-1", "ou-1", "444455556666"]),
        targets("p-deny", &["ou-1"]),
    ])
    .import();
    let object = value(&delivered);
    assert_eq!(object["root"]["scps"], json!(["p-FullAWSAccess"]));
    assert_eq!(
        object["units"][0]["scps"],
        json!(["p-FullAWSAccess", "p-deny"])
    );
    assert_eq!(object["accounts"][0]["scps"], json!([]));
}

#[test]
fn attachments_that_not_all_policies_tell_are_unknown() {
    let delivered = with(&[targets("p-deny", &["ou-1"])]).import();
    assert!(object(&delivered).units[0].scps.is_not());
    let gaps = gaps(&object(&delivered).gaps, "organizations");
    assert!(
        gaps.contains("list-policies-for-target.SERVICE_CONTROL_POLICY - -: NotExported"),
        "{gaps}"
    );
}

#[test]
fn ends_that_disagree_are_noted_and_the_targets_count() {
    let delivered = with(&[
        scps("r-1", &["p-FullAWSAccess"]),
        scps("ou-1", &["p-FullAWSAccess"]),
        scps("111122223333", &["p-FullAWSAccess"]),
        scps("444455556666", &["p-FullAWSAccess"]),
        targets(
            "p-FullAWSAccess",
            &["r-1", "ou-1", "111122223333", "444455556666"],
        ),
        targets("p-deny", &["ou-1"]),
    ])
    .import();
    assert_eq!(
        value(&delivered)["units"][0]["scps"],
        json!(["p-FullAWSAccess"])
    );
    insta::assert_snapshot!(delivered.notes(), @"`organizations list-policies-for-target.SERVICE_CONTROL_POLICY ou-1`: disagrees with `list-targets-for-policy` on p-deny");
}

#[test]
fn a_target_that_was_left_out_is_a_gap() {
    let delivered = with(&[scps("r-1", &["p-FullAWSAccess"])]).import();
    let object = object(&delivered);
    assert!(object.accounts.iter().all(|member| member.scps.is_not()));
    let gaps = gaps(&object.gaps, "organizations");
    assert!(
        gaps.contains("SERVICE_CONTROL_POLICY - 444455556666: NotExported"),
        "{gaps}"
    );
    assert!(
        gaps.contains("SERVICE_CONTROL_POLICY - ou-1: NotExported"),
        "{gaps}"
    );
}

#[test]
fn policies_that_are_not_in_force_leave_full_access() {
    let roots = r#"{"Roots": [{"Id": "r-1", "PolicyTypes": []}]}"#;
    let by_root = organization(&[("organizations/list-roots.json", roots)]).import();
    let code = r#"{"command": "organizations list-policies-for-target.SERVICE_CONTROL_POLICY",
        "argument": "r-1", "code": "PolicyTypeNotEnabledException"}"#
        .replace('\n', "");
    let by_code = organization(&[("organizations/calls.jsonl", &code)]).import();
    for delivered in [by_root, by_code] {
        let object = value(&delivered);
        assert_eq!(object["accounts"][1]["scps"], json!(["p-FullAWSAccess"]));
        let policies = object["policies"].as_array().expect("a list");
        let full = policies
            .iter()
            .find(|policy| policy["id"] == "p-FullAWSAccess");
        let document = full.map(|policy| policy["document"].to_string());
        assert!(document.is_some_and(|text| text.contains("Allow")));
    }
}

#[test]
fn absent_attachments_are_full_access_if_absent_means_none() {
    let delivered = organization(&[]).import_with(Options {
        absent_means_none: true,
        ..Options::default()
    });
    let object = value(&delivered);
    assert_eq!(object["root"]["scps"], json!(["p-FullAWSAccess"]));
    assert_eq!(object["root"]["rcps"], json!([]));
    assert_eq!(object["gaps"], json!([]));
}

#[test]
fn a_policy_without_its_document_is_a_gap() {
    let export = export(&[DESCRIBED, ROOTS]);
    for (path, text) in TREE.iter().chain(&LISTED) {
        export.write(path, text.as_bytes());
    }
    let delivered = export.import();
    let gaps = gaps(&object(&delivered).gaps, "organizations");
    assert!(
        gaps.contains("describe-policy - p-deny: NotExported"),
        "{gaps}"
    );
    assert!(!gaps.contains("p-FullAWSAccess"), "{gaps}");
}

#[test]
fn documents_are_kept_verbatim_as_text_or_object() {
    let object_form = r#"{"Policy": {"PolicySummary": {"Id": "p-deny", "Type": "SERVICE_CONTROL_POLICY"},
        "Content": {"Statement" : [ ]}}}"#;
    let delivered = organization(&[(DENY.0, object_form)]).import();
    let policies = &object(&delivered).policies;
    let deny = policies.iter().find(|policy| policy.id == "p-deny");
    assert_eq!(
        deny.map(|policy| policy.document.clone()),
        Some(Collected::Yes(r#"{"Statement" : [ ]}"#.to_owned()))
    );
}

#[test]
fn delegated_administrators_carry_their_services() {
    let delivered = organization(&[
        (
            "organizations/list-delegated-administrators.json",
            r#"{"DelegatedAdministrators": [{"Id": "444455556666"}]}"#,
        ),
        (
            "organizations/list-delegated-services-for-account/444455556666.json",
            r#"{"DelegatedServices": [{"ServicePrincipal": "sso.amazonaws.com"},
                                      {"ServicePrincipal": "iam.amazonaws.com"}]}"#,
        ),
    ])
    .import();
    let expected = json!([{"account": "444455556666",
                           "services": ["iam.amazonaws.com", "sso.amazonaws.com"]}]);
    assert_eq!(value(&delivered)["delegated_administrators"], expected);
}

#[test]
fn an_s3_policy_at_the_root_blocks_public_access() {
    let s3 = r#"{"Policy": {"PolicySummary": {"Id": "p-s3", "Type": "S3_POLICY"},
        "Content": "{\"s3_attributes\":{\"public_access_block_configuration\":{\"@@assign\":\"all\"}}}"}}"#;
    let files = [
        (
            "organizations/list-policies.S3_POLICY.json",
            r#"{"Policies": [{"Id": "p-s3", "Type": "S3_POLICY"}]}"#,
        ),
        ("organizations/describe-policy/p-s3.json", s3),
    ];
    let at_root = organization(&files);
    at_root.write(
        "organizations/list-targets-for-policy/p-s3.json",
        br#"{"Targets": [{"TargetId": "r-1"}]}"#,
    );
    let block = value(&at_root.import())["public_access_block"].clone();
    assert_eq!(block["restrict_public_buckets"], json!(true));
    let at_unit = organization(&files);
    at_unit.write(
        "organizations/list-targets-for-policy/p-s3.json",
        br#"{"Targets": [{"TargetId": "ou-1"}]}"#,
    );
    let delivered = at_unit.import();
    assert!(object(&delivered).public_access_block.is_not());
    let gaps = gaps(&object(&delivered).gaps, "organizations");
    assert!(gaps.contains("holds for `ou-1` only"), "{gaps}");
}

#[test]
fn without_s3_policies_nothing_is_blocked() {
    let delivered = organization(&[]).import();
    assert_eq!(object(&delivered).public_access_block, Collected::Yes(None));
}

#[test]
fn a_refusal_to_tell_of_a_kind_that_is_not_enabled_is_no_gap() {
    let refused = organization(&[(
        "organizations/calls.jsonl",
        r#"{"command": "organizations list-policies.S3_POLICY", "code": "InvalidInputException"}"#,
    )])
    .import();
    assert_eq!(object(&refused).public_access_block, Collected::Yes(None));
    let gaps = gaps(&object(&refused).gaps, "organizations");
    assert!(!gaps.contains("S3_POLICY"), "{gaps}");
}

#[test]
fn the_organization_may_lie_in_the_management_accounts_folder() {
    let export = export(&[("accounts/111122223333/iam/list-account-aliases.json", "{}")]);
    for (path, text) in TREE.iter().chain(&LISTED).chain(&[DESCRIBED, ROOTS]) {
        export.write(&format!("accounts/111122223333/{path}"), text.as_bytes());
    }
    let delivered = export.import();
    assert_eq!(object(&delivered).accounts.len(), 2);
    assert_eq!(delivered.notes(), "");
}

#[test]
fn a_cut_off_list_is_a_gap_and_proves_nothing() {
    let cut =
        r#"{"Policies": [{"Id": "p-deny", "Type": "SERVICE_CONTROL_POLICY"}], "NextToken": "t"}"#;
    let files = [
        targets("p-deny", &["ou-1"]),
        (
            "organizations/list-policies.SERVICE_CONTROL_POLICY.json".to_owned(),
            cut.to_owned(),
        ),
    ];
    let delivered = with(&files).import();
    assert!(object(&delivered).root.scps.is_not());
    let gaps = gaps(&object(&delivered).gaps, "organizations");
    assert!(gaps.contains("cut off"), "{gaps}");
}

#[test]
fn a_unit_under_two_parents_is_noted() {
    let again = r#"{"OrganizationalUnits": [{"Id": "ou-1", "Name": "Prod"}]}"#;
    let path = "organizations/list-organizational-units-for-parent/ou-1.json";
    let delivered = organization(&[(path, again)]).import();
    assert_eq!(object(&delivered).units.len(), 1);
    assert!(delivered.notes().contains("unit `ou-1` is under"));
}

#[test]
fn a_list_of_accounts_is_whole_if_it_is_there_uncut_and_has_the_management_account() {
    let list = "organizations/list-accounts.json";
    let whole = |listed: &[(&str, &str)]| object(&organization(listed).import()).all_accounts;
    assert!(whole(&[]));
    let cut = r#"{"Accounts": [{"Id": "111122223333"}], "NextToken": "more"}"#;
    assert!(!whole(&[(list, cut)]));
    let without = r#"{"Accounts": [{"Id": "444455556666"}]}"#;
    assert!(!whole(&[(list, without)]));
    assert!(!object(&export(&[ROOTS]).import()).all_accounts);
}

#[test]
fn the_id_is_taken_from_arns_where_nothing_describes_the_organization() {
    let delivered = export(&[ROOTS]).import();
    assert_eq!(object(&delivered).id, "o-acme");
    assert_eq!(object(&delivered).accounts.len(), 1);
    let nothing = export(&[("organizations/list-accounts.json", r#"{"Accounts": []}"#)]).import();
    assert!(!nothing.imported.organization && nothing.organization.is_none());
    assert!(nothing.notes().contains("id is not known"));
}

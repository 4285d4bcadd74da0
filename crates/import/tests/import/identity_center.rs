//! Identity Center and resource shares.

use serde_json::json;

use crate::bundle::account;

const SET: &str = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";

/// The name of a file about something, as the AWS CLI bundle writes it.
fn named(command: &str, argument: &str) -> String {
    let argument = argument.replace('/', "%2F").replace(':', "%3A");
    format!("{command}/{argument}.json")
}

#[test]
fn an_instance_is_put_together_from_all_its_calls() {
    let sets = named(
        "sso-admin/eu-west-1/list-permission-sets",
        "arn:aws:sso:::instance/ssoins-1",
    );
    let described = named("sso-admin/eu-west-1/describe-permission-set", SET);
    let assigned = named(
        "sso-admin/eu-west-1/list-account-assignments",
        &format!("222233334444/{SET}"),
    );
    let delivered = account(&[
        (
            &sets,
            r#"{"PermissionSets": ["arn:aws:sso:::permissionSet/ssoins-1/ps-1"]}"#,
        ),
        (
            &described,
            r#"{"PermissionSet": {"Name": "Admin", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1"}}"#,
        ),
        (
            &assigned,
            r#"{"AccountAssignments": [
                {"AccountId": "222233334444", "PrincipalType": "GROUP", "PrincipalId": "g-1"},
                {"AccountId": "222233334444", "PrincipalType": "USER", "PrincipalId": "u-2"}]}"#,
        ),
        (
            "identitystore/eu-west-1/list-users/d-1.json",
            r#"{"Users": [{"UserId": "u-1", "UserName": "ana@example.com", "DisplayName": "Ana"}]}"#,
        ),
        (
            "identitystore/eu-west-1/list-groups/d-1.json",
            r#"{"Groups": [{"GroupId": "g-1", "DisplayName": "engineers"}]}"#,
        ),
        (
            "identitystore/eu-west-1/list-group-memberships/g-1.json",
            r#"{"GroupMemberships": [{"GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]}"#,
        ),
    ])
    .import();
    assert_eq!(delivered.gaps("sso-admin"), "");
    assert_eq!(delivered.gaps("identitystore"), "");
    assert_eq!(
        json!(delivered.account().identity_center),
        json!({
            "permission_sets": [{"arn": SET, "name": "Admin"}],
            "all_permission_sets": true,
            "assignments": [{
                "account": "222233334444", "permission_set": SET, "users": ["u-2"], "groups": ["g-1"]
            }],
            "users": [{"id": "u-1", "name": "ana@example.com"}],
            "groups": [{"id": "g-1", "name": "engineers"}],
            "memberships": [{"group": "g-1", "users": ["u-1"]}],
        })
    );
}

#[test]
fn half_a_list_of_assignments_counts_as_none_and_says_so() {
    let assigned = named(
        "sso-admin/eu-west-1/list-account-assignments",
        &format!("222233334444/{SET}"),
    );
    let delivered = account(&[(
        &assigned,
        r#"{"AccountAssignments": [], "NextToken": "more"}"#,
    )]);
    let delivered = delivered.import();
    assert_eq!(delivered.account().identity_center, None);
    assert!(delivered.gaps("sso-admin").contains("cut off"));
}

#[test]
fn a_share_says_what_is_shared_with_whom_and_brings_its_policy() {
    let table = "arn:aws:glue:eu-west-1:111122223333:table/lake/orders";
    let policy = named("ram/eu-west-1/get-resource-policies", table);
    let delivered = account(&[
        (
            "ram/eu-west-1/get-resource-share-associations.RESOURCE.json",
            r#"{"resourceShareAssociations": [{"resourceShareArn": "arn:aws:ram:eu-west-1:111122223333:resource-share/s1",
                "associatedEntity": "arn:aws:glue:eu-west-1:111122223333:table/lake/orders",
                "associationType": "RESOURCE", "status": "ASSOCIATED"}]}"#,
        ),
        (
            "ram/eu-west-1/get-resource-share-associations.PRINCIPAL.json",
            r#"{"resourceShareAssociations": [
                {"resourceShareArn": "arn:aws:ram:eu-west-1:111122223333:resource-share/s1", "associatedEntity": "999988887777",
                 "associationType": "PRINCIPAL", "status": "ASSOCIATED", "external": true},
                {"resourceShareArn": "arn:aws:ram:eu-west-1:111122223333:resource-share/s1", "associatedEntity": "222233334444",
                 "associationType": "PRINCIPAL", "status": "DISASSOCIATED", "external": false}]}"#,
        ),
        (
            &policy,
            r#"{"policies": ["{\"Version\":\"2012-10-17\",\"Statement\":[]}"]}"#,
        ),
    ])
    .import();
    assert_eq!(
        json!(delivered.account().shares),
        json!([{
            "arn": "arn:aws:ram:eu-west-1:111122223333:resource-share/s1",
            "resources": [table],
            "with": [{"principal": "999988887777", "outside": true}],
        }])
    );
    let policy = &delivered.resource(table).policy;
    assert!(policy.known().is_some_and(Option::is_some), "{policy:?}");
}

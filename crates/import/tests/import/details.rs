//! The account's identities.

use whocan_import::Options;
use whocan_snapshot::Collected;

use crate::bundle::{account, export};

const DETAILS: &str = "iam/get-account-authorization-details.json";

/// A role of account 111122223333 with more fields.
fn role(name: &str, more: &str) -> String {
    format!(
        r#"{{"RoleName": "{name}", "Arn": "arn:aws:iam::111122223333:role/{name}",
            "AssumeRolePolicyDocument": {{"Statement": []}}{more}}}"#
    )
}

fn details(users: &str, groups: &str, roles: &str, policies: &str) -> String {
    format!(
        r#"{{"UserDetailList": [{users}], "GroupDetailList": [{groups}],
            "RoleDetailList": [{roles}], "Policies": [{policies}]}}"#
    )
}

#[test]
fn everything_about_a_user_is_kept_and_sorted() {
    let text = r#"{"UserDetailList": [
        {"Path": "/team/", "UserName": "ana", "UserId": "AIDAEXAMPLE",
         "Arn": "arn:aws:iam::111122223333:user/team/ana", "CreateDate": "2020-01-02T03:04:05Z",
         "GroupList": ["ops", "dev"],
         "UserPolicyList": [{"PolicyName": "b", "PolicyDocument": {"Statement":[]}},
                            {"PolicyName": "a", "PolicyDocument": {"Statement":  []}}],
         "AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": "arn:aws:iam::111122223333:policy/p"}],
         "PermissionsBoundary": {"PermissionsBoundaryType": "Policy",
                                 "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/edge"},
         "Tags": [{"Key": "z", "Value": ""}, {"Key": "a", "Value": "1"}]}],
        "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;
    let delivered = account(&[(DETAILS, text)]).import();
    insta::assert_json_snapshot!(delivered.account().users, @r#"
    [
      {
        "arn": "arn:aws:iam::111122223333:user/team/ana",
        "name": "ana",
        "id": "AIDAEXAMPLE",
        "path": "/team/",
        "created": "2020-01-02T03:04:05Z",
        "groups": [
          "dev",
          "ops"
        ],
        "inline": [
          {
            "name": "a",
            "document": "{\"Statement\":  []}"
          },
          {
            "name": "b",
            "document": "{\"Statement\":[]}"
          }
        ],
        "attached": [
          {
            "arn": "arn:aws:iam::111122223333:policy/p",
            "name": "p"
          }
        ],
        "boundary": "arn:aws:iam::111122223333:policy/edge",
        "tags": [
          {
            "key": "a",
            "value": "1"
          },
          {
            "key": "z",
            "value": ""
          }
        ]
      }
    ]
    "#);
}

#[test]
fn what_a_user_lacks_is_taken_from_the_arn_or_is_none() {
    let text = details(
        r#"{"Arn": "arn:aws:iam::111122223333:user/team/a/ana"}"#,
        "",
        "",
        "",
    );
    let delivered = account(&[(DETAILS, &text)]).import();
    let user = &delivered.account().users[0];
    assert_eq!(
        (user.name.as_str(), user.path.as_str()),
        ("ana", "/team/a/")
    );
    assert_eq!(user.tags, Collected::Yes(Vec::new()));
    assert_eq!(user.created, None);
}

#[test]
fn a_document_that_is_an_object_stays_as_it_stands_in_the_file() {
    let odd = "{\"Version\" : \"2012-10-17\",\n\t\"Version\": \"2008-10-17\" , \"Statement\": {} }";
    let policies =
        format!(r#", "RolePolicyList": [{{"PolicyName": "p", "PolicyDocument": {odd}}}]"#);
    let text = details("", "", &role("r", &policies), "");
    let delivered = account(&[(DETAILS, &text)]).import();
    assert_eq!(delivered.account().roles[0].inline[0].document, odd);
}

#[test]
fn a_document_that_is_a_string_is_its_content() {
    let policies = r#", "RolePolicyList": [
        {"PolicyName": "1 percent", "PolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D"},
        {"PolicyName": "2 plain", "PolicyDocument": "{\"Statement\":[]}"},
        {"PolicyName": "3 twice", "PolicyDocument": "\"{\\\"Statement\\\":[]}\""},
        {"PolicyName": "4 lone surrogate", "PolicyDocument": "\ud800"},
        {"PolicyName": "5 null", "PolicyDocument": null}]"#;
    let text = details("", "", &role("r", policies), "");
    let delivered = account(&[(DETAILS, &text)]).import();
    let inline = &delivered.account().roles[0].inline;
    let documents: Vec<&str> = inline
        .iter()
        .map(|policy| policy.document.as_str())
        .collect();
    assert_eq!(
        documents,
        [
            "%7B%22Statement%22%3A%5B%5D%7D",
            r#"{"Statement":[]}"#,
            r#""{\"Statement\":[]}""#,
            r#""\ud800""#,
            "null",
        ]
    );
}

#[test]
fn a_bad_document_in_a_good_file_is_stored_and_noted() {
    let policies = r#", "RolePolicyList": [
        {"PolicyName": "no-json", "PolicyDocument": "{\"Statement\": ["},
        {"PolicyName": "no-effect", "PolicyDocument": {"Version": "2012-10-17",
            "Statement": [{"Action": "s3:*", "Resource": "*"}]}}]"#;
    let text = details("", "", &role("r", policies), "");
    let delivered = account(&[(DETAILS, &text)]).import();
    let role = &delivered.account().roles[0];
    assert_eq!(role.inline.len(), 2);
    assert!(delivered.account().identities);
    let notes = delivered.notes();
    assert!(notes.contains("role/r no-json"), "{notes}");
    assert!(notes.contains("role/r no-effect"), "{notes}");
    assert!(notes.contains("Effect"), "{notes}");
}

#[test]
fn create_date_is_read_in_every_form() {
    let dates = [
        r#""2019-12-18 19:10:08+00:00""#,
        r#""2019-12-18T19:10:08Z""#,
        r#""2019-12-18T20:10:08+01:00""#,
        r#""2019-12-18T19:10:08+0000""#,
        r#""2019-12-18 19:10:08""#,
        r#""2019-12-18T19:10:08""#,
        "1576696208",
        "1576696208.0",
    ];
    for date in dates {
        let text = details(
            "",
            "",
            &role("r", &format!(r#", "CreateDate": {date}"#)),
            "",
        );
        let delivered = account(&[(DETAILS, &text)]).import();
        let created = delivered.account().roles[0]
            .created
            .map(|at| at.to_string());
        assert_eq!(created.as_deref(), Some("2019-12-18T19:10:08Z"), "{date}");
    }
    for date in [r#""yesterday""#, "null", "1e300", "-99999999999999"] {
        let text = details(
            "",
            "",
            &role("r", &format!(r#", "CreateDate": {date}"#)),
            "",
        );
        let delivered = account(&[(DETAILS, &text)]).import();
        assert_eq!(delivered.account().roles[0].created, None, "{date}");
    }
}

#[test]
fn a_list_of_one_may_lack_its_brackets() {
    let group = r#"{"GroupName": "g", "Arn": "arn:aws:iam::111122223333:group/g",
        "AttachedManagedPolicies": {"PolicyName": "AdministratorAccess",
                                    "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}"#;
    let delivered = account(&[(DETAILS, &details("", group, "", ""))]).import();
    let attached = &delivered.account().groups[0].attached;
    assert_eq!(
        attached[0].arn,
        "arn:aws:iam::aws:policy/AdministratorAccess"
    );
}

#[test]
fn all_versions_of_a_managed_policy_are_kept() {
    let policy = r#"{"PolicyName": "p", "Arn": "arn:aws:iam::111122223333:policy/p",
        "DefaultVersionId": "v2", "PolicyVersionList": [
            {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Id": "two"}},
            {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Id": "one"}}]}"#;
    let delivered = account(&[(DETAILS, &details("", "", "", policy))]).import();
    let policy = &delivered.account().policies[0];
    assert_eq!(policy.default_version, "v2");
    let ids: Vec<&str> = policy
        .versions
        .iter()
        .map(|version| version.id.as_str())
        .collect();
    assert_eq!(ids, ["v1", "v2"]);
}

#[test]
fn an_attached_policy_without_a_document_is_a_gap() {
    let attached = r#", "AttachedManagedPolicies": [
        {"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]"#;
    let delivered = account(&[(DETAILS, &details("", "", &role("r", attached), ""))]).import();
    assert!(
        delivered
            .gaps("iam")
            .contains("get-policy-version - arn:aws:iam::aws:policy/ReadOnlyAccess: NotExported")
    );
}

#[test]
fn a_role_without_its_trust_policy_and_a_user_of_an_unknown_group_are_gaps() {
    let text = details(
        r#"{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": ["ops"]}"#,
        "",
        r#"{"Arn": "arn:aws:iam::111122223333:role/r"}"#,
        "",
    );
    let delivered = account(&[(DETAILS, &text)]).import();
    assert!(delivered.account().roles[0].trust.is_not());
    let gaps = delivered.gaps("iam");
    assert!(gaps.contains("get-role - r: NotExported"), "{gaps}");
    assert!(gaps.contains("get-group - ops: NotExported"), "{gaps}");
}

#[test]
fn instance_profiles_are_gathered_from_roles() {
    let profile = r#", "InstanceProfileList": [{"InstanceProfileName": "p",
        "Arn": "arn:aws:iam::111122223333:instance-profile/p", "Roles": []}]"#;
    let text = details("", "", &role("r", profile), "");
    let more = r#"{"InstanceProfiles": [
        {"InstanceProfileName": "p", "Arn": "arn:aws:iam::111122223333:instance-profile/p",
         "Roles": [{"Arn": "arn:aws:iam::111122223333:role/r"}]},
        {"InstanceProfileName": "empty", "Arn": "arn:aws:iam::111122223333:instance-profile/empty", "Roles": []}]}"#;
    let delivered =
        account(&[(DETAILS, &text), ("iam/list-instance-profiles.json", more)]).import();
    let profiles = &delivered.account().instance_profiles;
    assert_eq!(profiles.len(), 2);
    assert_eq!(profiles[0].name, "empty");
    assert_eq!(profiles[1].roles, ["arn:aws:iam::111122223333:role/r"]);
}

#[test]
fn a_cut_off_export_has_no_complete_identities() {
    for mark in [
        r#""IsTruncated": true, "Marker": "m""#,
        r#""NextToken": "t""#,
        r#""Marker": "m""#,
    ] {
        let text = format!(
            r#"{{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [{}], {mark}}}"#,
            role("r", "")
        );
        let delivered = account(&[(DETAILS, &text)]).import();
        assert!(!delivered.account().identities, "{mark}");
        assert_eq!(delivered.account().roles.len(), 1);
        assert!(delivered.gaps("iam").contains("cut off"), "{mark}");
    }
    let whole = r#"{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [],
        "IsTruncated": false, "Marker": null}"#;
    assert!(account(&[(DETAILS, whole)]).import().account().identities);
}

#[test]
fn a_missing_list_of_identities_is_a_gap_unless_absent_means_none() {
    let text = format!(r#"{{"RoleDetailList": [{}]}}"#, role("r", ""));
    let export = account(&[(DETAILS, &text)]);
    let strict = export.import();
    assert!(!strict.account().identities);
    assert!(strict.gaps("iam").contains("UserDetailList: NotExported"));
    let assumed = export.import_with(Options {
        absent_means_none: true,
        ..Options::default()
    });
    assert!(assumed.account().identities);
    assert_eq!(assumed.gaps("iam"), "");
}

#[test]
fn a_user_twice_with_the_same_content_is_one() {
    let user = r#"{"Arn": "arn:aws:iam::111122223333:user/ana"}"#;
    let text = details(&format!("{user}, {user}"), "", "", "");
    let delivered = account(&[(DETAILS, &text)]).import();
    assert_eq!(delivered.account().users.len(), 1);
}

#[test]
fn a_user_twice_with_different_content_is_an_error_at_its_place() {
    let text = details(
        "{\"Arn\": \"arn:aws:iam::111122223333:user/ana\"},
         {\"Arn\": \"arn:aws:iam::111122223333:user/ana\", \"Path\": \"/x/\"}",
        "",
        "",
        "",
    );
    let export = account(&[(DETAILS, &text)]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/get-account-authorization-details.json` line 2 column 19: user `arn:aws:iam::111122223333:user/ana` stands twice, with different content");
    let delivered = export.import_with(Options {
        keep_going: true,
        ..Options::default()
    });
    assert_eq!(delivered.account().users.len(), 1);
    assert!(!delivered.account().identities);
    assert!(delivered.gaps("iam").contains("stands twice"));
}

#[test]
fn an_arn_with_a_missing_part_is_an_error_at_its_place() {
    let text = details("", "", r#"{"Arn": "arn:aws:iam::111122223333"}"#, "");
    let export = account(&[(DETAILS, &text)]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/get-account-authorization-details.json` line 2 column 41: `arn:aws:iam::111122223333` is not an ARN: expected `arn:partition:service:region:account:resource`");
}

#[test]
fn an_identity_of_another_account_is_an_error_in_a_bundle() {
    let text = details(
        r#"{"Arn": "arn:aws:iam::444455556666:user/ana"}"#,
        "",
        "",
        "",
    );
    let export = account(&[(DETAILS, &text)]);
    insta::assert_snapshot!(export.refused(), @"`accounts/111122223333/iam/get-account-authorization-details.json` line 1 column 30: user `arn:aws:iam::444455556666:user/ana` is of account 444455556666, expected account 111122223333");
}

#[test]
fn a_lone_file_of_two_accounts_is_two_accounts() {
    let users = r#"{"Arn": "arn:aws:iam::111122223333:user/ana"},
        {"Arn": "arn:aws:iam::444455556666:user/ben"}"#;
    let policies = r#"{"Arn": "arn:aws:iam::aws:policy/P", "PolicyVersionList": []}"#;
    let delivered = export(&[("two.json", &details(users, "", "", policies))]).import();
    let names: Vec<(String, &str)> = delivered
        .accounts
        .iter()
        .map(|account| (account.id.to_string(), account.users[0].name.as_str()))
        .collect();
    let expected = [
        ("111122223333".to_owned(), "ana"),
        ("444455556666".to_owned(), "ben"),
    ];
    assert_eq!(names, expected);
    assert!(
        delivered
            .accounts
            .iter()
            .all(|account| account.policies.len() == 1)
    );
    assert!(delivered.notes().contains("identities of 2 accounts"));
}

#[test]
fn the_partition_is_that_of_the_arns() {
    let users = r#"{"Arn": "arn:aws-cn:iam::111122223333:user/ana"}"#;
    let buckets = r#"{"Buckets": [{"Name": "logs"}]}"#;
    let delivered = account(&[
        (DETAILS, &details(users, "", "", "")),
        ("s3api/list-buckets.json", buckets),
    ])
    .import();
    assert_eq!(delivered.account().partition, "aws-cn");
    assert_eq!(delivered.account().resources[0].arn, "arn:aws-cn:s3:::logs");
}

#[test]
fn last_use_and_the_credential_report_are_activity() {
    let used =
        r#", "RoleLastUsed": {"LastUsedDate": "2024-05-06T07:08:09Z", "Region": "eu-west-1"}"#;
    let roles = format!(
        "{}, {}",
        role("a", used),
        role("b", r#", "RoleLastUsed": {}"#)
    );
    let csv = "user,arn,password_enabled,password_last_used,mfa_active,\
        access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
        access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n\
        <root_account>,arn:aws:iam::111122223333:root,not_supported,2024-01-01T00:00:00+00:00,true,false,N/A,N/A,false,N/A,N/A\n\
        ana,arn:aws:iam::111122223333:user/ana,true,no_information,false,true,2023-01-01T00:00:00+00:00,N/A,false,2022-01-01T00:00:00+00:00,2022-02-01T00:00:00+00:00\n";
    let plain = serde_json::json!({ "Content": csv, "ReportFormat": "text/csv" }).to_string();
    let export = account(&[
        (DETAILS, &details("", "", &roles, "")),
        ("iam/get-credential-report.json", &plain),
    ]);
    let delivered = export.import();
    insta::assert_json_snapshot!(delivered.activities[0], @r#"
    {
      "id": "111122223333",
      "users": [
        {
          "name": "<root_account>",
          "password_last_used": "2024-01-01T00:00:00Z",
          "mfa_active": true,
          "access_keys": []
        },
        {
          "name": "ana",
          "password_enabled": true,
          "password_last_used": null,
          "mfa_active": false,
          "access_keys": [
            {
              "active": true,
              "created": "2023-01-01T00:00:00Z",
              "last_used": null
            },
            {
              "active": false,
              "created": "2022-01-01T00:00:00Z",
              "last_used": "2022-02-01T00:00:00Z"
            }
          ]
        }
      ],
      "roles": [
        {
          "name": "a",
          "last_used": "2024-05-06T07:08:09Z"
        },
        {
          "name": "b",
          "last_used": null
        }
      ]
    }
    "#);
}

#[test]
fn the_credential_report_may_be_base64() {
    let content = "dXNlcixtZmFfYWN0aXZlCmFuYSx0cnVlCg==";
    let text = format!(r#"{{"Content": "{content}"}}"#);
    let delivered = account(&[("iam/get-credential-report.json", &text)]).import();
    let user = &delivered.activities[0].users[0];
    assert_eq!(
        (user.name.as_str(), &user.mfa_active),
        ("ana", &Collected::Yes(true))
    );
}

#[test]
fn the_activity_is_no_part_of_the_account() {
    let before = details("", "", &role("r", ""), "");
    let used = r#", "RoleLastUsed": {"LastUsedDate": "2024-05-06T07:08:09Z"}"#;
    let after = details("", "", &role("r", used), "");
    let before = account(&[(DETAILS, &before)]).import();
    let after = account(&[(DETAILS, &after)]).import();
    assert_eq!(before.accounts, after.accounts);
}

#[test]
fn providers_and_aliases_are_lists_of_their_own() {
    let delivered = account(&[
        (
            "iam/list-saml-providers.json",
            r#"{"SAMLProviderList": [{"Arn": "arn:aws:iam::111122223333:saml-provider/Okta"}]}"#,
        ),
        (
            "iam/list-open-id-connect-providers.json",
            r#"{"OpenIDConnectProviderList": []}"#,
        ),
        (
            "iam/list-account-aliases.json",
            r#"{"AccountAliases": ["z", "a"]}"#,
        ),
    ])
    .import();
    let account = delivered.account();
    let saml = account.saml_providers.known().map(Vec::len);
    let oidc = account.oidc_providers.known().map(Vec::len);
    assert_eq!((saml, oidc), (Some(1), Some(0)));
    assert_eq!(account.aliases, ["a", "z"]);
}

//! Directories of iam-collect.

use crate::bundle::{Export, deliver, export};
use crate::formats::assert_tells_the_same_or_nothing;
use whocan_import::Options;
use whocan_snapshot::Collected;

const ACCOUNT: &[(&str, &str)] = &[
    (
        "iam/user/ana/metadata.json",
        r#"{"arn": "arn:aws:iam::111122223333:user/Ana", "created": "2026-01-01T00:00:00.000Z", "id": "AIDAANA", "name": "Ana", "path": "/", "permissionBoundary": "arn:aws:iam::111122223333:policy/Edge"}"#,
    ),
    (
        "iam/user/ana/groups.json",
        r#"["arn:aws:iam::111122223333:group/Devs"]"#,
    ),
    (
        "iam/user/ana/inline-policies.json",
        r#"[{"PolicyName": "own", "PolicyDocument": {"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}}]"#,
    ),
    (
        "iam/user/ana/managed-policies.json",
        r#"["arn:aws:iam::aws:policy/ReadOnlyAccess"]"#,
    ),
    ("iam/user/ana/tags.json", r#"{"team": "Pay"}"#),
    (
        "iam/group/devs/metadata.json",
        r#"{"arn": "arn:aws:iam::111122223333:group/Devs", "created": "2026-01-01T00:00:00.000Z", "id": "AGPADEVS", "name": "Devs", "path": "/"}"#,
    ),
    (
        "iam/group/devs/managed-policies.json",
        r#"["arn:aws:iam::111122223333:policy/Edge"]"#,
    ),
    (
        "iam/role/team%2fdeploy/metadata.json",
        r#"{"arn": "arn:aws:iam::111122223333:role/team/Deploy", "created": "2026-01-01T00:00:00.000Z", "id": "AROADEPLOY", "name": "Deploy", "path": "/team/"}"#,
    ),
    (
        "iam/role/team%2fdeploy/trust-policy.json",
        r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/Ana"},"Action":"sts:AssumeRole"}]}"#,
    ),
    (
        "iam/role/team%2fdeploy/instance-profiles.json",
        r#"["arn:aws:iam::111122223333:instance-profile/Deploy"]"#,
    ),
    (
        "iam/policy/edge/metadata.json",
        r#"{"arn": "arn:aws:iam::111122223333:policy/Edge", "name": "Edge", "defaultVersionId": "v2"}"#,
    ),
    (
        "iam/policy/edge/current-policy.json",
        r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
    ),
    (
        "iam/saml-provider/okta/metadata.json",
        r#"{"arn": "arn:aws:iam::111122223333:saml-provider/Okta"}"#,
    ),
    (
        "s3/payroll/metadata.json",
        r#"{"arn": "arn:aws:s3:::payroll", "name": "payroll", "region": "eu-west-1"}"#,
    ),
    (
        "s3/payroll/policy.json",
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::payroll/*"}]}"#,
    ),
    (
        "s3/payroll/bpa.json",
        r#"{"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}"#,
    ),
    ("s3/payroll/tags.json", r#"{"class": "secret"}"#),
    (
        "s3/plain/metadata.json",
        r#"{"arn": "arn:aws:s3:::plain", "name": "plain", "region": "us-east-1"}"#,
    ),
    (
        "s3-bpa.json",
        r#"{"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}"#,
    ),
    (
        "kms/eu-west-1/key/1234-ab/metadata.json",
        r#"{"arn": "arn:aws:kms:eu-west-1:111122223333:key/1234-ab", "id": "1234-ab"}"#,
    ),
    (
        "kms/eu-west-1/key/1234-ab/policy.json",
        r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}"#,
    ),
    (
        "sqs/eu-west-1/jobs/metadata.json",
        r#"{"arn": "arn:aws:sqs:eu-west-1:111122223333:Jobs", "name": "Jobs", "keyId": "alias/aws/sqs"}"#,
    ),
    ("sqs/eu-west-1/jobs/policy.json", r#"{"Statement":[]}"#),
    (
        "lambda/eu-west-1/function/pay/metadata.json",
        r#"{"arn": "arn:aws:lambda:eu-west-1:111122223333:function:Pay", "name": "Pay", "role": "arn:aws:iam::111122223333:role/team/Deploy"}"#,
    ),
    (
        "lambda/eu-west-1/function/pay/policy.json",
        r#"{"Statement":[]}"#,
    ),
    (
        "secretsmanager/eu-west-1/secret/prod%2fdb-abcdef/metadata.json",
        r#"{"arn": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/Db-AbCdEf", "name": "prod/Db", "kmsKey": "1234-ab"}"#,
    ),
    (
        "secretsmanager/eu-west-1/secret/prod%2fdb-abcdef/policy.json",
        r#"{"Statement":[]}"#,
    ),
    (
        "ec2/eu-west-1/vpc-endpoint/vpce-1/metadata.json",
        r#"{"arn": "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-1", "id": "vpce-1", "vpc": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1", "serviceName": "com.amazonaws.eu-west-1.s3", "type": "Gateway"}"#,
    ),
    (
        "ec2/eu-west-1/vpc-endpoint/vpce-1/endpoint-policy.json",
        r#"{"Statement":[]}"#,
    ),
];

fn collected() -> Export {
    let made = export(&[]);
    for (path, text) in ACCOUNT {
        made.write(
            &format!("iam-data/aws/aws/accounts/111122223333/{path}"),
            text.as_bytes(),
        );
    }
    made
}

#[test]
fn what_is_told_is_what_the_command_line_prints() {
    assert_tells_the_same_or_nothing(&collected().import());
}

#[test]
fn every_folder_from_the_configuration_down_to_the_partition_is_recognised() {
    let made = collected();
    for path in ["", "iam-data", "iam-data/aws/aws"] {
        let told = deliver(&[made.join(path)], &Options::default()).unwrap();
        assert_eq!(told.account().roles.len(), 1, "{path}");
    }
}

#[test]
fn an_absent_file_says_nothing_unless_the_person_says_so() {
    let told = collected().import();
    let plain = told.resource("arn:aws:s3:::plain");
    assert_eq!(
        (&plain.policy, &plain.tags),
        (&Collected::Not, &Collected::Not)
    );
    assert!(
        told.gaps("s3api")
            .contains("get-bucket-policy - plain: NotExported")
    );
    let assumed = collected().import_with(Options {
        absent_means_none: true,
        ..Options::default()
    });
    assert_eq!(
        assumed.resource("arn:aws:s3:::plain").policy,
        Collected::Yes(None)
    );
}

#[test]
fn what_the_tool_never_asks_for_is_a_gap() {
    let gaps = collected().import();
    for (service, call) in [
        ("kms", "list-grants"),
        ("s3api", "get-bucket-acl"),
        ("s3api", "get-bucket-ownership-controls"),
    ] {
        assert!(
            gaps.gaps(service)
                .contains(&format!("{call} - -: NotExported")),
            "{call}"
        );
    }
}

#[test]
fn a_list_is_whole_where_something_of_its_kind_was_stored() {
    let told = collected().import();
    let lists: Vec<String> = told
        .account()
        .lists
        .iter()
        .map(|list| format!("{} {}", list.service, list.region))
        .collect();
    assert!(lists.contains(&"sqs eu-west-1".to_owned()), "{lists:?}");
    // Buckets are listed region by region.
    assert!(
        !lists.iter().any(|list| list.starts_with("s3 ")),
        "{lists:?}"
    );
    assert!(told.gaps("s3api").contains("list-buckets - -: NotExported"));
}

#[test]
fn a_broken_file_is_an_error_that_names_the_spot_or_leaves_things_open() {
    for (path, text, problem) in [
        (
            "iam/role/team%2fdeploy/metadata.json",
            "{\"arn\": ",
            "line 1 column 8: the JSON ends too early",
        ),
        (
            "iam/role/team%2fdeploy/metadata.json",
            "{\"arn\": \"x\"}",
            "`arn`: ",
        ),
        (
            "iam/role/team%2fdeploy/inline-policies.json",
            "[{",
            "line 1 column 2: the JSON ends too early",
        ),
        (
            "iam/role/team%2fdeploy/managed-policies.json",
            "{\"a\": 1}",
            "found an object",
        ),
        (
            "iam/role/team%2fdeploy/trust-policy.json",
            "{\n\"Statement\" 1",
            "line 2 column 13: not JSON",
        ),
        (
            "s3/payroll/policy.json",
            "nonsense",
            "line 1 column 2: not JSON",
        ),
        ("s3-bpa.json", "", "line 1"),
    ] {
        let made = collected();
        made.write(
            &format!("iam-data/aws/aws/accounts/111122223333/{path}"),
            text.as_bytes(),
        );
        let error = made.refused();
        assert!(error.contains(path), "{error}");
        assert!(error.contains(problem), "{path}: {error}");
        let told = made.import_with(Options {
            keep_going: true,
            ..Options::default()
        });
        let gaps = format!("{:?}", told.account().gaps);
        assert!(gaps.contains("Unreadable"), "{path}: {gaps}");
    }
}

#[test]
fn a_document_that_is_passed_over_stays_open() {
    let made = collected();
    let path = "iam-data/aws/aws/accounts/111122223333/iam/role/team%2fdeploy/inline-policies.json";
    made.write(path, b"[{");
    let told = made.import_with(Options {
        keep_going: true,
        ..Options::default()
    });
    let role = &told.account().roles[0];
    assert_eq!(role.inline[0].name, "inline-policies.json");
    assert_eq!(role.inline[0].document, "could not be read");
    assert!(
        told.notes().contains("inline-policies.json"),
        "{}",
        told.notes()
    );
}

#[test]
fn an_organization_is_told_with_the_ids_of_its_arns() {
    let made = export(&[]);
    let policy = |id: &str| {
        format!("arn:aws:organizations::111122223333:policy/o-abc/service_control_policy/{id}")
    };
    for (path, text) in [
        ("metadata.json", r#"{"id": "o-abc", "rootOu": "r-ab12", "rootAccountId": "111122223333", "features": {"SERVICE_CONTROL_POLICY": true}}"#.to_owned()),
        ("ous.json", format!(r#"{{"r-ab12": {{"scps": ["{}"]}}, "ou-ab12-x": {{"parent": "r-ab12", "scps": []}}}}"#, policy("p-FullAWSAccess"))),
        ("accounts.json", format!(r#"{{"444455556666": {{"ou": "ou-ab12-x", "scps": ["{}"], "tags": {{"Env": "prod"}}}}}}"#, policy("p-Deny1"))),
        ("ous/ou-ab12-x/metadata.json", r#"{"arn": "arn:aws:organizations::111122223333:ou/o-abc/ou-ab12-x", "name": "Work"}"#.to_owned()),
        ("scps/p-deny1/metadata.json", format!(r#"{{"arn": "{}", "name": "Deny", "awsManaged": false}}"#, policy("p-Deny1"))),
        ("scps/p-deny1/policy.json", r#"{"Statement": []}"#.to_owned()),
        ("delegated-admins.json", r#"{"config.amazonaws.com": ["444455556666"]}"#.to_owned()),
    ] {
        made.write(&format!("aws/aws/organizations/o-abc/{path}"), text.as_bytes());
    }
    made.write(
        "aws/aws/accounts/444455556666/organization.json",
        br#"{"organizationId": "o-abc"}"#,
    );
    let told = made.import();
    let organization = told.organization.expect("an organization");
    assert_eq!(organization.management_account.to_string(), "111122223333");
    let unit = &organization.units[0];
    assert_eq!(
        (unit.name.as_str(), unit.parent.as_str()),
        ("Work", "r-ab12")
    );
    let member = organization
        .accounts
        .iter()
        .find(|it| it.id.to_string() == "444455556666");
    let member = member.expect("the account");
    assert_eq!(member.scps, Collected::Yes(vec!["p-Deny1".to_owned()]));
    assert_eq!(member.parent.as_deref(), Some("ou-ab12-x"));
    let ids: Vec<&str> = organization
        .policies
        .iter()
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(ids, ["p-Deny1", "p-FullAWSAccess"]);
    assert_eq!(
        organization.policies[0].document,
        Collected::Yes(r#"{"Statement": []}"#.to_owned())
    );
    // Without the feature there are no resource control policies in force.
    assert_eq!(member.rcps, Collected::Yes(Vec::new()));
    let administrators = organization
        .delegated_administrators
        .known()
        .expect("administrators");
    assert_eq!(administrators[0].services, ["config.amazonaws.com"]);
}

//! Principal Mapper's graphs.

use crate::bundle::{Export, export};
use whocan_import::Options;
use whocan_snapshot::Collected;

const POLICIES: &str = r#"[
  {"arn": "arn:aws:iam::111122223333:user/Ana", "name": "own", "policy_doc": {"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}},
  {"arn": "arn:aws:iam::111122223333:policy/Edge", "name": "Edge", "policy_doc": {"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}},
  {"arn": "arn:aws:s3:::payroll", "name": "payroll", "policy_doc": {"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}},
  {"arn": "arn:aws:sqs:eu-west-1:111122223333:Jobs", "name": "Jobs", "policy_doc": {"Statement": [], "Version": "2012-10-17"}}
]"#;

const NODES: &str = r#"[
  {"arn": "arn:aws:iam::111122223333:user/Ana", "id_value": "AIDAANA", "trust_policy": null, "instance_profile": null,
   "attached_policies": [{"arn": "arn:aws:iam::111122223333:user/Ana", "name": "own"}, {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "name": "ReadOnlyAccess"}],
   "group_memberships": ["arn:aws:iam::111122223333:group/Devs"], "active_password": true, "access_keys": 1, "is_admin": false,
   "permissions_boundary": {"arn": "arn:aws:iam::111122223333:policy/Edge", "name": "Edge"}, "has_mfa": false, "tags": {"team": "Pay"}},
  {"arn": "arn:aws:iam::111122223333:role/team/Deploy", "id_value": "AROADEPLOY", "attached_policies": [], "group_memberships": [],
   "trust_policy": {"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/Ana"},"Action":"sts:AssumeRole"}]},
   "instance_profile": ["arn:aws:iam::111122223333:instance-profile/Deploy"], "active_password": false, "access_keys": 0,
   "is_admin": false, "permissions_boundary": null, "has_mfa": false, "tags": {}}
]"#;

const GROUPS: &str = r#"[{"arn": "arn:aws:iam::111122223333:group/Devs", "attached_policies": [{"arn": "arn:aws:iam::111122223333:policy/Edge", "name": "Edge"}]}]"#;

fn graph() -> Export {
    export(&[
        (
            "111122223333/metadata.json",
            r#"{"account_id": "111122223333", "pmapper_version": "1.1.5"}"#,
        ),
        ("111122223333/graph/nodes.json", NODES),
        ("111122223333/graph/edges.json", "[]"),
        ("111122223333/graph/policies.json", POLICIES),
        ("111122223333/graph/groups.json", GROUPS),
    ])
}

#[test]
fn a_graph_tells_its_identities_and_resource_policies() {
    let told = graph().import();
    let account = told.account();
    let ana = &account.users[0];
    assert_eq!(
        (ana.name.as_str(), ana.groups.as_slice()),
        ("Ana", &["Devs".to_owned()][..])
    );
    assert_eq!(ana.inline[0].name, "own");
    assert_eq!(ana.attached[0].name, "ReadOnlyAccess");
    assert_eq!(
        ana.boundary.as_deref(),
        Some("arn:aws:iam::111122223333:policy/Edge")
    );
    assert_eq!(
        account.instance_profiles[0].roles,
        ["arn:aws:iam::111122223333:role/team/Deploy"]
    );
    let policy = told
        .resource("arn:aws:s3:::payroll")
        .policy
        .known()
        .cloned()
        .flatten();
    assert!(policy.unwrap().contains("Deny"));
}

#[test]
fn the_policies_of_queues_were_never_stored() {
    let told = graph().import();
    let mut arns = told
        .account()
        .resources
        .iter()
        .map(|resource| &resource.arn);
    assert!(!arns.any(|arn| arn.contains(":sqs:")));
    assert!(told.gaps("sqs").contains("list-queues - -: NotExported"));
}

#[test]
fn a_role_has_an_open_boundary_unless_the_person_says_there_is_none() {
    let told = graph().import();
    let boundary = told.account().roles[0].boundary.clone();
    assert_eq!(
        boundary.as_deref(),
        Some("arn:aws:iam::111122223333:policy/boundary-not-stored-by-pmapper")
    );
    assert!(told.gaps("iam").contains("get-policy-version - arn:aws:iam::111122223333:policy/boundary-not-stored-by-pmapper: NotExported"));
    let assumed = graph().import_with(Options {
        absent_means_none: true,
        ..Options::default()
    });
    assert_eq!(assumed.account().roles[0].boundary, None);
    assert_eq!(assumed.account().roles[0].tags, Collected::Yes(Vec::new()));
}

#[test]
fn a_broken_graph_is_named_with_its_spot() {
    let made = graph();
    made.write("111122223333/graph/nodes.json", &NODES.as_bytes()[..300]);
    let error = made.refused();
    assert!(error.contains("graph/nodes.json` line"), "{error}");
    made.write("111122223333/graph/nodes.json", b"{}");
    assert!(made.refused().contains("graph/nodes.json`"));
}

#[test]
fn old_graphs_name_one_instance_profile() {
    let made = graph();
    let old = NODES.replace(
        r#"["arn:aws:iam::111122223333:instance-profile/Deploy"]"#,
        r#""arn:aws:iam::111122223333:instance-profile/Deploy""#,
    );
    made.write("111122223333/graph/nodes.json", old.as_bytes());
    assert_eq!(made.import().account().instance_profiles.len(), 1);
}

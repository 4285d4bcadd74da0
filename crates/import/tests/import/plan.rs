//! Terraform plans laid over an account.

use crate::bundle::export;
use crate::formats::bundle;
use serde_json::{Value, json};
use whocan_import::{Laid, Plan};
use whocan_snapshot::{AccountObject, Collected, ObjectOwnership};

fn change(address: &str, actions: &[&str], before: Value, after: Value, unknown: Value) -> Value {
    let (kind, name) = address
        .rsplit('.')
        .next()
        .map(|name| {
            let kind = address.rsplit('.').nth(1).unwrap();
            (kind, name.split('[').next().unwrap())
        })
        .unwrap();
    json!({
        "address": address, "mode": "managed", "type": kind, "name": name,
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown},
    })
}

fn lay(changes: &[Value], resources: Value) -> (AccountObject, Laid) {
    let plan = json!({
        "format_version": "1.2", "resource_changes": changes,
        "configuration": {"root_module": {"resources": resources}},
    });
    let made = export(&[("plan.json", &plan.to_string())]);
    let plan = Plan::load(&made.join("plan.json")).unwrap();
    let mut account = bundle().import().accounts.swap_remove(0);
    let laid = plan.lay_over(&mut account);
    (account, laid)
}

const ARN: &str = "arn:aws:iam::111122223333:";

#[test]
fn a_new_role_has_what_is_attached_to_it_though_no_arn_exists_yet() {
    let changes = [
        change(
            "aws_iam_role_policy_attachment.a",
            &["create"],
            Value::Null,
            json!({"role": "Audit"}),
            json!({"policy_arn": true}),
        ),
        change(
            "aws_iam_role_policy.own",
            &["create"],
            Value::Null,
            json!({"role": "Audit", "name": "own", "policy": "{\"Statement\":[]}"}),
            json!({}),
        ),
        change(
            "aws_iam_policy.read",
            &["create"],
            Value::Null,
            json!({"name": "Read", "path": "/team/", "policy": "{\"Statement\":[1]}"}),
            json!({"arn": true, "id": true}),
        ),
        change(
            "aws_iam_role.audit",
            &["create"],
            Value::Null,
            json!({"name": "Audit", "path": "/", "assume_role_policy": "{}", "tags_all": {"b": "2", "a": "1"}, "max_session_duration": 7200}),
            json!({"arn": true}),
        ),
    ];
    let resources = json!([{
        "address": "aws_iam_role_policy_attachment.a",
        "expressions": {"policy_arn": {"references": ["aws_iam_policy.read.arn", "aws_iam_policy.read"]}},
    }]);
    let (account, laid) = lay(&changes, resources);
    assert_eq!(
        (laid.changes, laid.open, laid.notes.as_slice()),
        (4, 0, &[][..])
    );
    let role = &account.roles[0];
    assert_eq!(role.arn, format!("{ARN}role/Audit"));
    assert_eq!(role.trust, Collected::Yes("{}".to_owned()));
    assert_eq!(role.max_session_seconds, Some(7200));
    assert_eq!(role.attached[0].arn, format!("{ARN}policy/team/Read"));
    assert_eq!(role.inline[0].name, "own");
    assert_eq!(role.tags.known().unwrap()[0].key, "a");
    let policy = account
        .policies
        .iter()
        .find(|it| it.name == "Read")
        .unwrap();
    assert_eq!(
        (
            policy.default_version.as_str(),
            policy.versions[0].document.as_str()
        ),
        ("planned", "{\"Statement\":[1]}")
    );
}

#[test]
fn what_is_known_only_after_apply_stays_open_and_is_a_gap() {
    let changes = [
        change(
            "aws_iam_role.audit",
            &["create"],
            Value::Null,
            json!({"name": "Audit", "path": "/"}),
            json!({"assume_role_policy": true, "permissions_boundary": true, "tags_all": true}),
        ),
        change(
            "aws_iam_role_policy_attachment.a",
            &["create"],
            Value::Null,
            json!({"role": "Audit"}),
            json!({"policy_arn": true}),
        ),
        change(
            "aws_s3_bucket_policy.payroll",
            &["update"],
            json!({"bucket": "payroll", "policy": "{}"}),
            json!({"bucket": "payroll"}),
            json!({"policy": true}),
        ),
    ];
    let (account, laid) = lay(&changes, json!([]));
    let role = &account.roles[0];
    assert_eq!(
        (&role.trust, &role.tags),
        (&Collected::Not, &Collected::Not)
    );
    assert_eq!(
        role.boundary.as_deref(),
        Some("arn:aws:iam::111122223333:policy/known-after-apply")
    );
    // No JSON, so that what it grants or denies is open.
    assert_eq!(role.inline[0].document, "known after apply");
    let bucket = account
        .resources
        .iter()
        .find(|it| it.arn == "arn:aws:s3:::payroll")
        .unwrap();
    assert_eq!(bucket.policy, Collected::Not);
    assert_eq!(laid.open, 5);
    let gaps: Vec<String> = account
        .gaps
        .iter()
        .filter(|gap| gap.service == "terraform")
        .filter_map(|gap| gap.argument.clone())
        .collect();
    assert!(
        gaps.contains(&"aws_s3_bucket_policy.payroll.policy".to_owned()),
        "{gaps:?}"
    );
}

#[test]
fn changes_and_deletions_are_laid_over_what_is_there() {
    let changes = [
        change(
            "aws_iam_user.ana",
            &["delete"],
            json!({"arn": format!("{ARN}user/Ana"), "name": "Ana"}),
            Value::Null,
            json!({}),
        ),
        change(
            "aws_iam_group_policy_attachment.e",
            &["delete"],
            json!({"group": "Devs", "policy_arn": format!("{ARN}policy/Edge")}),
            Value::Null,
            json!({}),
        ),
        change(
            "aws_iam_role.deploy",
            &["update"],
            json!({"arn": format!("{ARN}role/team/Deploy"), "name": "Deploy", "path": "/team/", "assume_role_policy": "{}"}),
            json!({"arn": format!("{ARN}role/team/Deploy"), "name": "Deploy", "path": "/team/", "assume_role_policy": "{\"New\":1}", "permissions_boundary": format!("{ARN}policy/Edge")}),
            json!({}),
        ),
        change(
            "aws_s3_bucket_public_access_block.payroll",
            &["delete"],
            json!({"bucket": "payroll"}),
            Value::Null,
            json!({}),
        ),
        change(
            "aws_s3_bucket_policy.payroll",
            &["delete", "create"],
            json!({"bucket": "payroll", "policy": "{}"}),
            json!({"bucket": "payroll", "policy": "{\"New\":1}"}),
            json!({}),
        ),
        change(
            "aws_s3_bucket_ownership_controls.payroll",
            &["create"],
            Value::Null,
            json!({"bucket": "payroll", "rule": [{"object_ownership": "ObjectWriter"}]}),
            json!({}),
        ),
    ];
    let (account, laid) = lay(&changes, json!([]));
    assert_eq!(laid.notes, []);
    assert_eq!(account.users, []);
    assert_eq!(account.groups[0].attached, []);
    let role = &account.roles[0];
    assert_eq!(role.trust, Collected::Yes("{\"New\":1}".to_owned()));
    assert_eq!(
        (role.id.as_str(), role.boundary.is_some()),
        ("AROADEPLOY", true)
    );
    let bucket = account
        .resources
        .iter()
        .find(|it| it.arn == "arn:aws:s3:::payroll")
        .unwrap();
    assert_eq!(
        bucket.policy,
        Collected::Yes(Some("{\"New\":1}".to_owned()))
    );
    let whocan_snapshot::Detail::Bucket(detail) = &bucket.detail else {
        panic!("no bucket")
    };
    assert_eq!(detail.public_access_block, Collected::Yes(None));
    assert_eq!(
        detail.ownership,
        Collected::Yes(ObjectOwnership::ObjectWriter)
    );
    // What it had before and the plan does not mention stays.
    assert!(detail.acl.known().is_some());
}

#[test]
fn users_join_and_leave_groups() {
    let changes = [
        change(
            "aws_iam_user_group_membership.ana",
            &["update"],
            json!({"user": "Ana", "groups": ["Devs"]}),
            json!({"user": "Ana", "groups": ["Ops"]}),
            json!({}),
        ),
        change(
            "aws_iam_group.ops",
            &["create"],
            Value::Null,
            json!({"name": "Ops", "path": "/"}),
            json!({"arn": true}),
        ),
    ];
    let (account, _) = lay(&changes, json!([]));
    assert_eq!(account.users[0].groups, ["Ops"]);
    assert!(
        account
            .groups
            .iter()
            .any(|group| group.arn == format!("{ARN}group/Ops"))
    );
}

#[test]
fn a_plan_without_changes_changes_nothing() {
    let (account, laid) = lay(
        &[
            change(
                "aws_iam_user.ana",
                &["no-op"],
                json!({"arn": format!("{ARN}user/Ana")}),
                json!({}),
                json!({}),
            ),
            json!({"address": "data.aws_iam_user.ana", "mode": "data", "type": "aws_iam_user", "name": "ana", "change": {"actions": ["delete"], "before": {"arn": format!("{ARN}user/Ana")}}}),
        ],
        json!([]),
    );
    assert_eq!(laid, Laid::default());
    assert_eq!(account, bundle().import().accounts[0]);
}

#[test]
fn what_is_not_laid_over_is_told_and_a_gap() {
    let (account, laid) = lay(
        &[
            change(
                "aws_lambda_permission.p",
                &["create"],
                Value::Null,
                json!({}),
                json!({}),
            ),
            change(
                "aws_iam_user.other",
                &["delete"],
                json!({"arn": "arn:aws:iam::444455556666:user/o"}),
                Value::Null,
                json!({}),
            ),
            change(
                "aws_sqs_queue.q",
                &["create"],
                Value::Null,
                json!({"name": "q"}),
                json!({"arn": true}),
            ),
            change(
                "aws_iam_role_policy.p",
                &["create"],
                Value::Null,
                json!({"role": "Nobody", "name": "p", "policy": "{}"}),
                json!({}),
            ),
        ],
        json!([]),
    );
    let notes: Vec<String> = laid.notes.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(notes.join("\n"), @r"
    account 111122223333: `aws_iam_role_policy.p`: there is no role `Nobody` in the account, so it is not laid over
    account 111122223333: `aws_iam_user.other`: is of account 444455556666, and is not laid over
    account 111122223333: `aws_lambda_permission.p`: this type is not laid over
    account 111122223333: `aws_sqs_queue.q`: its ARN is not known before it is applied, so it is not laid over
    ");
    let gaps = account.gaps.iter().filter(|gap| gap.service == "terraform");
    assert_eq!((gaps.count(), laid.open), (4, 0));
}

#[test]
fn references_are_followed_within_a_module_and_its_instances() {
    let mut attachment = change(
        "module.m[\"x\"].aws_iam_role_policy_attachment.a[1]",
        &["create"],
        Value::Null,
        json!({}),
        json!({"policy_arn": true, "role": true}),
    );
    let mut policy = change(
        "module.m[\"x\"].aws_iam_policy.p",
        &["create"],
        Value::Null,
        json!({"name": "P", "policy": "{}"}),
        json!({"arn": true}),
    );
    let mut first = change(
        "module.m[\"x\"].aws_iam_role.r[0]",
        &["create"],
        Value::Null,
        json!({"name": "R0", "assume_role_policy": "{}"}),
        json!({"arn": true}),
    );
    let mut second = change(
        "module.m[\"x\"].aws_iam_role.r[1]",
        &["create"],
        Value::Null,
        json!({"name": "R1", "assume_role_policy": "{}"}),
        json!({"arn": true}),
    );
    for change in [&mut attachment, &mut policy, &mut first, &mut second] {
        change["module_address"] = "module.m[\"x\"]".into();
    }
    let plan = json!({
        "format_version": "1.2", "resource_changes": [attachment, policy, first, second],
        "configuration": {"root_module": {"module_calls": {"m": {"module": {"resources": [{
            "address": "aws_iam_role_policy_attachment.a",
            "expressions": {
                "policy_arn": {"references": ["aws_iam_policy.p.arn", "aws_iam_policy.p"]},
                "role": {"references": ["aws_iam_role.r.name", "aws_iam_role.r"]},
            },
        }]}}}}},
    });
    let made = export(&[("plan.json", &plan.to_string())]);
    let mut account = bundle().import().accounts.swap_remove(0);
    let laid = Plan::load(&made.join("plan.json"))
        .unwrap()
        .lay_over(&mut account);
    assert_eq!(laid.open, 0, "{:?}", account.gaps);
    let of = |name: &str| {
        account
            .roles
            .iter()
            .find(|role| role.name == name)
            .unwrap()
            .attached
            .len()
    };
    assert_eq!((of("R0"), of("R1")), (0, 1));
}

#[test]
fn what_is_no_plan_is_an_error_that_names_the_spot() {
    for (text, problem) in [
        ("{}", "missing field `format_version`"),
        ("", "line 1"),
        ("[]", "found a list"),
        (
            "{\"format_version\": \"1.2\", \"resource_changes\": [{\"address\": 5}]}",
            "column",
        ),
        (
            "{\"format_version\": \"9\", \"resource_changes\": []}",
            "expected 0 or 1",
        ),
        (
            "{\"format_version\": \"1.2\", \"resource_changes\": [",
            "ends too early",
        ),
    ] {
        let made = export(&[("plan.json", text)]);
        let error = Plan::load(&made.join("plan.json")).unwrap_err().to_string();
        assert!(
            error.contains("plan.json") && error.contains(problem),
            "{text}: {error}"
        );
    }
    let deep = format!(
        "{{\"format_version\": \"1.2\", \"resource_changes\": [{{\"address\": \"a\", \"type\": \"t\", \"change\": {{\"after\": {}1{}}}}}]}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let made = export(&[("plan.json", &deep)]);
    let error = Plan::load(&made.join("plan.json")).unwrap_err().to_string();
    assert!(error.contains("recursion limit"), "{error}");
}

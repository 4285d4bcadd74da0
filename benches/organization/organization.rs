//! The tree: a root, two units, and every account in one of them.

use std::path::Path;

use serde_json::{Value, json};

use crate::synthetic::{Account, answer, document};

/// The id that conditions name.
pub const ID: &str = "o-synthetic1";

const ROOT: &str = "r-syn1";
const UNITS: [&str; 2] = ["ou-syn1-11111111", "ou-syn1-22222222"];

/// Writes the calls of the management account, which is the first.
pub fn write(folder: &Path, accounts: &[Account]) {
    let management = &accounts[0].id;
    let describe = json!({"Organization": {
        "Id": ID, "FeatureSet": "ALL", "MasterAccountId": management,
        "Arn": format!("arn:aws:organizations::{management}:organization/{ID}"),
    }});
    answer(folder, "describe-organization", &describe);
    let kinds = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];
    let enabled = kinds.map(|kind| json!({"Type": kind, "Status": "ENABLED"}));
    let roots = json!({"Roots": [{"Id": ROOT, "Name": "Root", "PolicyTypes": enabled}]});
    answer(folder, "list-roots", &roots);
    let all: Vec<Value> = accounts.iter().map(member).collect();
    answer(folder, "list-accounts", &json!({"Accounts": all}));
    write_tree(folder, accounts);
    write_policies(folder, management);
    write_attachments(folder, accounts);
}

fn member(account: &Account) -> Value {
    json!({"Id": account.id, "Name": format!("account-{}", account.id), "Status": "ACTIVE"})
}

fn unit_of(at: usize) -> &'static str {
    UNITS[at % 2]
}

fn write_tree(folder: &Path, accounts: &[Account]) {
    let units = UNITS.map(|id| json!({"Id": id, "Name": id}));
    let units = json!({"OrganizationalUnits": units});
    let below = "list-organizational-units-for-parent";
    answer(folder, &format!("{below}/{ROOT}"), &units);
    let management = json!({"Accounts": [member(&accounts[0])]});
    answer(
        folder,
        &format!("list-accounts-for-parent/{ROOT}"),
        &management,
    );
    for unit in UNITS {
        answer(
            folder,
            &format!("{below}/{unit}"),
            &json!({"OrganizationalUnits": []}),
        );
        let own = accounts.iter().enumerate().skip(1);
        let own = own.filter(|(at, _)| unit_of(*at) == unit);
        let own: Vec<Value> = own.map(|(_, account)| member(account)).collect();
        let command = format!("list-accounts-for-parent/{unit}");
        answer(folder, &command, &json!({"Accounts": own}));
    }
}

struct Policy {
    id: &'static str,
    kind: &'static str,
    targets: &'static [&'static str],
    document: String,
}

fn policies() -> Vec<Policy> {
    let full = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let service = "SERVICE_CONTROL_POLICY";
    vec![
        Policy {
            id: "p-FullAWSAccess",
            kind: service,
            targets: &["*"],
            document: document(&[full]),
        },
        Policy {
            id: "p-leave",
            kind: service,
            targets: &[ROOT],
            document: document(&[json!({
                "Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*",
            })]),
        },
        Policy {
            id: "p-regions",
            kind: service,
            targets: &[UNITS[0]],
            document: document(&[json!({
                "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*"], "Resource": "*",
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]},
                    "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"},
                },
            })]),
        },
        Policy {
            id: "p-data",
            kind: service,
            targets: &[UNITS[1]],
            document: document(&[json!({
                "Effect": "Deny", "Action": ["s3:DeleteBucket*", "kms:ScheduleKeyDeletion"], "Resource": "*",
                "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin-*"}},
            })]),
        },
        Policy {
            id: "p-perimeter",
            kind: "RESOURCE_CONTROL_POLICY",
            targets: &[UNITS[1]],
            document: document(&[json!({
                "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "kms:*", "sts:AssumeRole"], "Resource": "*",
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ID},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            })]),
        },
    ]
}

fn summary(policy: &Policy) -> Value {
    let managed = policy.id == "p-FullAWSAccess";
    json!({"Id": policy.id, "Name": policy.id, "Type": policy.kind, "AwsManaged": managed})
}

fn write_policies(folder: &Path, management: &str) {
    for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] {
        let policies = policies();
        let own = policies.iter().filter(|policy| policy.kind == kind);
        let own: Vec<Value> = own.map(summary).collect();
        let command = format!("list-policies.{kind}");
        answer(folder, &command, &json!({"Policies": own}));
    }
    for policy in policies() {
        let mut summary = summary(&policy);
        summary["Arn"] = format!(
            "arn:aws:organizations::{management}:policy/{ID}/{}/{}",
            policy.kind.to_lowercase(),
            policy.id
        )
        .into();
        let described = json!({"PolicySummary": summary, "Content": policy.document});
        let command = format!("describe-policy/{}", policy.id);
        answer(folder, &command, &json!({"Policy": described}));
    }
}

fn write_attachments(folder: &Path, accounts: &[Account]) {
    let accounts = accounts.iter().map(|account| account.id.as_str());
    for target in [ROOT].into_iter().chain(UNITS).chain(accounts) {
        for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] {
            let policies = policies();
            let attached = policies.iter().filter(|policy| {
                let here = policy.targets.iter().any(|one| [target, "*"].contains(one));
                policy.kind == kind && here
            });
            let attached: Vec<Value> = attached.map(summary).collect();
            let command = format!("list-policies-for-target.{kind}/{target}");
            answer(folder, &command, &json!({"Policies": attached}));
        }
    }
}

//! Identity Center of a random organization: its users, groups, permission sets and assignments.

use serde_json::json;
use whocan_snapshot::{
    AccountObject, Assignments, Collected, DirectoryGroup, DirectoryUser, IdentityCenter,
    Memberships, PermissionSet, Provider, Role,
};

use super::dice::Dice;

const USERS: [&str; 3] = ["u-1", "u-2", "u-3"];
const GROUPS: [&str; 2] = ["g-1", "g-2"];
/// The permission set behind `AWSReservedSSO_Admin_1`, and one without a role.
const SETS: [(&str, &str); 2] = [
    ("arn:aws:sso:::permissionSet/ssoins-1/ps-1", "Admin"),
    ("arn:aws:sso:::permissionSet/ssoins-1/ps-2", "Reader"),
];

/// Gives some organizations an instance of Identity Center, read in their first account.
pub fn add(dice: &mut Dice, accounts: &mut [AccountObject]) {
    if accounts.is_empty() || !dice.chance(45) {
        return;
    }
    for account in accounts.iter_mut().filter(|account| account.identities) {
        add_role(dice, account);
    }
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let mut center = IdentityCenter {
        all_permission_sets: dice.chance(80),
        users: users(dice),
        groups: dice.subset(&GROUPS, 80).into_iter().map(group).collect(),
        ..IdentityCenter::default()
    };
    for (arn, name) in SETS {
        if dice.chance(90) {
            center.permission_sets.push(PermissionSet {
                arn: arn.to_owned(),
                name: dice.chance(92).then(|| name.to_owned()),
            });
        }
        for account in dice.subset(&ids, 80) {
            center.assignments.push(Assignments {
                account,
                permission_set: arn.to_owned(),
                users: owned(dice.subset(&USERS, 40)),
                groups: owned(dice.subset(&GROUPS, 45)),
            });
        }
    }
    center.assignments.sort();
    for group in GROUPS {
        if dice.chance(85) {
            center.memberships.push(Memberships {
                group: group.to_owned(),
                users: owned(dice.subset(&USERS, 50)),
            });
        }
    }
    accounts[0].identity_center = Some(center);
}

fn owned(ids: Vec<&str>) -> Vec<String> {
    ids.into_iter().map(str::to_owned).collect()
}

fn users(dice: &mut Dice) -> Vec<DirectoryUser> {
    let listed = dice.subset(&USERS, 80).into_iter();
    let named = listed.map(|id| DirectoryUser {
        id: id.to_owned(),
        name: format!("{id}@example.com"),
    });
    named.collect()
}

fn group(id: &str) -> DirectoryGroup {
    DirectoryGroup {
        id: id.to_owned(),
        name: format!("group {id}"),
    }
}

// Mostly the trust policy that Identity Center writes, and what another role holds.
fn add_role(dice: &mut Dice, account: &mut AccountObject) {
    let provider = format!(
        "arn:{}:iam::{}:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE",
        account.partition, account.id
    );
    let path = "/aws-reserved/sso.amazonaws.com/us-east-1/";
    let arn = format!(
        "arn:{}:iam::{}:role{path}AWSReservedSSO_Admin_1",
        account.partition, account.id
    );
    if !dice.chance(75) {
        return;
    }
    let known = account.roles.iter().position(|role| role.arn == arn);
    let template = known.map(|at| account.roles.remove(at));
    let template = template.or_else(|| account.roles.first().cloned());
    let Some(template) = template else {
        return;
    };
    let page = match &*account.partition {
        "aws-cn" => "https://signin.amazonaws.cn/saml",
        _ => "https://signin.aws.amazon.com/saml",
    };
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": page}},
    }]});
    account.roles.push(Role {
        arn,
        name: "AWSReservedSSO_Admin_1".to_owned(),
        id: String::new(),
        path: path.to_owned(),
        trust: match dice.weighted(&[80, 10, 10]) {
            0 => Collected::Yes(trust.to_string()),
            1 => template.trust.clone(),
            _ => Collected::Not,
        },
        ..template
    });
    account.roles.sort_by(|a, b| a.arn.cmp(&b.arn));
    if let Collected::Yes(providers) = &mut account.saml_providers
        && dice.chance(90)
    {
        providers.push(Provider { arn: provider });
        providers.sort();
    }
}

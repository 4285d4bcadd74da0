//! Users, groups, roles and the policies that they hold.

use std::path::Path;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::organization;
use crate::synthetic::{Account, answer, document};

const SERVICES: [&str; 5] = [
    "lambda.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "glue.amazonaws.com",
    "states.amazonaws.com",
];

const READS: [&str; 4] = ["s3:GetObject", "s3:Get*", "s3:ListBucket", "s3:*"];

/// How many customer managed policies each account has.
const MANAGED: usize = 40;

const GROUPS: usize = 6;

/// Writes what IAM says of one account.
pub fn write(dice: &mut Dice, folder: &Path, accounts: &[Account], at: usize) {
    let account = &accounts[at];
    let users: Vec<Value> = (0..account.users)
        .map(|one| user(dice, account, one))
        .collect();
    let groups: Vec<Value> = (0..GROUPS).map(|one| group(dice, account, one)).collect();
    let mut roles: Vec<Value> = (0..account.roles)
        .map(|one| role(dice, accounts, at, one))
        .collect();
    roles.push(standing_role(account, "break-glass", "AdministratorAccess"));
    roles.push(standing_role(account, "audit-spoke", "ReadOnlyAccess"));
    let mut policies: Vec<Value> = (0..MANAGED)
        .map(|one| managed(dice, account, one))
        .collect();
    policies.extend(of_aws());
    policies.push(policy(
        &format!("arn:aws:iam::{}:policy/boundary", account.id),
        &document(&[
            json!({"Effect": "Allow", "Action": ["s3:*", "kms:*", "sts:*", "lambda:*"], "Resource": "*"}),
            json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
        ]),
    ));
    let iam = folder.join("iam");
    answer(
        &iam,
        "get-account-authorization-details",
        &json!({
            "UserDetailList": users, "GroupDetailList": groups,
            "RoleDetailList": roles, "Policies": policies,
        }),
    );
    let provider = format!("arn:aws:iam::{}:oidc-provider/{ISSUER}", account.id);
    let providers = json!({"OpenIDConnectProviderList": [{"Arn": provider}]});
    answer(&iam, "list-open-id-connect-providers", &providers);
    let providers = json!({"SAMLProviderList": [{"Arn": saml_provider(account)}]});
    answer(&iam, "list-saml-providers", &providers);
}

const ISSUER: &str = "token.actions.githubusercontent.com";

fn saml_provider(account: &Account) -> String {
    format!("arn:aws:iam::{}:saml-provider/AWSSSO", account.id)
}

fn user(dice: &mut Dice, account: &Account, number: usize) -> Value {
    let name = format!("user-{number:03}");
    let group = format!("group-{}", dice.skewed(GROUPS));
    json!({
        "Path": "/", "UserName": name, "UserId": format!("AIDA{}{number:05}", account.id),
        "Arn": format!("arn:aws:iam::{}:user/{name}", account.id),
        "GroupList": [group],
        "AttachedManagedPolicies": if dice.percent(10) { vec![attachment(dice, account)] } else { vec![] },
        "Tags": [{"Key": "team", "Value": team(dice)}],
    })
}

fn team(dice: &mut Dice) -> String {
    format!("team-{}", dice.skewed(12))
}

fn group(dice: &mut Dice, account: &Account, number: usize) -> Value {
    let name = format!("group-{number}");
    let home = format!(
        "arn:aws:s3:::{}/home/${{aws:username}}/*",
        account.bucket(0)
    );
    let mut statements = vec![
        json!({"Effect": "Allow", "Action": "s3:*Object", "Resource": home}),
        json!({"Effect": "Allow", "Action": "sts:AssumeRole",
            "Resource": format!("arn:aws:iam::{}:role/delegated-{number}*", account.id)}),
    ];
    if dice.percent(50) {
        statements.push(json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}));
    }
    json!({
        "Path": "/", "GroupName": name, "GroupId": format!("AGPA{}{number:05}", account.id),
        "Arn": format!("arn:aws:iam::{}:group/{name}", account.id),
        "GroupPolicyList": [{"PolicyName": "own", "PolicyDocument": document(&statements)}],
        "AttachedManagedPolicies": [attachment(dice, account)],
    })
}

/// A role that every account has.
fn standing_role(account: &Account, name: &str, policy: &str) -> Value {
    let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111122200000:root"},
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization::ID}}});
    let attached =
        json!([{"PolicyName": policy, "PolicyArn": format!("arn:aws:iam::aws:policy/{policy}")}]);
    json!({
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{}{name}", account.id),
        "Arn": account.role(name), "AssumeRolePolicyDocument": document(&[trust]),
        "RolePolicyList": [], "AttachedManagedPolicies": attached, "Tags": [],
    })
}

fn role(dice: &mut Dice, accounts: &[Account], at: usize, number: usize) -> Value {
    let account = &accounts[at];
    let name = role_name(number);
    let trust = trust_of(dice, accounts, at, number);
    let mut role = json!({
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{}{number:05}", account.id),
        "Arn": account.role(&name), "AssumeRolePolicyDocument": document(&[trust]),
        "RolePolicyList": [], "AttachedManagedPolicies": [],
        "Tags": [{"Key": "team", "Value": team(dice)}],
    });
    if dice.percent(70) {
        let document = document(&own_statements(dice, accounts, at));
        role["RolePolicyList"] = json!([{"PolicyName": "own", "PolicyDocument": document}]);
    }
    if dice.percent(60) {
        role["AttachedManagedPolicies"] = json!([attachment(dice, account)]);
    }
    if dice.percent(6) {
        let arn = format!("arn:aws:iam::{}:policy/boundary", account.id);
        role["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
    }
    role
}

/// Returns the name of a role; the number says what it is for.
pub fn role_name(number: usize) -> String {
    let kind = match number % BLOCK {
        0..12 => "service",
        12..15 => "ci",
        15..18 => return format!("delegated-{}-{number:04}", number % GROUPS),
        18..21 => "chain",
        21..23 => "shared",
        23 if number % (2 * BLOCK) == 23 => "vendor",
        23 => "sso",
        _ => "admin",
    };
    format!("{kind}-{number:04}")
}

/// After so many roles their kinds begin again.
pub const BLOCK: usize = 25;

/// The first of three roles of each block that are assumed one by the other.
pub const CHAIN: usize = 18;

// Who may take on the role: services half of the time, then CI, people, chains, others.
fn trust_of(dice: &mut Dice, accounts: &[Account], at: usize, number: usize) -> Value {
    let account = &accounts[at];
    let name = role_name(number);
    let allow = |principal: Value| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal});
    let root = |id: &str| allow(json!({"AWS": format!("arn:aws:iam::{id}:root")}));
    match name.split('-').next().unwrap_or_default() {
        "service" => allow(json!({"Service": dice.of(&SERVICES)})),
        "ci" => by_ci(dice, account, number),
        "delegated" => root(&account.id),
        "chain" => allow(json!({"AWS": account.role(&role_name(number - 1))})),
        "shared" => root(&accounts[dice.below(accounts.len())].id),
        "vendor" => {
            let mut trust = root("999988887777");
            trust["Condition"] =
                json!({"StringEquals": {"sts:ExternalId": format!("external-{number}")}});
            trust
        }
        "sso" => {
            let mut trust = allow(json!({"Federated": saml_provider(account)}));
            trust["Action"] = "sts:AssumeRoleWithSAML".into();
            trust
        }
        _ => {
            let mut trust = allow(json!({"AWS": "*"}));
            let sure = account.role("chain-*");
            trust["Condition"] = json!({"ArnLike": {"aws:PrincipalArn": sure}});
            trust
        }
    }
}

fn by_ci(dice: &mut Dice, account: &Account, number: usize) -> Value {
    let provider = format!("arn:aws:iam::{}:oidc-provider/{ISSUER}", account.id);
    let subject = match dice.below(4) {
        0 => format!("repo:acme/app-{number}:*"),
        _ => format!("repo:acme/app-{number}:ref:refs/heads/main"),
    };
    json!({
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider},
        "Condition": {
            "StringEquals": {format!("{ISSUER}:aud"): "sts.amazonaws.com"},
            "StringLike": {format!("{ISSUER}:sub"): subject},
        },
    })
}

fn own_statements(dice: &mut Dice, accounts: &[Account], at: usize) -> Vec<Value> {
    let account = &accounts[at];
    let bucket = account.bucket(dice.skewed(account.buckets));
    let objects = format!("arn:aws:s3:::{bucket}/{}/*", team(dice));
    let mut statements = vec![
        json!({"Effect": "Allow", "Action": [dice.of(&READS), "s3:PutObject"],
            "Resource": [objects, format!("arn:aws:s3:::{bucket}")]}),
        json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}),
    ];
    if dice.percent(30) {
        let key = account.key(dice.below(account.keys));
        statements.push(json!({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": key}));
    }
    if dice.percent(25) {
        let other = &accounts[dice.below(accounts.len())];
        let roles = [account.role("chain-*"), other.role("shared-*")];
        statements.push(json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}));
    }
    if dice.percent(15) {
        let condition = match dice.below(4) {
            0 => {
                json!({"StringEquals": {"aws:SourceVpce": format!("vpce-{:08x}", dice.below(20))}})
            }
            1 => json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
            2 => json!({"Bool": {"aws:SecureTransport": "true"}}),
            _ => json!({"IpAddress": {"aws:SourceIp": format!("10.{}.0.0/16", dice.below(8))}}),
        };
        statements[0]["Condition"] = condition;
    }
    if dice.percent(5) {
        statements.push(json!({"Effect": "Deny", "Action": "s3:DeleteObject*", "Resource": "*"}));
    }
    statements
}

fn attachment(dice: &mut Dice, account: &Account) -> Value {
    let arn = match dice.below(100) {
        0..2 => "arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
        2..8 => "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(),
        8..40 => "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole".to_owned(),
        _ => format!(
            "arn:aws:iam::{}:policy/managed-{:02}",
            account.id,
            dice.skewed(MANAGED)
        ),
    };
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    json!({"PolicyName": name, "PolicyArn": arn})
}

fn managed(dice: &mut Dice, account: &Account, number: usize) -> Value {
    let arn = format!("arn:aws:iam::{}:policy/managed-{number:02}", account.id);
    let bucket = account.bucket(dice.below(account.buckets));
    let statement = match dice.below(10) {
        0 => json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::*"}),
        1 => json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}),
        2 => json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}),
        3 => {
            json!({"Effect": "Allow", "Action": "kms:*", "Resource": account.key(number % account.keys)})
        }
        _ => json!({"Effect": "Allow", "Action": [dice.of(&READS)],
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")]}),
    };
    policy(&arn, &document(&[statement]))
}

fn of_aws() -> Vec<Value> {
    let reads = [
        "s3:Get*",
        "s3:List*",
        "kms:Describe*",
        "iam:Get*",
        "iam:List*",
        "ec2:Describe*",
    ];
    [
        ("AdministratorAccess", json!({"Effect": "Allow", "Action": "*", "Resource": "*"})),
        ("ReadOnlyAccess", json!({"Effect": "Allow", "Action": reads, "Resource": "*"})),
        (
            "service-role/AWSLambdaBasicExecutionRole",
            json!({"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:PutLogEvents"], "Resource": "*"}),
        ),
    ]
    .into_iter()
    .map(|(name, statement)| {
        policy(&format!("arn:aws:iam::aws:policy/{name}"), &document(&[statement]))
    })
    .collect()
}

fn policy(arn: &str, document: &str) -> Value {
    let name = arn.rsplit('/').next().unwrap_or_default();
    json!({
        "PolicyName": name, "Arn": arn, "Path": "/", "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}],
    })
}

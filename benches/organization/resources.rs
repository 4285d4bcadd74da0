//! Buckets and keys, and whom their policies name.

use std::path::Path;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::identities::{BLOCK, CHAIN, role_name};
use crate::organization;
use crate::synthetic::{Account, answer, document};

/// Writes the buckets and keys of one account.
pub fn write(dice: &mut Dice, folder: &Path, accounts: &[Account], at: usize) {
    let account = &accounts[at];
    let s3 = folder.join("s3api");
    let names: Vec<String> = (0..account.buckets)
        .map(|one| account.bucket(one))
        .collect();
    let buckets: Vec<Value> = names
        .iter()
        .map(|name| json!({"Name": name, "BucketRegion": "eu-west-1"}))
        .collect();
    let owner = format!("{:0>64}", account.id);
    let listed = json!({"Buckets": buckets, "Owner": {"ID": owner}});
    answer(&s3, "list-buckets", &listed);
    for name in &names {
        if dice.percent(60) {
            let statements = bucket_policy(dice, accounts, at, name);
            let policy = json!({"Policy": document(&statements)});
            answer(&s3, &format!("get-bucket-policy/{name}"), &policy);
        }
        let block = json!({"PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": dice.percent(95), "RestrictPublicBuckets": dice.percent(95),
        }});
        answer(&s3, &format!("get-public-access-block/{name}"), &block);
        let rule = json!([{"ObjectOwnership": "BucketOwnerEnforced"}]);
        let ownership = json!({"OwnershipControls": {"Rules": rule}});
        answer(
            &s3,
            &format!("get-bucket-ownership-controls/{name}"),
            &ownership,
        );
    }
    write_keys(dice, &folder.join("kms").join("eu-west-1"), accounts, at);
}

fn bucket_policy(dice: &mut Dice, accounts: &[Account], at: usize, name: &str) -> Vec<Value> {
    let account = &accounts[at];
    let objects = format!("arn:aws:s3:::{name}/*");
    let whole = [format!("arn:aws:s3:::{name}"), objects.clone()];
    let mut statements = vec![json!({
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": whole,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })];
    let mut allow = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects});
    match dice.below(10) {
        0..4 => return statements,
        4..6 => {
            let block = dice.below(account.roles.div_ceil(BLOCK));
            let number = block * BLOCK + CHAIN + 2;
            let mut roles = vec![account.role("break-glass")];
            if number < account.roles {
                roles.push(account.role(&role_name(number)));
            }
            allow["Principal"] = json!({"AWS": roles});
        }
        6..8 => {
            let other = &accounts[dice.below(accounts.len())];
            allow["Principal"] = json!({"AWS": format!("arn:aws:iam::{}:root", other.id)});
        }
        8 => {
            allow["Principal"] = "*".into();
            allow["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization::ID}});
        }
        _ => {
            allow["Principal"] = json!({"Service": "cloudtrail.amazonaws.com"});
            allow["Action"] = "s3:PutObject".into();
        }
    }
    statements.push(allow);
    if dice.percent(2) {
        statements.push(
            json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::{name}/public/*")}),
        );
    }
    statements
}

fn write_keys(dice: &mut Dice, folder: &Path, accounts: &[Account], at: usize) {
    let account = &accounts[at];
    let keys: Vec<Value> = (0..account.keys)
        .map(|one| json!({"KeyId": account.key_id(one), "KeyArn": account.key(one)}))
        .collect();
    answer(folder, "list-keys", &json!({"Keys": keys}));
    for one in 0..account.keys {
        let mut statements = vec![
            json!({"Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"AWS": format!("arn:aws:iam::{}:root", account.id)}}),
        ];
        if dice.percent(20) {
            let other = &accounts[dice.below(accounts.len())];
            statements.push(
                json!({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*",
                "Principal": {"AWS": other.role("audit-spoke")}}),
            );
        }
        let policy = json!({"Policy": document(&statements)});
        answer(
            folder,
            &format!("get-key-policy/{}", account.key_id(one)),
            &policy,
        );
        let grants = json!({"Grants": []});
        answer(
            folder,
            &format!("list-grants/{}", account.key_id(one)),
            &grants,
        );
        let described = json!({"KeyMetadata": {"KeyId": account.key_id(one), "Arn": account.key(one),
            "KeyManager": "CUSTOMER", "KeyState": "Enabled"}});
        answer(
            folder,
            &format!("describe-key/{}", account.key_id(one)),
            &described,
        );
    }
}

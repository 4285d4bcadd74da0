//! A made-up organization as an AWS CLI bundle: the same bytes for the same seed.
//!
//! The shape is that of real ones as far as it costs time: most roles belong
//! to services and have a policy of their own, some are assumed from CI, from
//! other accounts, by chains or by third parties; account sizes differ by ten;
//! a few policies are attached everywhere; denies, boundaries and conditions are rare.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::identities;
use crate::organization;
use crate::resources;

/// How large an organization is; all but the accounts are means per account.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Accounts.
    pub accounts: usize,
    /// Roles.
    pub roles: usize,
    /// Users.
    pub users: usize,
    /// Buckets.
    pub buckets: usize,
    /// KMS keys.
    pub keys: usize,
}

impl Size {
    /// 4,000 principals and 800 buckets.
    pub const MEDIUM: Size = Size {
        accounts: 20,
        roles: 170,
        users: 30,
        buckets: 40,
        keys: 15,
    };
}

/// One account while it is written.
pub struct Account {
    /// The number.
    pub id: String,
    /// Its own size.
    pub roles: usize,
    /// See `roles`.
    pub users: usize,
    /// See `roles`.
    pub buckets: usize,
    /// See `roles`.
    pub keys: usize,
}

impl Account {
    /// Returns the ARN of a role of this account.
    pub fn role(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    /// Returns the name of a bucket of this account.
    pub fn bucket(&self, number: usize) -> String {
        format!("acme-{}-{number:03}", self.id)
    }

    /// Returns the ARN of a key of this account.
    pub fn key(&self, number: usize) -> String {
        let id = self.key_id(number);
        format!("arn:aws:kms:eu-west-1:{}:key/{id}", self.id)
    }

    /// Returns the id of a key of this account.
    pub fn key_id(&self, number: usize) -> String {
        format!("00000000-0000-4000-8000-{}{number:06}", &self.id[6..])
    }
}

/// Writes the organization of `seed` into the folder `to`.
pub fn write(to: &Path, seed: u64, size: Size) {
    let mut dice = Dice::new(seed);
    let accounts = accounts(&mut dice, size);
    organization::write(&to.join("organizations"), &accounts);
    for (at, account) in accounts.iter().enumerate() {
        let folder = to.join("accounts").join(&account.id);
        identities::write(&mut dice, &folder, &accounts, at);
        resources::write(&mut dice, &folder, &accounts, at);
    }
}

// A few accounts hold most of what there is.
fn accounts(dice: &mut Dice, size: Size) -> Vec<Account> {
    let weights: Vec<usize> = (0..size.accounts)
        .map(|_| dice.of(&[3, 4, 6, 8, 10, 12, 20, 30]))
        .collect();
    let sum: usize = weights.iter().sum();
    let share = |mean: usize, weight: usize| (mean * size.accounts * weight / sum).max(2);
    let all = weights.iter().enumerate();
    all.map(|(at, &weight)| Account {
        id: format!("1111222{at:05}"),
        roles: share(size.roles, weight),
        users: share(size.users, weight),
        buckets: share(size.buckets, weight),
        keys: share(size.keys, weight),
    })
    .collect()
}

/// Writes one answer of the AWS command line.
pub fn answer(folder: &Path, command: &str, answer: &Value) {
    let path = folder.join(format!("{command}.json"));
    let parent = path.parent().expect("a file in a folder");
    fs::create_dir_all(parent).expect("a folder for the bundle");
    fs::write(&path, answer.to_string()).expect("a file of the bundle");
}

/// Returns a policy document as the text that the AWS command line prints.
pub fn document(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

//! A small organization to store, and the one way in which tests store it.

use std::path::Path;

use jiff::Timestamp;
use whocan_policy::AccountId;
use whocan_snapshot::*;

/// A fresh store, and the directory that goes when the test ends.
pub fn new_store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path().join("store")).unwrap();
    (dir, store)
}

pub fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An account with one role and one bucket; `name` makes it differ from others.
pub fn account(number: &str, name: &str) -> AccountObject {
    let mut account = AccountObject::unread(id(number));
    account.identities = true;
    account.aliases = vec![name.to_owned()];
    account.roles = vec![Role {
        arn: format!("arn:aws:iam::{number}:role/{name}"),
        name: name.to_owned(),
        id: "AROAEXAMPLE".to_owned(),
        path: "/".to_owned(),
        created: Some(time("2026-01-02T03:04:05Z")),
        trust: Collected::Yes("{ \"Version\" : \"2012-10-17\" }".to_owned()),
        inline: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        tags: Collected::Not,
        max_session_seconds: Some(3600),
    }];
    account.resources = vec![Resource {
        arn: format!("arn:aws:s3:::{name}"),
        policy: Collected::Yes(None),
        tags: Collected::Yes(Vec::new()),
        region: None,
        owner: None,
        encryption_key: Collected::Not,
        role: None,
        detail: Detail::Bucket(Bucket {
            public_access_block: Collected::Yes(None),
            abac: Collected::Yes(false),
            ..Bucket::default()
        }),
    }];
    account
}

pub fn organization(name: &str) -> OrganizationObject {
    OrganizationObject {
        id: "o-example".to_owned(),
        management_account: id("111122223333"),
        root: Root {
            id: "r-root".to_owned(),
            scps: Collected::Yes(vec!["p-FullAWSAccess".to_owned()]),
            rcps: Collected::Not,
        },
        units: vec![Unit {
            id: "ou-root-one".to_owned(),
            name: name.to_owned(),
            parent: "r-root".to_owned(),
            scps: Collected::Yes(Vec::new()),
            rcps: Collected::Not,
        }],
        accounts: Vec::new(),
        policies: Vec::new(),
        all_accounts: false,
        delegated_administrators: Collected::Not,
        public_access_block: Collected::Yes(None),
        gaps: Vec::new(),
    }
}

pub fn activity(number: &str) -> ActivityObject {
    let mut activity = ActivityObject::unread(id(number));
    activity.users = vec![UserActivity {
        name: "ana".to_owned(),
        password_enabled: Collected::Yes(true),
        password_last_used: Collected::Yes(None),
        mfa_active: Collected::Yes(false),
        access_keys: Collected::Yes(vec![AccessKeyActivity {
            active: true,
            created: Some(time("2026-01-02T03:04:05Z")),
            last_used: Collected::Not,
        }]),
    }];
    activity.roles = vec![RoleActivity {
        name: "audit".to_owned(),
        last_used: Collected::Yes(Some(time("2026-11-01T00:00:00Z"))),
    }];
    activity
}

/// Stores accounts as one snapshot.
pub fn import(writer: &mut Writer, taken: &str, accounts: &[AccountObject]) -> SnapshotId {
    import_as(writer, taken, None, accounts)
}

/// Stores accounts as one snapshot with a label.
pub fn import_as(
    writer: &mut Writer,
    taken: &str,
    label: Option<&str>,
    accounts: &[AccountObject],
) -> SnapshotId {
    let mut manifest = Manifest::new(time(taken), "test");
    manifest.label = label.map(str::to_owned);
    for account in accounts {
        let hash = writer.put_account(account).unwrap();
        manifest.accounts.push((account.id, hash.into()));
    }
    writer.commit(manifest).unwrap()
}

/// All files under `dir`, sorted, as paths from there.
pub fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

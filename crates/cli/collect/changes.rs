//! What changed since the snapshot before.

use std::collections::BTreeMap;
use std::fmt::Write;

use whocan_policy::AccountId;
use whocan_render::Plain;
use whocan_snapshot::{AccountObject, Manifest, SnapshotId, Store};

use crate::failure::Failure;

/// Nobody reads more lines than these; the snapshots have all.
const MOST_LINES: usize = 20;

/// Returns the latest snapshot of what is, not of what would be.
pub fn latest(store: &Store) -> Result<Option<(SnapshotId, Manifest)>, Failure> {
    let snapshots = store.snapshots()?;
    let real = snapshots.into_iter().rev();
    Ok(real
        .into_iter()
        .find(|(_, manifest)| !manifest.is_what_if()))
}

/// Says what changed between a snapshot and the one before it.
pub fn text(
    store: &Store,
    before: Option<(SnapshotId, Manifest)>,
    id: &SnapshotId,
) -> Result<String, Failure> {
    let Some((before_id, before)) = before else {
        return Ok(String::new());
    };
    let now = store.manifest(id)?;
    if before.content_hash() == now.content_hash() {
        return Ok(format!("  nothing has changed since {before_id}\n"));
    }
    let mut lines = Vec::new();
    if before.organization != now.organization {
        lines.push("the organization".to_owned());
    }
    let old: BTreeMap<AccountId, &String> = hashes(&before);
    let new: BTreeMap<AccountId, &String> = hashes(&now);
    for (account, hash) in &new {
        match old.get(account) {
            None => lines.push(format!("{account}: a new account")),
            Some(known) if known != hash => {
                let before = store.load_account(&known.parse()?)?;
                let now = store.load_account(&hash.parse()?)?;
                lines.extend(differences(&before, &now));
            }
            Some(_) => {}
        }
    }
    let gone = old.keys().filter(|account| !new.contains_key(account));
    lines.extend(gone.map(|account| format!("{account}: not collected")));
    let mut text = format!("  changed since {before_id}:\n");
    for line in lines.iter().take(MOST_LINES) {
        let _ = writeln!(text, "    {}", Plain(line));
    }
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        let _ = writeln!(text, "    and {more} more");
    }
    Ok(text)
}

fn hashes(manifest: &Manifest) -> BTreeMap<AccountId, &String> {
    let accounts = manifest.accounts.iter();
    accounts.map(|(account, hash)| (*account, hash)).collect()
}

/// Returns a line for each thing that came, went or changed in an account.
fn differences(before: &AccountObject, now: &AccountObject) -> Vec<String> {
    let mut lines = Vec::new();
    let mut compare = |old: BTreeMap<&str, String>, new: BTreeMap<&str, String>| {
        for (name, text) in &new {
            match old.get(name) {
                None => lines.push(format!("+ {name}")),
                Some(known) if known != text => lines.push(format!("~ {name}")),
                Some(_) => {}
            }
        }
        let gone = old.keys().filter(|name| !new.contains_key(*name));
        lines.extend(gone.map(|name| format!("- {name}")));
    };
    // What is written alike is alike; nothing here decides anything.
    macro_rules! each {
        ($($list:ident),*) => {$(
            let of = |account: &'_ AccountObject| -> Vec<(String, String)> {
                let things = account.$list.iter();
                things.map(|thing| (thing.arn.clone(), format!("{thing:?}"))).collect()
            };
            let (old, new) = (of(before), of(now));
            compare(named(&old), named(&new));
        )*};
    }
    each!(users, groups, roles, policies, resources);
    if lines.is_empty() {
        lines.push(format!("~ {}: settings or gaps of the account", now.id));
    }
    lines
}

fn named(things: &[(String, String)]) -> BTreeMap<&str, String> {
    let things = things.iter();
    things
        .map(|(arn, text)| (arn.as_str(), text.clone()))
        .collect()
}

//! The organization: first its tree, which says what accounts there are, then the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::account::finish;
use crate::answer::names;
use crate::asker::{Asker, Question};
use crate::error::CollectError;
use crate::services::organizations::{KINDS, S3, SERVICE};

/// The organization as far as it says what is to be collected.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The accounts that are in use, with their names.
    pub(crate) accounts: Vec<String>,
    /// The roots and organizational units.
    pub(crate) parents: Vec<String>,
    /// The kinds of policies that the root enables.
    pub(crate) kinds: Vec<String>,
    /// The accounts and units directly below a root or unit.
    pub(crate) below: BTreeMap<String, BTreeSet<String>>,
}

/// Reads the tree; `None` if the organization cannot be read, and then codes say why.
///
/// # Errors
///
/// If the credentials are no longer good, or the disk refuses.
pub(crate) async fn tree(asker: &Asker) -> Result<Option<Tree>, CollectError> {
    if ask(asker, "describe-organization", "").await?.is_none() {
        return Ok(None);
    }
    let Some(roots) = ask(asker, "list-roots", "").await? else {
        return Ok(None);
    };
    let mut tree = Tree {
        kinds: names(&roots, "Roots[].PolicyTypes[].Type"),
        ..Tree::default()
    };
    if let Some(accounts) = ask(asker, "list-accounts", "").await? {
        tree.accounts = in_use(&accounts);
    }
    let mut open = names(&roots, "Roots[].Id");
    while let Some(parent) = open.pop() {
        let accounts = ask(asker, "list-accounts-for-parent", &parent).await?;
        let units = ask(asker, "list-organizational-units-for-parent", &parent).await?;
        let accounts = accounts.map(|answer| names(&answer, "Accounts[].Id"));
        let units = units.map(|answer| names(&answer, "OrganizationalUnits[].Id"));
        let units = units.unwrap_or_default();
        let below = tree.below.entry(parent.clone()).or_default();
        below.extend(accounts.unwrap_or_default());
        below.extend(units.iter().cloned());
        tree.parents.push(parent);
        // A tree has each unit once; an answer that says otherwise leads in no circle.
        open.extend(
            units
                .into_iter()
                .filter(|unit| !tree.below.contains_key(unit)),
        );
    }
    tree.parents.sort();
    Ok(Some(tree))
}

/// Returns the accounts that can be read: closed ones cannot.
///
/// Source: AWS Organizations API Reference, Account: `State`, before 2026 `Status`.
fn in_use(accounts: &Value) -> Vec<String> {
    let accounts = accounts.get("Accounts").and_then(Value::as_array);
    let active = |account: &&Value| {
        let state = account.get("State").or_else(|| account.get("Status"));
        state
            .and_then(Value::as_str)
            .is_none_or(|state| state == "ACTIVE")
    };
    let active = accounts.into_iter().flatten().filter(active);
    let ids = active.filter_map(|account| account.get("Id").and_then(Value::as_str));
    ids.map(str::to_owned).collect()
}

impl Tree {
    /// Returns whether an account is below a root or unit.
    pub(crate) fn is_below(&self, account: &str, parent: &str) -> bool {
        let mut open = vec![parent];
        let mut seen = BTreeSet::new();
        while let Some(parent) = open.pop() {
            let below = self.below.get(parent).into_iter().flatten();
            for name in below {
                if name == account {
                    return true;
                }
                if seen.insert(name) {
                    open.push(name);
                }
            }
        }
        false
    }
}

/// Returns the tags of an account.
///
/// # Errors
///
/// As [`tree`].
pub(crate) async fn tags(
    asker: &Asker,
    account: &str,
) -> Result<BTreeMap<String, String>, CollectError> {
    let answer = ask(asker, "list-tags-for-resource", account).await?;
    let tags = answer.as_ref().and_then(|answer| answer.get("Tags"));
    let tags = tags.and_then(Value::as_array).into_iter().flatten();
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(tags
        .filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value").unwrap_or_default())))
        .collect())
}

/// Reads what the tree does not tell: tags, policies, delegation; what failed
/// for a passing reason once more.
///
/// # Errors
///
/// As [`tree`].
pub(crate) async fn collect(asker: Arc<Asker>, tree: Arc<Tree>) -> Result<(), CollectError> {
    rest(&asker, &tree).await?;
    if asker.folder.forget_passing()? {
        tokio::time::sleep(asker.shared.manners.first_wait).await;
        self::tree(&asker).await?;
        rest(&asker, &tree).await?;
    }
    Ok(())
}

async fn rest(asker: &Arc<Asker>, tree: &Arc<Tree>) -> Result<(), CollectError> {
    let mut tasks = JoinSet::new();
    let tagged = Arc::clone(asker);
    let accounts = tree.accounts.clone();
    tasks.spawn(async move {
        each(&tagged, "list-tags-for-resource", &accounts).await?;
        Ok(())
    });
    for kind in KINDS {
        tasks.spawn(policies(Arc::clone(asker), Arc::clone(tree), kind));
    }
    tasks.spawn(delegation(Arc::clone(asker)));
    finish(tasks).await
}

async fn policies(
    asker: Arc<Asker>,
    tree: Arc<Tree>,
    kind: &'static str,
) -> Result<(), CollectError> {
    // Older endpoints do not know this kind; where no root enables it, it bears on nothing.
    if kind == S3 && !tree.kinds.iter().any(|enabled| enabled == S3) {
        return Ok(());
    }
    let Some(listed) = ask(&asker, &format!("list-policies.{kind}"), "").await? else {
        return Ok(());
    };
    let ids = names(&listed, "Policies[].Id");
    each(&asker, "describe-policy", &ids).await?;
    // There are few policies and many targets: the other end is asked only where this one fails.
    if each(&asker, "list-targets-for-policy", &ids).await? {
        return Ok(());
    }
    let attached = format!("list-policies-for-target.{kind}");
    each(&asker, &attached, &tree.parents).await?;
    each(&asker, &attached, &tree.accounts).await?;
    Ok(())
}

async fn delegation(asker: Arc<Asker>) -> Result<(), CollectError> {
    let Some(listed) = ask(&asker, "list-delegated-administrators", "").await? else {
        return Ok(());
    };
    let administrators = names(&listed, "DelegatedAdministrators[].Id");
    each(
        &asker,
        "list-delegated-services-for-account",
        &administrators,
    )
    .await?;
    Ok(())
}

/// Asks about each; says whether each has an answer.
async fn each(asker: &Asker, command: &str, items: &[String]) -> Result<bool, CollectError> {
    asker.plan(items.len());
    let mut all = true;
    for item in items {
        all &= ask_planned(asker, command, item).await?.is_some();
    }
    Ok(all)
}

async fn ask(asker: &Asker, command: &str, item: &str) -> Result<Option<Value>, CollectError> {
    asker.plan(1);
    ask_planned(asker, command, item).await
}

async fn ask_planned(
    asker: &Asker,
    command: &str,
    item: &str,
) -> Result<Option<Value>, CollectError> {
    let Some(call) = SERVICE.call(command) else {
        return Ok(None);
    };
    let question = Question {
        service: &SERVICE,
        call,
        region: None,
        item,
    };
    asker.ask(question).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_below_every_unit_above_it() {
        let mut tree = Tree::default();
        let mut add = |parent: &str, below: &[&str]| {
            let below = below.iter().map(|name| (*name).to_owned());
            tree.below.insert(parent.to_owned(), below.collect());
        };
        add("r-1", &["ou-a", "111111111111"]);
        add("ou-a", &["ou-b"]);
        add("ou-b", &["222222222222", "ou-a"]);
        assert!(tree.is_below("222222222222", "r-1"));
        assert!(tree.is_below("222222222222", "ou-a"));
        assert!(!tree.is_below("111111111111", "ou-a"));
    }

    #[test]
    fn every_call_that_code_makes_is_a_row() {
        for kind in KINDS {
            assert!(SERVICE.call(&format!("list-policies.{kind}")).is_some());
            assert!(
                SERVICE
                    .call(&format!("list-policies-for-target.{kind}"))
                    .is_some()
            );
        }
    }
}

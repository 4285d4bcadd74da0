//! Which accounts are read.

use std::collections::BTreeSet;

use whocan_policy::AccountId;

use crate::asker::Asker;
use crate::error::CollectError;
use crate::options::Options;
use crate::organization::{self, Tree};
use crate::session::Session;

/// Returns the accounts to read, sorted.
///
/// # Errors
///
/// If accounts are chosen that cannot be entered or found.
pub(crate) async fn choose(
    session: &Session,
    options: &Options,
    organization: Option<(&Asker, &Tree)>,
) -> Result<Vec<AccountId>, CollectError> {
    let filtered = !options.units.is_empty() || !options.tags.is_empty();
    if options.role_name.is_none() {
        if options.accounts.iter().any(|id| *id != session.account) || filtered {
            let text = format!(
                "these are credentials of account {}: other accounts are read with a role",
                session.account
            );
            return Err(CollectError::NothingChosen(text));
        }
        return Ok(vec![session.account]);
    }
    if !options.accounts.is_empty() && !filtered {
        let chosen: BTreeSet<AccountId> = options.accounts.iter().copied().collect();
        return Ok(chosen.into_iter().collect());
    }
    let Some((asker, tree)) = organization else {
        let text = "its accounts are not known: name them";
        return Err(CollectError::Organization(text.to_owned()));
    };
    let mut chosen = BTreeSet::new();
    for account in &tree.accounts {
        let Ok(id) = account.parse::<AccountId>() else {
            continue;
        };
        let named = options.accounts.is_empty() || options.accounts.contains(&id);
        let mut units = options.units.iter();
        let placed = options.units.is_empty() || units.any(|unit| tree.is_below(account, unit));
        if named && placed && has_tags(asker, account, options).await? {
            chosen.insert(id);
        }
    }
    if chosen.is_empty() {
        let text = "no account of the organization is below the units and has the tags";
        return Err(CollectError::NothingChosen(text.to_owned()));
    }
    Ok(chosen.into_iter().collect())
}

async fn has_tags(asker: &Asker, account: &str, options: &Options) -> Result<bool, CollectError> {
    if options.tags.is_empty() {
        return Ok(true);
    }
    asker.plan(1);
    let tags = organization::tags(asker, account).await?;
    let mut wanted = options.tags.iter();
    Ok(wanted.all(|(key, value)| tags.get(key) == Some(value)))
}

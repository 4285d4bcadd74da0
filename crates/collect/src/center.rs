//! Identity Center in one region of an account: permission sets, assignments, the directory.

use std::sync::Arc;

use serde_json::Value;
use whocan_policy::AccountId;

use crate::answer::names;
use crate::asker::{Asker, Question};
use crate::error::CollectError;
use crate::services::{identitystore, sso_admin};
use crate::table::Service;

/// Asks for the instances, and for all that is in them; most regions have none.
///
/// Members see the instance of their organization too. Its owner is asked about
/// it, and the account of the person's credentials, which may be its delegated administrator.
/// Source: IAM Identity Center API Reference, ListInstances: `OwnerAccountId`.
///
/// # Errors
///
/// If the credentials are no longer good, or the disk refuses.
pub(crate) async fn collect(asker: Arc<Asker>, region: String) -> Result<(), CollectError> {
    let region = Region {
        asker: &asker,
        name: &region,
    };
    let Some(instances) = region.center(sso_admin::INSTANCES, "").await? else {
        return Ok(());
    };
    let listed = instances.get("Instances").and_then(Value::as_array);
    let told = |instance: &&Value| tells(instance, asker.account, asker.shared.own);
    for instance in listed.into_iter().flatten().filter(told) {
        if let Some(arn) = instance.get("InstanceArn").and_then(Value::as_str) {
            region.permission_sets(arn).await?;
        }
        if let Some(store) = instance.get("IdentityStoreId").and_then(Value::as_str) {
            region.directory(store).await?;
        }
    }
    Ok(())
}

fn tells(instance: &Value, account: AccountId, own: AccountId) -> bool {
    let owner = instance.get("OwnerAccountId").and_then(Value::as_str);
    account == own || owner.is_none_or(|owner| owner == account.to_string())
}

struct Region<'a> {
    asker: &'a Asker,
    name: &'a str,
}

impl Region<'_> {
    async fn permission_sets(&self, instance: &str) -> Result<(), CollectError> {
        let Some(sets) = self.center(sso_admin::SETS, instance).await? else {
            return Ok(());
        };
        for set in names(&sets, "PermissionSets[]") {
            self.center(sso_admin::DESCRIBE, &set).await?;
            let Some(accounts) = self.center(sso_admin::ACCOUNTS, &set).await? else {
                continue;
            };
            for account in names(&accounts, "AccountIds[]") {
                let both = format!("{account}/{set}");
                self.center(sso_admin::ASSIGNMENTS, &both).await?;
            }
        }
        Ok(())
    }

    async fn directory(&self, store: &str) -> Result<(), CollectError> {
        self.store(identitystore::USERS, store).await?;
        let Some(groups) = self.store(identitystore::GROUPS, store).await? else {
            return Ok(());
        };
        for group in names(&groups, "Groups[].GroupId") {
            let both = format!("{store}/{group}");
            self.store(identitystore::MEMBERS, &both).await?;
        }
        Ok(())
    }

    async fn center(&self, command: &str, item: &str) -> Result<Option<Value>, CollectError> {
        self.ask(&sso_admin::SERVICE, command, item).await
    }

    async fn store(&self, command: &str, item: &str) -> Result<Option<Value>, CollectError> {
        self.ask(&identitystore::SERVICE, command, item).await
    }

    async fn ask(
        &self,
        service: &'static Service,
        command: &str,
        item: &str,
    ) -> Result<Option<Value>, CollectError> {
        let Some(call) = service.call(command) else {
            return Ok(None);
        };
        self.asker.plan(1);
        let question = Question {
            service,
            call,
            region: Some(self.name),
            item,
        };
        self.asker.ask(question).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_instance_is_asked_about_where_its_owner_or_the_person_is() {
        let account = |text: &str| text.parse::<AccountId>().expect("an account");
        let (owner, member, person) = (
            account("111122223333"),
            account("222233334444"),
            account("333344445555"),
        );
        let instance = json!({"OwnerAccountId": "111122223333"});
        assert!(tells(&instance, owner, person));
        assert!(!tells(&instance, member, person));
        assert!(tells(&instance, person, person));
        assert!(tells(&json!({}), member, person));
    }
}

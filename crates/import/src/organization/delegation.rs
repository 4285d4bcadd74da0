//! The accounts that administer services for the organization.

use serde::Deserialize;
use whocan_policy::AccountId;
use whocan_snapshot::{Collected, DelegatedAdministrator, GapCode};

use super::{Reader, Told};
use crate::error::FileError;
use crate::json::List;

impl Reader<'_> {
    /// Reads the delegated administrators and their services.
    pub(super) fn delegated_administrators(
        &mut self,
    ) -> Result<Collected<Vec<DelegatedAdministrator>>, FileError> {
        let told = self.ask::<Delegated>("list-delegated-administrators")?;
        let list = match told {
            Told::Answer(answer) => answer.delegated_administrators.0,
            Told::Nothing if self.options.absent_means_none => Vec::new(),
            Told::Part(_) | Told::Nothing | Told::Refused(_) | Told::Broken => {
                return Ok(Collected::Not);
            }
        };
        let mut services = self.ask_each::<Services>("list-delegated-services-for-account")?;
        let mut administrators = Vec::new();
        for account in list {
            let told = services.remove(&account.id.to_string());
            if told.is_none() && !self.options.absent_means_none {
                let (id, code) = (account.id.to_string(), GapCode::NotExported);
                self.gap("list-delegated-services-for-account", Some(&id), code);
            }
            let answer = told.and_then(Told::answer);
            let services = answer.map(|answer| answer.delegated_services.0);
            let names = services.unwrap_or_default().into_iter();
            let mut services: Vec<String> =
                names.map(|service| service.service_principal).collect();
            services.sort();
            administrators.push(DelegatedAdministrator {
                account: account.id,
                services,
            });
        }
        administrators.sort();
        administrators.dedup();
        Ok(Collected::Yes(administrators))
    }
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `DelegatedAdministrators`"
)]
struct Delegated {
    #[serde(default)]
    delegated_administrators: List<DelegatedShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an account")]
struct DelegatedShape {
    id: AccountId,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `DelegatedServices`"
)]
struct Services {
    #[serde(default)]
    delegated_services: List<ServiceShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a service")]
struct ServiceShape {
    service_principal: String,
}

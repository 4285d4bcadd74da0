//! The calls that a collection would make, without making any.

use crate::table::{self, When};

/// One kind of call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCall {
    /// The service's name on the AWS command line.
    pub service: &'static str,
    /// The command's name there.
    pub command: &'static str,
    /// How often it is made, in words.
    pub often: String,
    /// The action that a policy must allow.
    pub action: String,
}

/// Returns all kinds of calls, in the order in which services are asked.
pub fn planned() -> Vec<PlannedCall> {
    let rows = table::rows();
    rows.map(|(service, call)| PlannedCall {
        service: service.name,
        command: call.command,
        often: often(service.name, call.when),
        action: service.action(call),
    })
    .collect()
}

fn often(service: &str, when: When) -> String {
    match when {
        When::Account => "in each account".to_owned(),
        When::Region => "in each region of each account".to_owned(),
        When::Each(names) => format!("for each of {}", names.list),
        When::EachInRegion(names) => format!("in each region, for each of {}", names.list),
        When::Led if service == "organizations" => "in the organization".to_owned(),
        When::Led if matches!(service, "sso-admin" | "identitystore") => {
            "in each region, where Identity Center is".to_owned()
        }
        When::Led => "in each account".to_owned(),
    }
}

//! Lists that AWS publishes as prose, kept by hand.
//!
//! Each file holds one list with the page it was read from and the day. A list
//! that has grown since is a missing row here: look at the page, add the row,
//! set the day.

use std::cmp::Ordering;

mod anonymous;
mod encrypted;
mod endpoint_keys;
mod global_services;
mod immutable;
mod kms;
mod operations;
mod rcp_services;
mod resource_account;
mod resource_policies;
mod resource_tags;
mod service_principals;
mod session_services;

pub use anonymous::{ANONYMOUS_ACTIONS, accepts_anonymous_calls};
pub use encrypted::{ENCRYPTED_CALLS, EncryptedCall, key_permissions};
pub use endpoint_keys::{ENDPOINT_KEY_SERVICES, EndpointKey, supports_endpoint_key};
pub use global_services::{GLOBAL_SERVICES, region_of_global_service};
pub use immutable::{IMMUTABLE, Protected, ProtectedObject, is_immutable};
pub use kms::{KMS_CROSS_ACCOUNT, kms_works_across_accounts};
pub use operations::{OPERATIONS, Operation, Requirement, actions_of_operation};
pub use rcp_services::{RCP_SERVICES, is_under_rcps};
pub use resource_account::{NO_RESOURCE_ACCOUNT, carries_resource_account};
pub use resource_policies::{
    RESOURCE_POLICIES, ResourcePolicy, resource_policy_of, takes_resource_policies,
};
pub use resource_tags::{NO_RESOURCE_TAGS, lacks_tags_of_resource};
pub use service_principals::{SERVICE_PRINCIPALS, is_known_service_principal};
pub use session_services::{EC2, POD_IDENTITY, POD_IDENTITY_TAGS, ROLES_ANYWHERE};

/// A list of facts with its source.
#[derive(Clone, Copy, Debug)]
pub struct Table<R: 'static> {
    /// The page that says so: its title and where it is published.
    pub source: &'static str,
    /// The day the list was last compared with what was at hand of the page.
    ///
    /// Mostly a stored copy, not the live page; where rows are not from a page
    /// that was read that day, the table says so.
    pub read: &'static str,
    /// The facts.
    // INVARIANT: sorted by what the lookup beside the table searches for.
    pub rows: &'static [R],
}

impl Table<&'static str> {
    /// Returns whether the list has `text`, compared without case.
    fn has(&self, text: &str) -> bool {
        let found = self.rows.binary_search_by(|row| compare(row, text));
        found.is_ok()
    }
}

/// Compares without case.
fn compare(one: &str, other: &str) -> Ordering {
    let one = one.bytes().map(|byte| byte.to_ascii_lowercase());
    one.cmp(other.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Returns whether `text` starts with `start`, compared without case.
fn starts_with(text: &str, start: &str) -> bool {
    let text = text.as_bytes().get(..start.len());
    text.is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    fn check_list(name: &str, table: &Table<&'static str>) {
        let lower: Vec<String> = table.rows.iter().map(|r| r.to_ascii_lowercase()).collect();
        assert!(lower.is_sorted_by(|a, b| a < b), "{name} is not sorted");
        assert_eq!(table.read.len(), "2026-11-24".len(), "{name}");
        assert!(!table.source.is_empty(), "{name}");
        assert!(table.rows.iter().all(|row| table.has(row)), "{name}");
    }

    #[test]
    fn lists_are_sorted_and_name_services_of_the_catalogue() {
        let services = [("rcp", &RCP_SERVICES)].into_iter().chain(
            ENDPOINT_KEY_SERVICES
                .iter()
                .map(|(_, table)| ("endpoint", table)),
        );
        for (name, table) in services {
            check_list(name, table);
            for service in table.rows {
                assert!(catalogue().service(service).is_some(), "{name}: {service}");
            }
        }
    }

    #[test]
    fn lists_are_sorted_and_name_actions_of_the_catalogue() {
        let tables = [
            ("kms", &KMS_CROSS_ACCOUNT),
            ("account", &NO_RESOURCE_ACCOUNT),
            ("tags", &NO_RESOURCE_TAGS),
            ("anonymous", &ANONYMOUS_ACTIONS),
        ];
        for (name, table) in tables {
            check_list(name, table);
            for action in table.rows {
                assert!(!catalogue().matching(action).is_empty(), "{name}: {action}");
            }
        }
    }
}

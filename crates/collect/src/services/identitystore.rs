//! The directory of Identity Center: users, groups, and who is in which.

use crate::table::{Call, Field, Service, Wire, text};

/// Source: Identity Store API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "identitystore",
    host: "identitystore",
    signs: "identitystore",
    actions: "identitystore",
    wire: Wire::Json {
        target: "AWSIdentityStore",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 10,
    calls: &[
        Call::led(USERS, "ListUsers")
            .argument("{item}")
            .sends(STORE)
            .pages("NextToken", "NextToken", &["Users"]),
        Call::led(GROUPS, "ListGroups")
            .argument("{item}")
            .sends(STORE)
            .pages("NextToken", "NextToken", &["Groups"]),
        Call::led(MEMBERS, "ListGroupMemberships")
            .argument("{rest}")
            .sends(&[
                text("IdentityStoreId", "{first}"),
                text("GroupId", "{rest}"),
            ])
            .pages("NextToken", "NextToken", &["GroupMemberships"]),
    ],
};

pub(crate) const USERS: &str = "list-users";
pub(crate) const GROUPS: &str = "list-groups";
pub(crate) const MEMBERS: &str = "list-group-memberships";

const STORE: &[Field] = &[text("IdentityStoreId", "{item}")];

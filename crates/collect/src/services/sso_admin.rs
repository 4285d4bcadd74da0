//! IAM Identity Center: permission sets, and who is assigned them in which account.

use crate::table::{Call, Field, Service, Wire, text};

/// Source: IAM Identity Center API Reference.
pub(crate) const SERVICE: Service = Service {
    name: "sso-admin",
    host: "sso",
    signs: "sso",
    actions: "sso",
    wire: Wire::Json {
        target: "SWBExternalService",
        version: "1.1",
    },
    one_endpoint: false,
    rate: 5,
    calls: &[
        Call::led(INSTANCES, "ListInstances").pages("NextToken", "NextToken", &["Instances"]),
        Call::led(SETS, "ListPermissionSets")
            .argument("{item}")
            .sends(&[text("InstanceArn", "{item}")])
            .pages("NextToken", "NextToken", &["PermissionSets"]),
        Call::led(DESCRIBE, "DescribePermissionSet")
            .argument("{item}")
            .sends(SET),
        Call::led(ACCOUNTS, "ListAccountsForProvisionedPermissionSet")
            .argument("{item}")
            .sends(SET)
            .pages("NextToken", "NextToken", &["AccountIds"]),
        Call::led(ASSIGNMENTS, "ListAccountAssignments")
            .argument("{item}")
            .sends(&[
                text("InstanceArn", "{instance}"),
                text("AccountId", "{first}"),
                text("PermissionSetArn", "{rest}"),
            ])
            .pages("NextToken", "NextToken", &["AccountAssignments"]),
    ],
};

pub(crate) const INSTANCES: &str = "list-instances";
pub(crate) const SETS: &str = "list-permission-sets";
pub(crate) const DESCRIBE: &str = "describe-permission-set";
pub(crate) const ACCOUNTS: &str = "list-accounts-for-provisioned-permission-set";
pub(crate) const ASSIGNMENTS: &str = "list-account-assignments";

/// The ARN of a permission set names its instance.
const SET: &[Field] = &[
    text("InstanceArn", "{instance}"),
    text("PermissionSetArn", "{item}"),
];

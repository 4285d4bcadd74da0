//! IAM objects that only AWS may change.

use super::Table;

/// An object of IAM that belongs to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protected {
    /// A managed policy of AWS, `arn:aws:iam::aws:policy/...`.
    AwsManagedPolicy,
    /// A role under the path `/aws-service-role/`.
    ServiceLinkedRole,
    /// A role of IAM Identity Center, under `/aws-reserved/sso.amazonaws.com/`.
    IdentityCenterRole,
}

/// What nobody may do with one kind of object.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedObject {
    /// The kind of object.
    pub kind: Protected,
    /// How the resource part of its ARN begins.
    pub resource_prefix: &'static str,
    /// The account in its ARN, where that is fixed.
    pub account: Option<&'static str>,
    /// The actions that always fail on it; sorted.
    pub actions: &'static [&'static str],
}

/// The changes that fail whoever asks for them (R145).
///
/// The role operations are those that IAM documents with the error
/// `UnmodifiableEntity` and that bear on permissions; deleting a service-linked
/// role goes through `iam:DeleteServiceLinkedRole`. Only the API's errors (botocore
/// 1.43.11) were read that day. What is said of managed policies and of
/// Identity Center's roles was not compared again.
pub const IMMUTABLE: Table<ProtectedObject> = Table {
    source: "Managed policies and inline policies, IAM User Guide; Create a service-linked role, \
             IAM User Guide; IAM API Reference, error UnmodifiableEntity; Referencing permission \
             sets in resource policies, IAM Identity Center User Guide",
    read: "2026-11-24",
    rows: &[
        ProtectedObject {
            kind: Protected::AwsManagedPolicy,
            resource_prefix: "policy/",
            account: Some("aws"),
            actions: &[
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
                "iam:TagPolicy",
                "iam:UntagPolicy",
            ],
        },
        ProtectedObject {
            kind: Protected::ServiceLinkedRole,
            resource_prefix: "role/aws-service-role/",
            account: None,
            actions: ROLE_CHANGES,
        },
        ProtectedObject {
            kind: Protected::IdentityCenterRole,
            resource_prefix: "role/aws-reserved/sso.amazonaws.com/",
            account: None,
            actions: ROLE_CHANGES,
        },
    ],
};

const ROLE_CHANGES: &[&str] = &[
    "iam:AddRoleToInstanceProfile",
    "iam:AttachRolePolicy",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:UpdateAssumeRolePolicy",
];

/// Returns what protects the IAM object `arn` from the action, if anything does.
///
/// Source: [`IMMUTABLE`].
pub fn is_immutable(action: &str, arn: &str) -> Option<Protected> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, _, account) = (parts.next()?, parts.next()?, parts.next()?);
    let resource = parts.next()?;
    if service != "iam" {
        return None;
    }
    let found = IMMUTABLE.rows.iter().find(|row| {
        row.account.is_none_or(|fixed| fixed == account)
            && resource.starts_with(row.resource_prefix)
            && row.actions.iter().any(|a| a.eq_ignore_ascii_case(action))
    });
    found.map(|row| row.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn nobody_changes_what_belongs_to_aws() {
        let sso = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef";
        assert_eq!(
            is_immutable("iam:putrolepolicy", sso),
            Some(Protected::IdentityCenterRole)
        );
        assert_eq!(is_immutable("iam:GetRole", sso), None);
        assert_eq!(is_immutable("sts:AssumeRole", sso), None);
        let linked = "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";
        assert_eq!(
            is_immutable("iam:DeleteRole", linked),
            Some(Protected::ServiceLinkedRole)
        );
        assert_eq!(is_immutable("iam:DeleteServiceLinkedRole", linked), None);
        let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
        assert_eq!(
            is_immutable("iam:CreatePolicyVersion", policy),
            Some(Protected::AwsManagedPolicy)
        );
        assert_eq!(is_immutable("iam:GetPolicy", policy), None);
    }

    #[test]
    fn customers_change_their_own() {
        let role = "arn:aws:iam::111122223333:role/aws-reserved";
        assert_eq!(is_immutable("iam:PutRolePolicy", role), None);
        let policy = "arn:aws:iam::111122223333:policy/p";
        assert_eq!(is_immutable("iam:CreatePolicyVersion", policy), None);
        assert_eq!(is_immutable("iam:PutRolePolicy", "*"), None);
        assert_eq!(is_immutable("iam:PutRolePolicy", ""), None);
    }

    #[test]
    fn rows_name_actions_of_the_catalogue() {
        for row in IMMUTABLE.rows {
            assert!(row.actions.is_sorted_by(|a, b| a < b));
            for action in row.actions {
                assert!(catalogue().action(action).is_some(), "{action}");
            }
        }
    }
}

//! Actions that do not tell who owns the resource.

use super::Table;

/// Patterns over the actions without `aws:ResourceAccount`, `aws:ResourceOrgID` and
/// `aws:ResourceOrgPaths` (R108).
///
/// AWS also names `events:PutEvents`, but only for foreign event buses that
/// were set up as targets before March 2, 2023; it is not here.
pub const NO_RESOURCE_ACCOUNT: Table<&str> = Table {
    source: "AWS global condition context keys: aws:ResourceAccount, IAM User Guide",
    read: "2026-11-24",
    rows: &[
        "auditmanager:UpdateAssessmentFrameworkShare",
        "detective:AcceptInvitation",
        "ds:AcceptSharedDirectory",
        "ebs:*",
        "ec2:AcceptTransitGatewayPeeringAttachment",
        "ec2:AcceptVpcEndpointConnections",
        "ec2:AcceptVpcPeeringConnection",
        "ec2:CreateTransitGatewayPeeringAttachment",
        "ec2:CreateVpcEndpoint",
        "ec2:CreateVpcPeeringConnection",
        "es:AcceptInboundConnection",
        "guardduty:AcceptAdministratorInvitation",
        "macie2:AcceptInvitation",
        "route53:AssociateVPCWithHostedZone",
        "route53:CreateVPCAssociationAuthorization",
        "securityhub:AcceptAdministratorInvitation",
    ],
};

/// Returns whether requests for the action carry the owner of the resource.
///
/// Source: [`NO_RESOURCE_ACCOUNT`].
pub fn carries_resource_account(action: &str) -> bool {
    let whole_service = action
        .split_once(':')
        .is_some_and(|(prefix, _)| NO_RESOURCE_ACCOUNT.has(&format!("{prefix}:*")));
    !whole_service && !NO_RESOURCE_ACCOUNT.has(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_actions_carry_the_owner() {
        assert!(carries_resource_account("s3:GetObject"));
        assert!(carries_resource_account("events:PutEvents"));
        assert!(!carries_resource_account("ec2:acceptvpcpeeringconnection"));
        assert!(!carries_resource_account("ebs:GetSnapshotBlock"));
        assert!(carries_resource_account("ec2:CreateSnapshot"));
    }
}

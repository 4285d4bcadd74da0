//! The policies that AWS puts in place where nobody wrote one.

/// The service control policy that every level has until somebody detaches it.
/// Source: Service control policies (SCPs), Organizations User Guide, read 2026-11-24.
pub const FULL_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Returns the policy of a KMS key that was created without one (R169).
/// Source: Default key policy, KMS Developer Guide, read 2026-11-24.
pub fn default_key_policy(partition: &str, account: whocan_policy::AccountId) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    )
}

/// Returns the fixed policy of a key that AWS manages: through the service
/// that it was made for, for callers of its own account only (R174).
///
/// Which service that is stands in the key's alias, which need not be
/// collected; the statement asks only that some service makes the call.
/// Source: AWS KMS keys, KMS Developer Guide, read 2026-11-24.
pub fn aws_managed_key_policy(partition: &str, account: whocan_policy::AccountId) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Id":"auto-1","Statement":[{{"Sid":"Through the service","Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*","Condition":{{"StringEquals":{{"kms:CallerAccount":"{account}"}},"Null":{{"kms:ViaService":"false"}}}}}},{{"Sid":"Describe","Effect":"Allow","Principal":{{"AWS":"arn:{partition}:iam::{account}:root"}},"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}}]}}"#
    )
}

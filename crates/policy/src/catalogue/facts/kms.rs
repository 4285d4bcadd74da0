//! KMS operations on keys of other accounts.

use super::Table;

/// The KMS actions that work on a key of another account (R172).
///
/// Permissions for any other action have no effect across accounts. Compared
/// with the operations' documentation in botocore 1.43.11.
pub const KMS_CROSS_ACCOUNT: Table<&str> = Table {
    source: "Allowing users in other accounts to use a KMS key, AWS KMS Developer Guide; \
             AWS KMS API Reference, Cross-account use of each operation",
    read: "2026-11-24",
    rows: &[
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DeriveSharedSecret",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GenerateMac",
        "kms:GetKeyRotationStatus",
        "kms:GetPublicKey",
        "kms:ListGrants",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:RetireGrant",
        "kms:RevokeGrant",
        "kms:Sign",
        "kms:Verify",
        "kms:VerifyMac",
    ],
};

/// Returns whether the KMS action, such as `kms:Decrypt`, works on a foreign key.
///
/// Source: [`KMS_CROSS_ACCOUNT`].
pub fn kms_works_across_accounts(action: &str) -> bool {
    KMS_CROSS_ACCOUNT.has(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_key_can_be_used_and_not_managed() {
        assert!(kms_works_across_accounts("kms:decrypt"));
        assert!(kms_works_across_accounts("kms:CreateGrant"));
        assert!(!kms_works_across_accounts("kms:PutKeyPolicy"));
        assert!(!kms_works_across_accounts("kms:GetKeyPolicy"));
        assert!(!kms_works_across_accounts("kms:ScheduleKeyDeletion"));
    }
}

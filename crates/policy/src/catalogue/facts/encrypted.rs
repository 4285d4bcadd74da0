//! Which permissions on a key a call on encrypted data needs besides its own.

use super::Table;

/// A call on data that a KMS key may encrypt.
#[derive(Clone, Copy, Debug)]
pub struct EncryptedCall {
    /// The action.
    pub action: &'static str,
    /// What it needs on the customer managed key; sorted.
    pub needs: &'static [&'static str],
}

/// Calls that need the key too (R191), sorted by action.
///
/// The service makes the key call for the caller, so that `kms:ViaService` is
/// set. An upload in parts also needs `kms:Decrypt`; a plain one does not.
/// Parameters need it only to be read in plain text, and only those that are a
/// `SecureString`.
pub const ENCRYPTED_CALLS: Table<EncryptedCall> = Table {
    source: "Using server-side encryption with AWS KMS keys (SSE-KMS), Amazon S3 User Guide; \
             GetSecretValue and PutSecretValue, AWS Secrets Manager API Reference; Key management, \
             Amazon SQS and Amazon SNS Developer Guides; Permissions to use user-generated KMS keys, \
             Amazon Kinesis Data Streams Developer Guide; Restricting decryption of SecureString \
             parameter values, AWS Systems Manager User Guide",
    read: "2026-11-25",
    rows: &[
        call("kinesis:GetRecords", DECRYPT),
        call("kinesis:PutRecord", GENERATE),
        call("kinesis:PutRecords", GENERATE),
        call("s3:GetObject", DECRYPT),
        call("s3:GetObjectVersion", DECRYPT),
        call("s3:PutObject", GENERATE),
        call("secretsmanager:GetSecretValue", DECRYPT),
        call("secretsmanager:PutSecretValue", BOTH),
        call("sns:Publish", BOTH),
        call("sqs:ReceiveMessage", DECRYPT),
        call("sqs:SendMessage", BOTH),
        call("ssm:GetParameter", DECRYPT),
        call("ssm:GetParameterHistory", DECRYPT),
        call("ssm:GetParameters", DECRYPT),
        call("ssm:GetParametersByPath", DECRYPT),
    ],
};

const DECRYPT: &[&str] = &["kms:Decrypt"];
const GENERATE: &[&str] = &["kms:GenerateDataKey"];
const BOTH: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];

const fn call(action: &'static str, needs: &'static [&'static str]) -> EncryptedCall {
    EncryptedCall { action, needs }
}

/// Returns the permissions that `action` needs on the key behind encrypted
/// data; none if it touches no such data.
///
/// Source: [`ENCRYPTED_CALLS`].
pub fn key_permissions(action: &str) -> &'static [&'static str] {
    let rows = ENCRYPTED_CALLS.rows;
    let found = rows.iter().find(|row| row.action == action);
    found.map_or(&[], |row| row.needs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn calls_and_needs_are_actions_of_the_catalogue() {
        let rows = ENCRYPTED_CALLS.rows;
        assert!(rows.is_sorted_by(|one, other| one.action < other.action));
        for row in rows {
            assert!(row.needs.is_sorted_by(|one, other| one < other));
            for action in row.needs.iter().chain([&row.action]) {
                let id = catalogue().action(action).expect("an action");
                assert_eq!(catalogue().name(id), *action);
            }
        }
    }

    #[test]
    fn listing_a_bucket_needs_no_key() {
        assert!(key_permissions("s3:ListBucket").is_empty());
        assert_eq!(key_permissions("s3:GetObject"), ["kms:Decrypt"]);
    }
}

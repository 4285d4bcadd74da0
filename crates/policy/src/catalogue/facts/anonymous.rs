//! Actions that may be called without a signature.

use super::{Table, starts_with};

/// Patterns over the actions that accept calls without a signature (R142).
///
/// A wildcard principal in the resource's policy is still needed, and settings
/// outside of policies may stand in the way: Block Public Access, the auth type
/// of a function URL, the authorizer of an API, the network of a file system
/// or service network. AWS has no list of its own. The guides of
/// EFS and VPC Lattice were read that day; the other rows are well known and
/// were not compared again.
pub const ANONYMOUS_ACTIONS: Table<&str> = Table {
    source: "Service guides: Amazon S3 (Access control), Amazon SQS and Amazon SNS (policy \
             examples for everyone), AWS Lambda (Control access to function URLs), Amazon API \
             Gateway (resource policies), Amazon OpenSearch Service (open access policies), \
             Amazon EFS (Using IAM to control access to file systems), Amazon VPC Lattice \
             (Control access using auth policies)",
    read: "2026-11-24",
    rows: &[
        "elasticfilesystem:Client*",
        "es:ESHttp*",
        "execute-api:Invoke",
        "lambda:InvokeFunctionUrl",
        "s3:*",
        "sns:*",
        "sqs:*",
        "vpc-lattice-svcs:Invoke",
    ],
};

/// Returns whether the action, such as `s3:GetObject`, can be called without a signature.
///
/// Source: [`ANONYMOUS_ACTIONS`].
pub fn accepts_anonymous_calls(action: &str) -> bool {
    let mut rows = ANONYMOUS_ACTIONS.rows.iter();
    rows.any(|row| match row.strip_suffix('*') {
        Some(start) => starts_with(action, start),
        None => row.eq_ignore_ascii_case(action),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_may_be_open_and_a_secret_never() {
        assert!(accepts_anonymous_calls("s3:GetObject"));
        assert!(accepts_anonymous_calls("SQS:SendMessage"));
        assert!(accepts_anonymous_calls("es:ESHttpGet"));
        assert!(accepts_anonymous_calls("lambda:InvokeFunctionUrl"));
        assert!(!accepts_anonymous_calls("lambda:InvokeFunction"));
        assert!(!accepts_anonymous_calls("secretsmanager:GetSecretValue"));
        assert!(!accepts_anonymous_calls("s3express:CreateSession"));
        assert!(!accepts_anonymous_calls("es:DescribeDomain"));
        assert!(!accepts_anonymous_calls(""));
    }
}

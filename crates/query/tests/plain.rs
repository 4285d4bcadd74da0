//! What is asked once for many, or of few only, is what asking for each would give.

mod example;

use example::{ask, ask_plainly};

/// Questions with many actions, few principals, or both.
const QUESTIONS: &[&str] = &[
    "what can role/reporting do on bucket/payroll or queue/jobs or key/payroll",
    "what can user/dan do on buckets or functions",
    "what can user/ana reach on queue/jobs or bucket/payroll",
    "which buckets can user/ana reach s3:*",
    "which buckets or keys can users in account/dev reach s3:Get*, kms:*",
    "which resources can anyone s3:*, sqs:*, sns:*",
    "who outside org can reach s3:* on bucket/payroll",
    "who in account/security can s3:*, kms:* on bucket/payroll or key/payroll",
    "who can all of s3:GetObject, s3:ListBucket, s3:GetBucketTagging on bucket/payroll",
    "who in account/prod can dynamodb:*, sns:*, sqs:* on account/prod",
    "can role/ci-deployer reach s3:Put*, s3:Delete* on bucket/payroll",
    "matrix users in account/dev by buckets reach s3:Get*",
];

#[test]
fn sharing_answers_between_actions_and_looking_at_few_changes_no_answer() {
    for question in QUESTIONS {
        assert_eq!(ask(question), ask_plainly(question), "{question}");
    }
}

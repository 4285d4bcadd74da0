//! One file a service: its rows in the table, and what reads their answers.
//!
//! Beside them stand the two answers that all services share: a resource's
//! policy and its tags.

pub(crate) mod dynamodb;
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod events;
pub(crate) mod glue;
pub(crate) mod iam;
pub(crate) mod identity_center;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod membership;
pub(crate) mod policy;
pub(crate) mod ram;
pub(crate) mod s3api;
pub(crate) mod s3control;
pub(crate) mod secretsmanager;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod tags;

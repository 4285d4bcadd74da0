//! The services, one file each.

pub(crate) mod dynamodb;
pub(crate) mod ec2;
pub(crate) mod ecr;
pub(crate) mod events;
pub(crate) mod glue;
pub(crate) mod iam;
pub(crate) mod identitystore;
pub(crate) mod kms;
pub(crate) mod lambda;
pub(crate) mod organizations;
pub(crate) mod ram;
pub(crate) mod s3api;
pub(crate) mod s3control;
pub(crate) mod secretsmanager;
pub(crate) mod sns;
pub(crate) mod sqs;
pub(crate) mod sso_admin;
pub(crate) mod sts;

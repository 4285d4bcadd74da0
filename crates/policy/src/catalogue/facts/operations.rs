//! API operations whose permissions are not simply the action of their name.

use super::Table;

/// What an API operation needs.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The service as the AWS CLI and SDKs call it, such as `s3control`.
    pub service: &'static str,
    /// The operation, such as `ListObjectsV2`.
    pub name: &'static str,
    /// The permissions.
    pub needs: &'static [Requirement],
}

/// A permission that an API operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// One of these, depending on the request: the second of S3's pairs if it
    /// names a version of the object.
    pub any_of: &'static [&'static str],
    /// Whether every call needs it; otherwise only calls that use the feature.
    pub always: bool,
}

/// The operations that need another action, or more actions, than the one of their name (R46).
///
/// S3 in full, without KMS permissions of encrypted objects (R191); of other
/// services the ones that are known to differ. API Gateway's management
/// operations are named by HTTP method (`apigateway:GET`) and are not here.
/// The page for S3 was read that day; rows of other services are well known
/// and were not compared again.
pub const OPERATIONS: Table<Operation> = Table {
    source: "Required permissions for Amazon S3 API operations, Amazon S3 User Guide; Invoke and \
             GetLayerVersionByArn, AWS Lambda API Reference; Amazon SQS API permissions, Amazon \
             SQS Developer Guide; ReEncrypt, AWS KMS API Reference; Using IAM with DynamoDB \
             transactions and PartiQL, Amazon DynamoDB Developer Guide; Converse, Amazon Bedrock \
             API Reference; PublishBatch, Amazon SNS API Reference",
    read: "2026-11-24",
    rows: &[
        operation("bedrock", "Converse", &[always(&["bedrock:InvokeModel"])]),
        operation(
            "bedrock",
            "ConverseStream",
            &[always(&["bedrock:InvokeModelWithResponseStream"])],
        ),
        operation(
            "dynamodb",
            "BatchExecuteStatement",
            &[
                sometimes(&["dynamodb:PartiQLDelete"]),
                sometimes(&["dynamodb:PartiQLInsert"]),
                sometimes(&["dynamodb:PartiQLSelect"]),
                sometimes(&["dynamodb:PartiQLUpdate"]),
            ],
        ),
        operation(
            "dynamodb",
            "ExecuteStatement",
            &[
                sometimes(&["dynamodb:PartiQLDelete"]),
                sometimes(&["dynamodb:PartiQLInsert"]),
                sometimes(&["dynamodb:PartiQLSelect"]),
                sometimes(&["dynamodb:PartiQLUpdate"]),
            ],
        ),
        operation(
            "dynamodb",
            "ExecuteTransaction",
            &[
                sometimes(&["dynamodb:PartiQLDelete"]),
                sometimes(&["dynamodb:PartiQLInsert"]),
                sometimes(&["dynamodb:PartiQLSelect"]),
                sometimes(&["dynamodb:PartiQLUpdate"]),
            ],
        ),
        operation(
            "dynamodb",
            "TransactGetItems",
            &[always(&["dynamodb:GetItem"])],
        ),
        operation(
            "dynamodb",
            "TransactWriteItems",
            &[
                sometimes(&["dynamodb:ConditionCheckItem"]),
                sometimes(&["dynamodb:DeleteItem"]),
                sometimes(&["dynamodb:PutItem"]),
                sometimes(&["dynamodb:UpdateItem"]),
            ],
        ),
        operation(
            "kms",
            "ReEncrypt",
            &[always(&["kms:ReEncryptFrom"]), always(&["kms:ReEncryptTo"])],
        ),
        operation(
            "lambda",
            "GetLayerVersionByArn",
            &[always(&["lambda:GetLayerVersion"])],
        ),
        operation("lambda", "Invoke", &[always(&["lambda:InvokeFunction"])]),
        operation(
            "lambda",
            "InvokeAsync",
            &[always(&["lambda:InvokeFunction"])],
        ),
        operation(
            "lambda",
            "InvokeWithResponseStream",
            &[always(&["lambda:InvokeFunction"])],
        ),
        operation(
            "s3",
            "CompleteMultipartUpload",
            &[always(&["s3:PutObject"])],
        ),
        operation(
            "s3",
            "CopyObject",
            &[
                always(&["s3:GetObject", "s3:GetObjectVersion"]),
                always(&["s3:PutObject"]),
                sometimes(&["s3:PutObjectAcl"]),
                sometimes(&["s3:PutObjectTagging"]),
                sometimes(&["s3:PutObjectRetention"]),
                sometimes(&["s3:PutObjectLegalHold"]),
            ],
        ),
        operation(
            "s3",
            "CreateBucket",
            &[
                always(&["s3:CreateBucket"]),
                sometimes(&["s3:PutBucketAcl"]),
                sometimes(&["s3:PutBucketObjectLockConfiguration"]),
                sometimes(&["s3:PutBucketVersioning"]),
                sometimes(&["s3:PutBucketOwnershipControls"]),
            ],
        ),
        operation(
            "s3",
            "CreateBucketMetadataConfiguration",
            &[
                always(&["s3:CreateBucketMetadataTableConfiguration"]),
                always(&["s3tables:CreateTableBucket"]),
                always(&["s3tables:CreateNamespace"]),
                always(&["s3tables:CreateTable"]),
                always(&["s3tables:GetTable"]),
                always(&["s3tables:PutTablePolicy"]),
                always(&["s3tables:PutTableEncryption"]),
                always(&["kms:DescribeKey"]),
            ],
        ),
        operation(
            "s3",
            "CreateBucketMetadataTableConfiguration",
            &[
                always(&["s3:CreateBucketMetadataTableConfiguration"]),
                always(&["s3tables:CreateNamespace"]),
                always(&["s3tables:CreateTable"]),
                always(&["s3tables:GetTable"]),
                always(&["s3tables:PutTablePolicy"]),
            ],
        ),
        operation(
            "s3",
            "CreateMultipartUpload",
            &[
                always(&["s3:PutObject"]),
                sometimes(&["s3:PutObjectAcl"]),
                sometimes(&["s3:PutObjectTagging"]),
                sometimes(&["s3:PutObjectRetention"]),
                sometimes(&["s3:PutObjectLegalHold"]),
            ],
        ),
        operation(
            "s3",
            "DeleteBucketAnalyticsConfiguration",
            &[always(&["s3:PutAnalyticsConfiguration"])],
        ),
        operation("s3", "DeleteBucketCors", &[always(&["s3:PutBucketCORS"])]),
        operation(
            "s3",
            "DeleteBucketEncryption",
            &[always(&["s3:PutEncryptionConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketIntelligentTieringConfiguration",
            &[always(&["s3:PutIntelligentTieringConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketInventoryConfiguration",
            &[always(&["s3:PutInventoryConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketLifecycle",
            &[always(&["s3:PutLifecycleConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketMetadataConfiguration",
            &[always(&["s3:DeleteBucketMetadataTableConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketMetricsConfiguration",
            &[always(&["s3:PutMetricsConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketOwnershipControls",
            &[always(&["s3:PutBucketOwnershipControls"])],
        ),
        operation(
            "s3",
            "DeleteBucketReplication",
            &[always(&["s3:PutReplicationConfiguration"])],
        ),
        operation(
            "s3",
            "DeleteBucketTagging",
            &[always(&["s3:PutBucketTagging"])],
        ),
        operation(
            "s3",
            "DeleteObject",
            &[
                always(&["s3:DeleteObject", "s3:DeleteObjectVersion"]),
                sometimes(&["s3:BypassGovernanceRetention"]),
            ],
        ),
        operation(
            "s3",
            "DeleteObjects",
            &[
                always(&["s3:DeleteObject", "s3:DeleteObjectVersion"]),
                sometimes(&["s3:BypassGovernanceRetention"]),
            ],
        ),
        operation(
            "s3",
            "DeleteObjectTagging",
            &[always(&[
                "s3:DeleteObjectTagging",
                "s3:DeleteObjectVersionTagging",
            ])],
        ),
        operation(
            "s3",
            "DeletePublicAccessBlock",
            &[always(&["s3:PutBucketPublicAccessBlock"])],
        ),
        operation(
            "s3",
            "GetBucketAccelerateConfiguration",
            &[always(&["s3:GetAccelerateConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketAnalyticsConfiguration",
            &[always(&["s3:GetAnalyticsConfiguration"])],
        ),
        operation("s3", "GetBucketCors", &[always(&["s3:GetBucketCORS"])]),
        operation(
            "s3",
            "GetBucketEncryption",
            &[always(&["s3:GetEncryptionConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketIntelligentTieringConfiguration",
            &[always(&["s3:GetIntelligentTieringConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketInventoryConfiguration",
            &[always(&["s3:GetInventoryConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketLifecycle",
            &[always(&["s3:GetLifecycleConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketLifecycleConfiguration",
            &[always(&["s3:GetLifecycleConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketMetadataConfiguration",
            &[always(&["s3:GetBucketMetadataTableConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketMetricsConfiguration",
            &[always(&["s3:GetMetricsConfiguration"])],
        ),
        operation(
            "s3",
            "GetBucketNotificationConfiguration",
            &[always(&["s3:GetBucketNotification"])],
        ),
        operation(
            "s3",
            "GetBucketReplication",
            &[always(&["s3:GetReplicationConfiguration"])],
        ),
        operation(
            "s3",
            "GetObject",
            &[
                always(&["s3:GetObject", "s3:GetObjectVersion"]),
                sometimes(&["s3:GetObjectTagging"]),
                sometimes(&["s3:GetObjectLegalHold"]),
                sometimes(&["s3:GetObjectRetention"]),
            ],
        ),
        operation(
            "s3",
            "GetObjectAcl",
            &[always(&["s3:GetObjectAcl", "s3:GetObjectVersionAcl"])],
        ),
        operation(
            "s3",
            "GetObjectAttributes",
            &[always(&["s3:GetObject", "s3:GetObjectVersion"])],
        ),
        operation(
            "s3",
            "GetObjectLockConfiguration",
            &[always(&["s3:GetBucketObjectLockConfiguration"])],
        ),
        operation(
            "s3",
            "GetObjectTagging",
            &[always(&[
                "s3:GetObjectTagging",
                "s3:GetObjectVersionTagging",
            ])],
        ),
        operation("s3", "GetObjectTorrent", &[always(&["s3:GetObject"])]),
        operation(
            "s3",
            "GetPublicAccessBlock",
            &[always(&["s3:GetBucketPublicAccessBlock"])],
        ),
        operation("s3", "HeadBucket", &[always(&["s3:ListBucket"])]),
        operation(
            "s3",
            "HeadObject",
            &[
                always(&["s3:GetObject"]),
                sometimes(&["s3:GetObjectLegalHold"]),
                sometimes(&["s3:GetObjectRetention"]),
            ],
        ),
        operation(
            "s3",
            "ListBucketAnalyticsConfigurations",
            &[always(&["s3:GetAnalyticsConfiguration"])],
        ),
        operation(
            "s3",
            "ListBucketIntelligentTieringConfigurations",
            &[always(&["s3:GetIntelligentTieringConfiguration"])],
        ),
        operation(
            "s3",
            "ListBucketInventoryConfigurations",
            &[always(&["s3:GetInventoryConfiguration"])],
        ),
        operation(
            "s3",
            "ListBucketMetricsConfigurations",
            &[always(&["s3:GetMetricsConfiguration"])],
        ),
        operation("s3", "ListBuckets", &[always(&["s3:ListAllMyBuckets"])]),
        operation(
            "s3",
            "ListMultipartUploads",
            &[always(&["s3:ListBucketMultipartUploads"])],
        ),
        operation(
            "s3",
            "ListObjects",
            &[always(&["s3:ListBucket"]), sometimes(&["s3:GetObjectAcl"])],
        ),
        operation(
            "s3",
            "ListObjectsV2",
            &[always(&["s3:ListBucket"]), sometimes(&["s3:GetObjectAcl"])],
        ),
        operation(
            "s3",
            "ListObjectVersions",
            &[always(&["s3:ListBucketVersions"])],
        ),
        operation(
            "s3",
            "ListParts",
            &[always(&["s3:ListMultipartUploadParts"])],
        ),
        operation(
            "s3",
            "PutBucketAccelerateConfiguration",
            &[always(&["s3:PutAccelerateConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketAnalyticsConfiguration",
            &[always(&["s3:PutAnalyticsConfiguration"])],
        ),
        operation("s3", "PutBucketCors", &[always(&["s3:PutBucketCORS"])]),
        operation(
            "s3",
            "PutBucketEncryption",
            &[always(&["s3:PutEncryptionConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketIntelligentTieringConfiguration",
            &[always(&["s3:PutIntelligentTieringConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketInventoryConfiguration",
            &[always(&["s3:PutInventoryConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketLifecycle",
            &[always(&["s3:PutLifecycleConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketLifecycleConfiguration",
            &[always(&["s3:PutLifecycleConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketMetricsConfiguration",
            &[always(&["s3:PutMetricsConfiguration"])],
        ),
        operation(
            "s3",
            "PutBucketNotificationConfiguration",
            &[always(&["s3:PutBucketNotification"])],
        ),
        operation(
            "s3",
            "PutBucketReplication",
            &[always(&["s3:PutReplicationConfiguration"])],
        ),
        operation(
            "s3",
            "PutObject",
            &[
                always(&["s3:PutObject"]),
                sometimes(&["s3:PutObjectAcl"]),
                sometimes(&["s3:PutObjectTagging"]),
                sometimes(&["s3:PutObjectRetention"]),
                sometimes(&["s3:PutObjectLegalHold"]),
            ],
        ),
        operation(
            "s3",
            "PutObjectAcl",
            &[always(&["s3:PutObjectAcl", "s3:PutObjectVersionAcl"])],
        ),
        operation(
            "s3",
            "PutObjectLockConfiguration",
            &[always(&["s3:PutBucketObjectLockConfiguration"])],
        ),
        operation(
            "s3",
            "PutObjectRetention",
            &[
                always(&["s3:PutObjectRetention"]),
                sometimes(&["s3:BypassGovernanceRetention"]),
            ],
        ),
        operation(
            "s3",
            "PutObjectTagging",
            &[always(&[
                "s3:PutObjectTagging",
                "s3:PutObjectVersionTagging",
            ])],
        ),
        operation(
            "s3",
            "PutPublicAccessBlock",
            &[always(&["s3:PutBucketPublicAccessBlock"])],
        ),
        operation("s3", "SelectObjectContent", &[always(&["s3:GetObject"])]),
        operation(
            "s3",
            "UpdateBucketMetadataInventoryTableConfiguration",
            &[
                always(&["s3:UpdateBucketMetadataInventoryTableConfiguration"]),
                always(&["s3tables:CreateTableBucket"]),
                always(&["s3tables:CreateNamespace"]),
                always(&["s3tables:CreateTable"]),
                always(&["s3tables:GetTable"]),
                always(&["s3tables:PutTablePolicy"]),
                always(&["s3tables:PutTableEncryption"]),
                always(&["kms:DescribeKey"]),
            ],
        ),
        operation(
            "s3",
            "UpdateObjectEncryption",
            &[
                always(&["s3:UpdateObjectEncryption"]),
                always(&["s3:PutObject"]),
                always(&["kms:Encrypt"]),
                always(&["kms:Decrypt"]),
                always(&["kms:GenerateDataKey"]),
                always(&["kms:ReEncryptFrom"]),
                always(&["kms:ReEncryptTo"]),
                sometimes(&["organizations:DescribeAccount"]),
            ],
        ),
        operation("s3", "UploadPart", &[always(&["s3:PutObject"])]),
        operation(
            "s3",
            "UploadPartCopy",
            &[
                always(&["s3:GetObject", "s3:GetObjectVersion"]),
                always(&["s3:PutObject"]),
            ],
        ),
        operation(
            "s3control",
            "CreateAccessGrantsLocation",
            &[
                always(&["s3:CreateAccessGrantsLocation"]),
                always(&["iam:PassRole"]),
            ],
        ),
        operation(
            "s3control",
            "CreateStorageLensGroup",
            &[
                always(&["s3:CreateStorageLensGroup"]),
                sometimes(&["s3:TagResource"]),
            ],
        ),
        operation(
            "s3control",
            "DeletePublicAccessBlock",
            &[always(&["s3:PutAccountPublicAccessBlock"])],
        ),
        operation(
            "s3control",
            "GetPublicAccessBlock",
            &[always(&["s3:GetAccountPublicAccessBlock"])],
        ),
        operation(
            "s3control",
            "PutPublicAccessBlock",
            &[always(&["s3:PutAccountPublicAccessBlock"])],
        ),
        operation("sns", "PublishBatch", &[always(&["sns:Publish"])]),
        operation(
            "sqs",
            "ChangeMessageVisibilityBatch",
            &[always(&["sqs:ChangeMessageVisibility"])],
        ),
        operation(
            "sqs",
            "DeleteMessageBatch",
            &[always(&["sqs:DeleteMessage"])],
        ),
        operation("sqs", "SendMessageBatch", &[always(&["sqs:SendMessage"])]),
    ],
};

const fn operation(
    service: &'static str,
    name: &'static str,
    needs: &'static [Requirement],
) -> Operation {
    Operation {
        service,
        name,
        needs,
    }
}

const fn always(any_of: &'static [&'static str]) -> Requirement {
    Requirement {
        any_of,
        always: true,
    }
}

const fn sometimes(any_of: &'static [&'static str]) -> Requirement {
    Requirement {
        any_of,
        always: false,
    }
}

/// Returns what an operation needs, if that is not simply the action of its name.
///
/// Both names in any case. Source: [`OPERATIONS`].
pub fn actions_of_operation(service: &str, operation: &str) -> Option<&'static Operation> {
    OPERATIONS.rows.iter().find(|row| {
        row.service.eq_ignore_ascii_case(service) && row.name.eq_ignore_ascii_case(operation)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    fn first(service: &str, operation: &str) -> &'static [&'static str] {
        actions_of_operation(service, operation).unwrap().needs[0].any_of
    }

    #[test]
    fn several_operations_share_one_permission() {
        assert_eq!(first("s3", "ListObjectsV2"), ["s3:ListBucket"]);
        assert_eq!(first("s3", "headbucket"), ["s3:ListBucket"]);
        assert_eq!(first("s3", "HeadObject"), ["s3:GetObject"]);
        assert_eq!(first("s3", "ListBuckets"), ["s3:ListAllMyBuckets"]);
        assert_eq!(first("lambda", "Invoke"), ["lambda:InvokeFunction"]);
        assert!(actions_of_operation("s3", "GetBucketPolicy").is_none());
    }

    #[test]
    fn one_operation_may_need_several_permissions() {
        let copy = actions_of_operation("s3", "CopyObject").unwrap();
        let needed: Vec<_> = copy.needs.iter().filter(|n| n.always).collect();
        assert_eq!(needed.len(), 2);
        assert_eq!(needed[0].any_of, ["s3:GetObject", "s3:GetObjectVersion"]);
        assert_eq!(needed[1].any_of, ["s3:PutObject"]);
    }

    #[test]
    fn rows_are_sorted_and_name_actions_of_the_catalogue() {
        let key = |row: &Operation| (row.service, row.name.to_ascii_lowercase());
        assert!(OPERATIONS.rows.is_sorted_by(|a, b| key(a) < key(b)));
        for row in OPERATIONS.rows {
            assert!(!row.needs.is_empty());
            for action in row.needs.iter().flat_map(|need| need.any_of) {
                let id = catalogue().action(action);
                let id = id.unwrap_or_else(|| panic!("{action}"));
                assert_eq!(catalogue().name(id), *action);
            }
        }
    }
}

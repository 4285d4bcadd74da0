//! Resources that can carry a resource-based policy.

use super::Table;

/// Resource types whose access a resource-based policy can grant.
#[derive(Clone, Copy, Debug)]
pub struct ResourcePolicy {
    /// The prefix of the actions that the policy grants.
    pub service: &'static str,
    /// The resource types it covers, sorted, by their names in the catalogue.
    ///
    /// Types inside the one that carries the policy are listed too: a bucket
    /// policy covers objects.
    pub types: &'static [&'static str],
    /// The actions that set the policy or a part of it; sorted.
    pub set_by: &'static [&'static str],
}

/// The resources that take resource-based policies (R122, R141).
///
/// A row for each policy of its own. Policies that only AWS Resource Access
/// Manager writes are here as well: they grant like any other. Sharing settings
/// that are no IAM policies (snapshot attributes, dashboards) are not. The role
/// trust policy stands under `sts`, whose actions it grants. A policy of VPC
/// Lattice grants nothing alone: the caller's own side must always allow too
/// (Control access to VPC Lattice services using auth policies).
///
/// Made from the names of the catalogue's actions and an older copy of AWS's
/// page, not from its current one: a row may be missing.
pub const RESOURCE_POLICIES: Table<ResourcePolicy> = Table {
    source: "AWS services that work with IAM, column Resource-based policies, IAM User Guide; \
             Service Authorization Reference, the action that sets each policy",
    read: "2026-11-24",
    rows: &[
        ResourcePolicy {
            service: "acm-pca",
            types: &["certificate-authority"],
            set_by: &["acm-pca:PutPolicy"],
        },
        ResourcePolicy {
            service: "agent-registry",
            types: &["registry"],
            set_by: &["agent-registry:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "aiops",
            types: &["investigation-group"],
            set_by: &["aiops:PutInvestigationGroupPolicy"],
        },
        ResourcePolicy {
            service: "appmesh",
            types: &["mesh"],
            set_by: &["appmesh:PutMeshPolicy"],
        },
        ResourcePolicy {
            service: "aps",
            types: &["workspace"],
            set_by: &["aps:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "arc-region-switch",
            types: &["plan"],
            set_by: &["arc-region-switch:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "aws-marketplace",
            types: &["Entity"],
            set_by: &["aws-marketplace:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "backup",
            types: &["backupVault"],
            set_by: &["backup:PutBackupVaultAccessPolicy"],
        },
        ResourcePolicy {
            service: "bedrock",
            types: &[
                "custom-model",
                "guardrail",
                "guardrail-profile",
                "knowledge-base",
            ],
            set_by: &["bedrock:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "bedrock-agentcore",
            types: &["gateway", "runtime", "runtime-endpoint"],
            set_by: &["bedrock-agentcore:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "billing",
            types: &["billingview"],
            set_by: &["billing:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "cleanrooms-ml",
            types: &["configuredaudiencemodel"],
            set_by: &["cleanrooms-ml:PutConfiguredAudienceModelPolicy"],
        },
        ResourcePolicy {
            service: "cloudfront",
            types: &["vpcorigin"],
            set_by: &["cloudfront:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "cloudhsm",
            types: &["backup"],
            set_by: &["cloudhsm:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "cloudsearch",
            types: &["domain"],
            set_by: &["cloudsearch:UpdateServiceAccessPolicies"],
        },
        ResourcePolicy {
            service: "cloudtrail",
            types: &["channel", "dashboard", "eventdatastore"],
            set_by: &["cloudtrail:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "codeartifact",
            types: &["domain"],
            set_by: &["codeartifact:PutDomainPermissionsPolicy"],
        },
        ResourcePolicy {
            service: "codeartifact",
            types: &["package", "repository"],
            set_by: &["codeartifact:PutRepositoryPermissionsPolicy"],
        },
        ResourcePolicy {
            service: "codebuild",
            types: &["project", "report-group"],
            set_by: &["codebuild:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "codeguru-profiler",
            types: &["ProfilingGroup"],
            set_by: &["codeguru-profiler:PutPermission"],
        },
        ResourcePolicy {
            service: "comprehend",
            types: &["document-classifier", "entity-recognizer"],
            set_by: &["comprehend:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "dsql",
            types: &["Cluster"],
            set_by: &["dsql:PutClusterPolicy"],
        },
        ResourcePolicy {
            service: "dynamodb",
            types: &["index", "stream", "table"],
            set_by: &["dynamodb:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "ec2",
            types: &["ipam-pool", "placement-group", "verified-access-group"],
            set_by: &["ec2:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "ecr",
            types: &["repository"],
            set_by: &["ecr:PutRegistryPolicy", "ecr:SetRepositoryPolicy"],
        },
        ResourcePolicy {
            service: "ecr-public",
            types: &["repository"],
            set_by: &["ecr-public:SetRepositoryPolicy"],
        },
        ResourcePolicy {
            service: "elasticfilesystem",
            types: &["access-point", "file-system"],
            set_by: &["elasticfilesystem:PutFileSystemPolicy"],
        },
        ResourcePolicy {
            service: "elemental-inference",
            types: &["feed"],
            set_by: &["elemental-inference:PutFeedPolicy"],
        },
        ResourcePolicy {
            service: "entityresolution",
            types: &[
                "IdMappingWorkflow",
                "IdNamespace",
                "MatchingWorkflow",
                "SchemaMapping",
            ],
            set_by: &[
                "entityresolution:AddPolicyStatement",
                "entityresolution:PutPolicy",
            ],
        },
        ResourcePolicy {
            service: "es",
            types: &["domain"],
            set_by: &[
                "es:CreateDomain",
                "es:CreateElasticsearchDomain",
                "es:UpdateDomainConfig",
                "es:UpdateElasticsearchDomainConfig",
            ],
        },
        ResourcePolicy {
            service: "events",
            types: &["event-bus", "event-busv2"],
            set_by: &["events:PutPermission", "events:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "execute-api",
            types: &["execute-api-domain", "execute-api-general"],
            set_by: &[
                "apigateway:UpdateDomainNamePolicy",
                "apigateway:UpdateRestApiPolicy",
            ],
        },
        ResourcePolicy {
            service: "fsx",
            types: &["volume"],
            set_by: &["fsx:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "glacier",
            types: &["vault"],
            set_by: &["glacier:SetVaultAccessPolicy"],
        },
        ResourcePolicy {
            service: "glue",
            types: &["catalog", "database", "rootcatalog", "table"],
            set_by: &["glue:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "imagebuilder",
            types: &["component", "containerRecipe", "image", "imageRecipe"],
            set_by: &[
                "imagebuilder:PutComponentPolicy",
                "imagebuilder:PutContainerRecipePolicy",
                "imagebuilder:PutImagePolicy",
                "imagebuilder:PutImageRecipePolicy",
            ],
        },
        ResourcePolicy {
            service: "kafka",
            types: &["cluster"],
            set_by: &["kafka:PutClusterPolicy"],
        },
        ResourcePolicy {
            service: "kafka-cluster",
            types: &["cluster", "group", "topic", "transactional-id"],
            set_by: &["kafka:PutClusterPolicy"],
        },
        ResourcePolicy {
            service: "kinesis",
            types: &["consumer", "stream"],
            set_by: &["kinesis:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "kms",
            types: &["key"],
            set_by: &["kms:CreateKey", "kms:PutKeyPolicy"],
        },
        ResourcePolicy {
            service: "lambda",
            types: &["function", "function alias", "function version"],
            set_by: &["lambda:AddPermission", "lambda:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "lambda",
            types: &["layerVersion"],
            set_by: &["lambda:AddLayerVersionPermission"],
        },
        ResourcePolicy {
            service: "lex",
            types: &["bot", "bot alias"],
            set_by: &[
                "lex:CreateResourcePolicy",
                "lex:CreateResourcePolicyStatement",
                "lex:UpdateResourcePolicy",
            ],
        },
        ResourcePolicy {
            service: "logs",
            types: &["delivery-destination"],
            set_by: &["logs:PutDeliveryDestinationPolicy"],
        },
        ResourcePolicy {
            service: "logs",
            types: &["destination"],
            set_by: &["logs:PutDestinationPolicy"],
        },
        ResourcePolicy {
            service: "logs",
            types: &["log-group", "log-stream"],
            set_by: &["logs:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "lookoutequipment",
            types: &["dataset", "model", "model-version"],
            set_by: &["lookoutequipment:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "mediapackagev2",
            types: &["Channel"],
            set_by: &["mediapackagev2:PutChannelPolicy"],
        },
        ResourcePolicy {
            service: "mediapackagev2",
            types: &["OriginEndpoint"],
            set_by: &["mediapackagev2:PutOriginEndpointPolicy"],
        },
        ResourcePolicy {
            service: "mediastore",
            types: &["container", "folder", "object"],
            set_by: &["mediastore:PutContainerPolicy"],
        },
        ResourcePolicy {
            service: "mediatailor",
            types: &["channel"],
            set_by: &["mediatailor:PutChannelPolicy"],
        },
        ResourcePolicy {
            service: "network-firewall",
            types: &[
                "Firewall",
                "FirewallPolicy",
                "StatefulRuleGroup",
                "StatelessRuleGroup",
            ],
            set_by: &["network-firewall:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "networkmanager",
            types: &["core-network"],
            set_by: &["networkmanager:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "oam",
            types: &["Sink"],
            set_by: &["oam:PutSinkPolicy"],
        },
        ResourcePolicy {
            service: "odb",
            types: &[
                "cloud-exadata-infrastructure",
                "exascale-db-storage-vault",
                "odb-network",
            ],
            set_by: &["odb:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "omics",
            types: &["sequenceStore"],
            set_by: &["omics:PutS3AccessPolicy"],
        },
        ResourcePolicy {
            service: "organizations",
            types: &[
                "account",
                "organization",
                "organizationalunit",
                "policy",
                "root",
            ],
            set_by: &["organizations:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "osis",
            types: &["pipeline"],
            set_by: &["osis:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "payment-cryptography",
            types: &["key"],
            set_by: &["payment-cryptography:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "qbusiness",
            types: &["application"],
            set_by: &["qbusiness:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "redshift",
            types: &["namespace"],
            set_by: &["redshift:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "redshift-serverless",
            types: &["snapshot"],
            set_by: &["redshift-serverless:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "refactor-spaces",
            types: &["environment"],
            set_by: &["refactor-spaces:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "rekognition",
            types: &["project", "projectversion"],
            set_by: &["rekognition:PutProjectPolicy"],
        },
        ResourcePolicy {
            service: "resource-explorer-2",
            types: &["view"],
            set_by: &["resource-explorer-2:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "resource-groups",
            types: &["group"],
            set_by: &["resource-groups:PutGroupPolicy"],
        },
        ResourcePolicy {
            service: "route53-recovery-control-config",
            types: &["cluster"],
            set_by: &["route53-recovery-control-config:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "route53profiles",
            types: &["profile"],
            set_by: &["route53profiles:PutProfilePolicy"],
        },
        ResourcePolicy {
            service: "route53resolver",
            types: &["firewall-rule-group"],
            set_by: &["route53resolver:PutFirewallRuleGroupPolicy"],
        },
        ResourcePolicy {
            service: "route53resolver",
            types: &["resolver-query-log-config"],
            set_by: &["route53resolver:PutResolverQueryLogConfigPolicy"],
        },
        ResourcePolicy {
            service: "route53resolver",
            types: &["resolver-rule"],
            set_by: &["route53resolver:PutResolverRulePolicy"],
        },
        ResourcePolicy {
            service: "rum",
            types: &["AppMonitorResource"],
            set_by: &["rum:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "s3",
            types: &["accessgrantsinstance"],
            set_by: &["s3:PutAccessGrantsInstanceResourcePolicy"],
        },
        ResourcePolicy {
            service: "s3",
            types: &["accesspoint", "accesspointobject"],
            set_by: &["s3:PutAccessPointPolicy"],
        },
        ResourcePolicy {
            service: "s3",
            types: &["bucket", "object"],
            set_by: &["s3:PutBucketPolicy"],
        },
        ResourcePolicy {
            service: "s3",
            types: &["multiregionaccesspoint"],
            set_by: &["s3:PutMultiRegionAccessPointPolicy"],
        },
        ResourcePolicy {
            service: "s3",
            types: &["objectlambdaaccesspoint"],
            set_by: &["s3:PutAccessPointPolicyForObjectLambda"],
        },
        ResourcePolicy {
            service: "s3-object-lambda",
            types: &["objectlambdaaccesspoint"],
            set_by: &["s3:PutAccessPointPolicyForObjectLambda"],
        },
        ResourcePolicy {
            service: "s3-outposts",
            types: &["accesspoint"],
            set_by: &["s3-outposts:PutAccessPointPolicy"],
        },
        ResourcePolicy {
            service: "s3-outposts",
            types: &["bucket", "object"],
            set_by: &["s3-outposts:PutBucketPolicy"],
        },
        ResourcePolicy {
            service: "s3express",
            types: &["accesspoint"],
            set_by: &["s3express:PutAccessPointPolicy"],
        },
        ResourcePolicy {
            service: "s3express",
            types: &["bucket"],
            set_by: &["s3express:PutBucketPolicy"],
        },
        ResourcePolicy {
            service: "s3files",
            types: &["access-point", "file-system"],
            set_by: &["s3files:PutFileSystemPolicy"],
        },
        ResourcePolicy {
            service: "s3tables",
            types: &["Table"],
            set_by: &["s3tables:PutTablePolicy"],
        },
        ResourcePolicy {
            service: "s3tables",
            types: &["TableBucket"],
            set_by: &["s3tables:PutTableBucketPolicy"],
        },
        ResourcePolicy {
            service: "s3vectors",
            types: &["Index", "VectorBucket"],
            set_by: &["s3vectors:PutVectorBucketPolicy"],
        },
        ResourcePolicy {
            service: "sagemaker",
            types: &["feature-group", "hub"],
            set_by: &["sagemaker:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "sagemaker",
            types: &["lineage-group"],
            set_by: &["sagemaker:PutLineageGroupPolicy"],
        },
        ResourcePolicy {
            service: "sagemaker",
            types: &["model-package", "model-package-group"],
            set_by: &["sagemaker:PutModelPackageGroupPolicy"],
        },
        ResourcePolicy {
            service: "schemas",
            types: &["registry", "schema"],
            set_by: &["schemas:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "secretsmanager",
            types: &["Secret"],
            set_by: &["secretsmanager:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "serverlessrepo",
            types: &["applications"],
            set_by: &["serverlessrepo:PutApplicationPolicy"],
        },
        ResourcePolicy {
            service: "servicecatalog",
            types: &["Application", "AttributeGroup"],
            set_by: &["servicecatalog:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "servicediscovery",
            types: &["namespace"],
            set_by: &["servicediscovery:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "ses",
            types: &["identity"],
            set_by: &[
                "ses:CreateEmailIdentityPolicy",
                "ses:PutIdentityPolicy",
                "ses:UpdateEmailIdentityPolicy",
            ],
        },
        ResourcePolicy {
            service: "signer",
            types: &["signing-profile"],
            set_by: &["signer:AddProfilePermission"],
        },
        ResourcePolicy {
            service: "sms-voice",
            types: &["OptOutList", "PhoneNumber", "Pool", "SenderId"],
            set_by: &["sms-voice:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "sns",
            types: &["topic"],
            set_by: &[
                "sns:AddPermission",
                "sns:CreateTopic",
                "sns:SetTopicAttributes",
            ],
        },
        ResourcePolicy {
            service: "sqs",
            types: &["queue"],
            set_by: &[
                "sqs:AddPermission",
                "sqs:CreateQueue",
                "sqs:SetQueueAttributes",
            ],
        },
        ResourcePolicy {
            service: "ssm",
            types: &["document", "opsitemgroup", "parameter"],
            set_by: &["ssm:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "ssm-contacts",
            types: &["contact"],
            set_by: &["ssm-contacts:PutContactPolicy"],
        },
        ResourcePolicy {
            service: "ssm-incidents",
            types: &["response-plan"],
            set_by: &["ssm-incidents:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "sts",
            types: &["role"],
            set_by: &["iam:CreateRole", "iam:UpdateAssumeRolePolicy"],
        },
        ResourcePolicy {
            service: "vpc-lattice",
            types: &["ResourceConfiguration", "Service", "ServiceNetwork"],
            set_by: &["vpc-lattice:PutResourcePolicy"],
        },
        ResourcePolicy {
            service: "vpc-lattice-svcs",
            types: &["Service"],
            set_by: &["vpc-lattice:PutAuthPolicy"],
        },
        ResourcePolicy {
            service: "waf",
            types: &["rulegroup"],
            set_by: &["waf:PutPermissionPolicy"],
        },
        ResourcePolicy {
            service: "waf-regional",
            types: &["rulegroup"],
            set_by: &["waf-regional:PutPermissionPolicy"],
        },
        ResourcePolicy {
            service: "wafv2",
            types: &["rulegroup"],
            set_by: &["wafv2:PutPermissionPolicy"],
        },
        ResourcePolicy {
            service: "xray",
            types: &["group", "sampling-rule"],
            set_by: &["xray:PutResourcePolicy"],
        },
    ],
};

/// Returns whether any resource of the service can carry a resource-based policy.
///
/// Source: [`RESOURCE_POLICIES`].
pub fn takes_resource_policies(service: &str) -> bool {
    let service = service.to_ascii_lowercase();
    let rows = RESOURCE_POLICIES.rows;
    rows.binary_search_by(|row| row.service.cmp(&service))
        .is_ok()
}

/// Returns what can carry a policy that covers the resource type, such as `object` of `s3`.
///
/// Source: [`RESOURCE_POLICIES`].
pub fn resource_policy_of(service: &str, resource_type: &str) -> Option<&'static ResourcePolicy> {
    RESOURCE_POLICIES.rows.iter().find(|row| {
        row.service.eq_ignore_ascii_case(service)
            && row
                .types
                .iter()
                .any(|t| t.eq_ignore_ascii_case(resource_type))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn buckets_and_queues_take_policies_and_instances_do_not() {
        for service in ["s3", "SQS", "kms", "sts", "lambda", "dynamodb", "ecr"] {
            assert!(takes_resource_policies(service), "{service}");
        }
        for service in ["iam", "rds", "cloudwatch", ""] {
            assert!(!takes_resource_policies(service), "{service}");
        }
    }

    #[test]
    fn a_bucket_policy_covers_its_objects() {
        let found = resource_policy_of("s3", "object").unwrap();
        assert_eq!(found.set_by, ["s3:PutBucketPolicy"]);
        assert!(resource_policy_of("ec2", "instance").is_none());
    }

    #[test]
    fn rows_are_sorted_and_name_what_the_catalogue_has() {
        let rows = RESOURCE_POLICIES.rows;
        assert!(rows.is_sorted_by_key(|row| row.service));
        for row in rows {
            assert!(row.types.is_sorted_by_key(|t| t.to_ascii_lowercase()));
            for name in row.types {
                let found = catalogue().resource_type_named(row.service, name);
                let id = found.unwrap_or_else(|| panic!("{} {name}", row.service));
                assert_eq!(catalogue().resource_type(id).name, *name);
            }
            assert!(row.set_by.is_sorted(), "{:?}", row.set_by);
            for action in row.set_by {
                assert!(catalogue().action(action).is_some(), "{action}");
            }
        }
    }

    #[test]
    fn no_resource_type_stands_in_two_rows() {
        let mut pairs: Vec<_> = RESOURCE_POLICIES
            .rows
            .iter()
            .flat_map(|row| row.types.iter().map(|t| (row.service, *t)))
            .collect();
        let count = pairs.len();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), count);
    }
}

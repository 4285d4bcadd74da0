//! The embedded catalogue against what people who know AWS expect of it.

use std::collections::BTreeMap;

use whocan_policy::catalogue::{AccessLevel, ActionId, KeyCarriage, catalogue};

/// Action, access level, resource types (`*`: required), dependent actions.
///
/// Each row was looked at and agrees with what is known of the action; a newer
/// catalogue that differs here deserves a look before the row is changed.
const ROWS: &str = "\
s3:GetObject | Read | accesspointobject object
s3:PutObject | Write | accesspointobject object
s3:ListBucket | List | accesspoint bucket
s3:PutBucketPolicy | Permissions management | bucket*
s3:ListAllMyBuckets | List | -
s3:DeleteBucket | Write | bucket*
s3:PutObjectTagging | Tagging | accesspointobject object
s3:PutObjectAcl | Permissions management | accesspointobject object
iam:PassRole | Permissions management | role*
iam:CreateUser | Permissions management | user*
iam:PutRolePolicy | Permissions management | role*
iam:AttachUserPolicy | Permissions management | user*
iam:CreateAccessKey | Permissions management | user*
iam:ListUsers | List | -
iam:GetAccountAuthorizationDetails | Read | -
iam:UpdateAssumeRolePolicy | Permissions management | role*
iam:TagRole | Tagging | role*
sts:AssumeRole | Write | role*
sts:AssumeRoleWithSAML | Write | role*
sts:AssumeRoleWithWebIdentity | Write | role*
sts:GetCallerIdentity | Read | -
sts:GetSessionToken | Read | -
sts:TagSession | Tagging | role
sts:SetSourceIdentity | Write | role
sts:AssumeRoot | Write | root-user*
kms:Decrypt | Write | key*
kms:CreateGrant | Permissions management | key*
kms:PutKeyPolicy | Permissions management | key*
kms:ListKeys | List | -
kms:CreateAlias | Write | alias* key*
kms:ReEncryptFrom | Write | key*
sqs:SendMessage | Write | queue*
sqs:ReceiveMessage | Read | queue*
sqs:SetQueueAttributes | Permissions management | queue*
sqs:AddPermission | Permissions management | queue*
sqs:ListQueues | Read | -
sns:Publish | Write | topic*
sns:Subscribe | Write | topic*
sns:SetTopicAttributes | Permissions management | topic* | iam:PassRole
lambda:InvokeFunction | Write | function*
lambda:AddPermission | Permissions management | function*
lambda:CreateFunction | Write | function* | iam:PassRole lambda:PassCapacityProvider
lambda:InvokeFunctionUrl | Write | function*
lambda:UpdateFunctionCode | Write | function*
ec2:DescribeInstances | List | -
ec2:TerminateInstances | Write | instance*
ec2:ModifySnapshotAttribute | Permissions management | snapshot*
dynamodb:GetItem | Read | table*
dynamodb:Query | Read | index table*
dynamodb:ListTables | List | -
dynamodb:PutResourcePolicy | Permissions management | stream* table*
secretsmanager:GetSecretValue | Read | Secret*
secretsmanager:PutResourcePolicy | Permissions management | Secret*
secretsmanager:ListSecrets | List | -
ecr:GetAuthorizationToken | Read | -
ecr:BatchGetImage | Read | repository*
ecr:SetRepositoryPolicy | Permissions management | repository*
ecr:PutRegistryPolicy | Permissions management | -
";

fn row(action: ActionId) -> String {
    let catalogue = catalogue();
    let types: Vec<String> = catalogue
        .resource_types(action)
        .iter()
        .map(|used| {
            let name = catalogue.resource_type(used.resource_type).name;
            format!("{name}{}", if used.required { "*" } else { "" })
        })
        .collect();
    let types = match types.join(" ") {
        none if none.is_empty() => "-".to_owned(),
        types => types,
    };
    let dependents: Vec<&str> = catalogue
        .dependents(action)
        .iter()
        .map(|id| catalogue.name(*id))
        .collect();
    let (name, level) = (catalogue.name(action), catalogue.level(action));
    let row = format!("{name} | {level} | {types}");
    match dependents.join(" ") {
        none if none.is_empty() => row,
        dependents => format!("{row} | {dependents}"),
    }
}

#[test]
fn well_known_actions_are_as_aws_documents_them() {
    for expected in ROWS.lines() {
        let name = expected.split(" | ").next().unwrap();
        let action = catalogue().action(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(row(action), expected);
    }
}

#[test]
fn running_an_instance_needs_five_resources_and_may_use_more() {
    let action = catalogue().action("ec2:RunInstances").unwrap();
    let required: Vec<&str> = catalogue()
        .resource_types(action)
        .iter()
        .filter(|used| used.required)
        .map(|used| catalogue().resource_type(used.resource_type).name)
        .collect();
    let expected = [
        "image",
        "instance",
        "network-interface",
        "security-group",
        "subnet",
    ];
    assert_eq!(required, expected);
    let dependents = catalogue().dependents(action).iter();
    let names: Vec<&str> = dependents.map(|id| catalogue().name(*id)).collect();
    assert!(names.contains(&"iam:PassRole"), "{names:?}");
}

#[test]
fn well_known_resource_types_have_their_arn_forms() {
    for (service, name, forms) in [
        ("s3", "bucket", "arn:${Partition}:s3:::${BucketName}"),
        (
            "s3",
            "object",
            "arn:${Partition}:s3:::${BucketName}/${ObjectName}",
        ),
        (
            "iam",
            "role",
            "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}",
        ),
        (
            "iam",
            "user",
            "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",
        ),
        (
            "kms",
            "key",
            "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
        ),
        (
            "sqs",
            "queue",
            "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}",
        ),
        (
            "sns",
            "topic",
            "arn:${Partition}:sns:${Region}:${Account}:${TopicName}",
        ),
        (
            "lambda",
            "function",
            "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
        ),
        (
            "secretsmanager",
            "Secret",
            "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}",
        ),
        (
            "dynamodb",
            "index",
            "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}",
        ),
        (
            "ecr",
            "repository",
            "arn:${Partition}:ecr:${Region}:${Account}:repository/${RepositoryName}",
        ),
        (
            "apigateway",
            "Authorizers",
            "arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/authorizers arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/authorizers",
        ),
    ] {
        let id = catalogue().resource_type_named(service, name).unwrap();
        let found = catalogue().resource_type(id).arn_forms().iter();
        let found: Vec<&str> = found.map(|form| form.as_str()).collect();
        assert_eq!(found.join(" "), forms, "{service} {name}");
    }
}

#[test]
fn condition_keys_stand_where_aws_lists_them() {
    for (action, key, expected) in [
        ("s3:ListBucket", "s3:prefix", KeyCarriage::Listed),
        ("s3:GetObject", "s3:prefix", KeyCarriage::NotListed),
        ("s3:PutObject", "s3:x-amz-acl", KeyCarriage::Listed),
        ("sts:AssumeRole", "sts:ExternalId", KeyCarriage::Listed),
        (
            "sts:AssumeRoleWithSAML",
            "sts:ExternalId",
            KeyCarriage::NotListed,
        ),
        ("sts:AssumeRole", "aws:RequestTag/team", KeyCarriage::Listed),
        ("sts:AssumeRoleWithSAML", "saml:aud", KeyCarriage::Listed),
        (
            "iam:PutUserPolicy",
            "iam:PermissionsBoundary",
            KeyCarriage::Listed,
        ),
        ("iam:PassRole", "iam:PassedToService", KeyCarriage::Listed),
        ("kms:Decrypt", "kms:ViaService", KeyCarriage::Listed),
        ("kms:ListKeys", "kms:ViaService", KeyCarriage::NotListed),
        ("ec2:RunInstances", "ec2:InstanceType", KeyCarriage::Listed),
        (
            "lambda:AddPermission",
            "lambda:Principal",
            KeyCarriage::Listed,
        ),
        (
            "dynamodb:GetItem",
            "dynamodb:LeadingKeys",
            KeyCarriage::Listed,
        ),
        (
            "secretsmanager:GetSecretValue",
            "secretsmanager:VersionStage",
            KeyCarriage::Listed,
        ),
        ("sqs:SendMessage", "aws:SourceIp", KeyCarriage::Global),
    ] {
        let id = catalogue().action(action).unwrap();
        assert_eq!(catalogue().carries_key(id, key), expected, "{action} {key}");
    }
}

#[test]
fn the_lock_file_tells_the_same_counts_and_packages() {
    let lock = include_str!("../data/catalogue.lock");
    let source = catalogue().source();
    for (what, count) in &source.counts {
        assert!(lock.contains(&format!("\"{what}\" = {count}\n")), "{what}");
    }
    for package in &source.packages {
        for line in [
            format!("package = \"{}\"", package.name),
            format!("version = \"{}\"", package.version),
            format!("sha256 = \"{}\"", package.sha256),
        ] {
            assert!(lock.contains(&line), "{line}");
        }
    }
    assert!(lock.contains(&format!("\ndate = \"{}\"\n", source.date())));
}

#[test]
fn what_was_raised_in_the_merge_is_permissions_management() {
    let lock = include_str!("../data/catalogue.lock");
    let (_, raised) = lock.split_once("\nraised = [\n").unwrap();
    let (raised, _) = raised.split_once("\n]").unwrap();
    for line in raised.lines() {
        let name = line
            .trim()
            .trim_matches(['"', ','])
            .split(' ')
            .next()
            .unwrap();
        let action = catalogue().action(name).unwrap();
        assert_eq!(
            catalogue().level(action),
            AccessLevel::PermissionsManagement,
            "{name}"
        );
    }
}

#[test]
fn the_notice_names_every_package() {
    let notice = include_str!("../data/NOTICE");
    for package in &catalogue().source().packages {
        assert!(notice.contains(package.name), "{}", package.name);
        assert!(notice.contains(package.version), "{}", package.version);
    }
}

#[test]
fn levels_add_up() {
    let mut levels: BTreeMap<AccessLevel, u32> = BTreeMap::new();
    for action in catalogue().actions() {
        *levels.entry(catalogue().level(action)).or_default() += 1;
    }
    for level in AccessLevel::ALL {
        let what = format!("actions {}", level.as_str().to_lowercase());
        assert_eq!(
            catalogue().source().count(&what),
            levels.get(&level).copied()
        );
    }
    assert_eq!(levels.values().sum::<u32>() as usize, catalogue().len());
}

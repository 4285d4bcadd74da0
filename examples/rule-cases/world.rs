//! A case's world as a snapshot, as if it had been collected whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{
    AccessPoint, AccountObject, AclGrant, AclGrantee, Assignments, AttachedPolicy, Bucket,
    Collected, DelegatedAdministrator, Detail, EncryptionContext, Endpoint, EndpointKind, Group,
    IdentityCenter, InlinePolicy, Key, KeyGrant, ManagedPolicy, Member, Memberships,
    ObjectOwnership, OrganizationObject, OrganizationPolicy, OrganizationPolicyKind, PermissionSet,
    PolicyVersion, Provider, PublicAccessBlock, Resource, Role, Root, Snapshot, Tag, Unit, User,
};

use crate::case;

const FULL_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const RESOURCE_FULL_ACCESS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// Returns the snapshot that `world` describes.
///
/// A case may ask about a user or role that its world leaves out: one without policies.
pub fn snapshot(world: &case::World, principal: &str) -> Snapshot {
    let mut accounts: BTreeMap<AccountId, AccountObject> = BTreeMap::new();
    for (&id, described) in &world.accounts {
        accounts.insert(id, account(id, described));
    }
    add_missing(&mut accounts, principal);
    for (id, described) in &world.vpc_endpoints {
        let owner = accounts.entry(described.account);
        let owner = owner.or_insert_with(|| AccountObject::unread(described.account));
        owner.endpoints.push(endpoint(id, described));
    }
    if let (Some(center), Some(mut first)) = (&world.identity_center, accounts.first_entry()) {
        first.get_mut().identity_center = Some(identity_center(center));
    }
    Snapshot {
        organization: world
            .org
            .as_ref()
            .map(|described| Arc::new(organization(described))),
        accounts: accounts.into_values().map(Arc::new).collect(),
        ..empty()
    }
}

fn add_missing(accounts: &mut BTreeMap<AccountId, AccountObject>, principal: &str) {
    let Ok(arn) = principal.parse::<Arn>() else {
        return;
    };
    let Some(object) = arn.account().and_then(|account| accounts.get_mut(&account)) else {
        return;
    };
    let Some((kind, path)) = arn.resource().split_once('/') else {
        return;
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    let described = case::Identity {
        path: Some(format!("/{}", path.trim_end_matches(name))),
        ..case::Identity::default()
    };
    if kind == "user" && object.users.iter().all(|user| user.arn != principal) {
        let user = user(object, name, &described);
        object.users.push(user);
    }
    if kind == "role" && object.roles.iter().all(|role| role.arn != principal) {
        let role = role(object, name, &described);
        object.roles.push(role);
    }
}

fn identity_center(described: &case::IdentityCenter) -> IdentityCenter {
    let mut center = IdentityCenter {
        all_permission_sets: true,
        ..IdentityCenter::default()
    };
    for (name, accounts) in &described.assignments {
        let arn = format!("arn:aws:sso:::permissionSet/ssoins-1/{name}");
        for (&account, assigned) in accounts {
            let (groups, users): (Vec<&String>, Vec<&String>) =
                assigned.iter().partition(|id| id.starts_with("group/"));
            center.assignments.push(Assignments {
                account,
                permission_set: arn.clone(),
                users: users.into_iter().cloned().collect(),
                groups: groups
                    .into_iter()
                    .map(|id| id.trim_start_matches("group/").to_owned())
                    .collect(),
            });
        }
        center.permission_sets.push(PermissionSet {
            arn,
            name: Some(name.clone()),
        });
    }
    center.assignments.sort();
    center.memberships = described
        .groups
        .iter()
        .map(|(group, users)| Memberships {
            group: group.clone(),
            users: users.clone(),
        })
        .collect();
    center
}

fn empty() -> Snapshot {
    Snapshot {
        taken: jiff::Timestamp::UNIX_EPOCH,
        assumptions: Vec::new(),
        organization: None,
        accounts: Vec::new(),
        activity: Vec::new(),
    }
}

/// Returns the text of a policy as a case writes it.
pub fn text(policy: &case::Policy) -> String {
    let written = policy.get();
    match written {
        r#""FullAWSAccess""# | r#""AdministratorAccess""# => FULL_ACCESS.to_owned(),
        r#""RCPFullAWSAccess""# => RESOURCE_FULL_ACCESS.to_owned(),
        list if list.starts_with('[') => {
            format!(r#"{{"Version":"2012-10-17","Statement":{list}}}"#)
        }
        document => document.to_owned(),
    }
}

fn account(id: AccountId, described: &case::Account) -> AccountObject {
    let mut object = AccountObject::unread(id);
    object.complete = true;
    object.identities = true;
    object.canonical_id.clone_from(&described.canonical_id);
    object.public_access_block = Collected::Yes(described.s3_bpa.as_deref().map(block));
    for (name, user) in &described.users {
        let user = self::user(&mut object, name, user);
        object.users.push(user);
    }
    for (name, group) in &described.groups {
        object.groups.push(self::group(id, name, group));
    }
    for (name, role) in &described.roles {
        let role = self::role(&mut object, name, role);
        object.roles.push(role);
    }
    let provider = |kind: &str, name: &String| Provider {
        arn: format!("arn:aws:iam::{id}:{kind}-provider/{name}"),
    };
    object.saml_providers = Collected::Yes(
        described
            .saml
            .iter()
            .map(|name| provider("saml", name))
            .collect(),
    );
    object.oidc_providers = Collected::Yes(
        described
            .oidc
            .iter()
            .map(|name| provider("oidc", name))
            .collect(),
    );
    for (arn, resource) in &described.resources {
        object.resources.push(self::resource(arn, resource));
    }
    object.users.sort_by(|a, b| a.arn.cmp(&b.arn));
    object.roles.sort_by(|a, b| a.arn.cmp(&b.arn));
    object
}

fn arn(account: AccountId, kind: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{path}{name}")
}

// A live identity has some id, and none that a policy of a case could name by chance.
fn unique_id(given: Option<&String>, prefix: &str, name: &str) -> String {
    given
        .cloned()
        .unwrap_or_else(|| format!("{prefix}0UNNAMED0{}", name.to_uppercase()))
}

fn inline(policies: &[case::Policy]) -> Vec<InlinePolicy> {
    let numbered = policies.iter().enumerate();
    numbered
        .map(|(at, policy)| InlinePolicy {
            name: format!("policy-{}", at + 1),
            document: text(policy),
        })
        .collect()
}

fn tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    let tag = |(key, value): (&String, &String)| Tag {
        key: key.clone(),
        value: value.clone(),
    };
    tags.iter().map(tag).collect()
}

fn boundary(
    object: &mut AccountObject,
    owner: &str,
    policy: Option<&case::Policy>,
) -> Option<String> {
    let policy = policy?;
    let arn = format!("arn:aws:iam::{}:policy/boundary-of-{owner}", object.id);
    object.policies.push(ManagedPolicy {
        arn: arn.clone(),
        name: format!("boundary-of-{owner}"),
        default_version: "v1".to_owned(),
        versions: vec![PolicyVersion {
            id: "v1".to_owned(),
            document: text(policy),
        }],
    });
    Some(arn)
}

fn user(object: &mut AccountObject, name: &str, described: &case::Identity) -> User {
    let path = described.path.clone().unwrap_or_else(|| "/".to_owned());
    User {
        arn: arn(object.id, "user", &path, name),
        name: name.to_owned(),
        id: unique_id(described.id.as_ref(), "AIDA", name),
        path,
        created: None,
        groups: described.groups.clone(),
        inline: inline(&described.policies),
        attached: Vec::<AttachedPolicy>::new(),
        boundary: boundary(object, &format!("user-{name}"), described.boundary.as_ref()),
        tags: Collected::Yes(tags(&described.tags)),
    }
}

fn group(account: AccountId, name: &str, described: &case::Identity) -> Group {
    Group {
        arn: arn(account, "group", "/", name),
        name: name.to_owned(),
        id: unique_id(described.id.as_ref(), "AGPA", name),
        path: "/".to_owned(),
        created: None,
        inline: inline(&described.policies),
        attached: Vec::new(),
    }
}

fn role(object: &mut AccountObject, name: &str, described: &case::Identity) -> Role {
    let written = described.path.clone().unwrap_or_else(|| "/".to_owned());
    let arn = arn(object.id, "role", &written, name);
    let service_linked = described.slr && !written.starts_with("/aws-service-role/");
    Role {
        arn,
        name: name.to_owned(),
        id: unique_id(described.id.as_ref(), "AROA", name),
        path: if service_linked {
            "/aws-service-role/".to_owned()
        } else {
            written
        },
        created: None,
        // A role without trust in a case is one that nobody may assume.
        trust: Collected::Yes(described.trust.as_ref().map_or_else(
            || r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            text,
        )),
        inline: inline(&described.policies),
        attached: Vec::new(),
        boundary: boundary(object, &format!("role-{name}"), described.boundary.as_ref()),
        tags: Collected::Yes(tags(&described.tags)),
        max_session_seconds: None,
    }
}

fn resource(arn: &str, described: &case::Resource) -> Resource {
    Resource {
        arn: arn.to_owned(),
        policy: Collected::Yes(
            described
                .policy
                .as_ref()
                .filter(|policy| policy.get() != "null")
                .map(text),
        ),
        tags: described
            .tags
            .as_ref()
            .map_or(Collected::Not, |all| Collected::Yes(tags(all))),
        region: described.region.clone(),
        owner: described.owner,
        encryption_key: Collected::Yes(None),
        role: None,
        detail: detail(arn, described),
    }
}

fn detail(arn: &str, described: &case::Resource) -> Detail {
    let block = Collected::Yes(described.bpa.as_deref().map(block));
    if let Some(bucket) = &described.bucket {
        return Detail::AccessPoint(AccessPoint {
            bucket: bucket.rsplit(':').next().unwrap_or(bucket).to_owned(),
            bucket_account: None,
            vpc: described.vpc.clone(),
            public_access_block: block,
        });
    }
    if arn.contains(":s3:") {
        return Detail::Bucket(Bucket {
            public_access_block: block,
            ownership: Collected::Yes(
                described
                    .ownership
                    .unwrap_or(ObjectOwnership::BucketOwnerEnforced),
            ),
            acl: Collected::Yes(described.acl.iter().map(acl_grant).collect()),
            abac: Collected::Yes(described.abac),
        });
    }
    if arn.contains(":kms:") {
        return Detail::Key(Key {
            grants: Collected::Yes(described.grants.iter().map(key_grant).collect()),
            aws_managed: Collected::Yes(described.aws_managed),
            aliases: Collected::Yes(Vec::new()),
        });
    }
    Detail::Plain
}

fn acl_grant(described: &case::AclGrant) -> AclGrant {
    let grantee = match described.grantee.as_str() {
        "AllUsers" => AclGrantee::AllUsers,
        "AuthenticatedUsers" => AclGrantee::AuthenticatedUsers,
        other => match other
            .strip_prefix("account:")
            .and_then(|id| id.parse().ok())
        {
            Some(account) => AclGrantee::Account(account),
            None => AclGrantee::CanonicalUser(other.to_owned()),
        },
    };
    AclGrant {
        grantee,
        permission: described.permission.clone(),
    }
}

fn key_grant(described: &case::Grant) -> KeyGrant {
    let constraint = described.constraints.as_ref().and_then(|constraints| {
        let equals = constraints
            .encryption_context_equals
            .clone()
            .map(EncryptionContext::Equals);
        equals.or_else(|| {
            constraints
                .encryption_context_subset
                .clone()
                .map(EncryptionContext::Subset)
        })
    });
    KeyGrant {
        id: String::new(),
        grantee: described.grantee.clone(),
        operations: described.operations.clone(),
        constraint,
    }
}

fn block(flags: &[String]) -> PublicAccessBlock {
    let has = |flag: &str| flags.iter().any(|one| one == flag);
    PublicAccessBlock {
        block_public_acls: has("BlockPublicAcls"),
        ignore_public_acls: has("IgnorePublicAcls"),
        block_public_policy: has("BlockPublicPolicy"),
        restrict_public_buckets: has("RestrictPublicBuckets"),
    }
}

fn endpoint(id: &str, described: &case::Endpoint) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        vpc: described.vpc.clone(),
        service: String::new(),
        kind: described.kind.unwrap_or(EndpointKind::Gateway),
        policy: described
            .policy
            .as_ref()
            .filter(|policy| policy.get() != "null")
            .map(text),
    }
}

fn organization(described: &case::Organization) -> OrganizationObject {
    let mut policies = Vec::new();
    let root = attach(&mut policies, &described.root.id, &described.root);
    let units = described.ous.iter().map(|unit| {
        let (scps, rcps) = attach(&mut policies, &unit.id, unit);
        Unit {
            id: unit.id.clone(),
            name: unit.id.clone(),
            parent: unit.parent.clone(),
            scps,
            rcps,
        }
    });
    let units = units.collect();
    let mut accounts: Vec<Member> = Vec::new();
    for (&id, level) in &described.accounts {
        let attached = attach(&mut policies, &id.to_string(), level);
        accounts.push(member(id, &level.parent, attached));
    }
    let plain = case::Level {
        id: String::new(),
        parent: String::new(),
        scps: None,
        rcps: None,
    };
    let attached = attach(&mut policies, "management", &plain);
    accounts.push(member(described.mgmt, &described.root.id, attached));
    accounts.sort_by_key(|member| member.id);
    OrganizationObject {
        id: described.id.clone(),
        management_account: described.mgmt,
        root: Root {
            id: described.root.id.clone(),
            scps: root.0,
            rcps: root.1,
        },
        units,
        accounts,
        policies,
        all_accounts: described.all_accounts,
        delegated_administrators: Collected::Yes(delegated(described)),
        public_access_block: Collected::Yes(
            (!described.s3_policy.is_empty()).then(|| block(&described.s3_policy)),
        ),
        gaps: Vec::new(),
    }
}

type Attached = (Collected<Vec<String>>, Collected<Vec<String>>);

fn member(id: AccountId, parent: &str, (scps, rcps): Attached) -> Member {
    Member {
        id,
        name: String::new(),
        status: "ACTIVE".to_owned(),
        joined: None,
        parent: Some(parent.to_owned()),
        tags: Collected::Yes(Vec::new()),
        scps,
        rcps,
    }
}

// A level without a list has the policy that AWS attaches; an empty list has none (R146, R158).
fn attach(policies: &mut Vec<OrganizationPolicy>, at: &str, level: &case::Level) -> Attached {
    let mut add = |kind: OrganizationPolicyKind, text: String| {
        let id = format!("p-{at}-{}", policies.len());
        policies.push(OrganizationPolicy {
            id: id.clone(),
            name: id.clone(),
            kind,
            aws_managed: false,
            document: Collected::Yes(text),
        });
        id
    };
    let scps = match &level.scps {
        Some(all) => all
            .iter()
            .map(|policy| add(OrganizationPolicyKind::ServiceControl, text(policy)))
            .collect(),
        None => vec![add(
            OrganizationPolicyKind::ServiceControl,
            FULL_ACCESS.to_owned(),
        )],
    };
    let rcps = level.rcps.iter().flatten();
    let rcps = rcps
        .map(|policy| add(OrganizationPolicyKind::ResourceControl, text(policy)))
        .collect();
    (Collected::Yes(scps), Collected::Yes(rcps))
}

fn delegated(described: &case::Organization) -> Vec<DelegatedAdministrator> {
    let mut services: BTreeMap<AccountId, Vec<String>> = BTreeMap::new();
    for (service, accounts) in &described.delegated_admins {
        for &account in accounts {
            services.entry(account).or_default().push(service.clone());
        }
    }
    let administrators = services.into_iter();
    administrators
        .map(|(account, services)| DelegatedAdministrator { account, services })
        .collect()
}

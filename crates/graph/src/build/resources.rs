//! Resources and VPC endpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{
    self as snapshot, AccountObject, Collected, Detail, ResourceList, SharedWith, Snapshot,
};

use super::accounts::find;
use super::interner::Interner;
use crate::standing::{aws_managed_key_policy, default_key_policy};
use crate::{Account, Endpoint, PolicyId, PolicyKind, Resource, ResourceId};

/// The resources of all accounts, before accounts are numbered.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    resources: Vec<(
        AccountId,
        &'a snapshot::Resource,
        Collected<Option<PolicyId>>,
    )>,
    endpoints: Vec<(AccountId, &'a snapshot::Endpoint, Option<PolicyId>)>,
}

/// Reads the resources of `snapshot`, in the order of accounts and ARNs.
pub(super) fn read<'a>(snapshot: &'a Snapshot, interner: &mut Interner) -> Gathered<'a> {
    let mut gathered = Gathered::default();
    for object in &snapshot.accounts {
        for resource in &object.resources {
            let policy = policy(object, resource, interner);
            gathered.resources.push((object.id, resource, policy));
        }
        for endpoint in &object.endpoints {
            let text = endpoint.policy.as_deref();
            let policy = text
                .map(|text| interner.policy(PolicyKind::Endpoint, &endpoint.id, "", Some(text)));
            gathered.endpoints.push((object.id, endpoint, policy));
        }
    }
    gathered.endpoints.sort_by(|a, b| a.1.id.cmp(&b.1.id));
    gathered
}

fn policy(
    object: &AccountObject,
    resource: &snapshot::Resource,
    interner: &mut Interner,
) -> Collected<Option<PolicyId>> {
    let mut add = |name: &str, text: &str| {
        let id = interner.policy(PolicyKind::Resource, &resource.arn, name, Some(text));
        Collected::Yes(Some(id))
    };
    match (&resource.detail, &resource.policy) {
        (_, Collected::Yes(Some(text))) => add("", text),
        // AWS never changes the policy of a key that it manages, so one that was
        // not collected is known all the same.
        (Detail::Key(key), _) if key.aws_managed == Collected::Yes(true) => add(
            "key policy of AWS",
            &aws_managed_key_policy(&object.partition, object.id),
        ),
        (Detail::Key(_), Collected::Yes(None)) => add(
            "default key policy",
            &default_key_policy(&object.partition, object.id),
        ),
        (_, Collected::Yes(None)) => Collected::Yes(None),
        (_, Collected::Not) => Collected::Not,
    }
}

impl Gathered<'_> {
    pub fn resources(&self, accounts: &[Account]) -> Vec<Resource> {
        let all = self.resources.iter();
        all.filter_map(|(account, resource, policy)| {
            Some(Resource {
                arn: resource.arn.as_str().into(),
                account: find(accounts, *account)?,
                owner: resource.owner,
                region: region(resource),
                policy: policy.clone(),
                tags: resource.tags.clone(),
                encryption_key: match &resource.encryption_key {
                    Collected::Not => Collected::Not,
                    Collected::Yes(key) => Collected::Yes(key.as_deref().map(Arc::from)),
                },
                role: resource.role.as_deref().map(Arc::from),
                detail: resource.detail.clone(),
            })
        })
        .collect()
    }

    pub fn endpoints(&self, accounts: &[Account]) -> Vec<Endpoint> {
        let all = self.endpoints.iter();
        all.filter_map(|(account, endpoint, policy)| {
            Some(Endpoint {
                id: endpoint.id.as_str().into(),
                account: find(accounts, *account)?,
                vpc: endpoint.vpc.as_str().into(),
                kind: endpoint.kind,
                policy: *policy,
            })
        })
        .collect()
    }
}

/// Returns with whom each resource is shared.
pub(super) fn shared(
    snapshot: &Snapshot,
    resources: &[Resource],
) -> BTreeMap<ResourceId, Vec<SharedWith>> {
    let shares = snapshot.accounts.iter().flat_map(|object| &object.shares);
    let mut by_arn: BTreeMap<&str, Vec<SharedWith>> = BTreeMap::new();
    for share in shares {
        for resource in &share.resources {
            let with = by_arn.entry(resource).or_default();
            with.extend(share.with.iter().cloned());
        }
    }
    if by_arn.is_empty() {
        return BTreeMap::new();
    }
    let numbered = (0..).map(ResourceId).zip(resources);
    let mut shared = BTreeMap::new();
    for (id, resource) in numbered {
        if let Some(mut with) = by_arn.remove(&*resource.arn) {
            with.sort();
            with.dedup();
            shared.insert(id, with);
        }
    }
    shared
}

fn region(resource: &snapshot::Resource) -> Option<Arc<str>> {
    if let Some(region) = &resource.region {
        return Some(region.as_str().into());
    }
    let arn: Arn = resource.arn.parse().ok()?;
    (!arn.region().is_empty()).then(|| arn.region().into())
}

/// Returns the ARN of the resource whose policy and settings bear on `arn`.
///
/// Source: Service Authorization Reference (S3 object, DynamoDB index, stream and export).
pub(super) fn carrier(arn: &Arn) -> &str {
    let text = arn.as_str();
    let head = text.len() - arn.resource().len();
    let length = match arn.service() {
        "s3" if arn.account_text().is_empty() => arn.resource().find('/'),
        "dynamodb" if arn.resource().starts_with("table/") => arn.resource()["table/".len()..]
            .find('/')
            .map(|at| at + "table/".len()),
        _ => None,
    };
    length.map_or(text, |length| &text[..head + length])
}

/// Returns the list in which the resource named by `arn` would stand.
pub(super) fn list_of(arn: &Arn) -> ResourceList {
    let resource = arn.resource();
    let kind = resource.find(['/', ':']).map_or("", |end| &resource[..end]);
    let bare = matches!(arn.service(), "s3" | "sqs" | "sns");
    ResourceList {
        service: arn.service().to_owned(),
        kind: if bare { String::new() } else { kind.to_owned() },
        region: arn.region().to_owned(),
    }
}

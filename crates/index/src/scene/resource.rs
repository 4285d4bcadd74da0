//! The resource of a question: its owner, its record, its tags.

use std::sync::OnceLock;

use whocan_graph::{Account, Collected, Graph, Presence, PrincipalId, ResourceId};
use whocan_policy::catalogue::{ResourceTypeId, catalogue};
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{Bucket, Detail, ResourceList, Tag};

use crate::Ask;

/// What a question's resource is.
pub(crate) struct Target {
    // The text that patterns are matched with.
    pub text: String,
    // None for the text `*`.
    pub arn: Option<Arn>,
    pub owner: Owner,
    // The record of the resource itself, and of the one that carries its policy.
    pub record: Option<ResourceId>,
    pub carrier: Option<ResourceId>,
    // Whether the carrier's kind was collected.
    pub collected: bool,
    // The user or role that the ARN names.
    pub identity: Option<PrincipalId>,
    pub role: Option<PrincipalId>,
    // Its types in the service of the call, once somebody asked.
    types: OnceLock<Vec<ResourceTypeId>>,
}

/// Whose the resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Account(AccountId),
    // An action without resource is the caller's own (R161).
    Caller,
    Unknown,
}

impl Target {
    /// Looks up the resource of `ask`.
    pub fn of(graph: &Graph, ask: &Ask) -> Target {
        let text = ask.resource.clone();
        let Ok(arn) = text.parse::<Arn>() else {
            return Target::anything(text, ask);
        };
        Target::named(graph, arn, ask.resource_account)
    }

    fn anything(text: String, ask: &Ask) -> Target {
        Target {
            text,
            arn: None,
            owner: ask.resource_account.map_or(Owner::Caller, Owner::Account),
            record: None,
            carrier: None,
            collected: true,
            identity: None,
            role: None,
            types: OnceLock::new(),
        }
    }

    /// Looks up the resource that `arn` names.
    pub fn named(graph: &Graph, arn: Arn, account: Option<AccountId>) -> Target {
        let record = graph.resource_of(arn.as_str());
        let carrier_arn: Option<Arn> = Graph::carrier(&arn).parse().ok();
        let presence = carrier_arn.as_ref().map(|arn| graph.presence(arn));
        let carrier = match presence {
            Some(Presence::Recorded(id)) => Some(id),
            _ => None,
        };
        let identity = graph
            .principal_of(arn.as_str())
            .filter(|_| arn.service() == "iam");
        let listed = || {
            let recorded = record.map(|id| graph.account(graph.resource(id).account).id);
            let account = recorded.or(account);
            let account = account.filter(|_| arn.service() == "s3" && arn.account().is_none());
            let account = account.and_then(|account| graph.account_of(account));
            account.is_some_and(|account| lists_buckets(graph.account(account)))
        };
        let collected = match presence {
            Some(Presence::NotCollected(_)) | None => is_identity(graph, &arn) || listed(),
            _ => true,
        };
        Target {
            owner: owner(graph, &arn, record, carrier, account),
            text: arn.as_str().to_owned(),
            record,
            carrier,
            collected,
            identity,
            role: identity.filter(|&id| graph.principal(id).role().is_some()),
            arn: Some(arn),
            types: OnceLock::new(),
        }
    }

    /// Returns whether nothing but patterns can tell two resources apart, for a
    /// call of `service`.
    pub fn is_like(&self, other: &Target, service: &str) -> bool {
        fn place(arn: &Arn) -> [&str; 4] {
            let account = arn.account_text();
            [arn.partition(), arn.service(), arn.region(), account]
        }
        // What the rules read in the last part of an ARN.
        fn kind(arn: &Arn) -> [bool; 6] {
            let resource = arn.resource();
            let starts = [
                "role/",
                "key/",
                "role/aws-reserved/",
                "role/aws-service-role/",
            ];
            let [role, key, reserved, linked] = starts.map(|start| resource.starts_with(start));
            let (inside, root) = (resource.contains('/'), resource == "root");
            [role, key, reserved, linked, inside, root]
        }
        let same_arn = match (&self.arn, &other.arn) {
            (Some(one), Some(other)) => place(one) == place(other) && kind(one) == kind(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        same_arn
            && self.owner == other.owner
            && (self.record, self.carrier) == (other.record, other.carrier)
            && self.collected == other.collected
            && (self.identity, self.role) == (other.identity, other.role)
            && self.types_in(service) == other.types_in(service)
    }

    /// Returns the types of the resource in `service`, which is that of the call.
    pub fn types_in(&self, service: &str) -> &[ResourceTypeId] {
        self.types
            .get_or_init(|| catalogue().types_of_arn(service, &self.text))
    }

    /// Returns the settings of the bucket that the resource is or lies in.
    pub fn bucket<'a>(&self, graph: &'a Graph) -> Option<&'a Bucket> {
        settings(graph, self.carrier?)
    }

    /// Returns the settings of the object's own record.
    pub fn object<'a>(&self, graph: &'a Graph) -> Option<&'a Bucket> {
        settings(graph, self.object_record()?)
    }

    /// Returns the object's own record.
    pub fn object_record(&self) -> Option<ResourceId> {
        self.record.filter(|record| Some(*record) != self.carrier)
    }

    /// Returns the tags of the resource.
    pub fn tags<'a>(&self, graph: &'a Graph) -> Collected<&'a [Tag]> {
        if let Some(identity) = self.identity.and_then(|id| graph.principal(id).identity()) {
            return borrowed(&identity.tags);
        }
        match self.record.or(self.carrier) {
            Some(id) => borrowed(&graph.resource(id).tags),
            None if self.collected => Collected::Yes(&[]),
            None => Collected::Not,
        }
    }
}

fn settings(graph: &Graph, id: ResourceId) -> Option<&Bucket> {
    match &graph.resource(id).detail {
        Detail::Bucket(bucket) => Some(bucket),
        _ => None,
    }
}

fn borrowed(tags: &Collected<Vec<Tag>>) -> Collected<&[Tag]> {
    match tags {
        Collected::Not => Collected::Not,
        Collected::Yes(tags) => Collected::Yes(tags),
    }
}

/// Returns whether a bucket that is not recorded cannot be in this account.
pub(crate) fn lists_buckets(account: &Account) -> bool {
    let buckets = ResourceList {
        service: "s3".to_owned(),
        kind: String::new(),
        region: String::new(),
    };
    account.complete || account.lists.contains(&buckets)
}

// IAM's own objects are collected with the account's identities.
fn is_identity(graph: &Graph, arn: &Arn) -> bool {
    let account = arn.account().and_then(|id| graph.account_of(id));
    arn.service() == "iam" && account.is_some_and(|account| graph.account(account).collected)
}

fn owner(
    graph: &Graph,
    arn: &Arn,
    record: Option<ResourceId>,
    carrier: Option<ResourceId>,
    asked: Option<AccountId>,
) -> Owner {
    let of = |id: ResourceId| graph.account(graph.resource(id).account).id;
    // An object of another account is that account's only where ACLs are on (R177);
    // whether they are is looked at where ACLs are.
    let known = record.or(carrier).map(of);
    let known = known.or_else(|| arn.account()).or(asked);
    match known {
        Some(account) => Owner::Account(account),
        // Resources of AWS itself, such as public images.
        None if arn.account_text() == "aws" || arn.service() != "s3" => Owner::Caller,
        None => Owner::Unknown,
    }
}

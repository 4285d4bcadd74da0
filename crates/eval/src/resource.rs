//! The resource of one request: what it is, whose it is, what is recorded of it.

use whocan_graph::{AccountIndex, Graph, Presence, PrincipalKind, Resource, RoleFacts};
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{Detail, ResourceList};

use crate::subject::Subject;
use crate::{Request, RequestError, Strictness};

/// A resource with what the snapshot knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    /// The ARN, or the text `*` (R53).
    pub text: String,
    /// The ARN, if it is one.
    pub arn: Option<Arn>,
    /// Which of AWS's own rules apply to it.
    pub family: Family,
    /// The account it belongs to.
    pub owner: Owner,
    /// The same, where it is known and the graph has it.
    pub index: Option<AccountIndex>,
    /// Whether its account was collected whole: what is not recorded of it does not exist (R1).
    pub complete: bool,
    /// Whether all of its kind were collected, or of what carries its policy.
    pub listed: bool,
    /// The record that carries its policy: the bucket of an object, the table
    /// of an index, else itself.
    pub carrier: Option<&'a Resource>,
    /// Its own record.
    pub own: Option<&'a Resource>,
    /// What is known of the role, if it is one.
    pub role: Option<&'a RoleFacts>,
}

/// Which of AWS's own rules apply to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// None.
    Plain,
    /// A role that is assumed: the trust policy is its resource policy (R195).
    Role,
    /// A KMS key (R168).
    Key,
    /// An S3 bucket.
    Bucket,
    /// An S3 object.
    Object,
    /// An S3 access point, or an object seen through it.
    AccessPoint,
}

/// Whose a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// This account's.
    Account(AccountId),
    /// Nobody's: the call belongs to its caller, and the caller has no account.
    Nobody,
    /// Not known: a bucket that no collected account lists.
    Open,
}

/// How caller and resource stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// In one account.
    Same,
    /// In two.
    Other,
    /// Not known.
    Open,
}

impl<'a> Target<'a> {
    /// Looks up `text`, the resource of a call of `service`.
    pub fn resolve(
        graph: &'a Graph,
        request: &Request,
        strictness: Strictness,
        subject: &Subject<'_>,
        service: &str,
        text: &str,
    ) -> Result<Target<'a>, RequestError> {
        let arn: Option<Arn> = match text {
            "*" => None,
            _ => Some(
                text.parse()
                    .map_err(|_| RequestError::Resource(text.to_owned()))?,
            ),
        };
        let alone = request.overrides.alone;
        let record = |arn: &str| {
            let found = if alone { None } else { graph.resource_of(arn) };
            found.map(|id| graph.resource(id))
        };
        let carrier = arn.as_ref().and_then(|arn| record(carrier(arn)));
        let family = arn
            .as_ref()
            .map_or(Family::Plain, |arn| family(arn, service));
        // An object is recorded in the account of its bucket.
        let recorded = carrier.or_else(|| record(text));
        let recorded = recorded.map(|record| graph.account(record.account).id);
        let stated = arn.as_ref().and_then(Arn::account);
        let owner = match stated.or(recorded).or(request.resource_account) {
            Some(account) => Owner::Account(account),
            None => unstated_owner(request, strictness, subject, family),
        };
        let index = match owner {
            Owner::Account(id) => graph.account_of(id),
            _ => None,
        };
        let complete = alone || index.is_some_and(|index| graph.account(index).complete);
        Ok(Target {
            text: text.to_owned(),
            own: record(text),
            role: role(graph, arn.as_ref(), alone),
            carrier,
            family,
            owner,
            index,
            complete,
            listed: complete || is_listed(graph, index, arn.as_ref()),
            arn,
        })
    }

    /// Returns how `subject` stands to it.
    pub fn relation(&self, graph: &Graph, subject: &Subject<'_>) -> Relation {
        match (self.owner, subject.account) {
            (Owner::Account(owner), Some(account)) if owner == account => Relation::Same,
            (Owner::Open, Some(_)) if !lists_buckets(graph, subject) => Relation::Open,
            _ => Relation::Other,
        }
    }

    /// Returns the owner, if it is known.
    pub fn owner_account(&self) -> Option<AccountId> {
        match self.owner {
            Owner::Account(account) => Some(account),
            Owner::Nobody | Owner::Open => None,
        }
    }
}

/// Returns the ARN of the resource whose policy bears on `arn`.
///
/// Source: Configuring IAM policies for using access points, S3 User Guide
/// (objects behind `/object/`); the rest as [`Graph::carrier`].
pub(crate) fn carrier(arn: &Arn) -> &str {
    let behind = arn.resource().strip_prefix("accesspoint/");
    if arn.service() == "s3"
        && let Some(at) = behind.and_then(|name| name.find('/'))
    {
        let tail = arn.resource().len() - "accesspoint/".len() - at;
        return &arn.as_str()[..arn.as_str().len() - tail];
    }
    Graph::carrier(arn)
}

fn family(arn: &Arn, service: &str) -> Family {
    let resource = arn.resource();
    match arn.service() {
        "iam" if service == "sts" && resource.starts_with("role/") => Family::Role,
        "kms" if resource.starts_with("key/") => Family::Key,
        "s3" if arn.account_text().is_empty() && resource.contains('/') => Family::Object,
        "s3" if arn.account_text().is_empty() => Family::Bucket,
        "s3" if resource.starts_with("accesspoint/") => Family::AccessPoint,
        _ => Family::Plain,
    }
}

// A bucket may be anybody's. Other resources without account, and calls
// without resource, belong to whoever calls.
fn unstated_owner(
    request: &Request,
    strictness: Strictness,
    subject: &Subject<'_>,
    family: Family,
) -> Owner {
    let bucket = matches!(family, Family::Bucket | Family::Object);
    let strict = strictness == Strictness::Strict && !request.overrides.alone;
    match subject.account {
        _ if bucket && strict => Owner::Open,
        Some(account) => Owner::Account(account),
        None if bucket => Owner::Open,
        None => Owner::Nobody,
    }
}

// Whether a bucket that is not recorded cannot be the caller's.
fn lists_buckets(graph: &Graph, subject: &Subject<'_>) -> bool {
    subject
        .index
        .is_some_and(|index| has_listed_buckets(graph, index))
}

/// Returns whether all buckets of an account were read.
pub(crate) fn has_listed_buckets(graph: &Graph, index: AccountIndex) -> bool {
    let account = graph.account(index);
    account.complete || account.lists.contains(&buckets())
}

fn buckets() -> ResourceList {
    ResourceList {
        service: "s3".to_owned(),
        kind: String::new(),
        region: String::new(),
    }
}

// Whether the list in which a resource of this account would stand was read.
fn is_listed(graph: &Graph, index: Option<AccountIndex>, arn: Option<&Arn>) -> bool {
    let (Some(index), Some(arn)) = (index, arn) else {
        return false;
    };
    let account = graph.account(index);
    let Ok(carrier) = carrier(arn).parse::<Arn>() else {
        return false;
    };
    match carrier.account() {
        Some(_) if carrier.service() == "iam" => account.collected,
        Some(_) => matches!(graph.presence(&carrier), Presence::Absent(_)),
        None => carrier.service() == "s3" && account.lists.contains(&buckets()),
    }
}

fn role<'a>(graph: &'a Graph, arn: Option<&Arn>, alone: bool) -> Option<&'a RoleFacts> {
    let arn = arn.filter(|_| !alone)?;
    let principal = graph.principal(graph.principal_of(arn.as_str())?);
    match &principal.kind {
        PrincipalKind::Role(_, facts) => Some(facts),
        _ => None,
    }
}

impl<'a> Target<'a> {
    /// Returns the settings of the bucket, if its record has them.
    pub fn bucket(&self) -> Option<&'a whocan_snapshot::Bucket> {
        detail_of_bucket(self.carrier)
    }

    /// Returns the settings of the object's own record, if it has one.
    pub fn object(&self) -> Option<&'a whocan_snapshot::Bucket> {
        detail_of_bucket(self.own)
    }

    /// Returns the settings of the key, if its record has them.
    pub fn key(&self) -> Option<&'a whocan_snapshot::Key> {
        match &self.carrier?.detail {
            Detail::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Returns the settings of the access point, if its record has them.
    pub fn access_point(&self) -> Option<&'a whocan_snapshot::AccessPoint> {
        match &self.carrier?.detail {
            Detail::AccessPoint(point) => Some(point),
            _ => None,
        }
    }
}

fn detail_of_bucket(record: Option<&Resource>) -> Option<&whocan_snapshot::Bucket> {
    match &record?.detail {
        Detail::Bucket(bucket) => Some(bucket),
        _ => None,
    }
}

//! Keys about the resource and its owner.

use whocan_policy::KeyName;
use whocan_policy::catalogue::facts::carries_resource_account;
use whocan_snapshot::Collected;

use super::Derived;
use super::principal::{Place, may_be_tagged, organization_of, tag_in};
use super::service::is_listed;
use crate::OpenKind::{CallerChosen, NotCollected};
use crate::inquiry::Inquiry;
use crate::resource::{Family, Owner};
use crate::trust;

/// Returns what is known of the key `aws:NAME` (`name` in lower case), if it is about the resource.
///
/// Source: AWS global condition context keys (properties of the resource), IAM User Guide.
pub(super) fn key(inquiry: &Inquiry<'_>, name: &str, key: &KeyName) -> Option<Derived> {
    let carried = || carries_resource_account(inquiry.call.action);
    Some(match name {
        "resourceaccount" | "resourceorgid" | "resourceorgpaths" if !carried() => {
            inquiry.rule(108);
            Derived::absent()
        }
        "resourceaccount" => {
            inquiry.rule(108);
            account(inquiry)
        }
        "resourceorgid" => {
            inquiry.rule(108);
            organization_of_owner(inquiry, "id")
        }
        "resourceorgpaths" => {
            inquiry.rule(108);
            organization_of_owner(inquiry, "paths")
        }
        _ => {
            let tag = key.behind("aws:resourcetag/")?;
            inquiry.rule(107);
            self::tag(inquiry, key, tag)
        }
    })
}

/// Returns the account that owns the resource.
pub(super) fn account(inquiry: &Inquiry<'_>) -> Derived {
    match inquiry.target.owner {
        Owner::Account(account) => Derived::value(account.to_string()),
        Owner::Nobody => Derived::absent(),
        Owner::Open => Derived::present(NotCollected),
    }
}

fn organization_of_owner(inquiry: &Inquiry<'_>, what: &str) -> Derived {
    let index = inquiry.target.index;
    match (inquiry.target.owner, what) {
        (Owner::Nobody, _) => Derived::absent(),
        // It may be any account, also one of the organization.
        (Owner::Open, _) => Derived::open(NotCollected),
        (Owner::Account(_), "id") => organization_of(inquiry, index, Place::Organization),
        (Owner::Account(_), _) => organization_of(inquiry, index, Place::Path),
    }
}

/// Returns a tag of the resource, whatever service's name the key has.
pub(super) fn tag(inquiry: &Inquiry<'_>, key: &KeyName, tag: &str) -> Derived {
    match inquiry.target.family {
        Family::Bucket | Family::Object => bucket_tag(inquiry, tag),
        // Only tags of buckets count.
        Family::AccessPoint => Derived::absent(),
        Family::Role => role_tag(inquiry, tag),
        // Granting a user permissions to pass a role: its tags do not count (R192).
        _ if !is_listed(inquiry, key) => Derived::absent(),
        _ => recorded_tag(inquiry, tag),
    }
}

// Tags of a bucket count only once attribute-based access control is on.
// Source: Using tags with S3 general purpose buckets, S3 User Guide.
fn bucket_tag(inquiry: &Inquiry<'_>, tag: &str) -> Derived {
    let abac = inquiry.target.bucket().map(|bucket| &bucket.abac);
    match abac.unwrap_or(&Collected::Not) {
        _ if abac.is_none() && inquiry.target.listed => Derived::absent(),
        Collected::Yes(false) => Derived::absent(),
        Collected::Yes(true) => recorded_tag(inquiry, tag),
        Collected::Not if inquiry.call.as_collected() => Derived::absent(),
        Collected::Not => Derived::open(NotCollected),
    }
}

// The caller's transitive tags take the place of the role's (R224).
// Source: Passing session tags in AWS STS, IAM User Guide.
fn role_tag(inquiry: &Inquiry<'_>, tag: &str) -> Derived {
    inquiry.rule(224);
    let session = inquiry.call.session;
    if let Some((_, value)) = session.transitive_tag(tag) {
        return Derived::set(value);
    }
    let own = own_role_tag(inquiry, tag);
    let may_override = session.tags.is_none()
        && may_be_tagged(inquiry)
        && trust::may_permit_here(inquiry, "sts:TagSession");
    if may_override {
        Derived::open(CallerChosen)
    } else {
        own
    }
}

fn own_role_tag(inquiry: &Inquiry<'_>, tag: &str) -> Derived {
    let arn = inquiry
        .target
        .arn
        .as_ref()
        .filter(|_| !inquiry.call.is_alone());
    let graph = inquiry.call.graph;
    let role = arn.and_then(|arn| graph.principal_of(arn.as_str()));
    match role.and_then(|role| graph.principal(role).identity()) {
        Some(identity) => tag_in(&identity.tags, tag),
        None => missing(inquiry),
    }
}

fn recorded_tag(inquiry: &Inquiry<'_>, tag: &str) -> Derived {
    let target = &inquiry.target;
    if target.arn.is_none() {
        return Derived::absent();
    }
    if is_iam_identity(inquiry) {
        return own_role_tag(inquiry, tag);
    }
    match target.own.or(target.carrier) {
        Some(record) => tag_in(&record.tags, tag),
        None => missing(inquiry),
    }
}

fn is_iam_identity(inquiry: &Inquiry<'_>) -> bool {
    let arn = inquiry.target.arn.as_ref();
    arn.is_some_and(|arn| {
        let kind = arn.resource().split('/').next();
        arn.service() == "iam" && matches!(kind, Some("user" | "role"))
    })
}

// A resource that is not recorded where everything was collected has no tags;
// without a snapshot it has those that the request gives.
fn missing(inquiry: &Inquiry<'_>) -> Derived {
    if inquiry.target.listed {
        Derived::absent()
    } else {
        Derived::open(NotCollected)
    }
}

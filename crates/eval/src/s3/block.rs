//! Block Public Access: the settings of organization, account and bucket together.

use whocan_graph::Membership;
use whocan_policy::Truth;
use whocan_snapshot::{Bucket, Collected, Detail, PublicAccessBlock};

use super::Setting;
use crate::inquiry::{Inquiry, not_collected};

/// Returns whether a setting is on at some level.
///
/// The strictest level wins.
/// Source: Blocking public access to your Amazon S3 storage, S3 User Guide.
pub(super) fn setting(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Setting {
    let ignored = inquiry.call.request.ignoring.public_access_blocks;
    if inquiry.call.is_alone() || ignored {
        return Setting::off();
    }
    let levels = [
        organization(inquiry, is_on),
        account(inquiry, is_on),
        bucket(inquiry, is_on),
    ];
    let truth = Truth::any(levels);
    let note = (truth == Truth::Unknown).then(|| {
        let mut note = not_collected(format!("Block Public Access of {}", inquiry.target.text));
        note.text = format!("Block Public Access is off for {}", inquiry.target.text);
        note
    });
    Setting { truth, note }
}

fn organization(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Truth {
    let membership = inquiry.owner_account().map(|account| account.membership);
    match (membership, inquiry.call.graph.organization()) {
        (Some(Membership::Outside), _) => Truth::False,
        (Some(Membership::Management | Membership::Member), Some(organization)) => {
            level(inquiry, &organization.public_access_block, is_on)
        }
        // As far as was collected there is no organization.
        _ if inquiry.call.as_collected() => Truth::False,
        _ => Truth::Unknown,
    }
}

fn account(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Truth {
    match inquiry.owner_account() {
        Some(account) => level(inquiry, &account.public_access_block, is_on),
        None if inquiry.call.as_collected() => Truth::False,
        None => Truth::Unknown,
    }
}

// What comes through an access point meets its settings and the bucket's.
fn bucket(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Truth {
    let target = &inquiry.target;
    let Some(point) = target.access_point() else {
        return of_bucket(inquiry, target.bucket(), is_on);
    };
    let behind = of_bucket(inquiry, bucket_behind(inquiry, &point.bucket), is_on);
    level(inquiry, &point.public_access_block, is_on) | behind
}

fn of_bucket(
    inquiry: &Inquiry<'_>,
    bucket: Option<&Bucket>,
    is_on: fn(&PublicAccessBlock) -> bool,
) -> Truth {
    match bucket {
        Some(bucket) => level(inquiry, &bucket.public_access_block, is_on),
        None if inquiry.target.listed || inquiry.call.as_collected() => Truth::False,
        None => Truth::Unknown,
    }
}

fn bucket_behind<'a>(inquiry: &Inquiry<'a>, name: &str) -> Option<&'a Bucket> {
    let partition = inquiry.target.arn.as_ref()?.partition();
    let graph = inquiry.call.graph;
    let record = graph.resource_of(&format!("arn:{partition}:s3:::{name}"))?;
    match &graph.resource(record).detail {
        Detail::Bucket(bucket) => Some(bucket),
        _ => None,
    }
}

fn level(
    inquiry: &Inquiry<'_>,
    block: &Collected<Option<PublicAccessBlock>>,
    is_on: fn(&PublicAccessBlock) -> bool,
) -> Truth {
    match block {
        Collected::Yes(block) => block.as_ref().is_some_and(is_on).into(),
        // As far as was collected nobody switched it on.
        Collected::Not if inquiry.call.as_collected() => Truth::False,
        Collected::Not => Truth::Unknown,
    }
}

//! Block Public Access: the settings of organization, account and bucket together.

use whocan_graph::Membership;
use whocan_policy::Truth;
use whocan_snapshot::{Collected, PublicAccessBlock};

use super::Setting;
use crate::inquiry::{Inquiry, not_collected};

/// Returns whether a setting is on at some level.
///
/// The strictest level wins; an access point has its own in the bucket's place.
/// Source: Blocking public access to your Amazon S3 storage, S3 User Guide.
pub(super) fn setting(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Setting {
    if inquiry.call.is_alone() {
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
            level(&organization.public_access_block, is_on)
        }
        // As far as was collected there is no organization.
        _ if inquiry.call.as_collected() => Truth::False,
        _ => Truth::Unknown,
    }
}

fn account(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Truth {
    match inquiry.owner_account() {
        Some(account) => level(&account.public_access_block, is_on),
        None => Truth::Unknown,
    }
}

fn bucket(inquiry: &Inquiry<'_>, is_on: fn(&PublicAccessBlock) -> bool) -> Truth {
    let target = &inquiry.target;
    let own = target.bucket().map(|bucket| &bucket.public_access_block);
    let point = target.access_point();
    match own.or(point.map(|point| &point.public_access_block)) {
        Some(block) => level(block, is_on),
        None if target.complete => Truth::False,
        None => Truth::Unknown,
    }
}

fn level(
    block: &Collected<Option<PublicAccessBlock>>,
    is_on: fn(&PublicAccessBlock) -> bool,
) -> Truth {
    match block {
        Collected::Yes(block) => block.as_ref().is_some_and(is_on).into(),
        Collected::Not => Truth::Unknown,
    }
}

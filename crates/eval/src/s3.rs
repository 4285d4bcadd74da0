//! S3: who owns an object, and what a bucket grants to whom.

mod acl;
mod block;
mod public;

use whocan_policy::Truth;
use whocan_snapshot::{ObjectOwnership, PublicAccessBlock};

use crate::PolicyType;
use crate::granted::ResourceGrants;
use crate::inquiry::{Call, Inquiry, Note, not_collected};
use crate::policies::ResourceSides;
use crate::resource::{Family, Owner, Relation, Target};
use crate::side::{Formula, Side};

/// What a bucket or an access point grants, and what keeps it from doing so.
pub(crate) struct BucketGrants<'a> {
    /// What is granted.
    pub grants: ResourceGrants<'a>,
    /// Whether Block Public Access takes away something that would be granted.
    pub blocked: bool,
}

/// Whose an object is (R177).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ObjectOwner {
    /// The bucket's owner.
    Bucket,
    /// Another account.
    Account(whocan_policy::AccountId),
    /// Not known.
    Open,
}

/// Returns how the caller stands to the owner: of the object, where ACLs make
/// writers its owners, else of the bucket.
///
/// Source: Controlling ownership of objects and disabling ACLs for your bucket, S3 User Guide.
pub(crate) fn relation(call: &Call<'_>, target: &Target<'_>) -> Relation {
    let plain = target.relation(call.graph, call.subject);
    match object_owner(call, target) {
        ObjectOwner::Bucket => plain,
        ObjectOwner::Account(owner) if call.subject.account == Some(owner) => Relation::Same,
        ObjectOwner::Account(_) => Relation::Other,
        ObjectOwner::Open if is_possible_owner(call, target) => Relation::Open,
        ObjectOwner::Open => plain,
    }
}

// An object is the bucket owner's or, if ACLs are on, its writer's.
fn is_possible_owner(call: &Call<'_>, target: &Target<'_>) -> bool {
    let writer = target.own.and_then(|record| record.owner);
    match (target.owner, writer) {
        (Owner::Account(owner), Some(writer)) => {
            [Some(owner), Some(writer)].contains(&call.subject.account)
        }
        _ => call.subject.has_account(),
    }
}

fn object_owner(call: &Call<'_>, target: &Target<'_>) -> ObjectOwner {
    if target.family != Family::Object || bucket_owner_decides(call.action) {
        return ObjectOwner::Bucket;
    }
    let known = target.complete || call.as_collected();
    let Some(bucket) = target.bucket() else {
        return if known || target.listed {
            ObjectOwner::Bucket
        } else {
            ObjectOwner::Open
        };
    };
    let writer = match target.own {
        Some(record) => record
            .owner
            .map_or(ObjectOwner::Bucket, ObjectOwner::Account),
        None if known => ObjectOwner::Bucket,
        None => ObjectOwner::Open,
    };
    match call.collected(&bucket.ownership, || ObjectOwnership::BucketOwnerEnforced) {
        Some(ObjectOwnership::BucketOwnerEnforced) => ObjectOwner::Bucket,
        Some(_) => writer,
        None => match writer {
            ObjectOwner::Account(owner) if target.owner != Owner::Account(owner) => {
                ObjectOwner::Open
            }
            ObjectOwner::Account(_) | ObjectOwner::Bucket => ObjectOwner::Bucket,
            ObjectOwner::Open => ObjectOwner::Open,
        },
    }
}

// Writing and deleting are the bucket owner's to grant, whoever owns what is there.
// Source: How Amazon S3 authorizes a request for an object operation, S3 User Guide.
fn bucket_owner_decides(action: &str) -> bool {
    matches!(
        action,
        "s3:PutObject" | "s3:DeleteObject" | "s3:DeleteObjectVersion" | "s3:AbortMultipartUpload"
    )
}

/// Adds ACLs to what the policy grants, and takes away what is blocked.
pub(crate) fn grants<'a>(inquiry: &Inquiry<'a>, sides: &ResourceSides<'a>) -> BucketGrants<'a> {
    let owner = object_owner(&inquiry.call, &inquiry.target);
    let restricted = restricted(inquiry);
    let ignored = acl::ignored(inquiry);
    let acl = acl::sides(inquiry);
    let from_policy = |side: &Side<'a>| {
        let reached = reach_of_policy(inquiry, owner, side.clone().formula());
        without(reached, &restricted)
    };
    let public = without(without(acl.everyone.formula(), &ignored), &restricted);
    let grants = ResourceGrants {
        direct: Formula::Any(vec![from_policy(&sides.direct), public]),
        role: from_policy(&sides.role),
        account: Formula::Any(vec![from_policy(&sides.account), acl.account.formula()]),
    };
    let before = sides.direct.truth | sides.role.truth | sides.account.truth | acl.everyone_truth;
    let after = grants.any().truth();
    BucketGrants {
        blocked: after < before && (restricted.truth() | ignored.truth()) != Truth::False,
        grants,
    }
}

// A bucket owner's policy does not reach objects of others (R177).
fn reach_of_policy<'a>(
    inquiry: &Inquiry<'a>,
    owner: ObjectOwner,
    allow: Formula<'a>,
) -> Formula<'a> {
    let same = |account| inquiry.target.owner == Owner::Account(account);
    match owner {
        ObjectOwner::Bucket => allow,
        ObjectOwner::Account(account) if same(account) => allow,
        ObjectOwner::Account(_) => {
            inquiry.rule(177);
            Formula::never()
        }
        ObjectOwner::Open => {
            inquiry.rule(177);
            let mut note = not_collected(format!("owner of {}", inquiry.target.text));
            note.text = format!("the bucket's owner owns {}", inquiry.target.text);
            Formula::All(vec![
                allow,
                Side::open(PolicyType::Resource, note).formula(),
            ])
        }
    }
}

/// A setting of Block Public Access: on, off, or open.
struct Setting {
    truth: Truth,
    note: Option<Note>,
}

impl Setting {
    fn off() -> Setting {
        Setting {
            truth: Truth::False,
            note: None,
        }
    }

    fn truth(&self) -> Truth {
        self.truth
    }
}

fn without<'a>(allow: Formula<'a>, setting: &Setting) -> Formula<'a> {
    match (setting.truth, &setting.note) {
        (Truth::False, _) => allow,
        (Truth::Unknown, Some(note)) => Formula::All(vec![
            allow,
            Side::open(PolicyType::PublicAccessBlock, note.clone()).formula(),
        ]),
        // Never, as long as the setting is on.
        _ => Formula::All(vec![
            allow,
            Side::silent(PolicyType::PublicAccessBlock).formula(),
        ]),
    }
}

/// Returns whether a public policy shuts out callers of other accounts (R182).
///
/// Source: Blocking public access to your Amazon S3 storage, S3 User Guide.
fn restricted(inquiry: &Inquiry<'_>) -> Setting {
    let subject = inquiry.call.subject;
    let own = subject.account.is_some() && subject.account == inquiry.target.owner_account();
    if own || subject.is_service() {
        return Setting::off();
    }
    let is_on = |block: &PublicAccessBlock| block.restrict_public_buckets;
    let setting = block::setting(inquiry, is_on);
    if setting.truth == Truth::False {
        return setting;
    }
    let public = public::policy_is_public(inquiry);
    let truth = setting.truth & public;
    if truth != Truth::False {
        inquiry.rule(182);
        inquiry.rule(183);
    }
    let note = (truth == Truth::Unknown).then(|| {
        setting
            .note
            .unwrap_or_else(|| not_collected(format!("whether {} is public", inquiry.target.text)))
    });
    Setting { truth, note }
}

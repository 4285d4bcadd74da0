//! S3 access control lists.

use whocan_policy::Truth;
use whocan_snapshot::{AclGrant, AclGrantee, ObjectOwnership, PublicAccessBlock};

use super::{Setting, block};
use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected};
use crate::policies::{Origin, fact};
use crate::resource::Family;
use crate::side::{Hit, Side};

/// What ACLs grant.
pub(super) struct AclSides<'a> {
    /// To everyone, or to every signed caller.
    pub everyone: Side<'a>,
    /// The same as a truth, before anything is taken away.
    pub everyone_truth: Truth,
    /// To the caller's account.
    pub account: Side<'a>,
}

/// Returns whether grants to everyone are ignored (R180).
pub(super) fn ignored(inquiry: &Inquiry<'_>) -> Setting {
    let is_on = |block: &PublicAccessBlock| block.ignore_public_acls;
    let setting = block::setting(inquiry, is_on);
    if setting.truth() != Truth::False {
        inquiry.rule(180);
    }
    setting
}

/// Reads the ACL that bears on the action (R178, R179).
///
/// Source: Access control list (ACL) overview, S3 User Guide.
pub(super) fn sides<'a>(inquiry: &Inquiry<'a>) -> AclSides<'a> {
    let mut sides = AclSides {
        everyone: Side::silent(PolicyType::Resource),
        everyone_truth: Truth::False,
        account: Side::silent(PolicyType::Resource),
    };
    let ignored = inquiry.call.request.ignoring.acls;
    let Some(needed) = needed(inquiry).filter(|_| !ignored) else {
        return sides;
    };
    let enabled = enabled(inquiry);
    if enabled == Truth::False {
        inquiry.rule(178);
        return sides;
    }
    inquiry.rule(179);
    if needed.owner_only && inquiry.call.subject.account != inquiry.target.owner_account() {
        return sides;
    }
    match list(inquiry, &needed) {
        Ok(grants) => {
            for grant in grants {
                add(inquiry, &mut sides, &needed, grant, enabled);
            }
        }
        Err(note) => {
            sides.everyone.add_note(note.clone());
            sides.account.add_note(note);
        }
    }
    sides.everyone_truth = sides.everyone.truth;
    sides
}

/// Which permission an action needs, in whose ACL.
struct Needed {
    permission: &'static str,
    of_object: bool,
    owner_only: bool,
}

fn needed(inquiry: &Inquiry<'_>) -> Option<Needed> {
    let need = |permission, of_object| {
        Some(Needed {
            permission,
            of_object,
            owner_only: false,
        })
    };
    let family = inquiry.target.family;
    match (family, inquiry.permission) {
        (
            Family::Bucket,
            "s3:ListBucket" | "s3:ListBucketVersions" | "s3:ListBucketMultipartUploads",
        ) => need("READ", false),
        (Family::Bucket, "s3:GetBucketAcl") => need("READ_ACP", false),
        (Family::Bucket, "s3:PutBucketAcl") => need("WRITE_ACP", false),
        (Family::Object, "s3:GetObject" | "s3:GetObjectVersion") => need("READ", true),
        (Family::Object, "s3:GetObjectAcl" | "s3:GetObjectVersionAcl") => need("READ_ACP", true),
        (Family::Object, "s3:PutObjectAcl" | "s3:PutObjectVersionAcl") => need("WRITE_ACP", true),
        (Family::Object, "s3:PutObject") => need("WRITE", false),
        (Family::Object, "s3:DeleteObject" | "s3:DeleteObjectVersion") => Some(Needed {
            permission: "WRITE",
            of_object: false,
            owner_only: true,
        }),
        _ => None,
    }
}

// Buckets whose objects all belong to their owner ignore ACLs.
fn enabled(inquiry: &Inquiry<'_>) -> Truth {
    let known = inquiry.target.listed || inquiry.call.as_collected();
    let Some(bucket) = inquiry.target.bucket() else {
        return if known { Truth::False } else { Truth::Unknown };
    };
    let ownership = inquiry
        .call
        .collected(&bucket.ownership, || ObjectOwnership::BucketOwnerEnforced);
    match ownership {
        Some(ObjectOwnership::BucketOwnerEnforced) => Truth::False,
        Some(_) => Truth::True,
        None => Truth::Unknown,
    }
}

fn list<'a>(inquiry: &Inquiry<'a>, needed: &Needed) -> Result<&'a [AclGrant], Note> {
    let target = &inquiry.target;
    let settings = if needed.of_object {
        target.object()
    } else {
        target.bucket()
    };
    let known = if needed.of_object {
        target.complete
    } else {
        target.listed
    };
    let whose = || match needed.of_object {
        true => format!("ACL of {}", target.text),
        false => format!("ACL of the bucket of {}", target.text),
    };
    match settings {
        Some(settings) => {
            fact(inquiry, &settings.acl, Vec::new, whose)?;
            Ok(settings.acl.known().map_or(&[], Vec::as_slice))
        }
        None if known || inquiry.call.as_collected() => Ok(&[]),
        None => Err(not_collected(whose())),
    }
}

fn add<'a>(
    inquiry: &Inquiry<'a>,
    sides: &mut AclSides<'a>,
    needed: &Needed,
    grant: &'a AclGrant,
    enabled: Truth,
) {
    if grant.permission != needed.permission && grant.permission != "FULL_CONTROL" {
        return;
    }
    let (everyone, account, mut notes) = grantee(inquiry, &grant.grantee);
    if enabled == Truth::Unknown {
        notes.push(not_collected(format!(
            "object ownership of the bucket of {}",
            inquiry.target.text
        )));
    }
    for (named, side) in [
        (everyone, &mut sides.everyone),
        (account, &mut sides.account),
    ] {
        let truth = named & enabled;
        if truth != Truth::False {
            side.add(Hit {
                origin: Origin::Acl(grant),
                statement: None,
                truth,
                conditions: Vec::new(),
                notes: notes.clone(),
            });
        }
    }
}

/// Returns whether a grantee is everyone (and the caller among them), or the
/// caller's account.
fn grantee(inquiry: &Inquiry<'_>, grantee: &AclGrantee) -> (Truth, Truth, Vec<Note>) {
    let subject = inquiry.call.subject;
    match grantee {
        AclGrantee::AllUsers => (Truth::True, Truth::False, Vec::new()),
        // The group of all AWS accounts, so neither services nor unsigned calls.
        AclGrantee::AuthenticatedUsers => (subject.has_account().into(), Truth::False, Vec::new()),
        AclGrantee::Account(account) => {
            let own = subject.account == Some(*account);
            (Truth::False, own.into(), Vec::new())
        }
        AclGrantee::CanonicalUser(id) => {
            let entry = whocan_policy::NamedPrincipal::CanonicalUser(id.as_str().into());
            let naming = crate::principal::named(inquiry, &entry);
            (Truth::False, naming.account, naming.open)
        }
        AclGrantee::Other(_) => (Truth::False, Truth::False, Vec::new()),
    }
}

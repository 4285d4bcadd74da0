//! Keys that the call itself carries: tags, sources, the parameters of STS.

use whocan_policy::{KeyName, KeyState};

use super::Derived;
use super::service::is_listed;
use crate::OpenKind::{CallerChosen, Environment};
use crate::inquiry::Inquiry;
use crate::session::{SourceIdentity, same_key};
use crate::subject::SubjectKind;
use crate::trust;

/// Returns what is known of the key `aws:NAME` (`name` in lower case), if the call carries it.
///
/// Source: AWS global condition context keys (properties of the request), IAM User Guide.
pub(super) fn key(inquiry: &Inquiry<'_>, name: &str, key: &KeyName) -> Option<Derived> {
    Some(match name {
        "tagkeys" => {
            inquiry.rule(118);
            tag_keys(inquiry, key)
        }
        // `aws:SourceOwner` is what SNS called the account before (R189).
        "sourcearn" | "sourceaccount" | "sourceorgid" | "sourceorgpaths" | "sourceowner" => {
            inquiry.rule(110);
            if inquiry.call.subject.is_service() {
                Derived::open(Environment)
            } else {
                inquiry.rule(189);
                Derived::absent()
            }
        }
        _ => {
            let tag = key.behind("aws:requesttag/")?;
            inquiry.rule(118);
            request_tag(inquiry, key, tag)
        }
    })
}

fn request_tag(inquiry: &Inquiry<'_>, key: &KeyName, tag: &str) -> Derived {
    if !carries(inquiry, key) {
        return Derived::by_default(KeyState::Absent);
    }
    let assume = inquiry.call.assume;
    let mut transitive = assume.transitive.iter().flatten();
    if let Some((_, value)) = transitive.find(|(name, _)| same_key(name, tag)) {
        return Derived::set(value);
    }
    match &assume.tags {
        Some(tags) if trust::is_assuming(inquiry.call.action) => {
            let mut found = tags.iter().filter(|(name, _)| same_key(name, tag));
            found
                .next()
                .map_or_else(Derived::absent, |(_, value)| Derived::value(value))
        }
        _ => Derived::open(CallerChosen),
    }
}

fn tag_keys(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    if !carries(inquiry, key) {
        return Derived::by_default(KeyState::Absent);
    }
    match &inquiry.call.assume.tags {
        Some(tags) if trust::is_assuming(inquiry.call.action) => {
            list(tags.iter().map(|(name, _)| name.clone()).collect())
        }
        None if inquiry.call.assume.passes_tags() => Derived::present(CallerChosen),
        _ => Derived::open(CallerChosen),
    }
}

// Calls that give sessions carry what they pass; of others the catalogue knows.
fn carries(inquiry: &Inquiry<'_>, key: &KeyName) -> bool {
    trust::is_assume_role(inquiry.call.action) || is_listed(inquiry, key)
}

fn list(values: Vec<String>) -> Derived {
    if values.is_empty() {
        Derived::absent()
    } else {
        Derived::fact(KeyState::Known(values))
    }
}

/// Returns what is known of the key `sts:NAME` (in lower case).
///
/// Source: IAM and AWS STS condition context keys, IAM User Guide.
pub(super) fn sts(inquiry: &Inquiry<'_>, name: &str, key: &KeyName) -> Option<Derived> {
    let action = inquiry.call.action;
    let assume = trust::is_assume_role(action);
    Some(match name {
        "externalid" => {
            inquiry.rule(207);
            if action == "sts:AssumeRole" {
                Derived::open(CallerChosen)
            } else {
                Derived::absent()
            }
        }
        "rolesessionname" => {
            inquiry.rule(212);
            match &inquiry.call.assume.name {
                _ if !assume => Derived::absent(),
                Some(name) => Derived::set(name),
                None => Derived::present(CallerChosen),
            }
        }
        "sourceidentity" => {
            inquiry.rule(211);
            if carries_of_session(inquiry, key) {
                source_identity(inquiry)
            } else {
                Derived::absent()
            }
        }
        "transitivetagkeys" => {
            inquiry.rule(210);
            match &inquiry.call.assume.transitive {
                _ if !carries_of_session(inquiry, key) => Derived::absent(),
                Some(tags) => list(tags.iter().map(|(name, _)| name.clone()).collect()),
                None => Derived::open(CallerChosen),
            }
        }
        "taskpolicyarn" => {
            inquiry.rule(167);
            if action == "sts:AssumeRoot" {
                Derived::present(CallerChosen)
            } else {
                Derived::absent()
            }
        }
        _ => return None,
    })
}

// The permissions beside the call are asked for with its keys.
fn carries_of_session(inquiry: &Inquiry<'_>, key: &KeyName) -> bool {
    trust::is_assuming(inquiry.call.action) && carries(inquiry, key)
}

// What a chained session carries it also passes on (R211).
// Source: Monitor and control actions taken with assumed roles, IAM User Guide
// (both keys are in the request of a chained call).
fn source_identity(inquiry: &Inquiry<'_>) -> Derived {
    let call = &inquiry.call;
    match (&call.session.source_identity, &call.assume.source_identity) {
        (SourceIdentity::Set(identity), _) | (_, SourceIdentity::Set(identity)) => {
            Derived::set(identity)
        }
        (_, SourceIdentity::Open) => Derived::open(CallerChosen),
        (SourceIdentity::Open, SourceIdentity::Unset) if may_carry(inquiry) => {
            Derived::open(CallerChosen)
        }
        (SourceIdentity::Open | SourceIdentity::Unset, SourceIdentity::Unset) => Derived::absent(),
    }
}

fn may_carry(inquiry: &Inquiry<'_>) -> bool {
    let subject = inquiry.call.subject;
    matches!(subject.kind, SubjectKind::Role { .. })
        && trust::may_permit(inquiry, subject, "sts:SetSourceIdentity")
}

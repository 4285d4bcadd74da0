//! Keys of single services, by the Service Authorization Reference.

use whocan_policy::catalogue::{KeyCarriage, catalogue};
use whocan_policy::{KeyName, KeyState};
use whocan_snapshot::Collected;

use super::{Derived, delivered, owner};
use crate::OpenKind::{CallerChosen, NotCollected, Undocumented};
use crate::inquiry::Inquiry;
use crate::resource::Family;
use crate::subject::SubjectKind;

/// Returns what is known of any key that is in no other table (R99, R100).
pub(super) fn key(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    let lower = key.as_lower();
    let special = lower
        .strip_prefix("kms:")
        .and_then(|name| kms(inquiry, name))
        .or_else(|| {
            lower
                .strip_prefix("s3:")
                .and_then(|name| s3(inquiry, name, key))
        })
        .or_else(|| function_url(inquiry, lower))
        .or_else(|| resource_tag(inquiry, key));
    special.unwrap_or_else(|| by_catalogue(inquiry, key))
}

// Source: Condition keys for AWS KMS, KMS Developer Guide.
fn kms(inquiry: &Inquiry<'_>, name: &str) -> Option<Derived> {
    if inquiry.call.service() != "kms" {
        return None;
    }
    Some(match name {
        "calleraccount" => {
            inquiry.rule(169);
            match inquiry.call.subject.account {
                Some(account) => Derived::value(account.to_string()),
                None => Derived::open(Undocumented),
            }
        }
        "viaservice" => {
            inquiry.rule(5);
            Derived::by_default(KeyState::Absent)
        }
        "resourcealiases" => match inquiry.target.key().map(|key| &key.aliases) {
            Some(Collected::Yes(aliases)) if aliases.is_empty() => Derived::absent(),
            Some(Collected::Yes(aliases)) => Derived::fact(KeyState::Known(aliases.clone())),
            Some(Collected::Not) => Derived::open(NotCollected),
            // A call without a key has none of its aliases either (R100).
            _ if inquiry.target.listed || inquiry.target.arn.is_none() => Derived::absent(),
            _ => Derived::open(NotCollected),
        },
        _ => return None,
    })
}

// Source: Configuring IAM policies for using access points, S3 User Guide.
fn s3(inquiry: &Inquiry<'_>, name: &str, key: &KeyName) -> Option<Derived> {
    if inquiry.call.service() != "s3" {
        return None;
    }
    if let Some(tag) = key.behind("s3:buckettag/") {
        inquiry.rule(107);
        return Some(owner::tag(inquiry, key, tag));
    }
    if let Some(tag) = key.behind("s3:existingobjecttag/") {
        return object_tag(inquiry, key, tag);
    }
    let passage = inquiry.route.access_point.as_ref();
    let derived = match (name, passage) {
        ("dataaccesspointarn", Some(passage)) => Derived::value(passage.arn.as_str()),
        ("dataaccesspointaccount", Some(passage)) => Derived::value(passage.arn.account_text()),
        ("accesspointnetworkorigin", Some(passage)) => match passage.facts {
            Some(facts) if facts.vpc.is_some() => Derived::value("VPC"),
            Some(_) => Derived::value("Internet"),
            None => Derived::present(NotCollected),
        },
        ("dataaccesspointarn" | "dataaccesspointaccount" | "accesspointnetworkorigin", None) => {
            Derived::by_default(KeyState::Absent)
        }
        ("resourceaccount", _) => owner::account(inquiry),
        _ => return None,
    };
    inquiry.rule(184);
    Some(derived)
}

fn object_tag(inquiry: &Inquiry<'_>, key: &KeyName, tag: &str) -> Option<Derived> {
    let record = match inquiry.target.family {
        Family::Object if is_listed(inquiry, key) => inquiry.target.own?,
        _ => return None,
    };
    match &record.tags {
        Collected::Yes(_) => Some(super::principal::tag_in(&record.tags, tag)),
        Collected::Not => None,
    }
}

// A function's URL takes unsigned calls only with this type (R142).
// Source: Control access to Lambda function URLs, Lambda Developer Guide.
fn function_url(inquiry: &Inquiry<'_>, lower: &str) -> Option<Derived> {
    let unsigned = matches!(inquiry.call.subject.kind, SubjectKind::Anonymous);
    let invokes = inquiry.call.action == "lambda:InvokeFunctionUrl";
    (lower == "lambda:functionurlauthtype" && invokes && unsigned).then(|| {
        inquiry.rule(142);
        Derived::value("NONE")
    })
}

// Many services have a name of their own for the same tags: `ec2:ResourceTag/team`.
// Some list that of another, as STS those of the roles of IAM.
fn resource_tag(inquiry: &Inquiry<'_>, key: &KeyName) -> Option<Derived> {
    let (service, _) = key.as_lower().split_once(":resourcetag/")?;
    let tag = key.behind(&format!("{service}:resourcetag/"))?;
    let own = service == inquiry.call.service();
    if !own && carriage(inquiry, key) != KeyCarriage::Listed {
        return None;
    }
    inquiry.rule(107);
    Some(owner::tag(inquiry, key, tag))
}

fn by_catalogue(inquiry: &Inquiry<'_>, key: &KeyName) -> Derived {
    let lower = key.as_lower();
    match carriage(inquiry, key) {
        KeyCarriage::Listed => {
            inquiry.rule(100);
            Derived::open(CallerChosen)
        }
        // Keys that Glue and CodeBuild put into their sessions (R119).
        _ if lower.starts_with("glue:") || lower.starts_with("codebuild:") => {
            inquiry.rule(119);
            let service = lower.split(':').next().unwrap_or_default();
            delivered::by_service(inquiry, &format!("{service}.amazonaws.com"))
        }
        KeyCarriage::NotListed => {
            inquiry.rule(100);
            Derived::absent()
        }
        KeyCarriage::Global | KeyCarriage::Unknown => {
            inquiry.rule(99);
            Derived::open(Undocumented)
        }
    }
}

/// Returns whether the action, or the type of its resource, lists the key.
///
/// So it seems for actions that the catalogue does not know.
pub(super) fn is_listed(inquiry: &Inquiry<'_>, key: &KeyName) -> bool {
    inquiry.rule(100);
    carriage(inquiry, key) != KeyCarriage::NotListed
}

fn carriage(inquiry: &Inquiry<'_>, key: &KeyName) -> KeyCarriage {
    let catalogue = catalogue();
    let Some(action) = catalogue.action(inquiry.call.action) else {
        return unknown_action(inquiry, key);
    };
    let types = catalogue.types_of_arn(inquiry.call.service(), &inquiry.target.text);
    if types.is_empty() {
        catalogue.carries_key(action, key.as_written())
    } else {
        catalogue.carries_key_on(action, &types, key.as_written())
    }
}

// An action that the catalogue lacks may carry what its own service or all
// services have, and no key of another service.
fn unknown_action(inquiry: &Inquiry<'_>, key: &KeyName) -> KeyCarriage {
    let prefix = key.as_lower().split(':').next().unwrap_or_default();
    let own = prefix == inquiry.call.service();
    let global = prefix == "aws";
    if own || global || catalogue().service(prefix).is_none() {
        KeyCarriage::Unknown
    } else {
        KeyCarriage::NotListed
    }
}

/// Returns whether a key has a list of values (R97).
pub(crate) fn is_multi_valued(key: &KeyName) -> bool {
    let entry = catalogue().condition_key(key.as_written());
    entry.is_some_and(|entry| entry.kind.is_list()) || key.as_lower().ends_with(":amr")
}

//! What would have to change for a denied request to be allowed, in words.

use std::fmt::Write;

use whocan_eval::{Change, Grantee, PolicyType, Remedy};
use whocan_policy::Truth;

use crate::Plain;

/// Adds the ways, one change a line.
pub(super) fn add(text: &mut String, remedy: &Remedy) {
    let open = match remedy.then {
        Truth::Unknown => ", under conditions,",
        Truth::True | Truth::False => "",
    };
    let which = match remedy.smallest {
        true => "these are the fewest changes",
        false => "none of these changes can be left out, though others may be fewer",
    };
    let _ = writeln!(text, "     it would be allowed{open} if ({which})");
    for (at, way) in remedy.ways.iter().enumerate() {
        if at > 0 {
            text.push_str("     or if\n");
        }
        for (at, change) in way.iter().enumerate() {
            let and = if at > 0 { "and " } else { "" };
            let _ = writeln!(text, "       {and}{}", Plain(&words(change)));
        }
        for condition in remedy.conditions.get(at).into_iter().flatten() {
            let _ = writeln!(text, "       under the condition {}", Plain(condition));
        }
    }
}

/// Returns one change as a clause: `an identity-based policy of user/ana allows s3:GetObject on ...`.
pub(crate) fn words(change: &Change) -> String {
    match change {
        Change::Grant {
            policy_type,
            of,
            grantee,
            action,
            resource,
        } => {
            let who = granting(*policy_type, of, action);
            let whom = grantee.map_or("", named);
            let on = match *policy_type {
                // The resource of a trust policy is its role.
                PolicyType::Resource if of == resource => String::new(),
                _ => format!(" on {resource}"),
            };
            format!("{who} allows {action}{on}{whom}")
        }
        Change::Lift {
            source, statement, ..
        } => format!("statement {statement} of {source} no longer denies it"),
        Change::Unblock { resource } => {
            format!(
                "Block Public Access no longer cuts off {resource}, at its bucket, account and organization"
            )
        }
    }
}

fn granting(policy_type: PolicyType, of: &str, action: &str) -> String {
    let short = of.splitn(6, ':').nth(5).unwrap_or(of);
    match policy_type {
        PolicyType::Identity => format!("an identity-based policy of {short}"),
        PolicyType::Boundary => format!("the permissions boundary of {short}"),
        PolicyType::Session => "every session policy".to_owned(),
        PolicyType::Resource if action.starts_with("sts:") => {
            format!("the trust policy of {short}")
        }
        PolicyType::Resource => format!("the policy of {of}"),
        PolicyType::Scp if of.is_empty() => "a service control policy of each level".to_owned(),
        PolicyType::Scp => format!("a service control policy at {of}"),
        PolicyType::Endpoint => format!("the policy of endpoint {of}"),
        PolicyType::Rcp | PolicyType::PublicAccessBlock | PolicyType::Service => of.to_owned(),
    }
}

fn named(grantee: Grantee) -> &'static str {
    match grantee {
        Grantee::Role => " to the caller's role",
        Grantee::Itself => " to the caller itself or everyone",
        Grantee::Account => " to the caller's account",
    }
}

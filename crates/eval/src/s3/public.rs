//! What S3 calls a public policy.

use ipnet::IpNet;
use whocan_policy::{
    Condition, ConditionValue, Effect, NamedPrincipal, SetQualifier, Statement, Test, Truth,
};

use crate::inquiry::Inquiry;
use crate::policies::{ResourcePolicy, resource_policy};

/// Returns whether the policy of the bucket or access point is public (R183).
///
/// Source: Blocking public access to your Amazon S3 storage: the meaning of
/// "public", S3 User Guide.
pub(super) fn policy_is_public(inquiry: &Inquiry<'_>) -> Truth {
    let point = inquiry.target.access_point();
    if point.is_some_and(|point| point.vpc.is_some()) {
        return Truth::False;
    }
    let document = match resource_policy(inquiry) {
        ResourcePolicy::None | ResourcePolicy::DefaultKeyPolicy => return Truth::False,
        ResourcePolicy::Open(_) => return Truth::Unknown,
        ResourcePolicy::This(bearing) => bearing.document,
    };
    match document {
        Some(document) if !document.malformed => {
            let statements = document.statements.iter();
            Truth::any(statements.map(|one| is_public(one, point.is_some())))
        }
        _ => Truth::Unknown,
    }
}

fn is_public(statement: &Statement, of_point: bool) -> Truth {
    if statement.effect != Some(Effect::Allow) || statement.is_inert() {
        return Truth::False;
    }
    let Some(clause) = &statement.principal else {
        return if statement.doubtful {
            Truth::Unknown
        } else {
            Truth::False
        };
    };
    let wildcard = clause.negated || clause.entries.contains(&NamedPrincipal::Everyone);
    let public = wildcard
        && !statement
            .conditions
            .iter()
            .any(|one| fixes_the_caller(one, of_point));
    match public {
        true if statement.doubtful => Truth::Unknown,
        public => public.into(),
    }
}

/// Returns whether a condition admits only callers of fixed values, in a bucket's
/// policy or that of an access point.
fn fixes_the_caller(condition: &Condition, of_point: bool) -> bool {
    let operator = &condition.operator;
    let passes_without = operator.negated
        || operator.if_exists
        || operator.qualifier == Some(SetQualifier::ForAllValues);
    if passes_without || condition.values.is_empty() {
        return false;
    }
    let mut values = condition.values.iter();
    let key = condition.key.as_lower();
    match operator.test {
        Test::IpAddress => key == "aws:sourceip" && values.all(is_narrow),
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn => {
            FIXING.contains(&key) && values.all(|value| is_fixed(key, value, of_point))
        }
        _ => false,
    }
}

/// The keys, in lower case, whose fixed values make a policy not public.
///
/// Source: as [`policy_is_public`], read 2026-11-24.
const FIXING: [&str; 17] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

fn is_fixed(key: &str, value: &ConditionValue, of_point: bool) -> bool {
    if value.template.variables().next().is_some() {
        return false;
    }
    let text = match key {
        // The sessions of one role.
        "aws:userid" => value
            .text
            .strip_suffix(":*")
            .filter(|id| id.starts_with("AROA")),
        // Any access point of one account; in the policy of one, names are fixed too.
        "s3:dataaccesspointarn" if !of_point => account_of_point(&value.text),
        _ => None,
    };
    !text.unwrap_or(&value.text).contains(['*', '?'])
}

fn account_of_point(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, resource) = (parts.next()?, parts.next()?);
    resource.starts_with("accesspoint/").then_some(account)
}

// Ranges broader than these count as everyone.
fn is_narrow(value: &ConditionValue) -> bool {
    match value.text.parse::<IpNet>() {
        Ok(IpNet::V4(range)) => range.prefix_len() >= 8,
        Ok(IpNet::V6(range)) => range.prefix_len() >= 32,
        Err(_) => value.text.parse::<std::net::IpAddr>().is_ok(),
    }
}

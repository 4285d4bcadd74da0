//! Keys that a service puts into the sessions that it hands out.

use super::Derived;
use crate::OpenKind::Environment;
use crate::inquiry::Inquiry;
use crate::subject::{Subject, SubjectKind};
use crate::trust;

/// The keys, in lower case, and the service that sets each.
///
/// Source: AWS global condition context keys; Service Authorization Reference
/// (EC2, Lambda, Systems Manager); IAM User Guide, read 2026-11-24.
const DELIVERED: [(&str, &str); 9] = [
    ("aws:ec2instancesourcevpc", "ec2.amazonaws.com"),
    ("aws:ec2instancesourceprivateipv4", "ec2.amazonaws.com"),
    ("ec2:sourceinstancearn", "ec2.amazonaws.com"),
    ("ec2:roledelivery", "ec2.amazonaws.com"),
    ("lambda:sourcefunctionarn", "lambda.amazonaws.com"),
    ("ssm:sourceinstancearn", "ssm.amazonaws.com"),
    ("glue:credentialissuingservice", "glue.amazonaws.com"),
    ("aws:chatbotsourcearn", "chatbot.amazonaws.com"),
    ("aws:signinsessionarn", "signin.amazonaws.com"),
];

/// Returns what is known of a key (in lower case) that a service delivers (R119).
pub(super) fn key(inquiry: &Inquiry<'_>, key: &str) -> Option<Derived> {
    if key == "identitystore:userid" {
        inquiry.rule(119);
        return Some(if may_be_of_identity_center(inquiry.call.subject) {
            Derived::open(Environment)
        } else {
            Derived::absent()
        });
    }
    if key.starts_with("saml:") {
        inquiry.rule(217);
        return Some(assertion(inquiry, key));
    }
    if let Some((service, claim)) = issuer(key) {
        inquiry.rule(215);
        return Some(self::claim(inquiry, service, claim));
    }
    let (_, service) = DELIVERED.iter().find(|(name, _)| *name == key)?;
    inquiry.rule(119);
    Some(by_service(inquiry, service))
}

// The roles of Identity Center have a path of their own, and where that is not
// known, a name that nobody else may give.
// Source: Referencing permission sets in resource policies, IAM Identity Center User Guide.
fn may_be_of_identity_center(subject: &Subject<'_>) -> bool {
    match (subject.role, &subject.kind) {
        (Some(role), _) => role.identity_center,
        (None, SubjectKind::Role { name, .. }) => {
            !subject.known && name.starts_with("AWSReservedSSO_")
        }
        _ => false,
    }
}

/// Returns the key of a session that `service` may have handed out.
pub(super) fn by_service(inquiry: &Inquiry<'_>, service: &str) -> Derived {
    let subject = inquiry.call.subject;
    if subject.is_role() && trust::may_come_from_service(inquiry, subject, service) {
        Derived::open(Environment)
    } else {
        Derived::absent()
    }
}

// Some of an assertion's values remain in the session.
// Source: IAM and AWS STS condition context keys (SAML), IAM User Guide.
fn assertion(inquiry: &Inquiry<'_>, key: &str) -> Derived {
    let subject = inquiry.call.subject;
    match &subject.kind {
        // Identity Center addresses its assertions to the sign-in page.
        SubjectKind::IdentityCenter(arn, _) if key == "saml:aud" => {
            Derived::value(sign_in_page(arn.partition()))
        }
        SubjectKind::IdentityCenter(..) => Derived::open(Environment),
        SubjectKind::Saml(_) => Derived::open(Environment),
        SubjectKind::Role { .. } if trust::may_come_from_saml(inquiry, subject) => {
            Derived::open(Environment)
        }
        _ => Derived::absent(),
    }
}

/// Returns the audience of assertions for the sign-in page of a partition.
///
/// Source: Available keys for SAML-based AWS STS federation, IAM User Guide;
/// Configure SAML assertions for the authentication response (China, GovCloud).
fn sign_in_page(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "https://signin.amazonaws.cn/saml",
        "aws-us-gov" => "https://signin.amazonaws-us-gov.com/saml",
        _ => "https://signin.aws.amazon.com/saml",
    }
}

/// Splits `ISSUER:claim`; an issuer is a host name, with a path or without.
fn issuer(key: &str) -> Option<(&str, &str)> {
    let (issuer, claim) = key.rsplit_once(':')?;
    let host = issuer.split(['/', ':']).next().unwrap_or_default();
    host.contains('.').then_some((issuer, claim))
}

// Source: IAM and AWS STS condition context keys (OIDC federation), IAM User Guide.
fn claim(inquiry: &Inquiry<'_>, issuer: &str, _claim: &str) -> Derived {
    let subject = inquiry.call.subject;
    match &subject.kind {
        SubjectKind::Oidc(own) if own.eq_ignore_ascii_case(issuer) => Derived::open(Environment),
        SubjectKind::Role { .. } if trust::may_come_from_issuer(inquiry, subject, issuer) => {
            Derived::open(Environment)
        }
        _ => Derived::absent(),
    }
}

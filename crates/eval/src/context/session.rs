//! Keys about the caller's session.

use whocan_policy::KeyState;

use super::Derived;
use crate::OpenKind::{CallerChosen, Environment};
use crate::inquiry::Inquiry;
use crate::session::SourceIdentity;
use crate::subject::SubjectKind;
use crate::trust;

/// Returns what is known of the key `aws:NAME` (in lower case), if it is about the session.
///
/// Source: AWS global condition context keys (properties of a role session), IAM User Guide.
pub(super) fn key(inquiry: &Inquiry<'_>, name: &str) -> Option<Derived> {
    Some(match name {
        "multifactorauthpresent" => {
            inquiry.rule(112);
            if trust::is_assuming(inquiry.call.action) {
                inquiry.rule(208);
            }
            multi_factor(inquiry)
        }
        "multifactorauthage" => {
            inquiry.rule(112);
            multi_factor_age(inquiry)
        }
        "tokenissuetime" => {
            inquiry.rule(113);
            issue_time(inquiry)
        }
        "sourceidentity" => {
            inquiry.rule(119);
            source_identity(inquiry)
        }
        "federatedprovider" => {
            inquiry.rule(119);
            federated_provider(inquiry)
        }
        // Sessions of `sts:AssumeRoot` are no caller that can be asked about.
        "assumedroot" => {
            inquiry.rule(119);
            Derived::absent()
        }
        _ => return None,
    })
}

// Source: Secure API access with MFA, IAM User Guide (sessions of AssumeRole
// and of federation carry no MFA).
fn multi_factor(inquiry: &Inquiry<'_>) -> Derived {
    match &inquiry.call.subject.kind {
        SubjectKind::User(_) | SubjectKind::Root(_) => Derived::open(Environment),
        SubjectKind::Role { .. } => Derived::fact(KeyState::OneOf(vec![
            KeyState::Absent,
            KeyState::Known(vec!["false".to_owned()]),
        ])),
        _ => Derived::absent(),
    }
}

fn multi_factor_age(inquiry: &Inquiry<'_>) -> Derived {
    match &inquiry.call.subject.kind {
        SubjectKind::User(_) | SubjectKind::Root(_) => Derived::open(Environment),
        _ => Derived::absent(),
    }
}

fn issue_time(inquiry: &Inquiry<'_>) -> Derived {
    match &inquiry.call.subject.kind {
        SubjectKind::Role { .. } | SubjectKind::Federated { .. } => Derived::present(Environment),
        SubjectKind::User(_) | SubjectKind::Root(_) | SubjectKind::Service(_) => {
            Derived::open(Environment)
        }
        SubjectKind::Oidc(_)
        | SubjectKind::Saml(_)
        | SubjectKind::IdentityCenter(..)
        | SubjectKind::Anonymous => Derived::absent(),
    }
}

// Source: Monitor and control actions taken with assumed roles, IAM User Guide.
fn source_identity(inquiry: &Inquiry<'_>) -> Derived {
    let subject = inquiry.call.subject;
    if !subject.is_role() {
        return Derived::absent();
    }
    match &inquiry.call.session.source_identity {
        SourceIdentity::Set(identity) => Derived::set(identity),
        SourceIdentity::Open if trust::may_permit(inquiry, subject, "sts:SetSourceIdentity") => {
            Derived::open(CallerChosen)
        }
        SourceIdentity::Open | SourceIdentity::Unset => Derived::absent(),
    }
}

fn federated_provider(inquiry: &Inquiry<'_>) -> Derived {
    let subject = inquiry.call.subject;
    if subject.is_role() && trust::may_come_from_web_identity(inquiry, subject) {
        Derived::open(Environment)
    } else {
        Derived::absent()
    }
}

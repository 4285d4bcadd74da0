//! What no policy decides.

use whocan_graph::{Membership, PrincipalId};
use whocan_policy::Truth;
use whocan_policy::catalogue::facts::{is_immutable, kms_works_across_accounts};
use whocan_snapshot::Collected;

use crate::inquiry::{Inquiry, Note, not_collected};
use crate::resource::{Family, Relation};
use crate::session::SourceIdentity;
use crate::subject::SubjectKind;
use crate::trust;

/// What is decided before any policy.
#[derive(Clone, Debug)]
pub(crate) enum Fixed {
    /// Allowed, even against a Deny.
    Allowed(&'static str),
    /// Denied, whatever policies say.
    Denied(String),
    /// Denied unless something open holds; policies decide the rest.
    Open(Note),
}

/// Returns what is fixed about the request.
pub(crate) fn outcome(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    without_permission(inquiry)
        .or_else(|| partition(inquiry))
        .or_else(|| credentials(inquiry))
        .or_else(|| chain(inquiry))
        .or_else(|| immutable(inquiry))
        .or_else(|| identity_center(inquiry))
        .or_else(|| pass_role(inquiry))
        .or_else(|| foreign_key(inquiry))
        .or_else(|| assume_root(inquiry))
}

// Calls without permission check (R144).
// Source: STS API Reference, GetCallerIdentity, GetSessionToken.
fn without_permission(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let signed = !matches!(
        inquiry.call.subject.kind,
        SubjectKind::Anonymous
            | SubjectKind::Oidc(_)
            | SubjectKind::Saml(_)
            | SubjectKind::IdentityCenter(..)
    );
    let fixed = match inquiry.call.action {
        "sts:GetCallerIdentity" if signed => {
            Fixed::Allowed("`sts:GetCallerIdentity` needs no permission")
        }
        "sts:GetSessionToken" => match inquiry.call.subject.kind {
            SubjectKind::User(_) | SubjectKind::Root(_) => {
                Fixed::Allowed("`sts:GetSessionToken` needs no permission")
            }
            _ => denied("`sts:GetSessionToken` needs the credentials of a user"),
        },
        _ => return None,
    };
    inquiry.rule(144);
    Some(fixed)
}

// R39. Source: Identify AWS resources with Amazon Resource Names (ARNs), IAM User Guide.
fn partition(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let own = inquiry.call.subject.partition.as_deref()?;
    let other = inquiry.target.arn.as_ref()?.partition();
    (own != other).then(|| {
        inquiry.rule(39);
        denied("caller and resource are in different partitions")
    })
}

// Credentials that cannot make the call (R131, R204, R215).
// Source: Compare AWS STS credentials, IAM User Guide; STS API Reference.
fn credentials(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let (rule, why) = match (&inquiry.call.subject.kind, inquiry.call.action) {
        (SubjectKind::Federated { .. }, action)
            if action.starts_with("iam:") || action.starts_with("sts:") =>
        {
            (
                131,
                "sessions of `GetFederationToken` cannot call IAM or STS",
            )
        }
        // Tags and source identity are parts of that call (R209, R211).
        (
            SubjectKind::Root(_),
            "sts:AssumeRole" | "sts:AssumeRoot" | "sts:TagSession" | "sts:SetSourceIdentity",
        ) => (204, "root credentials cannot assume roles"),
        (SubjectKind::Role { .. }, "sts:GetFederationToken") => (
            204,
            "sessions of roles cannot call `sts:GetFederationToken`",
        ),
        (SubjectKind::Oidc(_), "sts:AssumeRoleWithWebIdentity")
        | (SubjectKind::Saml(_) | SubjectKind::IdentityCenter(..), "sts:AssumeRoleWithSAML") => {
            return None;
        }
        (SubjectKind::IdentityCenter(..), _) => {
            (222, "a user of Identity Center only signs in as roles")
        }
        (SubjectKind::Oidc(_) | SubjectKind::Saml(_), _) => {
            (215, "a token or an assertion only opens roles")
        }
        (_, "sts:AssumeRoleWithWebIdentity") => (215, "the call needs a token"),
        (_, "sts:AssumeRoleWithSAML") => (217, "the call needs an assertion"),
        _ => return None,
    };
    inquiry.rule(rule);
    Some(denied(why))
}

// What is fixed along a chain (R210, R211).
// Source: Monitor and control actions taken with assumed roles; Passing
// session tags in AWS STS, IAM User Guide.
fn chain(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let call = &inquiry.call;
    if !trust::is_assume_role(call.action) {
        return None;
    }
    let identities = [&call.session.source_identity, &call.assume.source_identity];
    if let [SourceIdentity::Set(carried), SourceIdentity::Set(wanted)] = identities
        && carried != wanted
    {
        call.rule(211);
        return Some(denied("a source identity cannot change along a chain"));
    }
    let mut passed = call.assume.tags.iter().flatten();
    let changed = passed.any(|(key, value)| {
        let carried = call.session.transitive_tag(key);
        carried.is_some_and(|(_, carried)| carried.known() != Some(value))
    });
    changed.then(|| {
        call.rule(210);
        denied("a transitive tag cannot change along a chain")
    })
}

fn immutable(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let action = inquiry.call.action;
    let by_arn = is_immutable(action, &inquiry.target.text).is_some();
    let linked = || {
        let role = inquiry.target.role.is_some_and(|role| role.service_linked);
        // The same changes as for a role whose path says so.
        role && is_immutable(action, "arn:aws:iam::111122223333:role/aws-service-role/x").is_some()
    };
    (by_arn || linked()).then(|| {
        inquiry.rule(145);
        denied("only AWS changes this object")
    })
}

// R222. Source: IAM Identity Center User Guide, Referencing permission sets.
fn identity_center(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let by_hand = matches!(
        inquiry.call.action,
        "sts:AssumeRoleWithSAML" | "sts:AssumeRoleWithWebIdentity"
    );
    let path = inquiry.target.arn.as_ref()?.resource();
    let reserved = path.starts_with("role/aws-reserved/sso.amazonaws.com/");
    if let SubjectKind::IdentityCenter(_, user) = inquiry.call.subject.kind {
        inquiry.rule(222);
        return unassigned(inquiry, user);
    }
    (by_hand && reserved).then(|| {
        inquiry.rule(222);
        denied("only Identity Center hands out sessions of this role")
    })
}

// Source: Assign user or group access to AWS accounts, IAM Identity Center User Guide.
fn unassigned(inquiry: &Inquiry<'_>, user: Option<PrincipalId>) -> Option<Fixed> {
    let graph = inquiry.call.graph;
    let role = inquiry.target.arn.as_ref();
    let role = role.and_then(|arn| graph.principal_of(arn.as_str()));
    let assigned = match (role, user) {
        (Some(role), Some(user)) => graph.is_assigned(role, user),
        _ => Truth::False,
    };
    match assigned {
        Truth::True => None,
        Truth::Unknown if !inquiry.call.as_collected() => Some(Fixed::Open(not_collected(
            "to whom the role's permission set is assigned".to_owned(),
        ))),
        Truth::False | Truth::Unknown => Some(denied(
            "the role's permission set is not assigned to the user",
        )),
    }
}

// R192. Source: Granting a user permissions to pass a role to an AWS service, IAM User Guide.
fn pass_role(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    if inquiry.call.action != "iam:PassRole" {
        return None;
    }
    inquiry.rule(192);
    let foreign = inquiry.target.arn.is_some() && inquiry.relation == Relation::Other;
    foreign.then(|| denied("a role can only be passed in its own account"))
}

// R172. Source: Allowing users in other accounts to use a KMS key, KMS Developer Guide.
fn foreign_key(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    let foreign = inquiry.target.family == Family::Key
        && inquiry.call.subject.has_account()
        && inquiry.relation == Relation::Other;
    (foreign && !kms_works_across_accounts(inquiry.call.action)).then(|| {
        inquiry.rule(172);
        denied("the operation does not work on keys of other accounts")
    })
}

// R167. Source: Centrally manage root access for member accounts, IAM User Guide.
fn assume_root(inquiry: &Inquiry<'_>) -> Option<Fixed> {
    if inquiry.call.action != "sts:AssumeRoot" {
        return None;
    }
    inquiry.rule(167);
    let administrator = is_administrator(inquiry);
    let target = inquiry.target.arn.as_ref()?;
    let member = match inquiry.owner_account().map(|account| account.membership) {
        _ if target.service() != "iam" || target.resource() != "root" => Truth::False,
        Some(Membership::Member) => Truth::True,
        Some(Membership::Management | Membership::Outside) => Truth::False,
        Some(Membership::Elsewhere | Membership::Unknown) | None => Truth::Unknown,
    };
    match administrator & member {
        Truth::True => None,
        Truth::False => Some(denied(
            "only the management account and the delegated administrator for IAM reach root users, of member accounts",
        )),
        Truth::Unknown => Some(Fixed::Open(not_collected(
            "the organization's management and delegated accounts",
        ))),
    }
}

fn is_administrator(inquiry: &Inquiry<'_>) -> Truth {
    let Some(account) = inquiry.call.caller_account() else {
        return Truth::Unknown;
    };
    match account.membership {
        Membership::Management => Truth::True,
        Membership::Outside => Truth::False,
        Membership::Elsewhere | Membership::Unknown => Truth::Unknown,
        Membership::Member => {
            let organization = inquiry.call.graph.organization();
            match organization.map(|organization| &organization.delegated) {
                Some(Collected::Yes(all)) => {
                    let own = all.iter().filter(|(id, _)| *id == account.id);
                    Truth::any(own.map(|(_, services)| administers_iam(services)))
                }
                _ => Truth::Unknown,
            }
        }
    }
}

// The services of an administrator need not be collected.
fn administers_iam(services: &[String]) -> Truth {
    if services.is_empty() {
        return Truth::Unknown;
    }
    let mut services = services.iter();
    services
        .any(|service| service == "iam.amazonaws.com")
        .into()
}

fn denied(why: &str) -> Fixed {
    Fixed::Denied(why.to_owned())
}

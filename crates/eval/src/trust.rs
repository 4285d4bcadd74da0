//! Roles that are assumed: their trust policies, and what else the call needs.

use whocan_policy::catalogue::facts::{POD_IDENTITY, ROLES_ANYWHERE};
use whocan_policy::{Document, Effect, NamedPrincipal, Statement, Truth};

use crate::PolicyType;
use crate::granted::{Granted, ResourceGrants, blame_by_naming, doubt, limited};
use crate::inquiry::{Call, Inquiry};
use crate::policies::PrincipalSides;
use crate::resource::Target;
use crate::side::Formula;
use crate::subject::{Subject, SubjectKind};

const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
const SAML: &str = "sts:AssumeRoleWithSAML";

/// Returns whether the action gives a session of a role.
pub(crate) fn is_assume_role(action: &str) -> bool {
    matches!(action, "sts:AssumeRole" | WEB_IDENTITY | SAML)
}

/// Returns whether the action gives a session of a role, or is a permission beside that.
pub(crate) fn is_assuming(action: &str) -> bool {
    is_assume_role(action) || matches!(action, "sts:TagSession" | "sts:SetSourceIdentity")
}

/// The own account (R195 to R200).
///
/// A caller named directly whose boundary lacks the action is open: two pages disagree.
/// Source: Policy evaluation for requests within a single account; Update a role
/// trust policy, IAM User Guide.
pub(crate) fn same_account<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    inquiry.rule(195);
    if own.boundary.truth() != Truth::True {
        inquiry.rule(200);
    }
    let subject = inquiry.call.subject.role.map(std::ptr::from_ref);
    if subject.is_some() && subject == inquiry.target.role.map(std::ptr::from_ref) {
        inquiry.rule(205);
    }
    let boundary = Formula::Any(vec![
        own.boundary.clone(),
        doubt(
            PolicyType::Boundary,
            "whether a boundary limits a caller that the trust policy names",
        ),
    ]);
    let formula = Formula::Any(vec![
        Formula::All(vec![resource.direct.clone(), boundary]),
        limited(&resource.role, own),
        Formula::All(vec![resource.account.clone(), limited(&own.identity, own)]),
    ]);
    Granted {
        formula,
        blame: blame_by_naming(resource, own),
    }
}

/// Returns the permissions that a call needs besides its action (R209 to R211, R220, R221).
pub(crate) fn companions(call: &Call<'_>) -> Vec<&'static str> {
    let mut needed = Vec::new();
    if !is_assume_role(call.action) {
        return needed;
    }
    let service = match &call.subject.kind {
        SubjectKind::Service(name) => name.as_str(),
        _ => "",
    };
    let always_tags = matches!(service, POD_IDENTITY | ROLES_ANYWHERE);
    match service {
        POD_IDENTITY => call.rule(220),
        ROLES_ANYWHERE => call.rule(221),
        _ => {}
    }
    if always_tags || call.assume.passes_tags() || !call.session.transitive.is_empty() {
        call.rule(209);
        needed.push("sts:TagSession");
    }
    let identity = call.assume.source_identity.is_set() || call.session.source_identity.is_set();
    if service == ROLES_ANYWHERE || identity {
        call.rule(211);
        needed.push("sts:SetSourceIdentity");
    }
    needed
}

/// Returns whether the trust policy of the calling role may permit `action` to somebody.
pub(crate) fn may_permit(inquiry: &Inquiry<'_>, subject: &Subject<'_>, action: &str) -> bool {
    let Some(role) = subject.role else {
        return !subject.known;
    };
    let document = inquiry.call.graph.document_of(role.trust);
    permits(document.map(|document| &**document), |statement| {
        statement.covers_action(action) != Truth::False
    })
}

/// Returns whether the trust policy of the role that is assumed may permit `action` to somebody.
pub(crate) fn may_permit_here(inquiry: &Inquiry<'_>, action: &str) -> bool {
    let overridden = inquiry.call.request.overrides.resource.as_deref();
    may_permit_target(inquiry.call.graph, overridden, &inquiry.target, action)
}

fn may_permit_target(
    graph: &whocan_graph::Graph,
    overridden: Option<&Document>,
    target: &Target<'_>,
    action: &str,
) -> bool {
    let covers = |statement: &Statement| statement.covers_action(action) != Truth::False;
    if overridden.is_some() {
        return permits(overridden, covers);
    }
    let Some(role) = target.role else {
        return !target.listed;
    };
    permits(graph.document_of(role.trust).map(|one| &**one), covers)
}

/// Returns whether sessions of the calling role may come from a web identity:
/// whether its trust policy names a provider (R119).
pub(crate) fn may_come_from_web_identity(inquiry: &Inquiry<'_>, subject: &Subject<'_>) -> bool {
    may_come_from(inquiry, subject, WEB_IDENTITY, |entry| match entry {
        NamedPrincipal::Federated(provider) => !provider.contains(":saml-provider/"),
        _ => false,
    })
}

/// Returns whether sessions of the calling role may come from a token of this issuer.
pub(crate) fn may_come_from_issuer(
    inquiry: &Inquiry<'_>,
    subject: &Subject<'_>,
    issuer: &str,
) -> bool {
    may_come_from(inquiry, subject, WEB_IDENTITY, |entry| match entry {
        NamedPrincipal::Federated(provider) => {
            let own = provider.split_once(":oidc-provider/");
            own.map_or(&**provider, |(_, own)| own)
                .eq_ignore_ascii_case(issuer)
        }
        _ => false,
    })
}

/// Returns whether sessions of the calling role may come from a SAML assertion.
pub(crate) fn may_come_from_saml(inquiry: &Inquiry<'_>, subject: &Subject<'_>) -> bool {
    may_come_from(inquiry, subject, SAML, |entry| match entry {
        NamedPrincipal::Federated(provider) => provider.contains(":saml-provider/"),
        _ => false,
    })
}

/// Returns whether `service` may hand out sessions of the calling role.
pub(crate) fn may_come_from_service(
    inquiry: &Inquiry<'_>,
    subject: &Subject<'_>,
    service: &str,
) -> bool {
    may_come_from(inquiry, subject, "sts:AssumeRole", |entry| match entry {
        NamedPrincipal::Service(name) => **name == *service,
        _ => *entry == NamedPrincipal::Everyone,
    })
}

fn may_come_from(
    inquiry: &Inquiry<'_>,
    subject: &Subject<'_>,
    action: &str,
    fits: impl Fn(&NamedPrincipal) -> bool,
) -> bool {
    let Some(role) = subject.role else {
        return !subject.known;
    };
    let document = inquiry.call.graph.document_of(role.trust);
    permits(document.map(|document| &**document), |statement| {
        let principal = statement.principal.as_ref();
        let named =
            principal.is_none_or(|clause| clause.negated || clause.entries.iter().any(&fits));
        named && statement.covers_action(action) != Truth::False
    })
}

// What cannot be read may permit anything (R16).
fn permits(document: Option<&Document>, fits: impl Fn(&Statement) -> bool) -> bool {
    let Some(document) = document.filter(|document| !document.malformed) else {
        return true;
    };
    let mut statements = document.statements.iter();
    statements.any(|statement| {
        statement.effect == Some(Effect::Allow) && !statement.is_inert() && fits(statement)
    })
}

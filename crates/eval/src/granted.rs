//! Who grants: the table of callers and relations, one function a row.

use whocan_graph::{DirectoryGroup, PrincipalId};
use whocan_policy::Truth;
use whocan_policy::catalogue::facts::accepts_anonymous_calls;

use crate::inquiry::{Inquiry, undocumented};
use crate::policies::{Origin, PrincipalSides};
use crate::resource::{Family, Relation};
use crate::side::{Formula, Hit, Side};
use crate::subject::SubjectKind;
use crate::{PolicyType, kms, trust};

/// What grants a request, and what is to blame if nothing does.
pub(crate) struct Granted<'a> {
    /// Whether something grants.
    pub formula: Formula<'a>,
    /// The types of policy whose silence stops the request, if it is not granted.
    pub blame: Vec<PolicyType>,
}

/// What resources grant: policies, ACLs and grants, by how they name the caller.
#[derive(Clone)]
pub(crate) struct ResourceGrants<'a> {
    /// To the caller itself, or to everyone.
    pub direct: Formula<'a>,
    /// To its role, or the user behind a federated session.
    pub role: Formula<'a>,
    /// To its account.
    pub account: Formula<'a>,
}

impl<'a> ResourceGrants<'a> {
    /// Returns a grant of any kind.
    pub fn any(&self) -> Formula<'a> {
        Formula::Any(vec![
            self.direct.clone(),
            self.role.clone(),
            self.account.clone(),
        ])
    }
}

/// Decides what grants the request.
pub(crate) fn granted<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    match &inquiry.call.subject.kind {
        SubjectKind::User(_) | SubjectKind::Role { .. } | SubjectKind::Federated { .. } => {
            if inquiry.call.action == "sts:AssumeRoot" {
                return assume_root(own);
            }
            by_relation(inquiry, resource, own)
        }
        SubjectKind::Root(_) => root(inquiry, resource),
        SubjectKind::Service(_) => service(inquiry, resource),
        SubjectKind::Oidc(_) | SubjectKind::Saml(_) => federated(inquiry, resource),
        SubjectKind::IdentityCenter(_, user) => {
            let federated = federated(inquiry, resource);
            Granted {
                formula: Formula::All(vec![federated.formula, assignment(inquiry, *user)]),
                ..federated
            }
        }
        SubjectKind::Anonymous => anonymous(inquiry, resource),
    }
}

fn by_relation<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    match inquiry.relation {
        Relation::Same => same_account(inquiry, resource, own),
        Relation::Other => other_account(inquiry, resource, own),
        Relation::Open => {
            let same = same_account(inquiry, resource, own);
            let other = other_account(inquiry, resource, own);
            either(inquiry, same, other)
        }
    }
}

fn same_account<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    match inquiry.target.family {
        Family::Key => kms::same_account(inquiry, resource, own),
        Family::Role => trust::same_account(inquiry, resource, own),
        _ => union(inquiry, resource, own),
    }
}

/// The own account: identity or resource grants (R122 to R132).
///
/// Source: Policy evaluation for requests within a single account, IAM User Guide.
fn union<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    inquiry.rule(122);
    if own.boundary.truth() == Truth::True && own.identity.truth() == Truth::False {
        inquiry.rule(125);
    }
    let formula = Formula::Any(vec![
        resource.direct.clone(),
        limited(&resource.role, own),
        limited(&own.identity, own),
    ]);
    Granted {
        blame: silent_sides(own),
        formula,
    }
}

/// Another account: both sides must allow (R137 to R139).
///
/// Source: Cross-account policy evaluation logic, IAM User Guide.
pub(crate) fn other_account<'a>(
    inquiry: &Inquiry<'a>,
    resource: &ResourceGrants<'a>,
    own: &PrincipalSides<'a>,
) -> Granted<'a> {
    inquiry.rule(137);
    if inquiry.target.family == Family::Key {
        return kms::other_account(inquiry, resource, own);
    }
    if own.boundary.truth() != Truth::True {
        inquiry.rule(139);
    }
    let named = resource.any();
    let mut blame = silent_sides(own);
    if named.truth() == Truth::False {
        blame.push(PolicyType::Resource);
    }
    Granted {
        formula: Formula::All(vec![named, limited(&own.identity, own)]),
        blame,
    }
}

/// Member accounts' root users have no policy; the own side decides (R167).
///
/// Source: Centrally manage root access for member accounts, IAM User Guide.
fn assume_root<'a>(own: &PrincipalSides<'a>) -> Granted<'a> {
    Granted {
        formula: limited(&own.identity, own),
        blame: silent_sides(own),
    }
}

/// The root user: everything of its account, and what others grant it (R134, R140).
///
/// Source: AWS account root user, IAM User Guide.
fn root<'a>(inquiry: &Inquiry<'a>, resource: &ResourceGrants<'a>) -> Granted<'a> {
    let key = inquiry.target.family == Family::Key;
    let named = if key {
        Formula::Any(vec![resource.any(), kms::granted_to_root(inquiry)])
    } else {
        resource.any()
    };
    match inquiry.relation {
        Relation::Same if key => {
            inquiry.rule(168);
            needs_resource(named)
        }
        Relation::Same => {
            inquiry.rule(134);
            Granted {
                formula: Side::granted(PolicyType::Service).formula(),
                blame: Vec::new(),
            }
        }
        Relation::Other if inquiry.target.family == Family::Key => {
            inquiry.rule(140);
            needs_resource(Formula::Any(vec![named, kms::granted_to_root(inquiry)]))
        }
        Relation::Other => {
            inquiry.rule(140);
            needs_resource(named)
        }
        Relation::Open => {
            let own = Granted {
                formula: Side::granted(PolicyType::Service).formula(),
                blame: Vec::new(),
            };
            either(inquiry, own, needs_resource(named))
        }
    }
}

/// A service: the resource must name it, or everyone (R135).
fn service<'a>(inquiry: &Inquiry<'a>, resource: &ResourceGrants<'a>) -> Granted<'a> {
    inquiry.rule(135);
    needs_resource(resource.direct.clone())
}

/// Somebody with a token or an assertion: the trust policy of a role (R215, R217).
fn federated<'a>(inquiry: &Inquiry<'a>, resource: &ResourceGrants<'a>) -> Granted<'a> {
    if inquiry.target.family != Family::Role {
        return Granted {
            formula: Formula::never(),
            blame: vec![PolicyType::Service],
        };
    }
    inquiry.rule(215);
    needs_resource(resource.direct.clone())
}

/// Returns what assigns the role to a user of Identity Center. Whether anything
/// does is fixed before.
fn assignment<'a>(inquiry: &Inquiry<'a>, user: Option<PrincipalId>) -> Formula<'a> {
    let graph = inquiry.call.graph;
    let role = inquiry.target.arn.as_ref();
    let role = role.and_then(|arn| graph.principal_of(arn.as_str()));
    let (Some(role), Some(user)) = (role, user) else {
        return Formula::always();
    };
    if graph.is_assigned(role, user) != Truth::True {
        return Formula::always();
    }
    let through = graph.assigned_through(role, user).map(Some);
    let mut through: Vec<Option<&DirectoryGroup>> = through.collect();
    let direct = graph.assigned(role);
    if direct.is_some_and(|assigned| assigned.users.binary_search(&user).is_ok()) {
        through.insert(0, None);
    }
    let mut side = Side::silent(PolicyType::Service);
    for group in through {
        side.add(Hit {
            origin: Origin::Assignment(group),
            statement: None,
            truth: Truth::True,
            conditions: Vec::new(),
            notes: Vec::new(),
        });
    }
    side.formula()
}

/// Somebody without credentials: what is open to everyone, where the service
/// takes unsigned calls (R142).
fn anonymous<'a>(inquiry: &Inquiry<'a>, resource: &ResourceGrants<'a>) -> Granted<'a> {
    inquiry.rule(142);
    if !accepts_anonymous_calls(inquiry.call.action) {
        return Granted {
            formula: Formula::never(),
            blame: vec![PolicyType::Service],
        };
    }
    needs_resource(resource.direct.clone())
}

fn needs_resource(named: Formula<'_>) -> Granted<'_> {
    Granted {
        formula: named,
        blame: vec![PolicyType::Resource],
    }
}

/// Returns a grant as far as boundary and session policies let it pass.
pub(crate) fn limited<'a>(grant: &Formula<'a>, own: &PrincipalSides<'a>) -> Formula<'a> {
    Formula::All(vec![
        grant.clone(),
        own.boundary.clone(),
        own.session.clone(),
    ])
}

/// Returns which of the caller's own sides do not allow.
pub(crate) fn silent_sides(own: &PrincipalSides<'_>) -> Vec<PolicyType> {
    let sides = [
        (PolicyType::Identity, &own.identity),
        (PolicyType::Boundary, &own.boundary),
        (PolicyType::Session, &own.session),
    ];
    let silent = sides
        .into_iter()
        .filter(|(_, side)| side.truth() == Truth::False);
    silent.map(|(policy_type, _)| policy_type).collect()
}

/// Returns the blame where the resource must name the caller, in whatever way:
/// the resource if it does not, else the caller's own silent sides.
pub(crate) fn blame_by_naming(
    resource: &ResourceGrants<'_>,
    own: &PrincipalSides<'_>,
) -> Vec<PolicyType> {
    if resource.any().truth() == Truth::False {
        vec![PolicyType::Resource]
    } else {
        silent_sides(own)
    }
}

// Whose the resource is is not known: sure is what holds either way.
fn either<'a>(inquiry: &Inquiry<'a>, same: Granted<'a>, other: Granted<'a>) -> Granted<'a> {
    if same.formula.truth() == other.formula.truth() {
        return other;
    }
    let mut note = crate::inquiry::not_collected(format!("owner of {}", inquiry.target.text));
    note.text = note.point.subject.clone();
    Granted {
        formula: Formula::All(vec![
            Formula::Any(vec![same.formula, other.formula]),
            Side::open(PolicyType::Resource, note).formula(),
        ]),
        blame: other.blame,
    }
}

/// Returns a formula that is open at best, for what AWS does not document.
pub(crate) fn doubt<'a>(policy_type: PolicyType, why: &str) -> Formula<'a> {
    Side::open(policy_type, undocumented(why)).formula()
}

//! VPC endpoint policies: filters for what passes the endpoint.

use whocan_policy::{Effect, NamedPrincipal, PrincipalClause, Statement, Truth};
use whocan_snapshot::EndpointKind;

use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected};
use crate::policies::{Bearing, Origin, add_hit, readable};
use crate::principal;
use crate::side::{Formula, Side};
use crate::statement;
use crate::subject::SubjectKind;

/// What the policy of the endpoint says.
pub(crate) struct EndpointSides<'a> {
    /// Whether it lets pass.
    pub allows: Formula<'a>,
    /// Whether it denies.
    pub deny: Side<'a>,
}

/// Reads the policy of the endpoint that the request passes (R186, R187).
///
/// Source: Control access to VPC endpoints using endpoint policies, AWS PrivateLink Guide.
pub(crate) fn sides<'a>(inquiry: &Inquiry<'a>) -> EndpointSides<'a> {
    let mut allow = Side::silent(PolicyType::Endpoint);
    let mut deny = Side::silent(PolicyType::Endpoint);
    let bearing = match policy(inquiry) {
        Policy::None => {
            return EndpointSides {
                allows: Formula::always(),
                deny,
            };
        }
        Policy::This(bearing) => bearing,
        Policy::Open(note) => {
            deny.add_note(note.clone());
            return EndpointSides {
                allows: Side::open(PolicyType::Endpoint, note).formula(),
                deny,
            };
        }
    };
    inquiry.rule(186);
    if let Some(document) = readable(&bearing, &mut allow) {
        for statement in &document.statements {
            let side = match statement.effect {
                Some(Effect::Allow) => &mut allow,
                _ => &mut deny,
            };
            add(inquiry, side, bearing.origin, statement);
        }
    } else {
        readable(&bearing, &mut deny);
    }
    EndpointSides {
        allows: allow.formula(),
        deny,
    }
}

enum Policy<'a> {
    None,
    This(Bearing<'a>),
    Open(Note),
}

fn policy<'a>(inquiry: &Inquiry<'a>) -> Policy<'a> {
    let call = &inquiry.call;
    if let Some(document) = &call.request.overrides.endpoint {
        return Policy::This(Bearing {
            origin: Origin::Given(PolicyType::Endpoint, 1),
            document: Some(document),
        });
    }
    let ignored = call.request.ignoring.endpoint_policies;
    let Some(id) = inquiry.route.endpoint_id.filter(|_| !ignored) else {
        return Policy::None;
    };
    match inquiry.route.endpoint {
        // Without a policy of its own it allows everything.
        Some(endpoint) => endpoint.policy.map_or(Policy::None, |policy| {
            Policy::This(inquiry.bearing(Origin::Policy(policy), policy))
        }),
        None if call.is_alone() || call.as_collected() => Policy::None,
        None => Policy::Open(not_collected(format!("policy of endpoint {id}"))),
    }
}

fn add<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let Some(effect) = statement.effect else {
        return;
    };
    if !statement::concerns(inquiry, statement, effect) {
        return;
    }
    let (named, open) = match &statement.principal {
        Some(clause) if is_gateway(inquiry) => (gateway(inquiry, clause), Vec::new()),
        Some(clause) if effect == Effect::Deny => principal::denied(inquiry, clause),
        Some(clause) => {
            let naming = principal::allowed(inquiry, clause);
            (naming.any(), naming.open)
        }
        None if statement.doubtful => (Truth::Unknown, Vec::new()),
        None => return,
    };
    add_hit(inquiry, side, origin, statement, named, &open);
}

fn is_gateway(inquiry: &Inquiry<'_>) -> bool {
    let endpoint = inquiry.route.endpoint;
    endpoint.is_some_and(|endpoint| endpoint.kind == EndpointKind::Gateway)
}

// A gateway endpoint knows only everyone, and under an account's name its root user.
// Source: Control access to VPC endpoints using endpoint policies (gateway endpoints).
fn gateway(inquiry: &Inquiry<'_>, clause: &PrincipalClause) -> Truth {
    inquiry.rule(187);
    let root = match &inquiry.call.subject.kind {
        SubjectKind::Root(arn) => arn.account(),
        _ => None,
    };
    let mut entries = clause.entries.iter();
    let named = entries.any(|entry| match entry {
        NamedPrincipal::Everyone => true,
        NamedPrincipal::Account(account) => root == Some(*account),
        _ => false,
    });
    (named != clause.negated).into()
}

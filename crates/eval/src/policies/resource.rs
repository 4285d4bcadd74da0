//! The resource-based policy: trust and key policies included.

use whocan_policy::catalogue::catalogue;
use whocan_policy::catalogue::facts::{resource_policy_of, takes_resource_policies};
use whocan_policy::{Effect, Statement, Truth};

use super::{Bearing, Origin, add_hit, readable};
use crate::inquiry::{Inquiry, Note, not_collected};
use crate::noted;
use crate::principal;
use crate::resource::{Family, Relation};
use crate::side::Side;
use crate::statement;
use crate::{Grantee, PolicyType};

/// The resource-based policy.
pub(crate) enum ResourcePolicy<'a> {
    /// None.
    None,
    /// This one.
    This(Bearing<'a>),
    /// AWS's own for a key that was created without one (R169).
    DefaultKeyPolicy,
    /// Not known.
    Open(Note),
}

/// What the resource-based policy says, by how it names the caller.
pub(crate) struct ResourceSides<'a> {
    /// Allows for the caller itself, or for everyone.
    pub direct: Side<'a>,
    /// Allows for its role, or the user behind a federated session.
    pub role: Side<'a>,
    /// Allows for its account.
    pub account: Side<'a>,
    /// Denies.
    pub deny: Side<'a>,
}

/// Reads the resource-based policy.
pub(crate) fn of_resource<'a>(inquiry: &Inquiry<'a>) -> ResourceSides<'a> {
    let writable = is_writable(inquiry);
    let to = |grantee| Side {
        grantee: Some(grantee).filter(|_| writable),
        ..Side::silent(PolicyType::Resource)
    };
    let mut sides = ResourceSides {
        direct: to(Grantee::Itself),
        role: to(Grantee::Role),
        account: to(Grantee::Account),
        deny: Side::silent(PolicyType::Resource),
    };
    match resource_policy(inquiry) {
        ResourcePolicy::None => {}
        ResourcePolicy::This(bearing) => add_resource_policy(inquiry, &mut sides, bearing),
        ResourcePolicy::DefaultKeyPolicy => {
            inquiry.rule(169);
            if inquiry.relation == Relation::Same {
                sides.account.truth = Truth::True;
            }
        }
        ResourcePolicy::Open(note) => {
            for side in [
                &mut sides.direct,
                &mut sides.role,
                &mut sides.account,
                &mut sides.deny,
            ] {
                side.add_note(note.clone());
            }
        }
    }
    sides
}

fn add_resource_policy<'a>(
    inquiry: &Inquiry<'a>,
    sides: &mut ResourceSides<'a>,
    bearing: Bearing<'a>,
) {
    let Some(document) = readable(&bearing, &mut sides.direct) else {
        readable(&bearing, &mut sides.deny);
        return;
    };
    for statement in &document.statements {
        if statement::concerns(inquiry, statement, Effect::Allow) {
            add_allow(inquiry, sides, bearing.origin, statement);
        } else if statement::concerns(inquiry, statement, Effect::Deny) {
            add_deny(inquiry, &mut sides.deny, bearing.origin, statement);
        }
    }
}

fn add_allow<'a>(
    inquiry: &Inquiry<'a>,
    sides: &mut ResourceSides<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let Some(clause) = &statement.principal else {
        // Needed in a resource policy; in a doubtful statement it may be anybody.
        if statement.doubtful {
            add_hit(
                inquiry,
                &mut sides.direct,
                origin,
                statement,
                Truth::Unknown,
                &[],
            );
        }
        return;
    };
    let naming = principal::allowed(inquiry, clause);
    noted::naming(inquiry, &naming);
    let ways = [
        (naming.direct, &mut sides.direct),
        (naming.role, &mut sides.role),
        (naming.account, &mut sides.account),
    ];
    for (named, side) in ways {
        add_hit(inquiry, side, origin, statement, named, &naming.open);
    }
}

/// Adds a Deny of a policy that names principals.
pub(crate) fn add_deny<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let (named, open) = match &statement.principal {
        Some(clause) => principal::denied(inquiry, clause),
        None if statement.doubtful => (Truth::Unknown, Vec::new()),
        None => return,
    };
    add_hit(inquiry, side, origin, statement, named, &open);
}

/// Finds the resource-based policy that bears on the request.
pub(crate) fn resource_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    let call = &inquiry.call;
    let target = &inquiry.target;
    let on_the_way = target.family == Family::AccessPoint && call.request.access_point.is_some();
    if let Some(document) = &call.request.overrides.resource
        && !on_the_way
    {
        return ResourcePolicy::This(Bearing {
            origin: Origin::Given(PolicyType::Resource, 1),
            document: Some(document),
        });
    }
    if target.arn.is_none() {
        return ResourcePolicy::None;
    }
    if target.family == Family::Role {
        return trust_policy(inquiry);
    }
    let Some(record) = target.carrier else {
        return unrecorded(inquiry);
    };
    // What the snapshot does not have stays open: what it is is not known.
    if call.request.ignoring.resource_policies && target.family != Family::Key {
        return ResourcePolicy::None;
    }
    match call.collected(&record.policy, || None) {
        Some(Some(policy)) => ResourcePolicy::This(inquiry.bearing(Origin::Policy(policy), policy)),
        // As it would be in a fresh account, where a key has its default policy.
        Some(None) if target.family == Family::Key => ResourcePolicy::DefaultKeyPolicy,
        Some(None) => ResourcePolicy::None,
        None if !takes_policy(inquiry) => ResourcePolicy::None,
        None => open_policy(inquiry),
    }
}

fn trust_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    match inquiry.target.role {
        Some(role) => ResourcePolicy::This(inquiry.bearing(Origin::Policy(role.trust), role.trust)),
        None if knows_identities(inquiry) || inquiry.call.as_collected() => ResourcePolicy::None,
        None => open_policy(inquiry),
    }
}

// A role that is not in a collected account does not exist (R1).
fn knows_identities(inquiry: &Inquiry<'_>) -> bool {
    let collected = inquiry
        .owner_account()
        .is_some_and(|account| account.collected);
    inquiry.call.is_alone() || collected
}

fn unrecorded<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    let key = inquiry.target.family == Family::Key;
    if !takes_policy(inquiry) {
        inquiry.rule(141);
        return ResourcePolicy::None;
    }
    let known = inquiry.target.listed || inquiry.call.as_collected();
    match known {
        true if key => ResourcePolicy::DefaultKeyPolicy,
        true => ResourcePolicy::None,
        false => open_policy(inquiry),
    }
}

/// Returns whether somebody can write a policy for the resource.
fn is_writable(inquiry: &Inquiry<'_>) -> bool {
    let target = &inquiry.target;
    match target.family {
        Family::Role => target.role.is_some(),
        _ => target.arn.is_some() && takes_policy(inquiry),
    }
}

fn takes_policy(inquiry: &Inquiry<'_>) -> bool {
    let service = inquiry.call.service();
    let catalogue = catalogue();
    let types = catalogue.types_of_arn(service, &inquiry.target.text);
    if types.is_empty() {
        return takes_resource_policies(service);
    }
    types.iter().any(|&id| {
        let name = catalogue.resource_type(id).name;
        resource_policy_of(service, name).is_some()
    })
}

fn open_policy<'a>(inquiry: &Inquiry<'a>) -> ResourcePolicy<'a> {
    inquiry.rule(1);
    let arn = inquiry.target.arn.as_ref();
    let carrier = arn.map_or("", |arn| crate::resource::carrier(arn));
    let what = match inquiry.target.family {
        Family::Role => "trust policy",
        _ => "resource policy",
    };
    ResourcePolicy::Open(not_collected(format!("{what} of {carrier}")))
}

//! The statements and facts that decide.

use whocan_graph::{Graph, PolicyId, PolicyKind};
use whocan_policy::{Effect, Statement, Truth};

use crate::fixed::Fixed;
use crate::judge::Verdict;
use crate::policies::Origin;
use crate::side::{Formula, Hit, Side};
use crate::{Evidence, EvidenceSide, PolicyType};

/// Adds what allows.
pub(super) fn of_allow(graph: &Graph, verdict: &Verdict<'_>, all: &mut Vec<Evidence>) {
    if let Some(Fixed::Allowed(why)) = &verdict.fixed {
        all.push(fact(
            PolicyType::Service,
            EvidenceSide::Allows,
            why,
            Truth::True,
        ));
        return;
    }
    supporting(graph, &verdict.grant, Truth::True, all);
    for (_, filter) in &verdict.filters {
        supporting(graph, filter, Truth::True, all);
    }
}

/// Adds what denies, and what would have to allow.
pub(super) fn of_deny(graph: &Graph, verdict: &Verdict<'_>, all: &mut Vec<Evidence>) {
    if let Some(Fixed::Denied(why)) = &verdict.fixed {
        all.push(fact(
            PolicyType::Service,
            EvidenceSide::Denies,
            why,
            Truth::True,
        ));
        return;
    }
    let denies = verdict.denies.iter();
    for side in denies.filter(|side| side.truth == Truth::True) {
        for hit in side.hits.iter().filter(|hit| hit.truth == Truth::True) {
            all.push(of_hit(graph, side.policy_type, EvidenceSide::Denies, hit));
        }
    }
    if verdict.grant.truth() == Truth::False {
        for &policy_type in &verdict.blame {
            let who = match (&verdict.missing, policy_type) {
                (Some(missing), PolicyType::Identity) => {
                    format!("there is no {missing} in the snapshot")
                }
                _ => silent(policy_type).to_owned(),
            };
            all.push(fact(policy_type, EvidenceSide::Silent, &who, Truth::False));
        }
    }
    for (policy_type, filter) in &verdict.filters {
        silent_levels(graph, *policy_type, filter, all);
    }
}

/// Adds what may allow and what may deny.
pub(super) fn of_open(graph: &Graph, verdict: &Verdict<'_>, all: &mut Vec<Evidence>) {
    if verdict.truth == Truth::True {
        of_allow(graph, verdict, all);
        return;
    }
    supporting(graph, &verdict.grant, Truth::Unknown, all);
    for (_, filter) in &verdict.filters {
        supporting(graph, filter, Truth::Unknown, all);
    }
    for side in &verdict.denies {
        for hit in &side.hits {
            all.push(of_hit(graph, side.policy_type, EvidenceSide::Denies, hit));
        }
        for note in &side.notes {
            let subject = &note.point.subject;
            all.push(fact(
                side.policy_type,
                EvidenceSide::Denies,
                subject,
                Truth::Unknown,
            ));
        }
    }
}

/// Adds the statements that make a formula as true as `least`.
fn supporting(graph: &Graph, formula: &Formula<'_>, least: Truth, all: &mut Vec<Evidence>) {
    if formula.truth() < least {
        return;
    }
    match formula {
        Formula::Side(side) => supporting_side(graph, side, least, all),
        Formula::All(parts) => {
            for part in parts {
                supporting(graph, part, least, all);
            }
        }
        Formula::Any(parts) => {
            // One sure alternative is enough; open ones count all.
            let sure = parts.iter().find(|part| part.truth() == Truth::True);
            match sure {
                Some(part) => supporting(graph, part, least, all),
                None => {
                    for part in parts {
                        supporting(graph, part, least, all);
                    }
                }
            }
        }
    }
}

fn supporting_side(graph: &Graph, side: &Side<'_>, least: Truth, all: &mut Vec<Evidence>) {
    let sure = side.truth == Truth::True;
    let hits = side.hits.iter();
    let hits = hits.filter(|hit| hit.truth == Truth::True || (!sure && hit.truth >= least));
    all.extend(hits.map(|hit| of_hit(graph, side.policy_type, EvidenceSide::Allows, hit)));
    if sure && side.hits.is_empty() {
        let why = match side.policy_type {
            PolicyType::Resource => "default key policy",
            _ => "the root user may do everything in its account",
        };
        let allows = EvidenceSide::Allows;
        all.push(fact(side.policy_type, allows, why, Truth::True));
    }
    if !sure {
        let notes = side.notes.iter();
        all.extend(notes.map(|note| {
            let subject = &note.point.subject;
            fact(
                side.policy_type,
                EvidenceSide::Allows,
                subject,
                Truth::Unknown,
            )
        }));
    }
}

fn silent_levels(
    graph: &Graph,
    policy_type: PolicyType,
    filter: &Formula<'_>,
    all: &mut Vec<Evidence>,
) {
    if filter.truth() != Truth::False {
        return;
    }
    match filter {
        Formula::Side(side) => {
            let who = match side.level {
                Some(level) => format!("SCPs at {}", graph.level(level).id),
                None => silent(policy_type).to_owned(),
            };
            all.push(fact(policy_type, EvidenceSide::Silent, &who, Truth::False));
        }
        Formula::All(parts) | Formula::Any(parts) => {
            for part in parts {
                silent_levels(graph, policy_type, part, all);
            }
        }
    }
}

fn silent(policy_type: PolicyType) -> &'static str {
    match policy_type {
        PolicyType::Scp => "service control policies",
        PolicyType::Rcp => "resource control policies",
        PolicyType::Resource => "resource-based policy",
        PolicyType::Identity => "identity-based policies",
        PolicyType::Boundary => "permissions boundary",
        PolicyType::Session => "session policies",
        PolicyType::Endpoint => "endpoint policy",
        PolicyType::PublicAccessBlock => "Block Public Access",
        PolicyType::Service => "the service takes no such call",
    }
}

fn fact(policy_type: PolicyType, side: EvidenceSide, source: &str, truth: Truth) -> Evidence {
    Evidence {
        policy_type,
        side,
        policy: None,
        source: source.to_owned(),
        statement: String::new(),
        effect: None,
        truth,
        conditions: Vec::new(),
    }
}

fn of_hit(graph: &Graph, policy_type: PolicyType, side: EvidenceSide, hit: &Hit<'_>) -> Evidence {
    let conditions = hit.conditions.iter();
    let conditions = conditions.map(|one| one.condition.describe(false));
    let notes = hit.notes.iter().map(|note| note.text.clone());
    Evidence {
        policy_type,
        side,
        policy: policy_of(hit.origin),
        source: source(graph, hit.origin),
        statement: hit.statement.map_or_else(String::new, statement_name),
        effect: match (hit.statement, side) {
            (Some(statement), _) => statement.effect,
            (None, EvidenceSide::Denies) => Some(Effect::Deny),
            (None, _) => Some(Effect::Allow),
        },
        truth: hit.truth,
        conditions: conditions.chain(notes).collect(),
    }
}

/// Returns a statement's Sid, or its position from 1 as `#2`.
pub(crate) fn statement_name(statement: &Statement) -> String {
    match statement.sid.as_deref().filter(|sid| !sid.is_empty()) {
        Some(sid) => sid.to_owned(),
        None => format!("#{}", statement.index + 1),
    }
}

fn policy_of(origin: Origin<'_>) -> Option<PolicyId> {
    match origin {
        Origin::Policy(policy) | Origin::ThroughGroup(policy, _) | Origin::AtLevel(policy, _) => {
            Some(policy)
        }
        Origin::Given(..) | Origin::Acl(_) | Origin::Grant(_) | Origin::Assignment(_) => None,
    }
}

/// Returns the name by which people know a policy, with its place.
pub(crate) fn source(graph: &Graph, origin: Origin<'_>) -> String {
    match origin {
        Origin::Policy(policy) => of_policy(graph, policy),
        Origin::ThroughGroup(policy, group) => {
            let name = of_policy(graph, policy);
            match graph.policy(policy).kind {
                // Its place says so already.
                PolicyKind::Inline => name,
                _ => format!("{name} through group {}", graph.group(group).name),
            }
        }
        Origin::AtLevel(policy, level) => {
            let level = &graph.level(level).id;
            format!("{} at {level}", of_policy(graph, policy))
        }
        Origin::Given(policy_type, number) => match policy_type {
            PolicyType::Identity => format!("given identity policy {number}"),
            PolicyType::Session => format!("session policy {number}"),
            PolicyType::Scp => format!("given SCP {number}"),
            PolicyType::Rcp => format!("given RCP {number}"),
            PolicyType::Boundary => "given permissions boundary".to_owned(),
            PolicyType::Endpoint => "given endpoint policy".to_owned(),
            _ => "given resource policy".to_owned(),
        },
        Origin::Acl(grant) => format!("ACL grant {}", grant.permission),
        Origin::Grant(grant) if grant.id.is_empty() => format!("KMS grant to {}", grant.grantee),
        Origin::Grant(grant) => format!("KMS grant {}", grant.id),
        Origin::Assignment(None) => "permission set assigned to the user".to_owned(),
        Origin::Assignment(Some(group)) => {
            format!("permission set assigned to group {}", group.name)
        }
    }
}

fn of_policy(graph: &Graph, policy: PolicyId) -> String {
    let policy = graph.policy(policy);
    let (name, at) = (&policy.name, &policy.at);
    match policy.kind {
        PolicyKind::Inline => format!("inline policy {name} of {}", short(at)),
        PolicyKind::Managed | PolicyKind::Session => name.to_string(),
        PolicyKind::Trust => format!("trust policy of {}", short(at)),
        PolicyKind::Resource if name.is_empty() => format!("resource policy of {at}"),
        PolicyKind::Resource => format!("{name} of {at}"),
        PolicyKind::ServiceControl => format!("SCP {name}"),
        PolicyKind::ResourceControl => format!("RCP {name}"),
        PolicyKind::Endpoint => format!("policy of endpoint {at}"),
    }
}

/// Returns `role/app` of `arn:aws:iam::111122223333:role/app`.
fn short(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

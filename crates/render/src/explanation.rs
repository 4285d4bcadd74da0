//! Why a row is as it is, in words: each hop, both its sides, the statements.

use std::fmt::Write;

use whocan_eval::{Decision, Evidence, EvidenceSide, Logic, OpenKind, OpenPoint, PolicyType};
use whocan_graph::Graph;
use whocan_policy::Truth;
use whocan_query::rows::{Call, Row};
use whocan_query::thing::Thing;

use crate::{Plain, table, value};

mod remedy;

/// Returns the explanation of one row.
pub fn text(row: &Row, graph: &Graph) -> String {
    let mut text = String::new();
    let name = row.principal.map(|id| called(Thing::Principal(id), graph));
    if let (Some(name), Some(verdict)) = (name, row.verdict) {
        let hops = match row.hops {
            None | Some(0) => String::new(),
            Some(1) => ", 1 hop".to_owned(),
            Some(more) => format!(", {more} hops"),
        };
        let _ = writeln!(text, "{name}: {}{hops}", table::words(verdict));
    }
    let chained = row.evidence.len() > 1;
    for (position, call) in row.evidence.iter().enumerate() {
        let number = chained.then_some(position + 1);
        add_call(&mut text, call, number, graph);
    }
    for need in &row.needs {
        let _ = writeln!(text, "  also needs {}", Plain(&need.to_string()));
        if let Some(remedy) = &need.remedy {
            remedy::add(&mut text, remedy);
        }
    }
    if let Some(call) = &row.lacking {
        text.push_str("  a chain would lead there with one call more:\n");
        add_call(&mut text, call, None, graph);
    }
    if !row.open.is_empty() {
        text.push_str("  open:\n");
        for point in &row.open {
            let _ = writeln!(text, "    {}", open(point));
        }
    }
    text
}

/// Returns a thing with its account, as in `role/deploy (prod)`.
fn called(thing: Thing, graph: &Graph) -> String {
    let name = thing.shorthand(graph);
    match value::account(thing, graph).as_str() {
        "" => Plain(&name).to_string(),
        account => format!("{} ({})", Plain(&name), Plain(account)),
    }
}

fn add_call(text: &mut String, call: &Call, number: Option<usize>, graph: &Graph) {
    let number = number.map_or(String::new(), |number| format!("{number}. "));
    let from = called(Thing::Principal(call.from), graph);
    let (word, reason) = match &call.decision {
        Decision::Allow(reason) => ("allowed", reason),
        Decision::Deny(reason) if reason.explicit => ("denied explicitly", reason),
        Decision::Deny(reason) => ("denied: nothing allows it", reason),
        Decision::If(reason, _) => ("allowed if", reason),
    };
    let _ = writeln!(
        text,
        "  {number}{from} {} on {}: {word}",
        Plain(&call.action),
        Plain(&call.resource)
    );
    for condition in &reason.conditions {
        let _ = writeln!(text, "       {}", Plain(condition));
    }
    if let Some(logic) = reason.logic {
        let _ = writeln!(text, "       {}", remark(logic));
    }
    let assumes = call.action.starts_with("sts:AssumeRole");
    let (levels, rest): (Vec<&Evidence>, Vec<&Evidence>) = reason
        .evidence
        .iter()
        .partition(|evidence| is_open_level(evidence));
    if !levels.is_empty() {
        let _ = writeln!(text, "     {:<10} allows: {}", "SCP", places(&levels));
    }
    for evidence in rest {
        let _ = writeln!(text, "     {}", line(evidence, assumes));
    }
    if let Some(remedy) = &call.remedy {
        remedy::add(text, remedy);
    } else if matches!(call.decision, Decision::Deny(_)) {
        text.push_str("     no policy can allow it\n");
    }
}

/// Returns what is plain to see of conditions, in words.
pub(crate) fn remark(logic: Logic) -> &'static str {
    match logic {
        Logic::Contradictory => "(these contradict each other: no request satisfies them)",
        Logic::Always => "(every request satisfies these)",
    }
}

/// Returns whether a service control policy lets a call pass without conditions.
///
/// Every level has one, mostly the same; a line for all of them is enough.
fn is_open_level(evidence: &Evidence) -> bool {
    evidence.policy_type == PolicyType::Scp
        && evidence.side == EvidenceSide::Allows
        && evidence.truth == Truth::True
}

/// Joins policies of the same name: `FullAWSAccess at r-1, ou-2; Other at ou-3`.
fn places(levels: &[&Evidence]) -> String {
    let mut named: Vec<(&str, Vec<&str>)> = Vec::new();
    for level in levels {
        let source = level.source.strip_prefix("SCP ").unwrap_or(&level.source);
        let (name, place) = source.rsplit_once(" at ").unwrap_or((source, ""));
        match named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, places)) => places.push(place),
            None => named.push((name, vec![place])),
        }
    }
    let named = named.iter().map(|(name, places)| match places.as_slice() {
        [""] => Plain(name).to_string(),
        _ => format!("{} at {}", Plain(name), Plain(&places.join(", "))),
    });
    named.collect::<Vec<String>>().join("; ")
}

/// Returns one piece of evidence as a line: `identity  allows  Reports of inline policy read`.
fn line(evidence: &Evidence, assumes: bool) -> String {
    let certainty = match evidence.truth {
        Truth::Unknown if evidence.side != EvidenceSide::Silent => "may ",
        _ => "",
    };
    let verb = match (evidence.side, certainty) {
        (EvidenceSide::Allows, "") => "allows",
        (EvidenceSide::Allows, _) => "allow",
        (EvidenceSide::Denies, "") => "denies",
        (EvidenceSide::Denies, _) => "deny",
        (EvidenceSide::Silent, _) => "is silent",
    };
    // A role's resource-based policy is its trust policy: the two sides of a hop.
    let kind = match (evidence.policy_type, assumes) {
        (PolicyType::Resource, true) => "trust",
        (PolicyType::Identity, true) => "permission",
        (other, _) => kind(other),
    };
    let mut text = format!("{kind:<10} {certainty}{verb}: {}", Plain(&evidence.source));
    if !evidence.statement.is_empty() {
        let _ = write!(text, ", statement {}", Plain(&evidence.statement));
    }
    if !evidence.conditions.is_empty() {
        let conditions: Vec<String> = evidence
            .conditions
            .iter()
            .map(|one| Plain(one).to_string())
            .collect();
        let _ = write!(text, ", if {}", conditions.join(" and "));
    }
    text
}

fn kind(policy_type: PolicyType) -> &'static str {
    match policy_type {
        PolicyType::Scp => "SCP",
        PolicyType::Rcp => "RCP",
        PolicyType::Resource => "resource",
        PolicyType::Identity => "identity",
        PolicyType::Boundary => "boundary",
        PolicyType::Session => "session",
        PolicyType::Endpoint => "endpoint",
        PolicyType::PublicAccessBlock => "public",
        PolicyType::Service => "service",
    }
}

fn open(point: &OpenPoint) -> String {
    let who = match point.kind {
        OpenKind::CallerChosen => "the caller chooses it",
        OpenKind::Environment => "the environment decides it",
        OpenKind::NotCollected => "not collected",
        OpenKind::Undocumented => "AWS does not document it",
    };
    format!("{} ({who})", Plain(&point.subject))
}

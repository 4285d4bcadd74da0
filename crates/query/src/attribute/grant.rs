//! What rows say of the statements that decide the request at the end of their path.

use std::collections::BTreeSet;
use std::sync::Arc;

use whocan_eval::{Evidence, EvidenceSide, PolicyType};

use super::Value;
use crate::rows::Facts;

pub(super) fn policies(facts: &Facts<'_>) -> Value {
    each(facts, EvidenceSide::Allows, |one| one.source.clone())
}

pub(super) fn policy_types(facts: &Facts<'_>) -> Value {
    each(facts, EvidenceSide::Allows, kind)
}

pub(super) fn statements(facts: &Facts<'_>) -> Value {
    each(facts, EvidenceSide::Allows, |one| one.statement.clone())
}

pub(super) fn denying_policies(facts: &Facts<'_>) -> Value {
    each(facts, EvidenceSide::Denies, |one| one.source.clone())
}

pub(super) fn denying_types(facts: &Facts<'_>) -> Value {
    each(facts, EvidenceSide::Denies, kind)
}

fn kind(evidence: &Evidence) -> String {
    let word = match evidence.policy_type {
        PolicyType::Scp => "scp",
        PolicyType::Rcp => "rcp",
        PolicyType::Resource => "resource",
        PolicyType::Identity => "identity",
        PolicyType::Boundary => "boundary",
        PolicyType::Session => "session",
        PolicyType::Endpoint => "endpoint",
        PolicyType::PublicAccessBlock => "public-access-block",
        PolicyType::Service => "service",
    };
    word.to_owned()
}

fn each(facts: &Facts<'_>, side: EvidenceSide, text: impl Fn(&Evidence) -> String) -> Value {
    let Some(last) = facts.evidence.last() else {
        return Value::Missing;
    };
    let evidence = last.decision.reason().evidence.iter();
    // What only lets pass grants nothing.
    let grants = |one: &&Evidence| {
        side != EvidenceSide::Allows
            || matches!(one.policy_type, PolicyType::Identity | PolicyType::Resource)
    };
    let own = evidence
        .filter(|one| one.side == side)
        .filter(grants)
        .map(text);
    let unique: BTreeSet<String> = own.filter(|text| !text.is_empty()).collect();
    Value::List(unique.into_iter().map(Arc::from).collect())
}

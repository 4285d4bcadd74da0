//! SARIF 2.1.0, which code hosts and SIEMs read.
//!
//! Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use whocan_render::json as bytes;

use super::{remedy, way};
use crate::{Finding, Finished, Severity, Status};

/// Returns the findings as SARIF; accepted ones are suppressed.
pub fn sarif(report: &Finished) -> Vec<u8> {
    let mut kinds: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in &report.findings {
        kinds.entry(&finding.code).or_insert(finding);
    }
    let rules: Vec<Value> = kinds.values().map(|finding| rule(finding)).collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    bytes::to_document(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "whocan", "version": report.version, "rules": rules}},
            "automationDetails": {"id": format!("{}/{}", report.code, report.snapshot.id)},
            "results": results,
        }],
    }))
}

fn rule(finding: &Finding) -> Value {
    let mut rule = json!({
        "id": finding.code,
        "shortDescription": {"text": finding.kind},
        "defaultConfiguration": {"level": level(finding.severity)},
    });
    if let Some(advice) = &finding.advice {
        rule["help"] = json!({"text": advice});
    }
    rule
}

fn result(finding: &Finding) -> Value {
    let mut text = finding.title.clone();
    let (way, remedy) = (way(finding), remedy(finding));
    for (name, value) in [("way", way), ("to break it", remedy)] {
        if !value.is_empty() {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    let things = [&finding.resource, &finding.principal]
        .into_iter()
        .flatten();
    let places: Vec<Value> = things
        .map(|named| {
            json!({
                "fullyQualifiedName": named.arn,
                "name": named.name,
                "kind": "resource",
            })
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [{"logicalLocations": places}],
        "partialFingerprints": {"whocan/v1": finding.id},
        "properties": {"severity": finding.severity.word(), "status": finding.status.word()},
    });
    result["baselineState"] = json!(match finding.status {
        Status::New => "new",
        Status::Known | Status::Accepted => "unchanged",
    });
    if let Some(accepted) = &finding.accepted {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": format!("{} ({}, until {})", accepted.reason, accepted.owner, accepted.expires),
        }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    }
}

//! OCSF detection findings, one a line, as SIEMs and data lakes take them.
//!
//! Source: Open Cybersecurity Schema Framework 1.3.0, class Detection Finding (2004).

use serde_json::{Value, json};
use whocan_render::json as bytes;

use super::{remedy, way};
use crate::{Finding, Finished, Severity, Status};

const VERSION: &str = "1.3.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2004;

/// Returns one OCSF event for each finding.
pub fn ocsf(report: &Finished) -> Vec<u8> {
    let events = report.findings.iter();
    events
        .flat_map(|finding| bytes::to_line(&event(report, finding)))
        .collect()
}

fn event(report: &Finished, finding: &Finding) -> Value {
    // A finding that somebody knows of is an update of one that was created before.
    let (activity, name) = match finding.status {
        Status::New => (1, "Create"),
        Status::Known | Status::Accepted => (2, "Update"),
    };
    let (status, status_name) = match finding.status {
        Status::New => (1, "New"),
        Status::Known => (2, "In Progress"),
        Status::Accepted => (3, "Suppressed"),
    };
    let mut event = json!({
        "activity_id": activity,
        "activity_name": name,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Detection Finding",
        "type_uid": CLASS * 100 + activity,
        "time": report.generated.as_millisecond(),
        "severity_id": severity(finding.severity),
        "severity": capital(finding.severity.word()),
        "status_id": status,
        "status": status_name,
        "message": finding.title,
        "is_alert": finding.status == Status::New,
        "metadata": {
            "version": VERSION,
            "product": {"name": "whocan", "vendor_name": "whocan", "version": report.version},
            "log_name": report.code,
        },
        "finding_info": info(report, finding),
        "resources": resources(finding),
        "unmapped": {
            "report": report.code,
            "snapshot": report.snapshot.id,
            "verdict": finding.verdict,
            "actions": finding.actions,
            "conditions": finding.conditions,
            "way": way(finding),
        },
    });
    let remedy = remedy(finding);
    if !remedy.is_empty() {
        event["remediation"] = json!({"desc": remedy});
    }
    if let Some(accepted) = &finding.accepted {
        event["comment"] = json!(format!(
            "{} ({}, until {})",
            accepted.reason, accepted.owner, accepted.expires
        ));
    }
    event
}

fn info(report: &Finished, finding: &Finding) -> Value {
    let mut info = json!({
        "uid": finding.id,
        "title": finding.title,
        "desc": finding.kind,
        "types": [finding.code],
        "analytic": {"name": finding.code, "type_id": 1, "type": "Rule"},
        "last_seen_time": report.snapshot.taken.as_millisecond(),
    });
    if let Some(first) = &finding.first_seen {
        info["first_seen_time"] = json!(first.taken.as_millisecond());
    }
    info
}

fn resources(finding: &Finding) -> Value {
    let named = [(&finding.resource, "Target"), (&finding.principal, "Actor")];
    let all = named.into_iter().filter_map(|(named, role)| {
        let named = named.as_ref()?;
        let mut resource = json!({
            "uid": named.arn,
            "name": named.name,
            "type": named.kind,
            "labels": [role],
        });
        if !named.account.is_empty() {
            resource["owner"] =
                json!({"account": {"uid": named.account, "name": named.account_name}});
        }
        Some(resource)
    });
    Value::Array(all.collect())
}

fn severity(severity: Severity) -> u32 {
    match severity {
        Severity::Informational => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|one| one.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

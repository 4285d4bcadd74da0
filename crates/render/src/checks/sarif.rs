//! SARIF 2.1.0, which code hosts show beside the lines of a change.
//!
//! Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS.

use serde_json::{Value, json};

use super::{Check, CheckResult};

/// Returns what does not hold as SARIF.
pub fn sarif(checks: &[Check]) -> String {
    let broken = checks
        .iter()
        .filter(|check| check.result != CheckResult::Holds);
    let results: Vec<Value> = broken.map(result).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "whocan",
                "rules": [
                    rule("assertion-fails", "An assertion about access does not hold"),
                    rule("assertion-error", "An assertion about access could not be judged"),
                ],
            }},
            "results": results,
        }],
    });
    // What `json!` makes always serializes.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn rule(id: &str, text: &str) -> Value {
    json!({"id": id, "shortDescription": {"text": text}})
}

fn result(check: &Check) -> Value {
    let (rule, level) = match check.result {
        CheckResult::Error => ("assertion-error", "warning"),
        _ => ("assertion-fails", "error"),
    };
    let mut text = format!("{}\n{}", check.assertion, check.reason);
    if !check.evidence.is_empty() {
        text.push('\n');
        text.push_str(check.evidence.trim_end());
    }
    json!({
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": check.file.replace('\\', "/")},
            "region": {"startLine": check.line},
        }}],
    })
}

//! JSON: the whole report as one document, or a line for each finding.

use serde::Serialize;
use whocan_render::json;

use crate::{Finding, Finished, Taken};

/// Returns the report as one JSON document.
pub fn json(report: &Finished) -> Vec<u8> {
    json::to_document(report)
}

/// One line.
#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    report: &'a str,
    snapshot: &'a Taken,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Returns one JSON object for each finding.
pub fn lines(report: &Finished) -> Vec<u8> {
    let mut bytes = Vec::new();
    for finding in &report.findings {
        bytes.extend(json::to_line(&Line {
            schema: report.schema,
            report: &report.code,
            snapshot: &report.snapshot,
            finding,
        }));
    }
    bytes
}

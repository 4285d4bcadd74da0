//! JUnit XML: a case for each finding, by way of the writer for assertions.

use whocan_render::Plain;
use whocan_render::checks::{self, Check, CheckResult};

use super::{remedy, way};
use crate::{Finished, Status};

/// Returns the report as JUnit XML: new findings fail, what could not be answered is an error.
pub fn junit(report: &Finished) -> String {
    let findings = report.findings.iter().zip(1..).map(|(finding, line)| {
        let lines = [
            finding.title.clone(),
            format!("id: {}", finding.id),
            format!("way: {}", way(finding)),
            format!("to break it: {}", remedy(finding)),
        ];
        Check {
            file: report.code.clone(),
            line,
            assertion: plain(&format!("{} {}", finding.code, finding.title)),
            result: match finding.status {
                Status::New => CheckResult::Fails,
                Status::Known | Status::Accepted => CheckResult::Holds,
            },
            reason: finding.kind.clone(),
            evidence: lines.map(|line| plain(&line)).join("\n"),
        }
    });
    let problems = report.problems.iter().map(|problem| Check {
        file: report.code.clone(),
        line: 0,
        assertion: report.title.clone(),
        result: CheckResult::Error,
        reason: problem.clone(),
        evidence: String::new(),
    });
    let mut all: Vec<Check> = findings.chain(problems).collect();
    if all.is_empty() {
        all.push(Check {
            file: report.code.clone(),
            line: 0,
            assertion: report.title.clone(),
            result: CheckResult::Holds,
            reason: report.summary.headline.clone(),
            evidence: String::new(),
        });
    }
    checks::junit(&all)
}

/// Returns text as a reader may see it.
fn plain(text: &str) -> String {
    Plain(text).to_string()
}

//! Text for terminals and chats.

use std::fmt::Write;

use whocan_render::Plain;

use super::{remedy, way};
use crate::{Finding, Finished, Status};

/// So many findings are written out; the other forms have all.
const SHOWN: usize = 20;

/// Returns the report for a person at a terminal.
pub fn text(report: &Finished) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", Plain(&report.title));
    let compared = match &report.since {
        Some(since) => format!(", compared with {}", since.name()),
        None => String::new(),
    };
    let _ = writeln!(
        text,
        "snapshot {}{}\n\n{}",
        Plain(report.snapshot.name()),
        Plain(&compared),
        Plain(&report.summary.headline)
    );
    for line in &report.summary.todo {
        let _ = writeln!(text, "  - {}", Plain(line));
    }
    for problem in &report.problems {
        for line in problem.lines() {
            let _ = writeln!(text, "  problem: {}", Plain(line));
        }
    }
    causes(&mut text, report);
    let open: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.status != Status::Accepted)
        .collect();
    for finding in open.iter().take(SHOWN) {
        one(&mut text, finding);
    }
    if open.len() > SHOWN {
        let _ = writeln!(
            text,
            "\nand {} more: --format shows all",
            open.len() - SHOWN
        );
    }
    baseline(&mut text, report);
    text
}

fn causes(text: &mut String, report: &Finished) {
    for cause in &report.causes {
        let _ = writeln!(text, "\nchanged: {}", Plain(&cause.title));
        for (mark, side) in [('-', &cause.before), ('+', &cause.after)] {
            if let Some(side) = side {
                let _ = writeln!(text, "  {mark} {}", Plain(side));
            }
        }
        let _ = writeln!(
            text,
            "  brought {} findings, took access {} times",
            cause.findings.len(),
            cause.gone
        );
    }
}

fn one(text: &mut String, finding: &Finding) {
    let _ = writeln!(
        text,
        "\n{} {} [{}] {}",
        finding.severity.word().to_uppercase(),
        finding.status.word(),
        finding.id,
        Plain(&finding.title)
    );
    let way = way(finding);
    let remedy = remedy(finding);
    let conditions = finding.conditions.join(" and ");
    let lines = [
        ("way", way),
        ("only if", conditions),
        ("to break it", remedy),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "  {name}: {}", Plain(value));
    }
    if let Some(first) = &finding.first_seen {
        let before = if finding.maybe_older {
            " or before"
        } else {
            ""
        };
        let _ = writeln!(text, "  since: {}{before}", first.day());
    }
}

fn baseline(text: &mut String, report: &Finished) {
    let Some(state) = &report.baseline else {
        return;
    };
    let _ = writeln!(text, "\n{} acceptances hold", state.holding);
    for one in &state.expired {
        let _ = writeln!(text, "  expired on {}: {}", one.expires, Plain(&one.what));
    }
    for one in &state.unmatched {
        let _ = writeln!(text, "  matches nothing any more: {}", Plain(&one.what));
    }
}

/// Returns the report in one line.
pub fn line(report: &Finished) -> String {
    format!("{}: {}\n", report.code, Plain(&report.summary.headline))
}

/// Returns the report in a few lines, for chats.
pub fn chat(report: &Finished) -> String {
    let mut text = format!(
        "{}: {}\n",
        Plain(&report.title),
        Plain(&report.summary.headline)
    );
    for line in &report.summary.todo {
        let _ = writeln!(text, "• {}", Plain(line));
    }
    text
}

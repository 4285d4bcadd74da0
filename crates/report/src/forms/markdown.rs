//! Markdown.

use std::fmt::Write;

use whocan_render::Plain;

use super::{remedy, way};
use crate::{Finding, Finished, Status};

/// Returns the report as Markdown.
pub fn markdown(report: &Finished) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "# {}\n\n{}\n",
        plain(&report.title),
        plain(&report.why)
    );
    let _ = writeln!(
        text,
        "**{}**\n\nSnapshot {}{}.",
        plain(&report.summary.headline),
        plain(report.snapshot.name()),
        match &report.since {
            Some(since) => format!(", compared with {}", plain(since.name())),
            None => String::new(),
        }
    );
    if !report.summary.todo.is_empty() {
        text.push_str("\n## What to do first\n\n");
        for line in &report.summary.todo {
            let _ = writeln!(text, "1. {}", plain(line));
        }
    }
    if !report.problems.is_empty() {
        text.push_str("\n## Not answered\n\n");
        for problem in &report.problems {
            let _ = writeln!(text, "- {}", plain(problem));
        }
    }
    causes(&mut text, report);
    table(&mut text, report);
    let open = report
        .findings
        .iter()
        .filter(|finding| finding.status != Status::Accepted);
    for finding in open {
        one(&mut text, finding);
    }
    baseline(&mut text, report);
    text
}

fn causes(text: &mut String, report: &Finished) {
    if report.causes.is_empty() {
        return;
    }
    text.push_str("\n## What was changed\n");
    for cause in &report.causes {
        let _ = writeln!(
            text,
            "\n- {}: brought {} findings, took access {} times",
            plain(&cause.title),
            cause.findings.len(),
            cause.gone
        );
        for (mark, side) in [("before", &cause.before), ("after", &cause.after)] {
            if let Some(side) = side {
                let _ = writeln!(text, "  - {mark}: {}", code(side));
            }
        }
    }
}

fn table(text: &mut String, report: &Finished) {
    if report.findings.is_empty() {
        return;
    }
    text.push_str("\n## Findings\n\n| severity | status | finding | since | id |\n| --- | --- | --- | --- | --- |\n");
    for finding in &report.findings {
        let since = finding.first_seen.as_ref().map(crate::Taken::day);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            finding.severity.word(),
            finding.status.word(),
            plain(&finding.title),
            since.unwrap_or_default(),
            finding.id
        );
    }
}

fn one(text: &mut String, finding: &Finding) {
    let _ = writeln!(
        text,
        "\n### {}\n\n- {}, {}, `{}`, id `{}`",
        plain(&finding.title),
        finding.severity.word(),
        finding.status.word(),
        finding.code,
        finding.id
    );
    let rows = [
        ("way", way(finding)),
        ("only if", finding.conditions.join(" and ")),
        ("to break it", remedy(finding)),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "- {name}: {}", plain(value));
    }
    for fact in &finding.facts {
        let _ = writeln!(text, "- {}: {}", plain(&fact.name), plain(&fact.value));
    }
    for one in &finding.statements {
        let statement = match one.statement.as_str() {
            "" => String::new(),
            name => format!(", statement {}", plain(name)),
        };
        let _ = writeln!(
            text,
            "- {}: {}{statement}",
            plain(&one.call),
            plain(&one.source)
        );
        if let Some(own) = &one.text {
            let _ = writeln!(text, "  - {}", code(own));
        }
    }
}

fn baseline(text: &mut String, report: &Finished) {
    let Some(state) = &report.baseline else {
        return;
    };
    let _ = writeln!(
        text,
        "\n## Accepted findings\n\n{} acceptances hold.\n",
        state.holding
    );
    for one in &state.expired {
        let _ = writeln!(text, "- expired on {}: {}", one.expires, plain(&one.what));
    }
    for one in &state.unmatched {
        let _ = writeln!(text, "- matches nothing any more: {}", plain(&one.what));
    }
}

/// Escapes whatever Markdown, or HTML in it, would read as more than text.
fn plain(text: &str) -> String {
    let shown = Plain(text).to_string();
    let mut safe = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // Entities, since a backslash ends no link that a program finds by itself.
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            other => safe.push(other),
        }
    }
    safe
}

/// Returns text as code, fenced by more backticks than it holds.
fn code(text: &str) -> String {
    let shown = Plain(text).to_string();
    let longest = shown
        .split(|one| one != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {shown} {fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_an_account_is_markup() {
        let name = "<script>alert(1)</script>[x](y)|`a`*b*\n# c";
        let safe = plain(name);
        assert!(!safe.contains('<') && !safe.contains('\n'), "{safe}");
        assert!(safe.contains("\\[x\\](y)\\|"), "{safe}");
        assert_eq!(code("a`` b"), "``` a`` b ```");
    }
}

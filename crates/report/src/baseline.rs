//! Accepted findings, in a file that people review.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::Held;
use crate::definition::DefinitionError;
use crate::finding::{Accepted, Finding, Status};
use crate::finished::{BaselineState, StaleAcceptance};
use crate::held::HeldPart;

/// The accepted findings of one or more reports.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    file: String,
    accepted: Vec<Acceptance>,
}

/// One accepted finding.
#[derive(Clone, Debug)]
struct Acceptance {
    id: String,
    report: String,
    code: String,
    what: String,
    reason: String,
    owner: String,
    expires: Date,
    held: Held,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    accepted: Vec<Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    id: Spanned<String>,
    report: String,
    code: String,
    #[serde(default)]
    what: String,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<String>,
    #[serde(default)]
    principal: String,
    #[serde(default)]
    resource: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    parts: Vec<HeldPart>,
}

impl Baseline {
    /// Reads the file `name`.
    ///
    /// # Errors
    ///
    /// The first key that is unknown, missing or of another type; a reason or
    /// owner that is empty; a day that is none.
    pub fn read(name: &str, text: &str) -> Result<Baseline, DefinitionError> {
        let error = |at: usize, message: String| DefinitionError {
            file: name.to_owned(),
            line: text.get(..at).unwrap_or(text).matches('\n').count() + 1,
            message,
        };
        let file: File = toml::from_str(text).map_err(|problem| {
            let at = problem.span().map_or(0, |span| span.start);
            error(at, problem.message().to_owned())
        })?;
        let mut accepted = Vec::new();
        for table in file.accepted {
            for (name, value) in [("reason", &table.reason), ("owner", &table.owner)] {
                if value.as_ref().trim().is_empty() {
                    let message = format!("`{name}` is empty: expected who or why, in words");
                    return Err(error(value.span().start, message));
                }
            }
            let expires: Date = table.expires.as_ref().parse().map_err(|_| {
                let said = format!(
                    "`{}` is no day: expected one such as 2027-03-31",
                    table.expires.as_ref()
                );
                error(table.expires.span().start, said)
            })?;
            accepted.push(Acceptance {
                id: table.id.into_inner(),
                report: table.report,
                code: table.code,
                what: table.what,
                reason: table.reason.into_inner(),
                owner: table.owner.into_inner(),
                expires,
                held: Held {
                    principal: table.principal,
                    resource: table.resource,
                    parts: table.parts,
                    verdict: table.verdict,
                },
            });
        }
        Ok(Baseline {
            file: name.to_owned(),
            accepted,
        })
    }

    /// Marks the findings that are accepted on `today`, and says what no longer holds.
    pub(crate) fn apply(
        &self,
        report: &str,
        findings: &mut [Finding],
        today: Date,
    ) -> BaselineState {
        let mut state = BaselineState {
            file: self.file.clone(),
            ..BaselineState::default()
        };
        for acceptance in self.accepted.iter().filter(|one| one.report == report) {
            let matching: Vec<usize> = (0..findings.len())
                .filter(|at| acceptance.accepts(&findings[*at]))
                .collect();
            if matching.is_empty() {
                state.unmatched.push(acceptance.stale());
            } else if acceptance.expires < today {
                state.expired.push(acceptance.stale());
            } else {
                state.holding += 1;
                for at in matching {
                    findings[at].status = Status::Accepted;
                    findings[at].accepted = Some(Accepted {
                        reason: acceptance.reason.clone(),
                        owner: acceptance.owner.clone(),
                        expires: acceptance.expires.to_string(),
                    });
                }
            }
        }
        state
    }
}

impl Acceptance {
    /// Returns whether a finding is what was accepted, or less.
    fn accepts(&self, finding: &Finding) -> bool {
        self.code == finding.code && self.held.covers(&finding.held)
    }

    fn stale(&self) -> StaleAcceptance {
        StaleAcceptance {
            id: self.id.clone(),
            what: self.what.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            expires: self.expires.to_string(),
        }
    }
}

/// Returns the entry that accepts a finding, to be added to a baseline.
pub fn entry(report: &str, finding: &Finding, reason: &str, owner: &str, expires: Date) -> String {
    let mut text = String::from("\n[[accepted]]\n");
    let held = &finding.held;
    let pairs = [
        ("id", finding.id.as_str()),
        ("report", report),
        ("code", &finding.code),
        ("what", &finding.title),
        ("reason", reason),
        ("owner", owner),
        ("expires", &expires.to_string()),
        ("principal", &held.principal),
        ("resource", &held.resource),
        ("verdict", &held.verdict),
    ];
    for (key, value) in pairs {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    }
    if !held.parts.is_empty() {
        text.push_str("parts = [\n");
        for part in &held.parts {
            let _ = writeln!(
                text,
                "  {{ actions = {}, within = {}, except = {}, verdict = {} }},",
                list(&part.actions),
                list(&part.within),
                list(&part.except),
                quoted(held.verdict_of(part))
            );
        }
        text.push_str("]\n");
    }
    text
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// Returns a basic string of TOML: whatever is not plain to see is escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            shown if whocan_render::Plain::shows(shown) => quoted.push(shown),
            hidden => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(hidden));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acceptance_needs_a_reason_and_a_day() {
        let text = "[[accepted]]\nid = \"a\"\nreport = \"r\"\ncode = \"c\"\nreason = \" \"\nowner = \"o\"\nexpires = \"2027-01-01\"\n";
        let error = Baseline::read("b.toml", text).map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "b.toml:5: `reason` is empty: expected who or why, in words"
        );
        let text = text
            .replace("\" \"", "\"known\"")
            .replace("2027-01-01", "soon");
        let error = Baseline::read("b.toml", &text).map(|_| ()).unwrap_err();
        assert!(
            error.to_string().starts_with("b.toml:7: `soon` is no day"),
            "{error}"
        );
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        let text = "a\"b\\c\n\u{202e}<script>";
        let file = format!("x = {}", quoted(text));
        let read: toml::Table = toml::from_str(&file).unwrap();
        assert_eq!(read["x"].as_str(), Some(text));
    }
}

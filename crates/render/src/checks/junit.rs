//! JUnit XML, which CI systems show as tests.
//!
//! Source: the schema of the Apache Ant JUnit task, as CI systems read it.

use std::fmt::Write;

use super::{Check, CheckResult};

/// Returns the results as JUnit XML: a suite for each file, a case for each assertion.
pub fn junit(checks: &[Check]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"whocan\" {}>", counts(checks));
    for own in checks.chunk_by(|one, other| one.file == other.file) {
        let file = escaped(&own[0].file);
        let _ = writeln!(xml, "  <testsuite name=\"{file}\" {}>", counts(own));
        own.iter().for_each(|check| case(check, &file, &mut xml));
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts(checks: &[Check]) -> String {
    let count = |result| checks.iter().filter(|check| check.result == result).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\"",
        checks.len(),
        count(CheckResult::Fails),
        count(CheckResult::Error)
    )
}

fn case(check: &Check, file: &str, xml: &mut String) {
    let name = escaped(&format!("line {}: {}", check.line, check.assertion));
    let _ = write!(xml, "    <testcase classname=\"{file}\" name=\"{name}\"");
    let tag = match check.result {
        CheckResult::Holds => {
            xml.push_str("/>\n");
            return;
        }
        CheckResult::Fails => "failure",
        CheckResult::Error => "error",
    };
    let (message, body) = (escaped(&check.reason), escaped(&check.evidence));
    let _ = write!(
        xml,
        ">\n      <{tag} message=\"{message}\">{body}</{tag}>\n    </testcase>\n"
    );
}

/// Escapes text for XML; what XML cannot hold is a question mark.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' => safe.push(character),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                safe.push('?');
            }
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_a_question_mark() {
        assert_eq!(escaped("a\u{1b}<b>\n\u{0}"), "a?&lt;b&gt;\n?");
    }
}

//! Results of assertions: for people, and for systems that run tests.

use std::fmt::Write;

use serde::Serialize;

use crate::Plain;

mod junit;
mod sarif;

pub use junit::junit;
pub use sarif::sarif;

/// One assertion and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The file it stands in.
    pub file: String,
    /// The line it starts on, from 1.
    pub line: usize,
    /// The assertion in canonical form.
    pub assertion: String,
    /// What became of it.
    pub result: CheckResult,
    /// Why, in a sentence without full stop.
    pub reason: String,
    /// The rows that break it, with their evidence, as plain text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}

/// What became of an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckResult {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It could not be judged.
    Error,
}

/// Returns the results for people: failures with their evidence, then the count.
pub fn text(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let word = match check.result {
            CheckResult::Holds => "holds",
            CheckResult::Fails => "FAILS",
            CheckResult::Error => "ERROR",
        };
        let place = format!("{}:{}", check.file, check.line);
        let _ = writeln!(
            text,
            "{word}  {}  {}",
            Plain(&place),
            Plain(&check.assertion)
        );
        if check.result != CheckResult::Holds {
            let _ = writeln!(text, "       {}", Plain(&check.reason));
            for line in check.evidence.lines() {
                let _ = writeln!(text, "       {line}");
            }
        }
    }
    let count = |result| checks.iter().filter(|check| check.result == result).count();
    let _ = writeln!(
        text,
        "{} hold, {} fail, {} could not be judged",
        count(CheckResult::Holds),
        count(CheckResult::Fails),
        count(CheckResult::Error)
    );
    text
}

/// Returns the results as one JSON document.
pub fn json(checks: &[Check]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        checks: &'a [Check],
    }
    let text = serde_json::to_string_pretty(&Document { checks });
    // Strings and numbers always serialize.
    text.unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn checks() -> Vec<Check> {
        let check = |line, result, reason: &str, evidence: &str| Check {
            file: "checks/prod.wq".to_owned(),
            line,
            assertion: "assert none who can s3:* on \"a<b\"".to_owned(),
            result,
            reason: reason.to_owned(),
            evidence: evidence.to_owned(),
        };
        vec![
            check(1, CheckResult::Holds, "no row", ""),
            check(
                3,
                CheckResult::Fails,
                "1 row",
                "role/x & co\n  by a statement",
            ),
            check(5, CheckResult::Error, "unknown action `s3:Gte`", ""),
        ]
    }

    #[test]
    fn people_see_failures_with_their_evidence() {
        assert_snapshot!(text(&checks()), @r#"
        holds  checks/prod.wq:1  assert none who can s3:* on "a<b"
        FAILS  checks/prod.wq:3  assert none who can s3:* on "a<b"
               1 row
               role/x & co
                 by a statement
        ERROR  checks/prod.wq:5  assert none who can s3:* on "a<b"
               unknown action `s3:Gte`
        1 hold, 1 fail, 1 could not be judged
        "#);
    }

    #[test]
    fn junit_tells_failures_from_errors_and_escapes() {
        assert_snapshot!(junit(&checks()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="whocan" tests="3" failures="1" errors="1">
          <testsuite name="checks/prod.wq" tests="3" failures="1" errors="1">
            <testcase classname="checks/prod.wq" name="line 1: assert none who can s3:* on &quot;a&lt;b&quot;"/>
            <testcase classname="checks/prod.wq" name="line 3: assert none who can s3:* on &quot;a&lt;b&quot;">
              <failure message="1 row">role/x &amp; co
          by a statement</failure>
            </testcase>
            <testcase classname="checks/prod.wq" name="line 5: assert none who can s3:* on &quot;a&lt;b&quot;">
              <error message="unknown action `s3:Gte`"></error>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn sarif_points_at_file_and_line() {
        let parsed: serde_json::Value = serde_json::from_str(&sarif(&checks())).unwrap();
        let results = &parsed["runs"][0]["results"];
        assert_eq!(results.as_array().map(Vec::len), Some(2));
        assert_eq!(results[0]["ruleId"], "assertion-fails");
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "checks/prod.wq");
        assert_eq!(place["region"]["startLine"], 3);
    }

    // Source: SARIF 2.1.0, what its schema requires of these objects.
    #[test]
    fn sarif_has_what_its_schema_requires() {
        let parsed: serde_json::Value = serde_json::from_str(&sarif(&checks())).unwrap();
        assert_eq!(parsed["version"], "2.1.0");
        let run = &parsed["runs"][0];
        assert_eq!(run["tool"]["driver"]["name"], "whocan");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: Vec<&str> = rules
            .iter()
            .map(|rule| rule["id"].as_str().unwrap())
            .collect();
        for result in run["results"].as_array().unwrap() {
            assert!(result["message"]["text"].is_string());
            assert!(ids.contains(&result["ruleId"].as_str().unwrap()));
            let level = result["level"].as_str().unwrap();
            assert!(["none", "note", "warning", "error"].contains(&level));
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        }
    }

    // Source: the JUnit schema of the Jenkins xUnit plugin: which elements stand
    // in which, and their required attributes.
    #[test]
    fn junit_has_what_its_schema_requires() {
        let xml = junit(&checks());
        let mut open: Vec<&str> = Vec::new();
        for tag in xml
            .split('<')
            .skip(2)
            .map(|part| part.split_once('>').unwrap().0)
        {
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
                continue;
            }
            let name = tag.split(' ').next().unwrap();
            let (parent, required): (Option<&str>, &[&str]) = match name {
                "testsuites" => (None, &[]),
                "testsuite" => (Some("testsuites"), &["name", "tests", "failures", "errors"]),
                "testcase" => (Some("testsuite"), &["name", "classname"]),
                "failure" | "error" => (Some("testcase"), &["message"]),
                _ => (Some("no such element"), &[]),
            };
            assert_eq!(open.last().copied(), parent, "{tag}");
            for attribute in required {
                assert!(
                    tag.contains(&format!(" {attribute}=\"")),
                    "{tag}: {attribute}"
                );
            }
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty());
    }
}

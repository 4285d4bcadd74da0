//! Whether a text wants another line.

use whocan_query::Problem;

/// Returns whether `text` breaks off, so that another line could finish it.
///
/// An empty line at the end finishes anything: then the person wants to hear
/// what is missing.
pub fn is_unfinished(text: &str) -> bool {
    let command = text.trim_start().starts_with('\\');
    if text.trim().is_empty() || command || ends_with_empty_line(text) {
        return false;
    }
    match whocan_query::parse(text) {
        Ok(_) => false,
        Err(error) => match error.problem() {
            Problem::Unclosed(_) => true,
            Problem::Expected { found, .. } => found == "the end",
            _ => false,
        },
    }
}

fn ends_with_empty_line(text: &str) -> bool {
    let mut lines = text.rsplit('\n');
    let last = lines.next().unwrap_or_default();
    lines.next().is_some() && last.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_breaks_off_wants_another_line() {
        for text in [
            "who can",
            "who can s3:GetObject on",
            "who can s3:GetObject on (buckets",
            "list roles where name = \"a",
            "let crown =",
        ] {
            assert!(is_unfinished(text), "{text}");
        }
    }

    #[test]
    fn what_can_be_answered_or_never_will_be_wants_none() {
        for text in [
            "",
            "  ",
            "who can s3:GetObject on bucket/logs",
            "who can s3:GetObject on bucket/logs;",
            "let crown = bucket/payroll",
            "whi can s3:GetObject",
            "who can s3:GetObject on )",
            "who can\n",
            "# only a remark",
        ] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}

//! How a failure is shown: with drawings on a terminal, plainly elsewhere.

use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, SourceSpan};

use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes `failure` to standard error.
///
/// If that is closed, nobody can be told.
pub fn complain(failure: &Failure, terminal: &Terminal) {
    let text = if terminal.stderr_is_watched {
        drawn(failure, terminal)
    } else {
        plain(failure)
    };
    let _ = io::stderr().write_all(text.as_bytes());
}

fn drawn(failure: &Failure, terminal: &Terminal) -> String {
    let theme = if terminal.stderr_colors {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false);
    let mut text = String::new();
    match handler.render_report(&mut text, failure) {
        Ok(()) => text,
        // A span outside its text: the message says most of it.
        Err(_) => plain(failure),
    }
}

/// Returns message, place and hint as lines of text.
fn plain(failure: &Failure) -> String {
    let mut text = format!("error: {failure}\n");
    for label in failure.labels().into_iter().flatten() {
        if let Some(lines) = pointer(failure, label.inner()) {
            text.push_str(&lines);
        }
    }
    if let Some(hint) = failure.help() {
        text.push_str(&format!("hint: {hint}\n"));
    }
    text
}

/// Returns the line that `span` begins on, with a mark under what it covers.
fn pointer(failure: &Failure, span: &SourceSpan) -> Option<String> {
    let contents = failure.source_code()?.read_span(span, 0, 0).ok()?;
    let line = std::str::from_utf8(contents.data()).ok()?.lines().next()?;
    let before: String = line.chars().take(contents.column()).collect();
    let rest = line.chars().count().saturating_sub(contents.column());
    let covered = covered_characters(line, contents.column(), span.len()).clamp(1, rest.max(1));
    let number = (contents.line() + 1).to_string();
    let margin = " ".repeat(number.len());
    // Tabs stay tabs, so that the mark stands under the text.
    let indent: String = before
        .chars()
        .map(|character| if character == '\t' { '\t' } else { ' ' })
        .collect();
    let mark = "^".repeat(covered);
    Some(format!(" {number} | {line}\n {margin} | {indent}{mark}\n"))
}

/// Counts the characters of `line` within `length` bytes from character `start` on.
fn covered_characters(line: &str, start: usize, length: usize) -> usize {
    let mut bytes = 0;
    let within = |character: &char| {
        bytes += character.len_utf8();
        bytes <= length
    };
    line.chars().skip(start).take_while(within).count()
}

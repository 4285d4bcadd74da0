//! How a failure is shown: with drawings on a terminal, plainly elsewhere.

use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, SourceSpan};

use crate::failure::Failure;
use crate::terminal::Terminal;

// Of a longer line only what stands around the spot is shown.
const MOST_SHOWN: usize = 160;

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
    // A drawing of a line that fills the screen helps nobody.
    if failure
        .text()
        .is_some_and(|text| text.lines().any(|line| line.len() > 4 * MOST_SHOWN))
    {
        return plain(failure);
    }
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
        let lines = failure.text().and_then(|text| pointer(text, label.inner()));
        if let Some(lines) = lines {
            text.push_str(&lines);
        }
    }
    if let Some(hint) = failure.help() {
        text.push_str(&format!("hint: {hint}\n"));
    }
    text
}

/// Returns the line that `span` begins on, with a mark under what it covers.
fn pointer(text: &str, span: &SourceSpan) -> Option<String> {
    let before = text.get(..span.offset())?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let covered = text.get(span.offset()..span.offset() + span.len());
    let covered = covered.and_then(|covered| covered.lines().next());
    let covered = covered.map_or(1, |covered| covered.chars().count());
    let at = before[start..].chars().count();
    let from = at.saturating_sub(MOST_SHOWN / 2);
    let shown: Vec<char> = line.chars().skip(from).take(MOST_SHOWN).collect();
    let number = (before.matches('\n').count() + 1).to_string();
    let margin = " ".repeat(number.len());
    // Tabs stay tabs, so that the mark stands under the text.
    let blank = |character: &char| if *character == '\t' { '\t' } else { ' ' };
    let indent: String = shown.iter().take(at - from).map(blank).collect();
    let room = shown.len().saturating_sub(at - from);
    let mark = "^".repeat(covered.min(room).max(1));
    let shown: String = shown.into_iter().collect();
    Some(format!(" {number} | {shown}\n {margin} | {indent}{mark}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_the_spot() {
        let text = "list roles;\n\twho can s3:GetObjekt on x;\nlist users";
        let spot = SourceSpan::new(text.find("s3:").unwrap_or_default().into(), 12);
        assert_eq!(
            pointer(text, &spot).as_deref(),
            Some(" 2 | \twho can s3:GetObjekt on x;\n   | \t        ^^^^^^^^^^^^\n")
        );
    }

    #[test]
    fn a_spot_at_the_end_has_a_mark_too() {
        let spot = SourceSpan::new(8.into(), 0);
        assert_eq!(
            pointer("who can ", &spot).as_deref(),
            Some(" 1 | who can \n   |         ^\n")
        );
        assert_eq!(pointer("who", &SourceSpan::new(9.into(), 1)), None);
    }

    #[test]
    fn of_a_long_line_only_the_surroundings_are_shown() {
        let text = format!("{}x{}", "a".repeat(1000), "b".repeat(1000));
        let lines = pointer(&text, &SourceSpan::new(1000.into(), 900)).unwrap();
        assert!(lines.lines().all(|line| line.len() < 170), "{lines}");
        assert!(lines.contains("ax"), "{lines}");
    }
}

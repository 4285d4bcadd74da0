//! Texts cut where quotes and comments begin and end.
//!
//! Whoever changes, colours or checks a text without its tree needs to know
//! only this much of the syntax, and all must mean the same by it.

use std::iter;

/// What a stretch of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Neither quoted nor a comment.
    Code,
    /// From one quote to the next; `\"` and `\\` do not end it.
    Quoted,
    /// From a quote that nothing closes to the end of the text.
    Unclosed,
    /// From `#` to the end of the line, without its break.
    Comment,
}

/// Cuts a text into stretches; joined they are the text.
pub fn stretches(text: &str) -> impl Iterator<Item = (Stretch, &str)> {
    let mut rest = text;
    iter::from_fn(move || {
        let (stretch, length) = match rest.chars().next()? {
            '#' => (Stretch::Comment, rest.find('\n').unwrap_or(rest.len())),
            '"' => match end_of_quote(rest) {
                Some(end) => (Stretch::Quoted, end),
                None => (Stretch::Unclosed, rest.len()),
            },
            _ => (Stretch::Code, rest.find(['#', '"']).unwrap_or(rest.len())),
        };
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        Some((stretch, piece))
    })
}

fn end_of_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns a text in quotes, as the language reads it.
pub fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Stretch::{Code, Comment, Quoted, Unclosed};

    fn cut(text: &str) -> Vec<(Stretch, &str)> {
        stretches(text).collect()
    }

    #[test]
    fn quotes_hide_comments_and_comments_hide_quotes() {
        assert_eq!(
            cut("a \"#\" b # \"c\nd"),
            [
                (Code, "a "),
                (Quoted, "\"#\""),
                (Code, " b "),
                (Comment, "# \"c"),
                (Code, "\nd"),
            ]
        );
    }

    #[test]
    fn an_escaped_quote_ends_nothing() {
        assert_eq!(cut(r#""a\"b\\"c"#), [(Quoted, r#""a\"b\\""#), (Code, "c")]);
        assert_eq!(cut(r#""a\""#), [(Unclosed, r#""a\""#)]);
        assert_eq!(cut(&quoted(r#"a\"b"#)), [(Quoted, r#""a\\\"b""#)]);
    }
}

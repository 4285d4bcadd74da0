//! Checks length, nesting and balance of a text before the parser sees it.
//!
//! The derived parser is recursive, and only parentheses nest. So one flat
//! scan bounds its depth, and can point at what was left open, which a parser
//! notices only at the end of the text.

use crate::stretch::{Stretch, stretches};

/// The deepest nesting of parentheses that is parsed.
pub const MAX_NESTING: usize = 64;

/// The longest text that is parsed, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// A text that is not even balanced; offsets are in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imbalance {
    /// The text has more than [`MAX_TEXT_BYTES`].
    TooLong,
    /// The parenthesis here is nested deeper than [`MAX_NESTING`].
    TooDeep(usize),
    /// The parenthesis opened here is never closed.
    Unclosed(usize),
    /// The parenthesis here closes nothing.
    Unopened(usize),
    /// The quote opened here is never closed.
    UnclosedQuote(usize),
}

/// Scans a text for anything left open or nested too deep.
pub(crate) fn check(text: &str) -> Result<(), Imbalance> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Imbalance::TooLong);
    }
    let mut open = Vec::new();
    let mut start = 0;
    for (stretch, piece) in stretches(text) {
        match stretch {
            Stretch::Code if balance(piece, start, &mut open)? => break,
            Stretch::Unclosed => return Err(Imbalance::UnclosedQuote(start)),
            Stretch::Code | Stretch::Quoted | Stretch::Comment => {}
        }
        start += piece.len();
    }
    open.pop().map_or(Ok(()), |at| Err(Imbalance::Unclosed(at)))
}

// Notes the parentheses of a piece of code that starts at `start`, and returns
// whether a statement ends in it that has left one open.
fn balance(piece: &str, start: usize, open: &mut Vec<usize>) -> Result<bool, Imbalance> {
    for (at, character) in piece.char_indices() {
        match character {
            '(' if open.len() == MAX_NESTING => return Err(Imbalance::TooDeep(start + at)),
            '(' => open.push(start + at),
            ')' => {
                open.pop().ok_or(Imbalance::Unopened(start + at))?;
            }
            // A parenthesis never spans statements, so the error can point at
            // the statement that forgot it and not at the end of the file.
            ';' if !open.is_empty() => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_comments_hide_parentheses() {
        assert_eq!(check("\"(\" # )\n ( )"), Ok(()));
        assert_eq!(check(r#""a\"(" "#), Ok(()));
    }

    #[test]
    fn what_is_left_open_is_pointed_at() {
        assert_eq!(check("a (b (c)"), Err(Imbalance::Unclosed(2)));
        assert_eq!(check("a (b; c)"), Err(Imbalance::Unclosed(2)));
        assert_eq!(check("a )"), Err(Imbalance::Unopened(2)));
        assert_eq!(check("a \"b"), Err(Imbalance::UnclosedQuote(2)));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}x{}", "(".repeat(64), ")".repeat(64));
        assert_eq!(check(&deep), Ok(()));
        assert_eq!(check(&"(".repeat(10_000)), Err(Imbalance::TooDeep(64)));
    }
}

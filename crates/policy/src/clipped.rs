//! Foreign text inside messages: one line, of a bearable length.

use std::fmt;

const LONGEST: usize = 80;

/// Shows a text without control characters and cut after 80 characters.
pub(crate) struct Clipped<'a>(pub(crate) &'a str);

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(LONGEST) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        if characters.next().is_some() {
            f.write_str("...")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_line_breaks_are_escaped() {
        assert_eq!(Clipped("a\nb").to_string(), "a\\nb");
        let long = Clipped(&"ä".repeat(100)).to_string();
        assert_eq!(long, format!("{}...", "ä".repeat(80)));
    }
}

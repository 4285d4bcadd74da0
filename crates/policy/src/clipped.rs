//! Foreign text inside messages: one line, of a bearable length.

use std::fmt;

const LONGEST: usize = 80;

/// Shows a text without control characters and cut after 80 characters.
pub(crate) struct Clipped<'a>(pub(crate) &'a str);

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}...", Escaped(&self.0[..end])),
            None => Escaped(self.0).fmt(f),
        }
    }
}

/// Shows a text without control characters, which a terminal would obey.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in self.0.split_inclusive(char::is_control) {
            match run.chars().next_back().filter(|last| last.is_control()) {
                Some(last) => {
                    let plain = &run[..run.len() - last.len_utf8()];
                    write!(f, "{plain}{}", last.escape_default())?;
                }
                None => f.write_str(run)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_control_characters_are_escaped() {
        assert_eq!(Clipped("a\nb").to_string(), "a\\nb");
        assert_eq!(Clipped("\u{1b}[2Jä").to_string(), "\\u{1b}[2Jä");
        let long = Clipped(&"ä".repeat(100)).to_string();
        assert_eq!(long, format!("{}...", "ä".repeat(80)));
        assert_eq!(Clipped(&"ä".repeat(80)).to_string(), "ä".repeat(80));
    }
}

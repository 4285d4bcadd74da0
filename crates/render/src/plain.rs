//! Foreign text that a terminal shows and never obeys.

use std::fmt::{self, Write};

/// Shows a text with everything escaped that is not seen as it stands.
///
/// Names, tags and policies are written by whoever may write them. A control
/// character could move the cursor or set the clipboard, a direction mark
/// could make `nimda` read `admin`, a character without width could make two
/// names look the same. They are shown as `\u{202e}`.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a str);

impl Plain<'_> {
    /// Returns whether a character is seen as it stands.
    ///
    /// Source: Unicode Standard 16, general categories Cc, Cf, Zl, Zp; the
    /// blanks and fillers that look like nothing; private use; no characters.
    pub fn shows(character: char) -> bool {
        if matches!(character, ' '..='~') {
            return true;
        }
        !(character.is_control() || is_format(character) || is_invisible(character))
    }
}

fn is_format(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{a0}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{2800}'
        | '\u{3000}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}'
        | '\u{f0000}'..='\u{10ffff}')
}

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if Plain::shows(character) {
                f.write_char(character)?;
            } else {
                write!(f, "{}", character.escape_unicode())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_script_is_shown_as_it_stands() {
        let text = "arn:aws:iam::111122223333:user/Zoë Größe 東京 'x' \\";
        assert_eq!(Plain(text).to_string(), text);
    }

    #[test]
    fn what_a_terminal_obeys_is_shown_as_its_number() {
        let cases = [
            ("\u{1b}[2Jx", "\\u{1b}[2Jx"),
            ("a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("nimda\u{202e}", "nimda\\u{202e}"),
            ("\u{2066}a\u{2069}", "\\u{2066}a\\u{2069}"),
            (
                "ad\u{200b}min\u{e0041}\u{a0}",
                "ad\\u{200b}min\\u{e0041}\\u{a0}",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(Plain(text).to_string(), shown);
        }
    }
}

//! Colours for what is typed: words of the language, actions, names, quotes.

use reedline::{Color, Highlighter, StyledText};

/// Colours a question as it is typed.
pub struct Colours;

impl Highlighter for Colours {
    fn highlight(&self, line: &str, _cursor: usize) -> StyledText {
        let mut text = StyledText::new();
        for (kind, piece) in pieces(line) {
            let style = match kind {
                Piece::Word => Color::Cyan.bold(),
                Piece::Action => Color::Green.normal(),
                Piece::Thing => Color::Yellow.normal(),
                Piece::Quoted => Color::Magenta.normal(),
                Piece::Comment => Color::DarkGray.normal(),
                Piece::Other => Color::Default.normal(),
            };
            text.push((style, piece.to_owned()));
        }
        text
    }
}

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Word,
    Action,
    Thing,
    Quoted,
    Comment,
    Other,
}

/// Cuts a line into pieces; joined they are the line.
fn pieces(line: &str) -> Vec<(Piece, &str)> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '#' => (Piece::Comment, rest.find('\n').unwrap_or(rest.len())),
            '"' => (Piece::Quoted, quoted(rest)),
            _ if is_sign(first) => (Piece::Other, first.len_utf8()),
            _ => {
                let end = rest.find(is_sign).unwrap_or(rest.len());
                (kind(&rest[..end]), end)
            }
        };
        pieces.push((kind, &rest[..length]));
        rest = &rest[length..];
    }
    pieces
}

fn is_sign(character: char) -> bool {
    character.is_whitespace() || ",;()=\"#".contains(character)
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn kind(word: &str) -> Piece {
    if whocan_grammar::is_reserved(word) {
        Piece::Word
    } else if whocan_grammar::is_action(word) {
        Piece::Action
    } else if word.contains(['/', ':']) {
        Piece::Thing
    } else {
        Piece::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_actions_things_and_quotes_are_told_apart() {
        let line = "who can s3:Get* on \"a b\" # x";
        let found = pieces(line);
        let kinds: Vec<Piece> = found
            .iter()
            .filter(|(_, piece)| !piece.trim().is_empty())
            .map(|(kind, _)| *kind)
            .collect();
        use Piece::{Action, Comment, Quoted, Word};
        assert_eq!(kinds, [Word, Word, Action, Word, Quoted, Comment]);
        let whole: String = found.iter().map(|(_, piece)| *piece).collect();
        assert_eq!(whole, line);
    }
}

//! Colours for what is typed: words of the language, actions, names, quotes.

use reedline::{Color, Highlighter, StyledText};
use whocan_grammar::{Stretch, stretches};

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
    let cut = |(stretch, text)| match stretch {
        Stretch::Comment => vec![(Piece::Comment, text)],
        Stretch::Quoted | Stretch::Unclosed => vec![(Piece::Quoted, text)],
        Stretch::Code => words(text),
    };
    stretches(line).flat_map(cut).collect()
}

fn words(code: &str) -> Vec<(Piece, &str)> {
    let is_sign = |character: char| {
        character.is_whitespace() || matches!(character, ',' | ';' | '(' | ')' | '=')
    };
    let ended = code.split_inclusive(is_sign);
    let parts = ended.flat_map(|part| {
        let word = part.trim_end_matches(is_sign);
        [(kind(word), word), (Piece::Other, &part[word.len()..])]
    });
    parts.filter(|(_, part)| !part.is_empty()).collect()
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

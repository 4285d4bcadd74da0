//! Patterns made ready for matching one text.

use super::{Token, overlap};

/// A pattern as literal ends and the steps between them.
///
/// Works on bytes: in UTF-8 no character starts inside another, so equal bytes
/// are equal characters, and a colon is always one byte.
pub(super) struct Matcher {
    head: Box<str>,
    tail: Box<str>,
    // INVARIANT: empty, or starts and ends with a wildcard; no two neighbouring `Text` or `Many`.
    middle: Box<[Step]>,
    strategy: Strategy,
}

enum Step {
    Text(Box<str>),
    One { colons: bool },
    Many { colons: bool },
}

enum Strategy {
    /// No wildcard.
    Literal,
    /// One `*` that covers anything.
    Anything,
    /// Going back to the last star is enough.
    Greedy,
    /// A star that stops at colons stands behind a wildcard that does not.
    States(Box<[Token]>),
}

impl Matcher {
    pub(super) fn compile(tokens: &[Token]) -> Matcher {
        let literal = |token: &Token| matches!(token, Token::Literal(_));
        let first = tokens.iter().position(|token| !literal(token));
        let last = tokens.iter().rposition(|token| !literal(token));
        let (Some(first), Some(last)) = (first, last) else {
            return Matcher {
                head: literal_text(tokens).into(),
                tail: "".into(),
                middle: Box::default(),
                strategy: Strategy::Literal,
            };
        };
        let middle = &tokens[first..=last];
        Matcher {
            head: literal_text(&tokens[..first]).into(),
            tail: literal_text(&tokens[last + 1..]).into(),
            middle: steps(middle).into(),
            strategy: strategy(middle),
        }
    }

    pub(super) fn head(&self) -> &str {
        &self.head
    }

    pub(super) fn tail(&self) -> &str {
        &self.tail
    }

    pub(super) fn literal(&self) -> Option<&str> {
        matches!(self.strategy, Strategy::Literal).then_some(&*self.head)
    }

    #[inline]
    pub(super) fn matches(&self, tokens: &[Token], text: &str) -> bool {
        let (head, tail) = (self.head.as_bytes(), self.tail.as_bytes());
        let bytes = text.as_bytes();
        if bytes.len() < head.len() + tail.len()
            || !starts_with(bytes, head)
            || !tail.is_empty() && !bytes.ends_with(tail)
        {
            return false;
        }
        // Both ends are whole characters, so this is always a part of the text.
        let rest = &text[head.len()..bytes.len() - tail.len()];
        match &self.strategy {
            Strategy::Literal => rest.is_empty(),
            Strategy::Anything => true,
            // Neither the shortcut nor plain states are quick where both are long.
            Strategy::Greedy => {
                greedy(&self.middle, rest).unwrap_or_else(|| overlap::covers(tokens, text))
            }
            Strategy::States(middle) if middle.len() < SMALL * 64 => by_states(middle, rest),
            Strategy::States(_) => overlap::covers(tokens, text),
        }
    }
}

/// Returns whether `text` starts with `start`.
///
/// Measured: comparing with an empty text, which has no memory of its own, took
/// twenty times as long as all else that matching does.
pub(super) fn starts_with(text: &[u8], start: &[u8]) -> bool {
    start.is_empty() || text.starts_with(start)
}

fn literal_text(tokens: &[Token]) -> String {
    tokens
        .iter()
        .filter_map(|token| match token {
            Token::Literal(character) => Some(*character),
            _ => None,
        })
        .collect()
}

fn steps(tokens: &[Token]) -> Vec<Step> {
    tokens
        .chunk_by(|one, other| matches!((one, other), (Token::Literal(_), Token::Literal(_))))
        .map(|run| match run[0] {
            Token::Literal(_) => Step::Text(literal_text(run).into()),
            Token::One { colons } => Step::One { colons },
            Token::Many { colons } => Step::Many { colons },
        })
        .collect()
}

fn strategy(middle: &[Token]) -> Strategy {
    if middle == [Token::Many { colons: true }] {
        return Strategy::Anything;
    }
    let covers_colons = |token: &Token| {
        matches!(
            token,
            Token::One { colons: true } | Token::Many { colons: true }
        )
    };
    let stops = |token: &Token| *token == Token::Many { colons: false };
    let first = middle.iter().position(covers_colons);
    let last = middle.iter().rposition(stops);
    match (first, last) {
        (Some(first), Some(last)) if first < last => Strategy::States(middle.into()),
        _ => Strategy::Greedy,
    }
}

/// Matches by taking each star as short as possible and lengthening only the last one.
///
/// The first arrival at a star is as good as any later one: what lies between
/// them the star can cover itself. That needs a word for a star that stops at
/// colons: before it every wildcard does, so each literal colon before it
/// stands for the same colon of the text, and none lies between two arrivals.
/// `None` if it goes back so often that another way is quicker.
fn greedy(steps: &[Step], text: &str) -> Option<bool> {
    let (mut step, mut at) = (0, 0);
    let mut patience = 8 * text.len() + 1_000;
    // The step behind the last star, the end of what the star covers, and its kind.
    let mut star: Option<(usize, usize, bool)> = None;
    loop {
        patience = patience.checked_sub(1)?;
        let next = match steps.get(step) {
            Some(Step::Many { colons }) => {
                step += 1;
                if step == steps.len() {
                    return Some(*colons || !text.as_bytes()[at..].contains(&b':'));
                }
                star = Some((step, at, *colons));
                Some(at)
            }
            Some(single) => {
                let end = single_end(single, text.as_bytes(), at);
                step += usize::from(end.is_some());
                end
            }
            None if at == text.len() => return Some(true),
            None => None,
        };
        at = match (next, &mut star) {
            (Some(next), _) => next,
            (None, None) => return Some(false),
            (None, Some((behind, covered, colons))) => {
                let Some(longer) = lengthen(&steps[*behind], text, *covered, *colons) else {
                    return Some(false);
                };
                *covered = longer;
                step = *behind;
                longer
            }
        };
    }
}

/// Returns where a step that is no star ends if it starts at `at`.
fn single_end(step: &Step, text: &[u8], at: usize) -> Option<usize> {
    match step {
        Step::Text(literal) => text[at..]
            .starts_with(literal.as_bytes())
            .then_some(at + literal.len()),
        Step::One { colons } => {
            let byte = *text.get(at)?;
            (*colons || byte != b':').then_some(at + width(byte))
        }
        Step::Many { .. } => None,
    }
}

/// Returns the next end of a star that now ends at `covered`, before which `behind` cannot match.
fn lengthen(behind: &Step, text: &str, covered: usize, colons: bool) -> Option<usize> {
    let byte = *text.as_bytes().get(covered)?;
    if byte == b':' && !colons {
        return None;
    }
    let shortest = covered + width(byte);
    let Step::Text(literal) = behind else {
        return Some(shortest);
    };
    let found = shortest + find(&text[shortest..], literal)?;
    (colons || !text.as_bytes()[shortest..found].contains(&b':')).then_some(found)
}

/// Literals up to this many bytes are cheaper to look for plainly.
const SHORT: usize = 32;

/// Returns where `literal` first occurs in `text`.
fn find(text: &str, literal: &str) -> Option<usize> {
    if literal.len() > SHORT {
        // Takes time in proportion to the lengths, whatever the text.
        return text.find(literal);
    }
    let (text, literal) = (text.as_bytes(), literal.as_bytes());
    let first = *literal.first()?;
    let last = text.len().checked_sub(literal.len())?;
    let mut at = 0;
    while at <= last {
        at += text[at..=last].iter().position(|byte| *byte == first)?;
        if text[at..].starts_with(literal) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Returns how many bytes the character has that starts with `byte`.
fn width(byte: u8) -> usize {
    match byte {
        0..0xC0 => 1,
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..=0xFF => 4,
    }
}

/// How many words of states fit without allocating.
const SMALL: usize = 8;

/// Matches by following all ways at once.
fn by_states(tokens: &[Token], text: &str) -> bool {
    // A bit for each token that may come next.
    let (mut now, mut next) = ([0; SMALL], [0; SMALL]);
    enter(tokens, &mut now, 0);
    for character in text.chars() {
        if pass(tokens, character, &now, &mut next) == 0 {
            return false;
        }
        std::mem::swap(&mut now, &mut next);
    }
    has_ended(tokens, &now)
}

/// Returns the place behind each run of `characters` that the tokens cover, from none on.
///
/// `start` is the place before the first. `None` if it takes more than `budget` steps.
pub(super) fn ends(
    tokens: impl Iterator<Item = Token>,
    characters: impl Iterator<Item = (char, usize)>,
    start: usize,
    budget: usize,
) -> Option<Vec<usize>> {
    let tokens: Vec<Token> = tokens.collect();
    let words = tokens.len() / 64 + 1;
    let (mut now, mut next) = (vec![0; words], vec![0; words]);
    enter(&tokens, &mut now, 0);
    let mut ends: Vec<usize> = has_ended(&tokens, &now)
        .then_some(start)
        .into_iter()
        .collect();
    let mut steps = 0;
    for (character, place) in characters {
        let passed = pass(&tokens, character, &now, &mut next);
        steps += passed + words;
        if steps > budget {
            return None;
        }
        if passed == 0 {
            break;
        }
        std::mem::swap(&mut now, &mut next);
        if has_ended(&tokens, &now) {
            ends.push(place);
        }
    }
    Some(ends)
}

/// Sets in `next` what may follow `character`, and returns how many ways there were.
fn pass(tokens: &[Token], character: char, now: &[u64], next: &mut [u64]) -> usize {
    next.fill(0);
    let mut passed = 0;
    for (word, bits) in now.iter().enumerate() {
        let mut bits = *bits;
        while bits != 0 {
            let at = word * 64 + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if let Some(token) = tokens.get(at).filter(|token| token.covers(character)) {
                let stays = matches!(token, Token::Many { .. });
                enter(tokens, next, at + usize::from(!stays));
                passed += 1;
            }
        }
    }
    passed
}

fn enter(tokens: &[Token], states: &mut [u64], at: usize) {
    states[at / 64] |= 1 << (at % 64);
    if matches!(tokens.get(at), Some(Token::Many { .. })) {
        // No two stars are neighbours, so one step is enough.
        states[(at + 1) / 64] |= 1 << ((at + 1) % 64);
    }
}

fn has_ended(tokens: &[Token], states: &[u64]) -> bool {
    states[tokens.len() / 64] >> (tokens.len() % 64) & 1 == 1
}

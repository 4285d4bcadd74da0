//! Compiled wildcard patterns.

mod matcher;
mod overlap;
pub(crate) mod search;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use matcher::Matcher;

/// A pattern over texts: literal characters, `*` and `?`.
///
/// Each wildcard knows whether it may cover a colon, which is all that tells
/// resource patterns (R49, R50), ARN operators (R75) and plain globs apart.
/// Cheap to clone.
#[derive(Clone)]
pub struct Pattern(Arc<Compiled>);

struct Compiled {
    // INVARIANT: no two neighbouring `Many`.
    tokens: Box<[Token]>,
    // INVARIANT: compiled from `tokens`; comparing patterns compares only those.
    matcher: Matcher,
}

/// One step of a [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// Exactly this character.
    Literal(char),
    /// Exactly one character; never a colon if `colons` is false.
    One {
        /// Whether the character may be a colon.
        colons: bool,
    },
    /// Any number of characters, none included.
    Many {
        /// Whether colons may be among them.
        colons: bool,
    },
}

/// One written character of a pattern, before its colons are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyph {
    /// A character that stands for itself.
    Literal(char),
    /// `?` as a wildcard.
    Question,
    /// `*` as a wildcard.
    Star,
    /// A value that is not known and may be any text.
    Open,
}

/// How many colons stand before the resource part of an ARN.
pub(crate) const ARN_COLONS: usize = 5;

/// The states that [`Pattern::contains`] may visit, in steps of one token.
const CONTAINS_BUDGET: usize = 400_000;

impl Pattern {
    /// Takes `text` literally, `*` and `?` included.
    pub fn exact(text: &str) -> Pattern {
        Pattern::of(text.chars().map(Token::Literal))
    }

    /// Reads a plain glob: `*` and `?` cover anything (StringLike, R69).
    ///
    /// Source: IAM JSON policy elements: Condition operators, IAM User Guide.
    pub fn glob(text: &str) -> Pattern {
        Pattern::from_glob_glyphs(&glyphs(text))
    }

    /// Reads an entry of `Resource` by R49 and R50.
    ///
    /// Before the fifth colon of the pattern a `*` that ends a segment may run
    /// over colons, one with more text behind it and a `?` may not; behind the
    /// fifth colon both cover anything.
    /// Source: IAM JSON policy elements: Resource, IAM User Guide.
    pub fn resource(text: &str) -> Pattern {
        Pattern::from_resource_glyphs(&glyphs(text))
    }

    /// Reads a value of ArnLike or ArnEquals, `None` if it has fewer than six parts (R75).
    ///
    /// The wildcards of the first five parts never cover a colon, so every text
    /// that the pattern covers has its first five colons where the pattern has
    /// them: this is the same as comparing the six parts one by one.
    /// Source: IAM JSON policy elements: Condition operators, IAM User Guide.
    pub fn arn(text: &str) -> Option<Pattern> {
        Pattern::from_arn_glyphs(&glyphs(text))
    }

    /// Reads the form of a type's ARNs with `*` for each name.
    ///
    /// A name has a letter at least, and only the last name may have colons: `arn:*:logs:*:*:log-group:*` covers
    /// the ARNs of log streams, `arn:*:logs:*:*:log-group:*:log-stream:*` those alone.
    /// Source: Actions, resources, and condition keys for AWS services, Service
    /// Authorization Reference.
    pub fn form(text: &str) -> Pattern {
        let glyphs = glyphs(text);
        let is_name = |glyph: &Glyph| !matches!(glyph, Glyph::Literal(_));
        let last = glyphs.iter().rposition(is_name);
        let mut tokens = Vec::with_capacity(glyphs.len());
        for (at, glyph) in glyphs.iter().enumerate() {
            let whole = Some(at) == last;
            if is_name(glyph) {
                tokens.push(Token::One { colons: whole });
            }
            tokens.push(glyph.token(whole, whole));
        }
        Pattern::of(tokens)
    }

    /// Returns the pattern with its letters in lower case, for comparing without case.
    pub(crate) fn to_lower_case(&self) -> Pattern {
        let mut tokens = Vec::with_capacity(self.tokens().len());
        for token in self.tokens() {
            match token {
                Token::Literal(letter) => tokens.extend(letter.to_lowercase().map(Token::Literal)),
                wildcard => tokens.push(*wildcard),
            }
        }
        Pattern::of(tokens)
    }

    pub(crate) fn from_glob_glyphs(glyphs: &[Glyph]) -> Pattern {
        Pattern::of(glyphs.iter().map(|glyph| glyph.token(true, true)))
    }

    pub(crate) fn from_resource_glyphs(glyphs: &[Glyph]) -> Pattern {
        let mut colons = 0;
        Pattern::of(glyphs.iter().enumerate().map(|(at, glyph)| {
            let behind = colons >= ARN_COLONS;
            colons += usize::from(*glyph == Glyph::Literal(':'));
            let ends_segment = matches!(glyphs.get(at + 1), None | Some(Glyph::Literal(':')));
            glyph.token(behind, behind || ends_segment)
        }))
    }

    pub(crate) fn from_arn_glyphs(glyphs: &[Glyph]) -> Option<Pattern> {
        let count = |wanted| glyphs.iter().filter(|glyph| **glyph == wanted).count();
        let missing = ARN_COLONS.saturating_sub(count(Glyph::Literal(':')));
        match count(Glyph::Open) {
            0 if missing > 0 => None,
            // The one unknown value must bring the missing colons.
            1 => Some(Pattern::of(arn_tokens(glyphs, 0, missing))),
            _ => Some(Pattern::of(arn_tokens(glyphs, 0, 0))),
        }
    }

    /// Reads what stands in an ARN pattern behind `colons` colons.
    pub(crate) fn from_arn_end(glyphs: &[Glyph], colons: usize) -> Pattern {
        Pattern::of(arn_tokens(glyphs, colons, 0))
    }

    fn of(steps: impl IntoIterator<Item = Token>) -> Pattern {
        let mut tokens: Vec<Token> = Vec::new();
        for step in steps {
            match (tokens.last_mut(), step) {
                // Either of two neighbouring stars may be empty: together they
                // cover what the wider one does.
                (Some(Token::Many { colons: before }), Token::Many { colons }) => *before |= colons,
                _ => tokens.push(step),
            }
        }
        let matcher = Matcher::compile(&tokens);
        Pattern(Arc::new(Compiled {
            tokens: tokens.into(),
            matcher,
        }))
    }

    /// Returns the steps in order.
    pub fn tokens(&self) -> &[Token] {
        &self.0.tokens
    }

    /// Returns whether the pattern covers the whole of `text`.
    ///
    /// Allocates nothing, except where both are long and the pattern is contrived.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matcher.matches(self.tokens(), text)
    }

    /// Returns the ends, in bytes and ascending, of the starts of `text` that it covers.
    ///
    /// `None` if finding them takes more than `budget` steps.
    pub(crate) fn covered_starts(&self, text: &str, budget: usize) -> Option<Vec<usize>> {
        if let Some(literal) = self.literal() {
            let covered = text.starts_with(literal);
            return Some(covered.then_some(literal.len()).into_iter().collect());
        }
        let characters = text.char_indices();
        let ends = characters.map(|(at, character)| (character, at + character.len_utf8()));
        matcher::ends(self.tokens().iter().copied(), ends, 0, budget)
    }

    /// Returns the starts, in bytes and descending, of the ends of `text` that it covers.
    ///
    /// `None` if finding them takes more than `budget` steps.
    pub(crate) fn covered_ends(&self, text: &str, budget: usize) -> Option<Vec<usize>> {
        if let Some(literal) = self.literal() {
            let start = text.len().checked_sub(literal.len());
            return Some(
                start
                    .filter(|_| text.ends_with(literal))
                    .into_iter()
                    .collect(),
            );
        }
        let starts = text
            .char_indices()
            .rev()
            .map(|(at, character)| (character, at));
        let tokens = self.tokens().iter().rev().copied();
        matcher::ends(tokens, starts, text.len(), budget)
    }

    /// Returns whether some text is covered by both.
    pub fn overlaps(&self, other: &Pattern) -> bool {
        if let Some(text) = self.literal() {
            return other.matches(text);
        }
        if let Some(text) = other.literal() {
            return self.matches(text);
        }
        agree(self.prefix().bytes(), other.prefix().bytes())
            && agree(self.suffix().bytes().rev(), other.suffix().bytes().rev())
            && overlap::overlap(self.tokens(), other.tokens())
    }

    /// Returns whether every text that `covered` covers is covered by this one.
    ///
    /// Exact; `None` if deciding it would exceed the budget of states.
    pub fn contains(&self, covered: &Pattern) -> Option<bool> {
        if let Some(text) = covered.literal() {
            return Some(self.matches(text));
        }
        // Behind its literal ends `covered` varies, so this one's must be among them.
        if self.literal().is_some()
            || !matcher::starts_with(covered.prefix().as_bytes(), self.prefix().as_bytes())
            || !self.suffix().is_empty() && !covered.suffix().ends_with(self.suffix())
        {
            return Some(false);
        }
        let (outer, inner) = overlap::without_common_ends(self.tokens(), covered.tokens());
        if outer == inner || outer == [Token::Many { colons: true }] {
            return Some(true);
        }
        if outer == [Token::Many { colons: false }] {
            return Some(!inner.iter().any(|token| token.covers(':')));
        }
        let other = search::other_character([outer, inner]);
        let left = |many: &str| !self.matches(&covered.instance(other, many));
        if left("") || left(other.encode_utf8(&mut [0; 4])) {
            return Some(false);
        }
        search::find(&[inner], &[outer], CONTAINS_BUDGET)
            .ok()
            .map(|text| text.is_none())
    }

    /// Returns a text that it covers: `one` for each `?` and `many` for each `*`.
    ///
    /// Neither may hold a colon.
    pub(crate) fn instance(&self, one: char, many: &str) -> String {
        let mut text = String::with_capacity(self.tokens().len());
        for token in self.tokens() {
            match token {
                Token::Literal(character) => text.push(*character),
                Token::One { .. } => text.push(one),
                Token::Many { .. } => text.push_str(many),
            }
        }
        text
    }

    /// Returns the only text it covers, if it has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        self.0.matcher.literal()
    }

    /// Returns whether it is a literal text and one star that covers anything.
    pub fn is_folder(&self) -> bool {
        // The star ends it, and the text before it is one token a character.
        let last = self.tokens().last() == Some(&Token::Many { colons: true });
        last && self.tokens().len() == self.prefix().chars().count() + 1
    }

    /// Returns the literal text before the first wildcard.
    pub fn prefix(&self) -> &str {
        self.0.matcher.head()
    }

    /// Returns the literal text behind the last wildcard, empty if there is no wildcard.
    pub fn suffix(&self) -> &str {
        self.0.matcher.tail()
    }
}

impl Glyph {
    fn token(self, question_colons: bool, star_colons: bool) -> Token {
        match self {
            Glyph::Literal(character) => Token::Literal(character),
            Glyph::Question => Token::One {
                colons: question_colons,
            },
            Glyph::Star => Token::Many {
                colons: star_colons,
            },
            Glyph::Open => Token::Many { colons: true },
        }
    }
}

impl Token {
    /// Returns whether the token covers `character`, alone or among others.
    pub(crate) fn covers(self, character: char) -> bool {
        match self {
            Token::Literal(literal) => literal == character,
            Token::One { colons } | Token::Many { colons } => colons || character != ':',
        }
    }
}

/// Each unknown value brings at least `missing` colons.
fn arn_tokens(glyphs: &[Glyph], mut colons: usize, missing: usize) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        let behind = colons >= ARN_COLONS;
        tokens.push(glyph.token(behind, behind));
        match glyph {
            Glyph::Literal(':') => colons += 1,
            Glyph::Open => {
                for _ in 0..missing {
                    tokens.push(Token::Literal(':'));
                    tokens.push(Token::Many { colons: true });
                }
                // It may bring more, so what stands behind it may be in the sixth part.
                colons = ARN_COLONS;
            }
            _ => {}
        }
    }
    tokens
}

fn glyphs(text: &str) -> Vec<Glyph> {
    text.chars()
        .map(|character| match character {
            '*' => Glyph::Star,
            '?' => Glyph::Question,
            _ => Glyph::Literal(character),
        })
        .collect()
}

fn agree(one: impl Iterator<Item = u8>, other: impl Iterator<Item = u8>) -> bool {
    one.zip(other).all(|(one, other)| one == other)
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.tokens() == other.tokens()
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Pattern) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Pattern) -> Ordering {
        self.tokens().cmp(other.tokens())
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tokens().hash(state);
    }
}

/// Writes wildcards that stop at colons in brackets.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in self.tokens() {
            match token {
                Token::Literal(character) => write!(f, "{character}")?,
                Token::One { colons: true } => f.write_str("?")?,
                Token::One { colons: false } => f.write_str("[?]")?,
                Token::Many { colons: true } => f.write_str("*")?,
                Token::Many { colons: false } => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// Writes the pattern as a policy of version 2012-10-17 would (R96).
///
/// Whether a wildcard may cover a colon is not written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, token) in self.tokens().iter().enumerate() {
            match token {
                Token::One { .. } => f.write_str("?")?,
                Token::Many { .. } => f.write_str("*")?,
                Token::Literal(character @ ('*' | '?')) => write!(f, "${{{character}}}")?,
                // Written as it stands, this would open a variable.
                Token::Literal('$') if self.tokens().get(at + 1) == Some(&Token::Literal('{')) => {
                    f.write_str("${$}")?;
                }
                Token::Literal(character) => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;

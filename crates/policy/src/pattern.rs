//! Compiled wildcard patterns.

mod matcher;
pub(crate) mod search;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use matcher::Matcher;

/// A pattern over texts: literal characters, `*` and `?`.
///
/// Each wildcard knows whether it may cover a colon, which is all that tells
/// resource patterns (R49, R50), ARN operators (R75) and plain globs apart.
#[derive(Clone, Debug)]
pub struct Pattern {
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
const ARN_COLONS: usize = 5;

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
        let literal = |glyph: &&Glyph| **glyph == Glyph::Literal(':');
        let missing = ARN_COLONS.saturating_sub(glyphs.iter().filter(literal).count());
        let open = glyphs.iter().filter(|glyph| **glyph == Glyph::Open).count();
        if missing > 0 && open == 0 {
            return None;
        }
        let mut tokens = Vec::with_capacity(glyphs.len());
        let mut colons = 0;
        for glyph in glyphs {
            let behind = colons >= ARN_COLONS;
            tokens.push(glyph.token(behind, behind));
            match glyph {
                Glyph::Literal(':') => colons += 1,
                // The value may bring colons of its own, so what stands behind
                // it may be in the sixth part.
                Glyph::Open => {
                    colons = ARN_COLONS;
                    for _ in 0..missing * usize::from(open == 1) {
                        tokens.push(Token::Literal(':'));
                        tokens.push(Token::Many { colons: true });
                    }
                }
                _ => {}
            }
        }
        Some(Pattern::of(tokens))
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
        Pattern {
            tokens: tokens.into(),
            matcher,
        }
    }

    /// Returns the steps in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Returns whether the pattern covers the whole of `text`.
    ///
    /// Allocates nothing; time at most the product of both lengths.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.matches(text)
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
            && search::overlap(&self.tokens, &other.tokens)
    }

    /// Returns whether every text covered by `other` is covered by this one.
    ///
    /// Exact; `None` if deciding it would exceed the budget of states.
    pub fn contains(&self, other: &Pattern) -> Option<bool> {
        if let Some(text) = other.literal() {
            return Some(self.matches(text));
        }
        // Behind its literal ends `other` varies, so this one's must be among them.
        if self.literal().is_some()
            || !other.prefix().starts_with(self.prefix())
            || !other.suffix().ends_with(self.suffix())
        {
            return Some(false);
        }
        if self.covers_all_behind_prefix() || self.tokens == other.tokens {
            return Some(true);
        }
        search::find(&[other], &[self], CONTAINS_BUDGET)
            .ok()
            .map(|text| text.is_none())
    }

    /// Returns the only text it covers, if it has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        self.matcher.literal()
    }

    /// Returns the literal text before the first wildcard.
    pub fn prefix(&self) -> &str {
        self.matcher.head()
    }

    /// Returns the literal text behind the last wildcard, empty if there is no wildcard.
    pub fn suffix(&self) -> &str {
        self.matcher.tail()
    }

    /// Returns whether it is a literal text and one `*` that covers anything.
    fn covers_all_behind_prefix(&self) -> bool {
        let wildcard = |token: &Token| !matches!(token, Token::Literal(_));
        self.tokens.last() == Some(&Token::Many { colons: true })
            && self.tokens.iter().filter(|token| wildcard(token)).count() == 1
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
        self.tokens == other.tokens
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
        self.tokens.cmp(&other.tokens)
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tokens.hash(state);
    }
}

/// Writes the pattern as a policy of version 2012-10-17 would (R96).
///
/// Whether a wildcard may cover a colon is not written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, token) in self.tokens.iter().enumerate() {
            match token {
                Token::One { .. } => f.write_str("?")?,
                Token::Many { .. } => f.write_str("*")?,
                Token::Literal(character @ ('*' | '?')) => write!(f, "${{{character}}}")?,
                // Written as it stands, this would open a variable.
                Token::Literal('$') if self.tokens.get(at + 1) == Some(&Token::Literal('{')) => {
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

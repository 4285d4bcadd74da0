//! Compiled wildcard patterns.

/// A pattern over texts: literal characters, `*` and `?`.
///
/// Each wildcard knows whether it may cover a colon, which is all that tells
/// resource patterns (R49, R50), ARN operators (R75) and plain globs apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    // INVARIANT: no two neighbouring `Many` of the same kind.
    tokens: Vec<Token>,
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

impl Pattern {
    /// Takes `text` literally, `*` and `?` included.
    pub fn exact(_text: &str) -> Pattern {
        todo!()
    }

    /// Reads a plain glob: `*` and `?` cover anything (StringLike, R69).
    pub fn glob(_text: &str) -> Pattern {
        todo!()
    }

    /// Reads an entry of `Resource` by R49 and R50.
    pub fn resource(_text: &str) -> Pattern {
        todo!()
    }

    /// Returns whether the pattern covers the whole of `text`.
    pub fn matches(&self, _text: &str) -> bool {
        todo!()
    }

    /// Returns whether some text is covered by both.
    pub fn overlaps(&self, _other: &Pattern) -> bool {
        todo!()
    }

    /// Returns whether every text covered by `other` is covered by this one.
    ///
    /// Exact; `None` if deciding it would exceed the budget of states.
    pub fn contains(&self, _other: &Pattern) -> Option<bool> {
        todo!()
    }

    /// Returns the only text it covers, if it has no wildcard.
    pub fn literal(&self) -> Option<String> {
        todo!()
    }

    /// Returns the literal text before the first wildcard.
    pub fn prefix(&self) -> String {
        todo!()
    }
}

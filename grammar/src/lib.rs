//! The grammar of the query language and the parser derived from it.
//!
//! `query.pest` beside this file is the manual of the syntax. This crate only
//! recognizes: it knows neither AWS nor a snapshot, and turns a text into the
//! pairs of pest or an error with its place. Start at [`parse`].

mod guard;
mod parser;
mod stretch;

pub use guard::{Imbalance, MAX_NESTING, MAX_TEXT_BYTES};
pub use parser::Rule;
pub use stretch::{Stretch, quoted, stretches};

use std::num::NonZeroUsize;

use pest::Parser;
use pest::iterators::Pairs;

/// Why a text is no sentence of the language.
#[derive(Debug, Clone)]
pub enum SyntaxError {
    /// The text is too long, nests too deep, or does not close what it opens.
    Imbalance(Imbalance),
    /// The text stops making sense at this byte; these rules would have fitted there.
    Unexpected {
        /// Byte offset into the text.
        offset: usize,
        /// What could have stood there.
        expected: Vec<Rule>,
    },
    /// Recognizing the text took more steps than any sane text needs.
    TooComplex,
}

/// Ten million steps are a few seconds of work; a page of questions takes thousands.
const MAX_STEPS: NonZeroUsize = NonZeroUsize::new(10_000_000).expect("ten million is not zero");

/// Recognizes a text and returns its parse tree, whose root is [`Rule::text`].
///
/// # Errors
///
/// [`SyntaxError`] with the place, in bytes. Hostile input is refused before
/// the recursive parser sees it: nesting and length are bounded.
pub fn parse(text: &str) -> Result<Pairs<'_, Rule>, SyntaxError> {
    guard::check(text).map_err(SyntaxError::Imbalance)?;
    pest::set_call_limit(Some(MAX_STEPS));
    parser::Sentence::parse(Rule::text, text).map_err(unexpected)
}

fn unexpected(error: pest::error::Error<Rule>) -> SyntaxError {
    let offset = match error.location {
        pest::error::InputLocation::Pos(offset) => offset,
        pest::error::InputLocation::Span((start, _)) => start,
    };
    match error.variant {
        pest::error::ErrorVariant::ParsingError { positives, .. } => SyntaxError::Unexpected {
            offset,
            expected: positives,
        },
        pest::error::ErrorVariant::CustomError { .. } => SyntaxError::TooComplex,
    }
}

/// Returns whether `word` belongs to the language, so that it can neither
/// name a set nor stand as text without quotes.
pub fn is_reserved(word: &str) -> bool {
    parser::Sentence::parse(Rule::reserved, word)
        .is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str() == word))
}

/// Returns whether `word` has the form of an action or of a pattern of actions.
pub fn is_action(word: &str) -> bool {
    parser::Sentence::parse(Rule::action, word)
        .is_ok_and(|mut pairs| pairs.next().is_some_and(|pair| pair.as_str() == word))
}

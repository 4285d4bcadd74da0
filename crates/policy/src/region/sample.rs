//! Likely texts of a region, tried before searching.

use super::Region;
use crate::pattern::{ARN_COLONS, search};
use crate::{Pattern, Token};

/// A star that may cover colons.
const WIDE: Token = Token::Many { colons: true };

/// How many patterns are tried as a model.
const MODELS: usize = 8;

/// Returns a text that the region holds, if one of the plain tries does.
pub(super) fn guess(region: &Region) -> Option<String> {
    let other = other_character(region);
    let anything = [Pattern::glob("*")];
    let models = if region.within.is_empty() {
        &anything[..]
    } else {
        &region.within[..]
    };
    let of_one = models.iter().take(MODELS).find_map(|model| {
        [
            as_arn(model, other),
            model.instance(other, &other.to_string()),
            model.instance(other, ""),
        ]
        .into_iter()
        .find(|text| region.holds(text))
    });
    let start = region.within.iter().map(Pattern::prefix);
    let start = start.max_by_key(|start| start.len());
    of_one.or_else(|| {
        let models = region.within.iter().take(MODELS);
        let mut along = models.filter_map(|model| along(model, start?, other));
        along.find(|text| region.holds(text))
    })
}

/// Fills the first star with what another pattern's literal beginning still needs.
fn along(model: &Pattern, start: &str, other: char) -> Option<String> {
    let mut missing = Some(start.strip_prefix(model.prefix())?);
    let mut text = String::new();
    for token in model.tokens() {
        match token {
            Token::Literal(character) => text.push(*character),
            Token::One { .. } => text.push(other),
            Token::Many { .. } => {
                text.push_str(missing.take().unwrap_or_default());
                text.push(other);
            }
        }
    }
    Some(text)
}

/// Gives a text that the region holds a name behind its last slash, if it then still does.
pub(super) fn finish(region: &Region, text: String) -> String {
    if text.ends_with(['/', ':']) {
        let named = format!("{text}{}", other_character(region));
        if region.holds(&named) {
            return named;
        }
    }
    text
}

fn other_character(region: &Region) -> char {
    let patterns = region.within.iter().chain(&region.except);
    search::other_character(patterns.map(Pattern::tokens))
}

/// Fills the first star that may cover colons with those that an ARN still needs.
fn as_arn(model: &Pattern, other: char) -> String {
    let tokens = model.tokens();
    let colon = |token: &&Token| **token == Token::Literal(':');
    let missing = ARN_COLONS.saturating_sub(tokens.iter().filter(colon).count());
    let mut parts = vec![other.to_string(); missing + 1];
    let star = tokens.iter().position(|token| *token == WIDE);
    if star == Some(0) && missing > 1 {
        parts[0] = "arn".to_owned();
        parts[1] = "aws".to_owned();
    }
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Literal(character) => text.push(*character),
            _ if star == Some(at) => text.push_str(&parts.join(":")),
            _ => text.push(other),
        }
    }
    text
}

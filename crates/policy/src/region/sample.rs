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
    of_one.or_else(|| of_ends(region, other).filter(|text| region.holds(text)))
}

/// Joins the longest beginning and the longest end that the patterns ask for.
fn of_ends(region: &Region, other: char) -> Option<String> {
    let longest = |end: fn(&Pattern) -> &str| {
        let ends = region.within.iter().map(end);
        ends.max_by_key(|end| end.len())
    };
    let (start, end) = (longest(Pattern::prefix)?, longest(Pattern::suffix)?);
    Some(format!("{start}{other}{end}"))
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

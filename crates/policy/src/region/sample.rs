//! Likely texts of a region, tried before searching.

use super::Region;
use crate::pattern::search;
use crate::{Pattern, Token};

/// How many patterns are tried as a model.
const MODELS: usize = 8;

/// Returns a text that the region holds, if one of the plain tries does.
pub(super) fn guess(region: &Region) -> Option<String> {
    let patterns = region.within.iter().chain(&region.except);
    let other = search::other_character(patterns.map(Pattern::tokens));
    let anything = [Pattern::glob("*")];
    let models = if region.within.is_empty() {
        &anything[..]
    } else {
        &region.within[..]
    };
    models.iter().take(MODELS).find_map(|model| {
        [
            as_arn(model, other),
            model.instance(other, &other.to_string()),
            model.instance(other, ""),
        ]
        .into_iter()
        .find(|text| region.holds(text))
    })
}

/// Fills the first star that may cover colons with those that an ARN still needs.
fn as_arn(model: &Pattern, other: char) -> String {
    let tokens = model.tokens();
    let colons = tokens
        .iter()
        .filter(|token| **token == Token::Literal(':'))
        .count();
    let missing = 5_usize.saturating_sub(colons);
    let wide = Token::Many { colons: true };
    let Some(star) = tokens
        .iter()
        .position(|token| *token == wide)
        .filter(|_| missing > 0)
    else {
        return model.instance(other, &other.to_string());
    };
    let names: [&str; 2] = if star == 0 { ["arn", "aws"] } else { ["", ""] };
    let parts: Vec<String> = (0..=missing)
        .map(|part| match names.get(part) {
            Some(name) if !name.is_empty() => (*name).to_owned(),
            _ => other.to_string(),
        })
        .collect();
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Literal(character) => text.push(*character),
            _ if at == star => text.push_str(&parts.join(":")),
            _ => text.push(other),
        }
    }
    text
}

//! Patterns against a plain reading of the rules, and against each other over all short texts.

use proptest::prelude::*;

use super::{Pattern, Token};

/// Matches by the definition of each token, trying every way.
fn naive(tokens: &[Token], text: &[char]) -> bool {
    match (tokens.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Token::Many { .. }, rest)), _) if naive(rest, text) => true,
        (Some((token @ Token::Many { .. }, _)), Some((first, behind))) => {
            token.covers(*first) && naive(tokens, behind)
        }
        (Some((token, rest)), Some((first, behind))) => token.covers(*first) && naive(rest, behind),
        (Some(_), None) => false,
    }
}

/// Matches a resource pattern by R49 and R50 read word by word.
fn naive_resource(pattern: &[char], colons: usize, text: &[char]) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return text.is_empty();
    };
    let free = colons >= 5;
    let covered = |character: &char| free || *character != ':';
    match first {
        '*' => {
            // In a run only the last star ends the segment.
            let ends = matches!(rest.first(), None | Some(':'));
            naive_resource(rest, colons, text)
                || text.split_first().is_some_and(|(character, behind)| {
                    (ends || covered(character)) && naive_resource(pattern, colons, behind)
                })
        }
        '?' => text.split_first().is_some_and(|(character, behind)| {
            covered(character) && naive_resource(rest, colons, behind)
        }),
        literal => text.split_first().is_some_and(|(character, behind)| {
            character == literal
                && naive_resource(rest, colons + usize::from(*literal == ':'), behind)
        }),
    }
}

/// Compares the six parts one by one (R75).
fn naive_arn(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.splitn(6, ':').collect();
    let text: Vec<&str> = text.splitn(6, ':').collect();
    pattern.len() == 6
        && text.len() == 6
        && pattern
            .iter()
            .zip(text)
            .all(|(pattern, text)| Pattern::glob(pattern).matches(text))
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// All texts over `alphabet` of at most `length` characters.
pub(crate) fn short_texts(alphabet: &str, length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..length {
        let until = all.len();
        for at in from..until {
            for character in alphabet.chars() {
                all.push(format!("{}{character}", all[at]));
            }
        }
        from = until;
    }
    all
}

prop_compose! {
    /// A pattern of any kind, with few different characters.
    pub(crate) fn any_pattern()(tokens in prop::collection::vec(prop_oneof![
        3 => prop::sample::select(vec!['a', 'b', ':', '/']).prop_map(Token::Literal),
        1 => any::<bool>().prop_map(|colons| Token::One { colons }),
        2 => any::<bool>().prop_map(|colons| Token::Many { colons }),
    ], 0..7)) -> Pattern {
        Pattern::of(tokens)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn matching_is_what_the_tokens_say(pattern in any_pattern(), text in "[ab:/é]{0,9}") {
        prop_assert_eq!(pattern.matches(&text), naive(pattern.tokens(), &chars(&text)));
    }

    #[test]
    fn resource_patterns_follow_the_rule(pattern in "[ab:*?]{0,9}", text in "[ab:]{0,9}") {
        prop_assert_eq!(
            Pattern::resource(&pattern).matches(&text),
            naive_resource(&chars(&pattern), 0, &chars(&text))
        );
    }

    #[test]
    fn resource_patterns_of_arn_shape_follow_the_rule(
        pattern in "([a*?]{0,2}:){3,6}[ab:*?]{0,4}",
        text in "([ab]{0,2}:){3,7}[ab:]{0,3}",
    ) {
        prop_assert_eq!(
            Pattern::resource(&pattern).matches(&text),
            naive_resource(&chars(&pattern), 0, &chars(&text))
        );
    }

    #[test]
    fn arn_patterns_compare_six_parts(
        pattern in "([a*?]{0,2}:){3,6}[a:*?]{0,4}",
        text in "([a]{0,2}:){3,7}[a:]{0,3}",
    ) {
        let matches = Pattern::arn(&pattern).is_some_and(|pattern| pattern.matches(&text));
        prop_assert_eq!(matches, naive_arn(&pattern, &text));
    }

    #[test]
    fn globs_cover_anything(pattern in "[ab:*?]{0,9}", text in "[ab:]{0,9}") {
        let tokens: Vec<Token> = pattern.chars().map(|character| match character {
            '*' => Token::Many { colons: true },
            '?' => Token::One { colons: true },
            literal => Token::Literal(literal),
        }).collect();
        prop_assert_eq!(Pattern::glob(&pattern).matches(&text), naive(&tokens, &chars(&text)));
    }

    #[test]
    fn exact_patterns_cover_only_their_text(text in "[a:*?]{0,4}", other in "[a:*?]{0,4}") {
        let pattern = Pattern::exact(&text);
        prop_assert!(pattern.matches(&text));
        prop_assert_eq!(pattern.matches(&other), text == other);
        prop_assert_eq!(pattern.literal(), Some(text.as_str()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn patterns_overlap_if_some_text_is_covered_by_both(one in any_pattern(), other in any_pattern()) {
        let shared = short_texts("ab:/x", 4).iter().any(|text| one.matches(text) && other.matches(text));
        if shared {
            prop_assert!(one.overlaps(&other));
            prop_assert!(other.overlaps(&one));
        }
        let witness = super::search::find(&[&one, &other], &[], usize::MAX).expect("no budget");
        prop_assert_eq!(one.overlaps(&other), witness.is_some());
        if let Some(text) = witness {
            prop_assert!(one.matches(&text) && other.matches(&text));
        }
    }

    #[test]
    fn a_pattern_contains_another_if_no_text_is_left(one in any_pattern(), other in any_pattern()) {
        let left = short_texts("ab:/x", 4).iter().any(|text| other.matches(text) && !one.matches(text));
        let contains = one.contains(&other).expect("small patterns are decided");
        if left {
            prop_assert!(!contains);
        }
        if !contains {
            let text = super::search::find(&[&other], &[&one], usize::MAX)
                .expect("no budget")
                .expect("a text is left");
            prop_assert!(other.matches(&text) && !one.matches(&text));
        }
    }
}

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
        let witness = super::search::find(&[one.tokens(), other.tokens()], &[], usize::MAX).expect("no budget");
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
            let text = super::search::find(&[other.tokens()], &[one.tokens()], usize::MAX)
                .expect("no budget")
                .expect("a text is left");
            prop_assert!(other.matches(&text) && !one.matches(&text));
        }
    }
}

/// Whether two patterns overlap, pair of steps by pair of steps.
fn naive_overlap(one: &[Token], other: &[Token]) -> bool {
    let shares = |one: Token, other: Token| match (one, other) {
        (Token::Literal(character), token) | (token, Token::Literal(character)) => {
            token.covers(character)
        }
        _ => true,
    };
    let star = |token: &Token| matches!(token, Token::Many { .. });
    // Whether what follows step `i` of one and step `j` of the other overlaps.
    let mut rest = vec![vec![false; other.len() + 1]; one.len() + 1];
    for i in (0..=one.len()).rev() {
        for j in (0..=other.len()).rev() {
            rest[i][j] = match (one.get(i), other.get(j)) {
                (None, None) => true,
                (Some(token), None) => star(token) && rest[i + 1][j],
                (None, Some(token)) => star(token) && rest[i][j + 1],
                (Some(left), Some(right)) => {
                    let shared = shares(*left, *right);
                    let both = shared && !star(left) && !star(right) && rest[i + 1][j + 1];
                    let left_takes = star(left) && (rest[i + 1][j] || shared && rest[i][j + 1]);
                    let right_takes = star(right) && (rest[i][j + 1] || shared && rest[i + 1][j]);
                    both || left_takes || right_takes
                }
            };
        }
    }
    rest[0][0]
}

prop_compose! {
    /// A pattern that needs several words of bits, made of few runs.
    fn long_pattern()(runs in prop::collection::vec((prop_oneof![
        4 => prop::sample::select(vec!['a', 'a', 'b', ':']).prop_map(Token::Literal),
        2 => any::<bool>().prop_map(|colons| Token::One { colons }),
        2 => any::<bool>().prop_map(|colons| Token::Many { colons }),
    ], 1_usize..70), 0..6)) -> Pattern {
        Pattern::of(runs.into_iter().flat_map(|(token, count)| std::iter::repeat_n(token, count)))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn long_patterns_overlap_step_by_step(one in long_pattern(), other in long_pattern()) {
        let expected = naive_overlap(one.tokens(), other.tokens());
        prop_assert_eq!(one.overlaps(&other), expected);
        prop_assert_eq!(super::overlap::overlap(other.tokens(), one.tokens()), expected);
    }

    #[test]
    fn long_patterns_match_texts_made_from_them(pattern in long_pattern(), fills in "[ab]{0,5}", colon in any::<bool>()) {
        let mut text = String::new();
        for token in pattern.tokens() {
            match token {
                Token::Literal(character) => text.push(*character),
                Token::One { .. } => text.push('a'),
                Token::Many { colons } => {
                    text.push_str(&fills);
                    if *colons && colon {
                        text.push_str(":a");
                    }
                }
            }
        }
        prop_assert!(pattern.matches(&text));
        prop_assert!(pattern.overlaps(&Pattern::exact(&text)));
        prop_assert_eq!(pattern.contains(&Pattern::exact(&text)), Some(true));
    }

    #[test]
    fn a_pattern_contains_itself_and_is_told_from_its_text(pattern in any_pattern()) {
        prop_assert_eq!(pattern.contains(&pattern), Some(true));
        prop_assert!(pattern.overlaps(&pattern));
        prop_assert_eq!(Pattern::glob("*").contains(&pattern), Some(true));
    }
}

#[test]
fn a_star_that_ends_a_segment_runs_over_colons() {
    let covers = |pattern: &str, arn: &str| Pattern::resource(pattern).matches(arn);
    assert!(covers(
        "arn:aws:sqs:*",
        "arn:aws:sqs:us-east-1:111122223333:q1"
    ));
    assert!(covers(
        "arn:aws:ec2:*:instance/*",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-0abc"
    ));
    assert!(covers("arn:*:s3:::b1/*", "arn:aws-us-gov:s3:::b1/k"));
    assert!(covers(
        "arn:aws:sqs:**:q1",
        "arn:aws:sqs:us-east-1:111122223333:q1"
    ));
    assert!(covers("**", "*"));
}

#[test]
fn a_star_with_text_behind_it_stays_in_its_segment() {
    let covers = |pattern: &str, arn: &str| Pattern::resource(pattern).matches(arn);
    assert!(covers(
        "arn:aws:sqs:*-1:111122223333:q1",
        "arn:aws:sqs:us-east-1:111122223333:q1"
    ));
    assert!(!covers(
        "arn:aws:sqs:*23333:q1",
        "arn:aws:sqs:us-east-1:111122223333:q1"
    ));
    assert!(!covers(
        "arn:aws:sqs:us-east-1?111122223333:q1",
        "arn:aws:sqs:us-east-1:111122223333:q1"
    ));
    // Only the pattern's own fifth colon begins the resource part.
    assert!(!covers(
        "arn:aws:sqs:*:q?1",
        "arn:aws:sqs:us-east-1:111122223333:q:1"
    ));
    assert!(covers(
        "arn:aws:sqs:*:*:q?1",
        "arn:aws:sqs:us-east-1:111122223333:q:1"
    ));
}

#[test]
fn stars_before_and_after_colons_are_followed_all_at_once() {
    let pattern = Pattern::resource("*:a*b:c");
    assert!(pattern.matches("x:ab:a:axxb:c"));
    assert!(!pattern.matches("x:ab:a:ax:b:c"));
}

#[test]
fn patterns_are_shown_as_a_policy_would_write_them() {
    insta::assert_snapshot!(Pattern::resource("arn:aws:s3:::b/*?"), @"arn:aws:s3:::b/*?");
    insta::assert_snapshot!(Pattern::exact("a*b?c${d}$"), @"a${*}b${?}c${$}{d}$");
}

#[test]
fn hostile_globs_take_no_longer_than_the_product_of_lengths() {
    let text = "a".repeat(4_000);
    assert!(!Pattern::glob(&format!("{}b", "*a".repeat(1_500))).matches(&text));
    assert!(Pattern::glob(&"*a".repeat(1_500)).matches(&text));
    assert!(!Pattern::glob(&format!("*{}b*", "a".repeat(1_500))).matches(&text));
    assert!(!Pattern::glob(&format!("*{}b*", "?a".repeat(700))).matches(&text));
    assert!(!Pattern::resource(&format!("*:{}b:", "*a".repeat(1_500))).matches(&text));
}

#[test]
fn hostile_pairs_are_compared_within_bounds() {
    let long = |unit: &str| Pattern::glob(&format!("*{}*", unit.repeat(60_000 / unit.len())));
    assert!(long("a").overlaps(&long("ab")));
    assert!(long("a*b?").overlaps(&long("b?*a")));
    let (one, other) = (long("a?"), long("?b"));
    assert!(one.overlaps(&other));
    // Whether decided or given up on, it ends.
    assert_ne!(one.contains(&other), Some(true));
    assert_ne!(long("?a?").contains(&long("a*b")), Some(true));
    let sparse = Pattern::glob(&format!("*a{}", "?".repeat(40)));
    let thin = Pattern::glob(&format!("*a*a{}b", "?".repeat(40)));
    assert_eq!(sparse.contains(&thin), Some(false));
}

#[test]
fn containment_that_takes_too_many_states_is_left_open() {
    let end = format!("a{}", "?".repeat(25));
    let (one, other) = (
        Pattern::glob(&format!("*?{end}")),
        Pattern::glob(&format!("?*{end}")),
    );
    assert_eq!(one.contains(&other), None);
}

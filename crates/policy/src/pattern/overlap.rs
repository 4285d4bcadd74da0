//! Whether two patterns cover some text in common.

use super::Token;

/// Returns whether some text is covered by both.
///
/// Goes through `one` and keeps, as bits, the steps of `other` that may be next
/// for some text that the steps of `one` so far cover.
pub(super) fn overlap(one: &[Token], other: &[Token]) -> bool {
    let (one, other) = without_common_ends(one, other);
    let anything = [Token::Many { colons: true }];
    if one == anything || other == anything {
        // Every pattern covers some text.
        return true;
    }
    let mut track = Track::new(other);
    let mut next = track.start();
    for token in one {
        track.skip_stars(&mut next);
        match token {
            Token::Many { colons } => track.spread(&mut next, *colons),
            single => track.advance(&mut next, *single),
        }
        if next.iter().all(|word| *word == 0) {
            return false;
        }
    }
    track.skip_stars(&mut next);
    bit(&next, other.len())
}

/// Drops the literals that both start with, and then those that both end with.
pub(super) fn without_common_ends<'a>(
    one: &'a [Token],
    other: &'a [Token],
) -> (&'a [Token], &'a [Token]) {
    let common = |(one, other): &(&Token, &Token)| one == other && matches!(one, Token::Literal(_));
    let head = one.iter().zip(other).take_while(common).count();
    let (one, other) = (&one[head..], &other[head..]);
    let tail = one.iter().rev().zip(other.iter().rev());
    let tail = tail.take_while(common).count();
    (&one[..one.len() - tail], &other[..other.len() - tail])
}

/// A pattern whose steps are followed as bits, one for each token and one for its end.
struct Track {
    words: usize,
    // Which tokens are stars, and which are wildcards that may cover a colon.
    stars: Vec<u64>,
    wildcards: Vec<u64>,
    wide: Vec<u64>,
    // What a character that is no colon can pass.
    no_colon: Vec<u64>,
    all: Vec<u64>,
    // INVARIANT: sorted; the tokens that are this character.
    literals: Vec<(char, u32)>,
    // Characters that stand at so many places that bits are faster than a list.
    frequent: Vec<(char, Vec<u64>)>,
}

impl Track {
    fn new(tokens: &[Token]) -> Track {
        let words = tokens.len() / 64 + 1;
        let mut literals: Vec<(char, u32)> = (0..)
            .zip(tokens)
            .filter_map(|(at, token)| match token {
                Token::Literal(character) => Some((*character, at)),
                _ => None,
            })
            .collect();
        literals.sort_unstable();
        let which = |choose: fn(&Token) -> bool| {
            let mut bits = vec![0; words];
            for (at, _) in tokens.iter().enumerate().filter(|(_, token)| choose(token)) {
                set(&mut bits, at);
            }
            bits
        };
        Track {
            words,
            stars: which(|token| matches!(token, Token::Many { .. })),
            wildcards: which(|token| !matches!(token, Token::Literal(_))),
            wide: which(|token| !matches!(token, Token::Literal(_)) && token.covers(':')),
            no_colon: which(|token| *token != Token::Literal(':')),
            all: which(|_| true),
            literals,
            frequent: Vec::new(),
        }
    }

    fn start(&self) -> Vec<u64> {
        let mut next = vec![0; self.words];
        set(&mut next, 0);
        next
    }

    /// A star may cover nothing.
    fn skip_stars(&self, next: &mut [u64]) {
        // No two stars are neighbours, so once is enough.
        let mut carry = 0;
        for (word, stars) in next.iter_mut().zip(&self.stars) {
            let skipped = *word & stars;
            *word |= skipped << 1 | carry;
            carry = skipped >> 63;
        }
    }

    /// Any number of characters, without colons if not `colons`.
    ///
    /// Adding a set bit to a run of ones carries through to the end of the run,
    /// which is how far it gets.
    fn spread(&self, next: &mut [u64], colons: bool) {
        let passed = if colons { &self.all } else { &self.no_colon };
        let mut carry = false;
        for (word, passed) in next.iter_mut().zip(passed) {
            let (sum, one) = (*word & passed).overflowing_add(*passed);
            let (sum, two) = sum.overflowing_add(u64::from(carry));
            carry = one || two;
            *word |= sum ^ passed;
        }
    }

    /// One character that `single` covers.
    fn advance(&mut self, next: &mut [u64], single: Token) {
        let mut passed = vec![0; self.words];
        match single {
            Token::Literal(character) => self.pass_character(next, character, &mut passed),
            Token::One { colons } | Token::Many { colons } => {
                let passes = if colons { &self.all } else { &self.no_colon };
                intersect(next, passes, &mut passed);
            }
        }
        let mut carry = 0;
        for ((word, passed), stars) in next.iter_mut().zip(passed).zip(&self.stars) {
            let moved = passed & !stars;
            *word = (passed & stars) | moved << 1 | carry;
            carry = moved >> 63;
        }
    }

    fn pass_character(&mut self, next: &[u64], character: char, passed: &mut [u64]) {
        let wildcards = if character == ':' {
            &self.wide
        } else {
            &self.wildcards
        };
        intersect(next, wildcards, passed);
        let from = self
            .literals
            .partition_point(|(literal, _)| *literal < character);
        let until = self
            .literals
            .partition_point(|(literal, _)| *literal <= character);
        let places = &self.literals[from..until];
        if places.len() <= 2 * self.words {
            for (_, at) in places {
                if bit(next, *at as usize) {
                    set(passed, *at as usize);
                }
            }
            return;
        }
        let known = self
            .frequent
            .iter()
            .position(|(frequent, _)| *frequent == character);
        let known = known.unwrap_or_else(|| {
            let mut bits = vec![0; self.words];
            for (_, at) in places {
                set(&mut bits, *at as usize);
            }
            self.frequent.push((character, bits));
            self.frequent.len() - 1
        });
        for ((passed, next), literal) in passed.iter_mut().zip(next).zip(&self.frequent[known].1) {
            *passed |= next & literal;
        }
    }
}

fn intersect(one: &[u64], other: &[u64], both: &mut [u64]) {
    for ((both, one), other) in both.iter_mut().zip(one).zip(other) {
        *both = one & other;
    }
}

fn bit(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

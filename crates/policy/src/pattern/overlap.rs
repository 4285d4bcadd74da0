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
    for token in one {
        match token {
            Token::Many { colons } => track.spread(*colons),
            single => track.advance(*single),
        }
        if track.is_lost() {
            return false;
        }
    }
    track.has_ended()
}

/// Returns whether the tokens cover the whole of `text`, in time for long ones.
pub(super) fn covers(tokens: &[Token], text: &str) -> bool {
    let mut track = Track::new(tokens);
    for character in text.chars() {
        track.advance(Token::Literal(character));
        if track.is_lost() {
            return false;
        }
    }
    track.has_ended()
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
    len: usize,
    masks: Vec<Masks>,
    // INVARIANT: sorted; where the tokens are this character.
    literals: Vec<(char, u32)>,
    // Characters that stand at so many places that bits are faster than a list.
    frequent: Vec<(char, Vec<u64>)>,
}

/// 64 neighbouring steps, a bit for each.
#[derive(Clone, Copy, Default)]
struct Masks {
    /// The steps that may be next.
    next: u64,
    /// Those of `next` that the current character passes.
    passed: u64,
    stars: u64,
    /// Wildcards, and those that may cover a colon.
    wildcards: u64,
    wide: u64,
    /// All tokens, and those that some character other than a colon passes.
    all: u64,
    no_colon: u64,
}

impl Track {
    fn new(tokens: &[Token]) -> Track {
        let mut masks = vec![Masks::default(); tokens.len() / 64 + 1];
        let mut literals = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let (mask, bit) = (&mut masks[at / 64], 1 << (at % 64));
            mask.all |= bit;
            if let Token::Literal(character) = token {
                literals.push((*character, at as u32));
            } else {
                mask.wildcards |= bit;
                mask.wide |= if token.covers(':') { bit } else { 0 };
            }
            mask.stars |= if matches!(token, Token::Many { .. }) {
                bit
            } else {
                0
            };
            mask.no_colon |= if *token == Token::Literal(':') {
                0
            } else {
                bit
            };
        }
        literals.sort_unstable();
        masks[0].next = 1;
        let mut track = Track {
            len: tokens.len(),
            masks,
            literals,
            frequent: Vec::new(),
        };
        track.skip_stars();
        track
    }

    fn is_lost(&self) -> bool {
        self.masks.iter().all(|mask| mask.next == 0)
    }

    fn has_ended(&self) -> bool {
        self.masks[self.len / 64].next >> (self.len % 64) & 1 == 1
    }

    /// A star may cover nothing.
    fn skip_stars(&mut self) {
        // No two stars are neighbours, so once is enough.
        let mut carry = 0;
        for mask in &mut self.masks {
            let skipped = mask.next & mask.stars;
            mask.next |= skipped << 1 | carry;
            carry = skipped >> 63;
        }
    }

    /// Any number of characters, without colons if not `colons`.
    ///
    /// Adding a set bit to a run of ones carries through to the end of the run,
    /// which is how far it gets.
    fn spread(&mut self, colons: bool) {
        let mut carry = false;
        for mask in &mut self.masks {
            let run = if colons { mask.all } else { mask.no_colon };
            let (sum, one) = (mask.next & run).overflowing_add(run);
            let (sum, two) = sum.overflowing_add(u64::from(carry));
            carry = one || two;
            mask.next |= sum ^ run;
        }
        self.skip_stars();
    }

    /// One character that `single` covers.
    fn advance(&mut self, single: Token) {
        match single {
            Token::Literal(character) => self.pass_character(character),
            Token::One { colons } | Token::Many { colons } => {
                for mask in &mut self.masks {
                    mask.passed = mask.next & if colons { mask.all } else { mask.no_colon };
                }
            }
        }
        let (mut moving, mut skipping) = (0, 0);
        for mask in &mut self.masks {
            let moved = mask.passed & !mask.stars;
            let next = (mask.passed & mask.stars) | moved << 1 | moving;
            let skipped = next & mask.stars;
            mask.next = next | skipped << 1 | skipping;
            moving = moved >> 63;
            skipping = skipped >> 63;
        }
    }

    fn pass_character(&mut self, character: char) {
        for mask in &mut self.masks {
            let wildcards = if character == ':' {
                mask.wide
            } else {
                mask.wildcards
            };
            mask.passed = mask.next & wildcards;
        }
        let from = self
            .literals
            .partition_point(|(literal, _)| *literal < character);
        let places = &self.literals[from..];
        let until = places.partition_point(|(literal, _)| *literal == character);
        let places = &places[..until];
        if places.len() <= 2 * self.masks.len() {
            for (_, at) in places {
                let mask = &mut self.masks[*at as usize / 64];
                mask.passed |= mask.next & 1 << (at % 64);
            }
            return;
        }
        let known = self
            .frequent
            .iter()
            .position(|(frequent, _)| *frequent == character);
        let known = known.unwrap_or_else(|| {
            let mut bits = vec![0; self.masks.len()];
            for (_, at) in places {
                bits[*at as usize / 64] |= 1 << (at % 64);
            }
            self.frequent.push((character, bits));
            self.frequent.len() - 1
        });
        for (mask, literal) in self.masks.iter_mut().zip(&self.frequent[known].1) {
            mask.passed |= mask.next & literal;
        }
    }
}

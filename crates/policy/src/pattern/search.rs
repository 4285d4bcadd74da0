//! Searches for texts that patterns cover, by following all their ways at once.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Pattern, Token};
use crate::region::TooComplex;

/// Returns whether some text is covered by both.
///
/// Goes through `one` and keeps which steps of `other` may be next for some
/// text that the steps of `one` so far cover.
pub(super) fn overlap(one: &[Token], other: &[Token]) -> bool {
    let mut next = vec![false; other.len() + 1];
    next[0] = true;
    for token in one {
        skip_stars(other, &mut next);
        match token {
            Token::Many { colons } => spread(other, &mut next, *colons),
            single => advance(other, &mut next, *single),
        }
        if !next.contains(&true) {
            return false;
        }
    }
    skip_stars(other, &mut next);
    next[other.len()]
}

/// A star may cover nothing.
fn skip_stars(tokens: &[Token], next: &mut [bool]) {
    for (at, token) in tokens.iter().enumerate() {
        if matches!(token, Token::Many { .. }) {
            next[at + 1] |= next[at];
        }
    }
}

/// Any number of characters, without colons if not `colons`.
fn spread(tokens: &[Token], next: &mut [bool], colons: bool) {
    for (at, token) in tokens.iter().enumerate() {
        next[at + 1] |= next[at] && (colons || *token != Token::Literal(':'));
    }
}

/// One character that `single` covers.
fn advance(tokens: &[Token], next: &mut [bool], single: Token) {
    let mut reached = false;
    for (at, token) in tokens.iter().enumerate() {
        let here = std::mem::replace(&mut next[at], reached);
        let moves = here && share_a_character(*token, single);
        let stays = moves && matches!(token, Token::Many { .. });
        next[at] |= stays;
        reached = moves && !stays;
    }
    next[tokens.len()] = reached;
}

fn share_a_character(one: Token, other: Token) -> bool {
    match (one, other) {
        (Token::Literal(character), token) | (token, Token::Literal(character)) => {
            token.covers(character)
        }
        _ => true,
    }
}

/// Returns a shortest text that all of `within` and none of `except` cover.
///
/// Breadth-first over sets of states, so that the first text found is the
/// shortest; among those the one whose characters come first in the order
/// other, letters, colon. `budget` bounds the tokens looked at.
pub(crate) fn find(
    within: &[&Pattern],
    except: &[&Pattern],
    budget: usize,
) -> Result<Option<String>, TooComplex> {
    Search::new(within, except).run(budget)
}

/// Returns a readable character that none of the patterns names.
pub(crate) fn other_character<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> char {
    let named: BTreeSet<char> = patterns
        .into_iter()
        .flat_map(|pattern| pattern.tokens())
        .filter_map(|token| match token {
            Token::Literal(character) => Some(*character),
            _ => None,
        })
        .collect();
    let readable = "xyzuvwabcdefghijklmnopqrst0123456789XYZABC-_.~";
    readable
        .chars()
        .chain('\u{a1}'..=char::MAX)
        .find(|character| !named.contains(character))
        .unwrap_or('\u{a1}')
}

/// The patterns of one search, their tokens numbered through.
struct Search {
    // Each pattern's tokens and a `None` for its end.
    steps: Vec<Option<Token>>,
    // The pattern of each step.
    owner: Vec<u32>,
    starts: Vec<u32>,
    within: usize,
    other: char,
}

/// The steps that may be next, sorted.
type States = Box<[u32]>;

/// What a set of states says of the text that led to it.
#[derive(PartialEq, Eq)]
enum Standing {
    /// The region holds it.
    Held,
    /// The region may hold a longer text.
    Open,
    /// The region holds neither it nor any longer text.
    Lost,
}

impl Search {
    fn new(within: &[&Pattern], except: &[&Pattern]) -> Search {
        let all = || within.iter().chain(except).copied();
        let mut search = Search {
            steps: Vec::new(),
            owner: Vec::new(),
            starts: Vec::new(),
            within: within.len(),
            other: other_character(all()),
        };
        for (pattern, index) in all().zip(0..) {
            search.starts.push(search.steps.len() as u32);
            search
                .steps
                .extend(pattern.tokens().iter().copied().map(Some));
            search.steps.push(None);
            search.owner.resize(search.steps.len(), index);
        }
        search
    }

    fn run(&self, budget: usize) -> Result<Option<String>, TooComplex> {
        let mut work = 0;
        let mut seen: FxHashMap<States, u32> = FxHashMap::default();
        let mut queue: Vec<(States, u32, char)> = Vec::new();
        let start = self.tidy(self.starts.iter().flat_map(|at| self.enter(*at)).collect());
        queue.push((start, 0, '\0'));
        let mut at = 0;
        while at < queue.len() {
            let states = queue[at].0.clone();
            match self.standing(&states) {
                Standing::Held => return Ok(Some(spell(&queue, at))),
                Standing::Lost => {}
                Standing::Open => {
                    for character in self.characters(&states) {
                        work += states.len() + 1;
                        if work > budget {
                            return Err(TooComplex);
                        }
                        let next = self.step(&states, character);
                        if !seen.contains_key(&next) {
                            seen.insert(next.clone(), queue.len() as u32);
                            queue.push((next, at as u32, character));
                        }
                    }
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn standing(&self, states: &[u32]) -> Standing {
        let (mut alive, mut ended, mut excepted) = (0, 0, false);
        let mut last = None;
        for state in states {
            let (owner, step) = (self.owner[*state as usize], self.steps[*state as usize]);
            if (owner as usize) < self.within {
                alive += usize::from(last != Some(owner));
                ended += usize::from(step.is_none());
            } else if step.is_none() {
                excepted = true;
            } else if self.covers_all(*state) {
                return Standing::Lost;
            }
            last = Some(owner);
        }
        if alive < self.within {
            Standing::Lost
        } else if ended == self.within && !excepted {
            Standing::Held
        } else {
            Standing::Open
        }
    }

    /// Returns whether everything that follows is covered.
    fn covers_all(&self, state: u32) -> bool {
        let at = state as usize;
        self.steps[at] == Some(Token::Many { colons: true }) && self.steps[at + 1].is_none()
    }

    /// Returns the characters that lead to different states, in the order they are tried.
    fn characters(&self, states: &[u32]) -> Vec<char> {
        let mut all = self.named(states);
        all.remove(&':');
        let fixed = self.fixed(states);
        if let Some(fixed) = fixed {
            return fixed.into_iter().collect();
        }
        std::iter::once(self.other)
            .chain(all)
            .chain([':'])
            .collect()
    }

    /// Returns the characters one of `within` asks for, if it has no wildcard here.
    fn fixed(&self, states: &[u32]) -> Option<BTreeSet<char>> {
        states
            .chunk_by(|one, other| self.owner[*one as usize] == self.owner[*other as usize])
            .take_while(|chunk| (self.owner[chunk[0] as usize] as usize) < self.within)
            .find(|chunk| {
                chunk.iter().all(|state| {
                    matches!(self.steps[*state as usize], None | Some(Token::Literal(_)))
                })
            })
            .map(|chunk| self.named(chunk))
    }

    fn named(&self, states: &[u32]) -> BTreeSet<char> {
        states
            .iter()
            .filter_map(|state| match self.steps[*state as usize] {
                Some(Token::Literal(character)) => Some(character),
                _ => None,
            })
            .collect()
    }

    fn step(&self, states: &[u32], character: char) -> States {
        let mut next = Vec::with_capacity(states.len() + 2);
        for state in states {
            match self.steps[*state as usize] {
                Some(token) if token.covers(character) => {
                    let stays = matches!(token, Token::Many { .. });
                    next.extend(self.enter(state + u32::from(!stays)));
                }
                _ => {}
            }
        }
        self.tidy(next)
    }

    /// Returns the state and, as a star may cover nothing, the one behind a star.
    fn enter(&self, state: u32) -> impl Iterator<Item = u32> + use<> {
        let star = matches!(self.steps[state as usize], Some(Token::Many { .. }));
        [Some(state), star.then_some(state + 1)]
            .into_iter()
            .flatten()
    }

    /// Sorts the states and drops those that add nothing.
    ///
    /// Who stands at a star that covers anything has all that its earlier
    /// states could still reach: they too must pass the star.
    fn tidy(&self, mut states: Vec<u32>) -> States {
        states.sort_unstable();
        states.dedup();
        let mut passed = None;
        let mut kept: Vec<u32> = Vec::with_capacity(states.len());
        for state in states.into_iter().rev() {
            let owner = self.owner[state as usize];
            if passed == Some(owner) {
                continue;
            }
            kept.push(state);
            if self.steps[state as usize] == Some(Token::Many { colons: true }) {
                passed = Some(owner);
            }
        }
        kept.reverse();
        kept.into()
    }
}

/// Reads the text that led to an entry of the queue.
fn spell(queue: &[(States, u32, char)], mut at: usize) -> String {
    let mut characters = Vec::new();
    while at > 0 {
        characters.push(queue[at].2);
        at = queue[at].1 as usize;
    }
    characters.into_iter().rev().collect()
}

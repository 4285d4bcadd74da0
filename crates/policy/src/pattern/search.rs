//! Searches for a text that some patterns cover and others do not.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::Token;
use crate::region::TooComplex;

/// Returns a shortest text that all of `within` and none of `except` cover.
///
/// Breadth-first over sets of states, so that the first text found is the
/// shortest; among those the one whose characters come first in the order
/// other, letters, colon. `budget` bounds the tokens looked at.
pub(crate) fn find(
    within: &[&[Token]],
    except: &[&[Token]],
    budget: usize,
) -> Result<Option<String>, TooComplex> {
    Search::new(within, except).run(budget)
}

/// Returns a readable character that none of the patterns names.
pub(crate) fn other_character<'a>(patterns: impl IntoIterator<Item = &'a [Token]>) -> char {
    let mut ascii = [false; 128];
    let mut rest = BTreeSet::new();
    for token in patterns.into_iter().flatten() {
        if let Token::Literal(character) = token {
            match ascii.get_mut(*character as usize) {
                Some(named) => *named = true,
                None => _ = rest.insert(*character),
            }
        }
    }
    let named = |character: char| match ascii.get(character as usize) {
        Some(named) => *named,
        None => rest.contains(&character),
    };
    "xyzuvwabcdefghijklmnopqrst0123456789XYZABC-_.~"
        .chars()
        .chain('\u{a1}'..=char::MAX)
        .find(|character| !named(*character))
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
type States = Rc<[u32]>;

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
    fn new(within: &[&[Token]], except: &[&[Token]]) -> Search {
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
            search.steps.extend(pattern.iter().copied().map(Some));
            search.steps.push(None);
            search.owner.resize(search.steps.len(), index);
        }
        search
    }

    fn run(&self, budget: usize) -> Result<Option<String>, TooComplex> {
        let mut work = 0;
        let mut seen: FxHashSet<States> = FxHashSet::default();
        // Each with the entry and the character that led to it.
        let mut queue: Vec<(States, u32, char)> = Vec::new();
        let start = self.starts.iter().flat_map(|at| self.enter(*at));
        queue.push((self.tidy(start.collect()), 0, '\0'));
        let mut at = 0;
        while at < queue.len() {
            let states = queue[at].0.clone();
            match self.standing(&states) {
                Standing::Held => return Ok(Some(spell(&queue, at))),
                Standing::Lost => {}
                Standing::Open => {
                    work += states.len();
                    for (character, next) in self.steps(&states) {
                        work += next.len() + 1;
                        if work > budget {
                            return Err(TooComplex);
                        }
                        let next = self.tidy(next);
                        if seen.insert(next.clone()) {
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

    /// Returns the characters that lead to different states, in the order they are
    /// tried, with the states each leads to.
    fn steps(&self, states: &[u32]) -> Vec<(char, Vec<u32>)> {
        let fixed = self.fixed(states);
        if let Some([character]) = fixed.as_deref() {
            return vec![(*character, self.step(states, *character))];
        }
        let (wild, named): (Vec<u32>, Vec<u32>) = states
            .iter()
            .partition(|state| !matches!(self.steps[**state as usize], Some(Token::Literal(_))));
        let mut named: Vec<(char, u32)> = named
            .into_iter()
            .filter_map(|state| match self.steps[state as usize] {
                Some(Token::Literal(character)) => Some((character, state)),
                _ => None,
            })
            .collect();
        named.sort_unstable();
        let (any, colon) = (self.step(&wild, self.other), self.step(&wild, ':'));
        let mut characters = fixed.unwrap_or_else(|| {
            let named = named.iter().map(|(character, _)| *character);
            named.chain([self.other, ':']).collect()
        });
        characters.sort_unstable_by_key(|character| {
            (*character == ':', *character != self.other, *character)
        });
        characters.dedup();
        let steps = characters.into_iter().map(|character| {
            let mut next = if character == ':' { &colon } else { &any }.clone();
            let from = named.partition_point(|(literal, _)| *literal < character);
            for (_, state) in named[from..]
                .iter()
                .take_while(|(literal, _)| *literal == character)
            {
                next.extend(self.enter(state + 1));
            }
            (character, next)
        });
        steps.collect()
    }

    fn step(&self, states: &[u32], character: char) -> Vec<u32> {
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
        next
    }

    /// Returns the characters one of `within` asks for, if it has no wildcard here.
    fn fixed(&self, states: &[u32]) -> Option<Vec<char>> {
        let mut fixed: Vec<char> = states
            .chunk_by(|one, other| self.owner[*one as usize] == self.owner[*other as usize])
            .take_while(|chunk| (self.owner[chunk[0] as usize] as usize) < self.within)
            .find_map(|chunk| {
                let tokens = chunk.iter().filter_map(|state| self.steps[*state as usize]);
                let literals = tokens.map(|token| match token {
                    Token::Literal(character) => Some(character),
                    _ => None,
                });
                literals.collect()
            })?;
        fixed.sort_unstable();
        fixed.dedup();
        Some(fixed)
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

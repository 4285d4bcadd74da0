//! The distinct literal beginnings of resource patterns, sorted.

use whocan_snapshot::{Section, Table};

/// So many texts are read from a file at once.
const TEXTS_PER_CHUNK: usize = 256;

/// The beginnings, each known by its place among all.
#[derive(Debug)]
pub(crate) struct BeginningTexts {
    // INVARIANT: sorted, no text twice.
    texts: Table<Box<str>>,
}

impl BeginningTexts {
    /// Takes the texts, sorted and each once.
    pub fn of(texts: Vec<Box<str>>) -> BeginningTexts {
        BeginningTexts {
            texts: texts.into(),
        }
    }

    /// Takes a section of a file, `None` if it is none.
    pub fn from_section(section: Section) -> Option<BeginningTexts> {
        let texts = Table::from_section(section)?;
        Some(BeginningTexts { texts })
    }

    /// Returns them as a section of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.texts.to_bytes(TEXTS_PER_CHUNK)
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Returns those that `text` begins with, ascending.
    ///
    /// Between a text and a beginning of it, only texts stand that have this
    /// beginning too. So the last one up to the text shows how far to look for
    /// shorter ones: what both have in common.
    pub fn starting(&self, text: &str) -> Vec<u32> {
        let mut known = Vec::new();
        let (mut text, mut end) = (text.as_bytes(), self.texts.len());
        loop {
            end = self.up_to(text, end);
            let Some(last) = end.checked_sub(1) else {
                break;
            };
            let found = self.texts[last].as_bytes();
            let both = found.iter().zip(text);
            let shared = both.take_while(|(one, other)| one == other).count();
            if shared == found.len() {
                known.push(last as u32);
                end = last;
            } else if shared < text.len() {
                text = &text[..shared];
            } else {
                // Only in a file that somebody made: sorted, it would stand behind.
                break;
            }
        }
        known.reverse();
        known
    }

    /// Returns those that `text` begins with and those that begin with it, ascending.
    pub fn around(&self, text: &str) -> Vec<u32> {
        let mut known = self.starting(text);
        // One that is the same is known already.
        let longer = self.up_to(text.as_bytes(), self.texts.len())..self.texts.len();
        let longer = longer.take_while(|&at| self.texts[at].starts_with(text));
        known.extend(longer.map(|at| at as u32));
        known
    }

    // How many of the first `end` are not later than `text`.
    fn up_to(&self, text: &[u8], end: usize) -> usize {
        let (mut low, mut high) = (0, end);
        while low < high {
            let middle = low.midpoint(high);
            if self.texts[middle].as_bytes() <= text {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn check(texts: &BTreeSet<String>, asked: &str) {
        let beginnings = BeginningTexts::of(texts.iter().map(|one| one.as_str().into()).collect());
        let places = |is: &dyn Fn(&str) -> bool| -> Vec<u32> {
            let numbered = (0..).zip(texts);
            let found = numbered.filter(|(_, text)| is(text));
            found.map(|(at, _)| at).collect()
        };
        let starting = places(&|text| asked.starts_with(text));
        assert_eq!(beginnings.starting(asked), starting, "{texts:?} {asked:?}");
        let around = places(&|text| asked.starts_with(text) || text.starts_with(asked));
        assert_eq!(beginnings.around(asked), around, "{texts:?} {asked:?}");
    }

    proptest! {
        #[test]
        fn beginnings_are_those_that_a_look_at_each_finds(
            texts in prop::collection::btree_set("[abé]{0,5}", 0..20),
            asked in "[abé]{0,6}",
        ) {
            check(&texts, &asked);
        }
    }

    #[test]
    fn the_empty_beginning_is_one_of_every_text() {
        check(&BTreeSet::from([String::new()]), "a");
        check(&BTreeSet::from([String::new()]), "");
        check(&BTreeSet::new(), "a");
    }
}

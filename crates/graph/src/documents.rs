//! The distinct policy documents: their texts, and each parsed when somebody looks at it.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use whocan_policy::Document;
use whocan_snapshot::Table;

/// So many texts are read from a file at once.
const TEXTS_PER_CHUNK: usize = 16;

/// So many documents are parsed at once, and then given back, where all are read.
const PARSED_AT_ONCE: usize = 2048;

/// The documents of a graph.
#[derive(Debug, Default)]
pub struct Documents {
    texts: Table<Arc<str>>,
    parsed: Box<[OnceLock<Arc<Document>>]>,
}

impl Documents {
    /// Takes texts, none of them parsed.
    pub(crate) fn of_texts(texts: Table<Arc<str>>) -> Documents {
        Documents {
            parsed: (0..texts.len()).map(|_| OnceLock::new()).collect(),
            texts,
        }
    }

    /// Returns the texts for a file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.texts.to_bytes(TEXTS_PER_CHUNK)
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.parsed.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parsed.is_empty()
    }

    /// Returns one document.
    pub(crate) fn get(&self, at: usize) -> &Arc<Document> {
        self.parsed[at].get_or_init(|| Arc::new(Document::parse(&self.texts[at])))
    }

    /// Shows all documents in order without keeping what is parsed for it: of a
    /// large organization that would be many times the texts.
    ///
    /// Parses on all threads, and calls `look` on this one.
    pub fn look_through(&self, mut look: impl FnMut(usize, &Document)) {
        for start in (0..self.len()).step_by(PARSED_AT_ONCE) {
            let end = self.len().min(start + PARSED_AT_ONCE);
            let parsed = (start..end).into_par_iter().map(|at| self.read(at));
            let parsed: Vec<Arc<Document>> = parsed.collect();
            for (at, document) in (start..end).zip(&parsed) {
                look(at, document);
            }
        }
    }

    // One document, kept only if it was before.
    fn read(&self, at: usize) -> Arc<Document> {
        match self.parsed[at].get() {
            Some(known) => known.clone(),
            None => Arc::new(Document::parse(&self.texts[at])),
        }
    }

    /// Shows the documents whose text may name principals, as
    /// [`Documents::look_through`] does.
    pub(crate) fn naming_principals(&self, mut look: impl FnMut(&Document)) {
        for start in (0..self.len()).step_by(PARSED_AT_ONCE) {
            let end = self.len().min(start + PARSED_AT_ONCE);
            let named = (start..end).into_par_iter().filter(|&at| {
                let text = &self.texts[at];
                // A letter of the element's name may be written as its number.
                text.contains("rincipal") || text.contains("\\u")
            });
            let parsed: Vec<Arc<Document>> = named.map(|at| self.read(at)).collect();
            parsed.iter().for_each(|document| look(document));
        }
    }

    /// Returns all documents, which parses them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Document>> + DoubleEndedIterator {
        (0..self.parsed.len()).map(|at| self.get(at))
    }

    /// Returns how many were parsed so far.
    pub fn touched(&self) -> usize {
        self.parsed.iter().filter(|one| one.get().is_some()).count()
    }
}

//! The distinct policy documents: their texts, and each parsed when somebody looks at it.

use std::sync::{Arc, OnceLock};

use whocan_policy::Document;
use whocan_snapshot::Table;

/// So many texts are read from a file at once.
const TEXTS_PER_CHUNK: usize = 16;

/// The documents of a graph.
#[derive(Debug, Default)]
pub struct Documents {
    texts: Table<Arc<str>>,
    parsed: Box<[OnceLock<Arc<Document>>]>,
}

impl Documents {
    /// Takes texts and what is parsed of them.
    pub(crate) fn new(texts: Vec<Arc<str>>, parsed: Vec<Arc<Document>>) -> Documents {
        Documents {
            texts: texts.into(),
            parsed: parsed.into_iter().map(OnceLock::from).collect(),
        }
    }

    /// Takes texts of a file.
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

    /// Returns all documents, which parses them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Document>> + DoubleEndedIterator {
        (0..self.parsed.len()).map(|at| self.get(at))
    }

    /// Returns how many were parsed so far.
    pub fn touched(&self) -> usize {
        self.parsed.iter().filter(|one| one.get().is_some()).count()
    }
}

//! Policy documents in requests, each distinct text read once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use whocan_policy::{Document, ProblemKind};

use super::fields::{Fault, entries, kind};

// Who tests policies asks about the same few thousands of times. Beyond this
// the cache starts anew, so that a stream of ever new documents fits too.
const MOST_BYTES: usize = 64 << 20;

const FULL_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

const RCP_FULL_ACCESS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// The documents that were read.
#[derive(Default)]
pub struct Documents {
    cache: RwLock<Cache>,
}

#[derive(Default)]
struct Cache {
    bytes: usize,
    by_text: HashMap<Box<str>, Arc<Document>>,
}

impl Documents {
    /// Reads the JSON value `text` as a document: an object, a list of
    /// statements, a string that holds JSON, or the name of a policy of AWS.
    ///
    /// # Errors
    ///
    /// If it is none of these, or the string holds no JSON. Anything else that
    /// is wrong in a document is for the judge to weigh.
    pub fn read(&self, text: &str, place: &str) -> Result<Arc<Document>, Fault> {
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = cache.by_text.get(text) {
            return Ok(Arc::clone(document));
        }
        drop(cache);
        let document = Arc::new(parse(text, place)?);
        let mut cache = self.cache.write().unwrap_or_else(PoisonError::into_inner);
        if cache.bytes + text.len() > MOST_BYTES {
            *cache = Cache::default();
        }
        cache.bytes += text.len();
        cache.by_text.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    /// Reads a list of documents.
    pub fn read_list(&self, text: &str, place: &str) -> Result<Vec<Arc<Document>>, Fault> {
        let documents = entries(text, place, "a list of policy documents")?;
        let read = |(position, document): (usize, &serde_json::value::RawValue)| {
            self.read(document.get(), &format!("{place}[{position}]"))
        };
        documents.into_iter().enumerate().map(read).collect()
    }

    /// Reads one list of documents for each level, root first.
    pub fn read_levels(&self, text: &str, place: &str) -> Result<Vec<Vec<Arc<Document>>>, Fault> {
        let expected = "a list with one list of policy documents for each level, root first";
        let levels = entries(text, place, expected)?;
        let read = |(position, level): (usize, &serde_json::value::RawValue)| {
            self.read_list(level.get(), &format!("{place}[{position}]"))
        };
        levels.into_iter().enumerate().map(read).collect()
    }
}

fn parse(text: &str, place: &str) -> Result<Document, Fault> {
    let document = match text.as_bytes().first() {
        Some(b'{') => Document::parse(text),
        Some(b'[') => Document::parse(&statements(text)),
        Some(b'"') => match named(text) {
            Some(document) => Document::parse(document),
            None => parse_text(text),
        },
        _ => {
            let problem = format!(
                "expected a policy document (an object, a list of statements, or a string that holds JSON), found {}",
                kind(text)
            );
            return Err(Fault::new(place, problem));
        }
    };
    match unreadable(&document) {
        Some(problem) => Err(Fault::new(place, problem)),
        None => Ok(document),
    }
}

/// Returns the document of a bare list of statements.
fn statements(list: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{list}}}"#)
}

/// Returns the document that AWS keeps under this name.
fn named(text: &str) -> Option<&'static str> {
    match text {
        r#""FullAWSAccess""# | r#""AdministratorAccess""# => Some(FULL_ACCESS),
        r#""RCPFullAWSAccess""# => Some(RCP_FULL_ACCESS),
        _ => None,
    }
}

/// Reads a string that holds a document or a list of statements.
fn parse_text(text: &str) -> Document {
    match serde_json::from_str::<String>(text) {
        Ok(inner) if inner.trim_start().starts_with('[') => Document::parse(&statements(&inner)),
        _ => Document::parse(text),
    }
}

/// Returns why a document cannot be read at all.
fn unreadable(document: &Document) -> Option<String> {
    let first = document.problems.first()?;
    let whole = match first.kind {
        ProblemKind::NotJson(_) | ProblemKind::TooDeep => true,
        ProblemKind::WrongType(_) => first.place == "document",
        _ => false,
    };
    whole.then(|| format!("not a policy document: {first}"))
}

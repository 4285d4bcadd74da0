//! Policies and their documents, each distinct text parsed once.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use whocan_policy::Document;

use crate::{DocumentId, Documents, Policy, PolicyId, PolicyKind};

/// Collects policies while the graph is built.
#[derive(Default)]
pub(super) struct Interner {
    by_text: FxHashMap<Arc<str>, DocumentId>,
    texts: Vec<Arc<str>>,
    documents: Vec<Arc<Document>>,
    policies: Vec<Policy>,
}

impl Interner {
    /// Adds a policy with the text of its document, `None` if that was not collected.
    pub fn policy(
        &mut self,
        kind: PolicyKind,
        at: &str,
        name: &str,
        text: Option<&str>,
    ) -> PolicyId {
        let document = text.map(|text| self.document(text));
        let id = PolicyId::next(self.policies.len());
        self.policies.push(Policy {
            kind,
            at: at.into(),
            name: name.into(),
            document,
        });
        id
    }

    /// Returns the distinct documents so far.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// Returns the policies and the documents.
    pub fn finish(self) -> (Vec<Policy>, Documents) {
        (self.policies, Documents::new(self.texts, self.documents))
    }

    fn document(&mut self, text: &str) -> DocumentId {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let id = DocumentId::next(self.documents.len());
        self.documents.push(Arc::new(Document::parse(text)));
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.by_text.insert(text, id);
        id
    }
}

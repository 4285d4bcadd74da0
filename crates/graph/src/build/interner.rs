//! Policies and their documents, each distinct text once.

use std::sync::Arc;

use crate::{DocumentId, Documents, Policy, PolicyId, PolicyKind};
use rustc_hash::FxHashMap;

/// Collects policies while the graph is built.
#[derive(Default)]
pub(super) struct Interner {
    by_text: FxHashMap<Arc<str>, DocumentId>,
    texts: Vec<Arc<str>>,
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
        self.policy_of(kind, at, name, document)
    }

    /// Adds a policy with a document that has its number already.
    pub fn policy_of(
        &mut self,
        kind: PolicyKind,
        at: &str,
        name: &str,
        document: Option<DocumentId>,
    ) -> PolicyId {
        let id = PolicyId::next(self.policies.len());
        self.policies.push(Policy {
            kind,
            at: at.into(),
            name: name.into(),
            document,
        });
        id
    }

    /// Returns the policies and the documents.
    pub fn finish(self) -> (Vec<Policy>, Documents) {
        (self.policies, Documents::of_texts(self.texts.into()))
    }

    /// Returns the number of a document with this text.
    pub fn document(&mut self, text: &str) -> DocumentId {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let id = DocumentId::next(self.texts.len());
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.by_text.insert(text, id);
        id
    }
}

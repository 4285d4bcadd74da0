//! What each snapshot is of.

use std::collections::BTreeMap;
use std::path::Path;

use super::envelope::Kind;
use super::{StoreError, lookup, objects};
use crate::{Candidate, Manifest, OrganizationObject, Subject};

/// Returns all snapshots with what they are of, the oldest first.
pub(super) fn candidates(store: &Path) -> Result<Vec<Candidate>, StoreError> {
    let mut organizations = Organizations {
        store,
        ids: BTreeMap::new(),
    };
    let mut candidates = Vec::new();
    for (id, manifest) in lookup::snapshots(store)? {
        candidates.push(Candidate {
            id,
            subject: organizations.subject(&manifest)?,
            taken: manifest.taken,
            label: manifest.label,
        });
    }
    Ok(candidates)
}

/// The ids of the organizations whose objects were loaded: many snapshots share one.
struct Organizations<'a> {
    store: &'a Path,
    ids: BTreeMap<String, String>,
}

impl Organizations<'_> {
    fn subject(&mut self, manifest: &Manifest) -> Result<Subject, StoreError> {
        let name = match &manifest.organization {
            Some(hash) => self.id(hash)?,
            None => {
                let accounts = manifest.accounts.iter();
                let ids: Vec<String> = accounts.map(|(id, _)| id.to_string()).collect();
                ids.join(" ")
            }
        };
        Ok(Subject {
            name,
            what_if: manifest.is_what_if(),
        })
    }

    fn id(&mut self, hash: &str) -> Result<String, StoreError> {
        if let Some(id) = self.ids.get(hash) {
            return Ok(id.clone());
        }
        let loaded: OrganizationObject =
            objects::load(self.store, &hash.parse()?, Kind::Organization)?;
        self.ids.insert(hash.to_owned(), loaded.id.clone());
        Ok(loaded.id)
    }
}

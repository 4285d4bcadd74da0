//! What an index keeps of the documents, from one look at each of them.

use std::sync::Arc;

use roaring::RoaringBitmap;
use whocan_graph::{DocumentId, Graph};

use crate::actions::{self, Actions};
use crate::callers::Callers;
use crate::candidates::ResourceActions;
use crate::doors::{self, Doors};
use crate::facts::{self, Facts};
use crate::name::{self, SessionNames};

/// What all documents say.
pub(crate) struct Reading {
    /// The statements of identity-based policies.
    pub permissions: Actions,
    /// What all statements look at.
    pub facts: Facts,
    /// Those with an identity-based policy that is no proper document (R16).
    pub malformed_identity: RoaringBitmap,
    /// The actions that something other than an identity-based policy may allow.
    pub resource_actions: RoaringBitmap,
    /// The action patterns of trust policies and policies of resources.
    pub resource_patterns: Vec<Box<str>>,
    /// Which resources may let in whom.
    pub doors: Doors,
    /// The sessions that policies tell apart by their names.
    pub session_names: SessionNames,
}

impl Reading {
    /// Looks at all documents of `graph`.
    pub fn of(graph: &Arc<Graph>, callers: &Callers) -> Reading {
        let mut permissions = actions::Gathering::default();
        let mut facts = facts::Reader::default();
        let mut resource_actions = ResourceActions::of(graph);
        let mut doors = doors::Reader::of(graph);
        let mut malformed_identity = RoaringBitmap::new();
        let mut names = name::Reader::default();
        graph.documents().look_through(|at, document| {
            let id = DocumentId(at as u32);
            facts.document(id, document);
            resource_actions.document(id, document);
            doors.document(id, document);
            names.document(document);
            let holders = &callers.identity[at];
            if document.malformed {
                malformed_identity |= holders;
            } else if !holders.is_empty() {
                permissions.document(id, document);
            }
        });
        let (resource_actions, resource_patterns) = resource_actions.finish();
        Reading {
            permissions: permissions.finish(),
            facts: facts.finish(graph.clone()),
            malformed_identity,
            resource_actions,
            resource_patterns,
            doors: doors.finish(),
            session_names: names.finish(graph),
        }
    }
}

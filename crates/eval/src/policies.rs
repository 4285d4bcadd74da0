//! The policies that bear on a request, and what those of one type say together.

mod own;
mod resource;

use std::sync::{Arc, LazyLock};

use whocan_graph::{DirectoryGroup, Graph, GroupId, LevelId, PolicyId, PolicyKind};
use whocan_policy::{Document, Effect, Statement, Truth};
use whocan_snapshot::{AclGrant, Collected, KeyGrant};

use crate::PolicyType;
use crate::inquiry::{Inquiry, Note, not_collected, undocumented};
use crate::side::{Hit, Side};
use crate::statement::{self, MissingResource};

pub(crate) use own::{PrincipalSides, has_boundary, of_principal};
pub(crate) use resource::{ResourcePolicy, ResourceSides, of_resource, resource_policy};

/// Where a statement stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// In this policy of the snapshot.
    Policy(PolicyId),
    /// In this policy, through a group.
    ThroughGroup(PolicyId, GroupId),
    /// In this policy, at a level of the organization.
    AtLevel(PolicyId, LevelId),
    /// In the policy of this type that the request gives, by position from 1.
    Given(PolicyType, usize),
    /// In an ACL.
    Acl(&'a AclGrant),
    /// In a KMS grant.
    Grant(&'a KeyGrant),
    /// In the assignment of a permission set to a user, or to this group of the user (R222).
    Assignment(Option<&'a DirectoryGroup>),
}

/// A document that bears on a request; `None` if it was not collected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bearing<'a> {
    /// Where it stands.
    pub origin: Origin<'a>,
    /// The document.
    pub document: Option<&'a Document>,
}

impl<'a> Inquiry<'a> {
    /// Returns a policy of the snapshot with its document.
    pub fn bearing(&self, origin: Origin<'a>, policy: PolicyId) -> Bearing<'a> {
        let document = self.call.graph.document_of(policy);
        let document = document.map(|document| &**document);
        let default = || {
            let fresh = self.call.as_collected().then_some(self.call.graph);
            fresh.and_then(|graph| uncollected(graph, policy))
        };
        Bearing {
            origin,
            document: document.or_else(default),
        }
    }
}

// What a document that was not collected says where gaps count as in a fresh
// account: policies of the organization let everything pass, resources have
// none. What is attached to an identity may say anything all the same.
fn uncollected(graph: &Graph, policy: PolicyId) -> Option<&'static Document> {
    static EVERYTHING: LazyLock<Document> = LazyLock::new(|| {
        Document::parse(r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#)
    });
    static NOTHING: LazyLock<Document> = LazyLock::new(|| Document::parse(r#"{"Statement":[]}"#));
    match graph.policy(policy).kind {
        PolicyKind::ServiceControl | PolicyKind::ResourceControl => Some(&EVERYTHING),
        PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Endpoint => Some(&NOTHING),
        PolicyKind::Inline | PolicyKind::Managed | PolicyKind::Session => None,
    }
}

/// Returns documents that the request gives, as policies of this type.
pub(crate) fn given<'a>(
    policy_type: PolicyType,
    documents: &'a [Arc<Document>],
) -> Vec<Bearing<'a>> {
    let numbered = documents.iter().zip(1..);
    numbered
        .map(|(document, number)| Bearing {
            origin: Origin::Given(policy_type, number),
            document: Some(document),
        })
        .collect()
}

/// Returns what documents without principal say: whether one of them allows, or denies.
pub(crate) fn said<'a>(
    inquiry: &Inquiry<'a>,
    policy_type: PolicyType,
    effect: Effect,
    bearings: &[Bearing<'a>],
) -> Side<'a> {
    let mut side = Side::silent(policy_type);
    for bearing in bearings {
        let Some(document) = readable(bearing, &mut side) else {
            continue;
        };
        for statement in &document.statements {
            if statement::concerns(inquiry, statement, effect) {
                add_plain(inquiry, &mut side, bearing.origin, statement);
            }
        }
    }
    side
}

fn add_plain<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
) {
    let mut applies = statement::applies(inquiry, statement, MissingResource::Nothing);
    if statement.principal.is_some() && applies.truth != Truth::False {
        applies.truth = Truth::Unknown;
        applies
            .notes
            .push(undocumented("a principal in a policy that takes none"));
    }
    if applies.truth != Truth::False {
        side.add(Hit {
            origin,
            statement: Some(statement),
            truth: applies.truth,
            conditions: applies.conditions,
            notes: applies.notes,
        });
    }
}

/// Returns the document, or adds to the side that it may say anything (R16).
pub(crate) fn readable<'a>(bearing: &Bearing<'a>, side: &mut Side<'a>) -> Option<&'a Document> {
    let note = match bearing.document {
        Some(document) if !document.malformed => return Some(document),
        Some(_) => undocumented("a malformed policy document"),
        None => not_collected("a policy document"),
    };
    side.add(Hit {
        origin: bearing.origin,
        statement: None,
        truth: Truth::Unknown,
        conditions: Vec::new(),
        notes: vec![note],
    });
    None
}

/// Adds a statement that names the caller as far as `named` says.
pub(crate) fn add_hit<'a>(
    inquiry: &Inquiry<'a>,
    side: &mut Side<'a>,
    origin: Origin<'a>,
    statement: &'a Statement,
    named: Truth,
    open: &[Note],
) {
    if named == Truth::False {
        return;
    }
    let missing = match side.policy_type {
        PolicyType::Resource => MissingResource::Implied,
        _ => MissingResource::Open,
    };
    let mut applies = statement::applies(inquiry, statement, missing);
    if named == Truth::Unknown {
        applies.notes.extend_from_slice(open);
    }
    let truth = applies.truth & named;
    if truth != Truth::False {
        side.add(Hit {
            origin,
            statement: Some(statement),
            truth,
            conditions: applies.conditions,
            notes: applies.notes,
        });
    }
}

/// Returns a fact, or its default where gaps count so, or a note naming the gap.
pub(crate) fn fact<T: Clone>(
    inquiry: &Inquiry<'_>,
    collected: &Collected<T>,
    default: impl FnOnce() -> T,
    what: impl FnOnce() -> String,
) -> Result<T, Note> {
    inquiry
        .call
        .collected(collected, default)
        .ok_or_else(|| not_collected(what()))
}

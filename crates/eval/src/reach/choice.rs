//! What a caller chooses when it assumes a role, as far as the chain keeps it.

use std::collections::BTreeSet;

use whocan_graph::{Graph, PrincipalId};
use whocan_policy::{Condition, Document, Effect, KeyName, Statement, Truth};

use super::{Node, Place, Search};
use crate::session::{AssumeState, OpenTag, SessionState, SetValue, SourceIdentity};
use crate::subject::{Subject, SubjectKind};
use crate::trust;

/// The most combinations of transitive tags that are tried for one hop.
const MOST_TAGS: usize = 256;

/// The tags that EKS Pod Identity always passes, all transitive.
///
/// Source: Grant Pods access to AWS resources based on tags, EKS User Guide, read 2026-11-24.
const POD_TAGS: [&str; 6] = [
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
    "kubernetes-service-account",
];

/// One way to assume a role.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The parameters of the call.
    pub assume: AssumeState,
    /// How sure a hop made this way can be: what the caller must choose to make
    /// it work leaves it open (R207, R240).
    pub limit: Truth,
}

impl Search<'_> {
    /// Returns the ways in which a caller can assume `role`, the plainest first.
    pub(super) fn choices(
        &self,
        node: &Node,
        subject: &Subject<'_>,
        session: &SessionState,
        role: PrincipalId,
    ) -> Vec<Choice> {
        if node.place == Place::Start && self.request.assume.is_some() {
            return vec![Choice {
                assume: self.assume.clone(),
                limit: Truth::True,
            }];
        }
        let plain = plain(subject, session);
        let mut choices = Vec::new();
        for identity in self.identities_for(session, role, &plain) {
            for tags in self.tags_for(role, &plain) {
                let chosen = identity != plain.source_identity || tags != plain.transitive;
                choices.push(Choice {
                    assume: AssumeState {
                        source_identity: identity.clone(),
                        transitive: tags,
                        ..plain.clone()
                    },
                    limit: if chosen { Truth::Unknown } else { Truth::True },
                });
            }
        }
        choices
    }

    fn identities_for(
        &self,
        session: &SessionState,
        role: PrincipalId,
        plain: &AssumeState,
    ) -> Vec<SourceIdentity> {
        let mut all = vec![plain.source_identity.clone()];
        let fixed = session.source_identity.is_set() || plain.source_identity.is_set();
        if !fixed && may_permit(self.graph, role, "sts:SetSourceIdentity") {
            all.extend(each_or_other(&self.identities).map(SourceIdentity::Set));
        }
        all
    }

    // Tags that a trust policy wants transitive go on; others end with the hop
    // and are simply open.
    fn tags_for(&self, role: PrincipalId, plain: &AssumeState) -> Vec<Option<Vec<OpenTag>>> {
        let mut all = vec![plain.transitive.clone()];
        let Some(document) = trust_of(self.graph, role) else {
            return all;
        };
        let keys = values_of(document, "sts:TransitiveTagKeys");
        if keys.is_empty() || !may_permit(self.graph, role, "sts:TagSession") {
            return all;
        }
        let mut sets: Vec<Vec<OpenTag>> = vec![Vec::new()];
        for key in keys {
            let named = self.values_of_tag(&key);
            let values: Vec<SetValue> = each_or_other(&named).collect();
            let with_key = sets.iter().flat_map(|set| {
                let key = &key;
                values.iter().map(move |value| {
                    let mut set = set.clone();
                    set.push((key.clone(), value.clone()));
                    set
                })
            });
            let with_key: Vec<Vec<OpenTag>> = with_key.collect();
            sets.extend(with_key);
            sets.truncate(MOST_TAGS);
        }
        let chosen = sets.into_iter().filter(|set| !set.is_empty());
        all.extend(chosen.map(Some));
        all
    }

    fn values_of_tag(&self, tag: &str) -> Vec<String> {
        let mut values = BTreeSet::new();
        for key in ["aws:RequestTag", "aws:PrincipalTag", "aws:ResourceTag"] {
            let key = format!("{key}/{tag}");
            let documents = self.graph.documents().iter();
            values.extend(documents.flat_map(|document| values_of(document, &key)));
        }
        values.into_iter().collect()
    }
}

/// Returns each value that policies name, and one that they do not.
fn each_or_other(named: &[String]) -> impl Iterator<Item = SetValue> {
    let each = named.iter().cloned().map(SetValue::Known);
    each.chain([SetValue::Other(named.into())])
}

// Nothing is passed but what some services always pass.
fn plain(subject: &Subject<'_>, session: &SessionState) -> AssumeState {
    let service = match &subject.kind {
        SubjectKind::Service(name) => name.as_str(),
        _ => "",
    };
    let tags = match service {
        trust::POD_IDENTITY => POD_TAGS
            .map(|tag| (tag.to_owned(), SetValue::any()))
            .to_vec(),
        _ => Vec::new(),
    };
    let anywhere = service == trust::ROLES_ANYWHERE && !session.source_identity.is_set();
    AssumeState {
        tags: None,
        transitive: Some(tags),
        source_identity: if anywhere {
            SourceIdentity::Set(SetValue::any())
        } else {
            SourceIdentity::Unset
        },
        name: None,
    }
}

/// Returns whether the trust policy of `role` may permit `action` to somebody.
pub(super) fn may_permit(graph: &Graph, role: PrincipalId, action: &str) -> bool {
    let Some(document) = trust_of(graph, role).filter(|document| !document.malformed) else {
        return true;
    };
    let mut statements = document.statements.iter();
    statements.any(|statement| allows(statement) && statement.covers_action(action) != Truth::False)
}

fn allows(statement: &Statement) -> bool {
    statement.effect == Some(Effect::Allow) && !statement.is_inert()
}

fn trust_of(graph: &Graph, role: PrincipalId) -> Option<&Document> {
    let facts = graph.principal(role).role()?;
    graph.document_of(facts.trust).map(|document| &**document)
}

/// Returns the literal values that the document's conditions on `key` name.
pub(super) fn values_of(document: &Document, key: &str) -> BTreeSet<String> {
    let key = KeyName::new(key);
    let statements = document.statements.iter();
    let conditions = statements.flat_map(|statement| &statement.conditions);
    let values = conditions
        .filter(|condition: &&Condition| condition.key == key)
        .flat_map(|condition| &condition.values);
    let literal = values.filter(|value| {
        !value.text.contains(['*', '?']) && value.template.variables().next().is_none()
    });
    literal.map(|value| value.text.to_string()).collect()
}

//! What a caller chooses when it assumes a role, as far as the chain keeps it.

use std::collections::BTreeSet;

use whocan_graph::{Graph, PolicyId, PrincipalId};
use whocan_policy::catalogue::facts::{POD_IDENTITY, POD_IDENTITY_TAGS, ROLES_ANYWHERE};
use whocan_policy::{Condition, ConditionValue, Document, Effect, KeyName, Statement, Test, Truth};

use super::name::Names;
use super::{Node, Place, Search};
use crate::Request;
use crate::session::{AssumeState, OpenTag, SessionState, SetValue, SourceIdentity};
use crate::subject::{Subject, SubjectKind};

/// The most combinations of transitive tags that are tried for one hop.
const MOST_TAGS: usize = 256;

/// One way to assume a role.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The parameters of the call.
    pub assume: AssumeState,
    /// Whether the caller chooses the session's name.
    pub names: bool,
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
        least: Truth,
    ) -> Vec<Choice> {
        if node.place == Place::Start && self.request.assume.is_some() {
            return vec![self.as_asked()];
        }
        let plain = plain(subject, session);
        let names = self.names.for_call(subject, role, least == Truth::True);
        let is_free = matches!(self.names, Names::Chosen { .. });
        let mut choices = Vec::new();
        for identity in self.identities_for(session, role, &plain) {
            for tags in self.tags_for(session, role, &plain) {
                for name in &names {
                    let names = is_free && name.is_some();
                    let sets = identity != plain.source_identity;
                    let chosen = names || sets || tags != plain.transitive;
                    choices.push(Choice {
                        assume: AssumeState {
                            source_identity: identity.clone(),
                            transitive: tags.clone(),
                            name: name.clone(),
                            ..plain.clone()
                        },
                        names,
                        limit: if chosen { Truth::Unknown } else { Truth::True },
                    });
                }
            }
        }
        choices
    }

    // The first call, whose parameters the request says.
    fn as_asked(&self) -> Choice {
        let mut assume = self.assume.clone();
        if let (None, Names::Given(name)) = (&assume.name, &self.names) {
            assume.name = Some(SetValue::Known(name.clone()));
        }
        Choice {
            assume,
            names: false,
            limit: Truth::True,
        }
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

    // Tags that a trust policy looks at may go on; others end with the hop and
    // are simply open. A tag that the session carries cannot be passed again.
    fn tags_for(
        &self,
        session: &SessionState,
        role: PrincipalId,
        plain: &AssumeState,
    ) -> Vec<Option<Vec<OpenTag>>> {
        let mut all = vec![plain.transitive.clone()];
        // Services do not choose.
        let by_service = plain.transitive != Some(Vec::new());
        if by_service || !may_permit(self.graph, role, "sts:TagSession") {
            return all;
        }
        let wanted = trust_of(self.graph, role).map(transitive_keys);
        let wanted = wanted.unwrap_or_default();
        let mut open = self.tags_matter || wanted.by_pattern;
        if wanted.looked_at {
            match self.sets_of(&wanted.named) {
                Some(sets) => {
                    let carried = |tag: &OpenTag| session.transitive_tag(&tag.0).is_some();
                    let fresh = sets.into_iter().filter(|set| !set.iter().any(carried));
                    all.extend(fresh.map(Some));
                }
                None => open = true,
            }
        }
        if open {
            all.push(None);
        }
        all
    }

    // Every choice of these tags, and of one that nobody names; `None` if there
    // are too many.
    fn sets_of(&self, keys: &BTreeSet<String>) -> Option<Vec<Vec<OpenTag>>> {
        let mut sets: Vec<Vec<OpenTag>> = vec![Vec::new()];
        for key in keys {
            let named = self.values_of_tag(key);
            add_to_each(&mut sets, key, each_or_other(&named).collect())?;
        }
        add_to_each(&mut sets, OTHER_TAG, vec![SetValue::any()])?;
        sets.retain(|set| !set.is_empty());
        Some(sets)
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

/// Stands for the key of a tag that no policy names.
const OTHER_TAG: &str = "(any other tag)";

// Joins a tag to copies of all sets, with each of its values.
fn add_to_each(sets: &mut Vec<Vec<OpenTag>>, key: &str, values: Vec<SetValue>) -> Option<()> {
    if sets.len() * (values.len() + 1) > MOST_TAGS {
        return None;
    }
    let with_key = sets.iter().flat_map(|set| {
        values.iter().map(move |value| {
            let mut set = set.clone();
            set.push((key.to_owned(), value.clone()));
            set
        })
    });
    let with_key: Vec<Vec<OpenTag>> = with_key.collect();
    sets.extend(with_key);
    Some(())
}

/// What a document's conditions on `sts:TransitiveTagKeys` want.
#[derive(Default)]
struct TransitiveKeys {
    /// Whether there are any.
    looked_at: bool,
    /// The tags that they name.
    named: BTreeSet<String>,
    /// Whether they also want keys that a text does not name.
    by_pattern: bool,
}

fn transitive_keys(document: &Document) -> TransitiveKeys {
    let mut wanted = TransitiveKeys::default();
    for condition in conditions_on(document, TRANSITIVE_KEYS) {
        wanted.looked_at = true;
        let plain = matches!(
            condition.operator.test,
            Test::StringEquals | Test::StringLike | Test::Null
        );
        wanted.by_pattern |= !plain;
        if condition.operator.test == Test::Null {
            continue;
        }
        for value in &condition.values {
            if is_literal(value) {
                wanted.named.insert(value.text.to_string());
            } else {
                wanted.by_pattern = true;
            }
        }
    }
    wanted
}

const TRANSITIVE_KEYS: &str = "sts:TransitiveTagKeys";

/// Returns whether a policy that is no role's trust looks at which tags travel.
pub(super) fn transitive_tags_matter(graph: &Graph, request: &Request) -> bool {
    let trusts: BTreeSet<PolicyId> = graph
        .roles()
        .filter_map(|role| Some(graph.principal(role).role()?.trust))
        .collect();
    let others = (0..).zip(graph.policies()).filter_map(|(at, policy)| {
        let is_trust = trusts.contains(&PolicyId(at));
        policy.document.filter(|_| !is_trust)
    });
    let looks = |document: &Document| conditions_on(document, TRANSITIVE_KEYS).next().is_some();
    let mut given = request.session.policies.iter();
    given.any(|document| looks(document)) || others.into_iter().any(|id| looks(graph.document(id)))
}

/// Returns whether sessions of the caller may carry a source identity (R119).
pub(super) fn may_carry_identity(graph: &Graph, subject: &Subject<'_>) -> bool {
    if !matches!(subject.kind, SubjectKind::Role { .. }) {
        return false;
    }
    match subject.role {
        Some(role) => {
            let document = graph.document_of(role.trust);
            permits(
                document.map(|document| &**document),
                "sts:SetSourceIdentity",
            )
        }
        None => !subject.known,
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
        POD_IDENTITY => POD_IDENTITY_TAGS
            .rows
            .iter()
            .map(|tag| ((*tag).to_owned(), SetValue::any()))
            .collect(),
        _ => Vec::new(),
    };
    let anywhere = service == ROLES_ANYWHERE && !session.source_identity.is_set();
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
    permits(trust_of(graph, role), action)
}

fn permits(document: Option<&Document>, action: &str) -> bool {
    let Some(document) = document.filter(|document| !document.malformed) else {
        return true;
    };
    let mut statements = document.statements.iter();
    statements.any(|statement| allows(statement) && statement.covers_action(action) != Truth::False)
}

fn allows(statement: &Statement) -> bool {
    statement.effect == Some(Effect::Allow) && !statement.is_inert()
}

pub(super) fn trust_of(graph: &Graph, role: PrincipalId) -> Option<&Document> {
    let facts = graph.principal(role).role()?;
    graph.document_of(facts.trust).map(|document| &**document)
}

/// Returns the literal values that the document's conditions on `key` name.
pub(super) fn values_of(document: &Document, key: &str) -> BTreeSet<String> {
    let values = conditions_on(document, key).flat_map(|condition| &condition.values);
    let literal = values.filter(|value| is_literal(value));
    literal.map(|value| value.text.to_string()).collect()
}

pub(super) fn conditions_on<'d>(
    document: &'d Document,
    key: &str,
) -> impl Iterator<Item = &'d Condition> {
    let key = KeyName::new(key);
    let statements = document.statements.iter();
    let conditions = statements.flat_map(|statement| &statement.conditions);
    conditions.filter(move |condition| condition.key == key)
}

pub(super) fn is_literal(value: &ConditionValue) -> bool {
    !value.text.contains(['*', '?']) && value.template.variables().next().is_none()
}

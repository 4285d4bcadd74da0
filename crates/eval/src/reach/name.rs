//! The names that sessions of a chain may have, as far as policies tell them apart (R212, R239).

use std::collections::BTreeSet;
use std::sync::Arc;

use whocan_graph::{Graph, PolicyId, PrincipalId};
use whocan_policy::catalogue::facts::EC2;
use whocan_policy::{
    Document, Effect, KeyName, KeyState, NamedPrincipal, Statement, Test, Truth, Variable,
};

use super::choice::{conditions_on, is_literal, trust_of};
use crate::Request;
use crate::session::SetValue;
use crate::subject::{Subject, SubjectKind};

/// With more names than this all of them stay open.
const MOST_NAMES: usize = 16;

const SESSION_NAME: &str = "sts:RoleSessionName";
const USER_ID: &str = "aws:userid";

/// What is known of the names of the sessions that a chain passes.
#[derive(Clone, Debug)]
pub(super) enum Names {
    /// Nothing tells them apart.
    Open,
    /// All calls are said to give this one.
    Given(String),
    /// Calls for these roles are told apart by the names they give.
    Chosen {
        /// Sorted.
        names: Arc<[String]>,
        roles: BTreeSet<PrincipalId>,
    },
}

impl Names {
    /// Reads the policies of `graph`, and what `request` says.
    pub fn of(graph: &Graph, request: &Request) -> Names {
        let given = request.given.get(&KeyName::new(SESSION_NAME));
        let documents = || graph.documents().iter();
        if !documents().any(|document| names_sessions(document)) {
            return Names::Open;
        }
        match given {
            Some(KeyState::Known(values)) if values.len() == 1 && !values[0].is_empty() => {
                return Names::Given(values[0].clone());
            }
            None if !request.given.complete => {}
            _ => return Names::Open,
        }
        let documents = documents().chain(&request.session.policies);
        let names: BTreeSet<String> = documents.flat_map(|one| names_in(one)).collect();
        let roles = told_apart(graph);
        if roles.is_empty() || names.len() > MOST_NAMES {
            return Names::Open;
        }
        Names::Chosen {
            names: names.into_iter().collect(),
            roles,
        }
    }

    /// Returns the names that a call for `role` may give its session. What the
    /// caller chooses is never sure (R240), so a `sure` hop leaves it open.
    pub fn for_call(
        &self,
        subject: &Subject<'_>,
        role: PrincipalId,
        sure: bool,
    ) -> Vec<Option<SetValue>> {
        match self {
            Names::Given(name) => vec![Some(SetValue::Known(name.clone()))],
            Names::Chosen { names, roles } if roles.contains(&role) && !sure => {
                // EC2 gives the id of the instance (R103).
                let instance = matches!(&subject.kind, SubjectKind::Service(name) if name == EC2);
                let fits = |name: &&String| !instance || name.starts_with("i-");
                let named = names.iter().filter(fits).cloned().map(SetValue::Known);
                let other = SetValue::Other(Arc::clone(names));
                named.chain([other]).map(Some).collect()
            }
            Names::Open | Names::Chosen { .. } => vec![None],
        }
    }
}

// The roles for whose sessions a name may be told apart when they are started.
fn told_apart(graph: &Graph) -> BTreeSet<PrincipalId> {
    let trusts: BTreeSet<PolicyId> = graph
        .roles()
        .filter_map(|role| Some(graph.principal(role).role()?.trust))
        .collect();
    let mut others = (0..).zip(graph.policies()).filter_map(|(at, policy)| {
        let is_trust = trusts.contains(&PolicyId(at));
        policy.document.filter(|_| !is_trust)
    });
    let everywhere = others.any(|id| looks_at(graph.document(id), SESSION_NAME));
    let apart = |&role: &PrincipalId| {
        let trust = trust_of(graph, role);
        everywhere
            || trust.is_some_and(|trust| looks_at(trust, SESSION_NAME) || trusts_instances(trust))
    };
    graph.roles().filter(apart).collect()
}

fn trusts_instances(trust: &Document) -> bool {
    let named = |statement: &Statement| {
        let clause = statement.principal.iter();
        let mut entries = clause.flat_map(|clause| &clause.entries);
        entries.any(|entry| matches!(entry, NamedPrincipal::Service(name) if **name == *EC2))
    };
    let mut statements = trust.statements.iter();
    statements.any(|statement| {
        statement.effect == Some(Effect::Allow)
            && named(statement)
            && statement.covers_action("sts:AssumeRole") != Truth::False
    })
}

/// Returns whether a statement names a session, or looks at a caller's id,
/// which ends with the session's name.
fn names_sessions(document: &Document) -> bool {
    looks_at(document, USER_ID) || sessions_named(document).next().is_some()
}

fn sessions_named(document: &Document) -> impl Iterator<Item = &str> {
    let clauses = document.statements.iter();
    let clauses = clauses.flat_map(|statement| &statement.principal);
    let entries = clauses.flat_map(|clause| &clause.entries);
    entries.filter_map(|entry| match entry {
        NamedPrincipal::Session { session, .. } => Some(&**session),
        _ => None,
    })
}

// Whether a condition or a variable of the document looks at `key`.
fn looks_at(document: &Document, key: &str) -> bool {
    let key = KeyName::new(key);
    let is = |variable: &Variable| variable.key == key;
    document.statements.iter().any(|statement| {
        let mut conditions = statement.conditions.iter();
        let clause = statement.resources.iter();
        let mut patterns = clause.flat_map(|clause| &clause.patterns);
        let in_conditions = conditions.any(|condition| {
            let mut values = condition.values.iter();
            condition.key == key || values.any(|value| value.template.variables().any(is))
        });
        in_conditions || patterns.any(|pattern| pattern.template().variables().any(is))
    })
}

fn names_in(document: &Document) -> Vec<String> {
    let mut names: Vec<String> = sessions_named(document).map(str::to_owned).collect();
    let by_name = conditions_on(document, SESSION_NAME);
    for condition in by_name.filter(|one| one.operator.test != Test::Null) {
        let literal = condition.values.iter().filter(|value| is_literal(value));
        names.extend(literal.map(|value| value.text.to_string()));
    }
    let by_id = conditions_on(document, USER_ID);
    for condition in by_id.filter(|one| one.operator.test != Test::Null) {
        for value in &condition.values {
            let (_, name) = value.text.rsplit_once(':').unwrap_or_default();
            let plain = value.template.variables().next().is_none();
            if plain && !name.is_empty() && !name.contains(['*', '?']) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

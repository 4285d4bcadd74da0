//! The names that sessions of a chain may have, as far as policies tell them apart (R212, R239).

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use whocan_graph::{DocumentId, Graph, PolicyId};
use whocan_policy::catalogue::facts::EC2;
use whocan_policy::{
    Condition, Document, Effect, Given, KeyName, KeyState, NamedPrincipal, Session, Statement,
    Test, Truth,
};

use crate::state::literals;

/// With more names than this all of them stay open.
const MOST_NAMES: usize = 16;

/// What a name of a session is known to be; nothing where it is open.
pub(crate) type Name = Option<SessionName>;

/// A session's name, as far as policies look at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SessionName {
    /// This one.
    Literal(String),
    /// None of these, which are all that policies name.
    Other(Arc<[String]>),
}

/// The sessions that policies tell apart by their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct SessionNames {
    // Whether any policy looks at the name of a session that calls.
    looked_at: bool,
    // Roles whose sessions' names bear on whether they can be started.
    roles: RoaringBitmap,
    names: BTreeSet<String>,
}

/// The names that a walk tells apart.
#[derive(Clone, Debug)]
pub(crate) enum Names {
    /// None.
    Open,
    /// All calls are said to give this one.
    Given(String),
    /// Those that callers choose for sessions of these roles.
    Chosen {
        names: Arc<[String]>,
        roles: RoaringBitmap,
    },
}

/// Gathers what documents say about names of sessions, shown in their order.
#[derive(Default)]
pub(crate) struct Reader {
    all: SessionNames,
    // Of each document: whether it looks at the name that a call gives, and
    // whether it lets EC2 start sessions.
    by_name: RoaringBitmap,
    of_instances: RoaringBitmap,
    read: u32,
}

impl Reader {
    /// Looks at the next document.
    pub fn document(&mut self, document: &Document) {
        let looks = Looks::of(document);
        self.all.looked_at |= looks.at_callers;
        self.all.names.extend(looks.names);
        if looks.at_the_call {
            self.by_name.insert(self.read);
        }
        if trusts_instances(document) {
            self.of_instances.insert(self.read);
        }
        self.read += 1;
    }

    /// Returns what all documents say.
    pub fn finish(self, graph: &Graph) -> SessionNames {
        let mut all = self.all;
        if all.looked_at {
            all.roles = told_apart(graph, &self.by_name, &self.of_instances);
        }
        all
    }
}

impl SessionNames {
    /// Returns whether a walk tells sessions apart by their names.
    pub fn matter(&self, given: &Given) -> bool {
        !matches!(self.of_walk(given, &Session::default()), Names::Open)
    }

    /// Returns the names that a walk tells apart whose first call is made in `session`.
    pub fn of_walk(&self, given: &Given, session: &Session) -> Names {
        if !self.looked_at {
            return Names::Open;
        }
        match given.get(&KeyName::new("sts:RoleSessionName")) {
            Some(KeyState::Known(values)) => match values.as_slice() {
                [one] if !one.is_empty() => return Names::Given(one.clone()),
                _ => return Names::Open,
            },
            None if !given.complete => {}
            _ => return Names::Open,
        }
        let mut names = self.names.clone();
        names.extend(session.policies.iter().flat_map(|one| Looks::of(one).names));
        if self.roles.is_empty() || names.len() > MOST_NAMES {
            return Names::Open;
        }
        Names::Chosen {
            names: names.into_iter().collect(),
            roles: self.roles.clone(),
        }
    }
}

impl Names {
    /// Returns every name that a session which starts with a call of the walk may
    /// have, open first.
    pub fn all(&self) -> Vec<Name> {
        match self {
            Names::Open => vec![None],
            Names::Given(name) => vec![Some(SessionName::Literal(name.clone()))],
            Names::Chosen { names, .. } => {
                let literal = names.iter().cloned().map(SessionName::Literal);
                let other = SessionName::Other(Arc::clone(names));
                let named = literal.chain([other]).map(Some);
                [None].into_iter().chain(named).collect()
            }
        }
    }

    /// Returns the name of the session that the first call starts, where the
    /// question says its parameters.
    pub fn at_first(&self, asked: Option<&String>) -> Name {
        let given = match self {
            Names::Given(name) => Some(name),
            Names::Open | Names::Chosen { .. } => None,
        };
        asked.or(given).cloned().map(SessionName::Literal)
    }

    /// Returns those of `roles` whose sessions may be looked at under `name`.
    ///
    /// What a caller chooses is possible, never sure (R240): surely a session
    /// has any name, possibly each of those that are told apart.
    pub fn holders(&self, name: &Name, roles: RoaringBitmap, sure: bool) -> RoaringBitmap {
        match (self, name) {
            (Names::Open | Names::Given(_), _) => roles,
            (Names::Chosen { .. }, None) if sure => roles,
            (Names::Chosen { .. }, Some(_)) if sure => RoaringBitmap::new(),
            (Names::Chosen { roles: apart, .. }, None) => roles - apart,
            (Names::Chosen { roles: apart, .. }, Some(_)) => roles & apart,
        }
    }

    /// Returns whether callers choose.
    pub fn are_chosen(&self) -> bool {
        matches!(self, Names::Chosen { .. })
    }

    /// Returns whether EC2 gives this name, which is an instance's id (R103).
    pub fn of_instance(&self, name: &Name) -> bool {
        match (self, name) {
            (Names::Chosen { .. }, Some(SessionName::Literal(name))) => name.starts_with("i-"),
            _ => true,
        }
    }
}

/// What a document says about names of sessions.
#[derive(Default)]
struct Looks {
    // It names a session, or looks at the id of a caller, which ends with its name.
    at_callers: bool,
    // It looks at the name that a call gives.
    at_the_call: bool,
    names: Vec<String>,
}

impl Looks {
    fn of(document: &Document) -> Looks {
        let mut looks = Looks::default();
        for statement in &document.statements {
            looks.by_principals(statement);
            for condition in &statement.conditions {
                looks.by_condition(condition);
            }
            let clause = statement.resources.iter();
            let patterns = clause.flat_map(|clause| &clause.patterns);
            for variable in patterns.flat_map(|pattern| pattern.template().variables()) {
                looks.at(&variable.key);
            }
        }
        looks
    }

    fn at(&mut self, key: &KeyName) {
        match key.as_lower() {
            "aws:userid" => self.at_callers = true,
            "sts:rolesessionname" => self.at_the_call = true,
            _ => {}
        }
    }

    fn by_principals(&mut self, statement: &Statement) {
        let clause = statement.principal.iter();
        for entry in clause.flat_map(|clause| &clause.entries) {
            if let NamedPrincipal::Session { session, .. } = entry {
                self.at_callers = true;
                self.names.push(session.to_string());
            }
        }
    }

    fn by_condition(&mut self, condition: &Condition) {
        self.at(&condition.key);
        let values = condition.values.iter();
        for variable in values.flat_map(|value| value.template.variables()) {
            self.at(&variable.key);
        }
        if condition.operator.test == Test::Null {
            return;
        }
        match condition.key.as_lower() {
            "sts:rolesessionname" => self.names.extend(literals(condition)),
            "aws:userid" => {
                let values = condition.values.iter();
                let plain = values.filter(|value| value.template.variables().next().is_none());
                let ends = plain.filter_map(|value| value.text.rsplit_once(':'));
                let names = ends.map(|(_, name)| name);
                let literal = names.filter(|name| !name.is_empty() && !name.contains(['*', '?']));
                self.names.extend(literal.map(str::to_owned));
            }
            _ => {}
        }
    }
}

fn told_apart(
    graph: &Graph,
    by_name: &RoaringBitmap,
    of_instances: &RoaringBitmap,
) -> RoaringBitmap {
    let looks = |id: DocumentId| by_name.contains(id.0);
    let trust_of = |role| graph.principal(role).role().map(|facts| facts.trust);
    let trusts: BTreeSet<PolicyId> = graph.roles().filter_map(trust_of).collect();
    let mut policies = (0..).zip(graph.policies());
    let everywhere = policies
        .any(|(at, policy)| policy.document.is_some_and(looks) && !trusts.contains(&PolicyId(at)));
    let mut apart = RoaringBitmap::new();
    for role in graph.roles() {
        let document = trust_of(role).and_then(|trust| graph.policy(trust).document);
        let by_trust = document.is_some_and(|id| looks(id) || of_instances.contains(id.0));
        if everywhere || by_trust {
            apart.insert(role.0);
        }
    }
    apart
}

fn trusts_instances(trust: &Document) -> bool {
    let service = NamedPrincipal::Service(EC2.into());
    trust.statements.iter().any(|statement| {
        let clause = statement.principal.as_ref();
        statement.effect == Some(Effect::Allow)
            && clause.is_some_and(|clause| clause.entries.contains(&service))
            && statement.covers_action("sts:AssumeRole") != Truth::False
    })
}

//! What statements and conditions look at, read once when the index is built.
//!
//! Equal conditions are one, wherever they stand. A condition that looks at
//! nothing but the caller is decided once for everybody, at its first use; the
//! answer is kept for all later questions.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

use rustc_hash::{FxHashMap, FxHashSet};
use whocan_graph::{DocumentId, Graph};
use whocan_policy::{Condition, Filling, Given, KeyName, Statement, VariableValue};

use crate::Planes;
use crate::column::Column;
use crate::scene::is_delivered;

/// A context key that some policy of the graph looks at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct KeyId(u32);

/// A distinct condition of the graph's policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ConditionId(u32);

/// What the statements of all documents look at.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    // The first statement of each document, and the end.
    starts: Vec<u32>,
    statements: Vec<StatementFacts>,
    conditions: Vec<ConditionFacts>,
    keys: Vec<KeyFacts>,
}

/// What one statement looks at.
#[derive(Debug)]
pub(crate) struct StatementFacts {
    /// The keys of the variables in its resources, sorted and unique.
    pub variables: Box<[KeyId]>,
    /// Its conditions, in order.
    pub conditions: Box<[ConditionId]>,
}

/// One distinct condition.
#[derive(Debug)]
pub(crate) struct ConditionFacts {
    /// The condition itself.
    pub condition: Condition,
    /// Its key and those of its variables, sorted and unique.
    pub keys: Box<[KeyId]>,
    /// Its values, where they hold no variables.
    pub wanted: Option<Box<[Filling]>>,
    /// For whom it holds, if it looks at nothing but the caller.
    pub of_callers: OnceLock<Known<Planes>>,
    /// Of how many callers it was decided before that was known.
    pub asked: AtomicU64,
}

/// One key, and what is known of it for each caller if it is about nothing else.
#[derive(Debug)]
pub(crate) struct KeyFacts {
    /// The name.
    pub name: KeyName,
    /// What it is about.
    pub about: About,
    /// Its states, for everybody.
    pub column: OnceLock<Known<Column>>,
}

/// Something that is known, and whether a gap was seen on the way.
#[derive(Debug)]
pub(crate) struct Known<T> {
    pub what: T,
    pub gap_seen: bool,
}

/// What a key's state depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The question alone.
    Question,
    /// The caller alone, as long as the question says nothing of it.
    Caller,
    /// The owner of the resource, who may be the caller's account.
    Owner,
    /// Caller and question.
    Both,
}

/// A statement and what it looks at.
///
/// Nothing is known beforehand of statements that only a question has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub statement: &'a Statement,
    pub facts: Option<&'a StatementFacts>,
}

impl<'a> Line<'a> {
    /// Takes a statement of a session policy.
    pub fn asked(statement: &'a Statement) -> Line<'a> {
        Line {
            statement,
            facts: None,
        }
    }
}

impl Facts {
    /// Reads all documents of `graph`.
    pub fn of(graph: &Graph) -> Facts {
        let mut reader = Reader::default();
        for document in graph.documents() {
            let start = reader.facts.statements.len();
            reader.facts.starts.push(start as u32);
            for statement in &document.statements {
                reader.statement(statement);
            }
        }
        let end = reader.facts.statements.len();
        reader.facts.starts.push(end as u32);
        reader.facts
    }

    /// Returns one statement of a document.
    pub fn line<'a>(&'a self, graph: &'a Graph, document: DocumentId, at: u32) -> Line<'a> {
        Line {
            statement: &graph.document(document).statements[at as usize],
            facts: Some(&self.statements[(self.starts[document.index()] + at) as usize]),
        }
    }

    /// Returns the statements of a document that can have an effect.
    pub fn lines<'a>(
        &'a self,
        graph: &'a Graph,
        document: DocumentId,
    ) -> impl Iterator<Item = Line<'a>> {
        let (start, end) = (
            self.starts[document.index()] as usize,
            self.starts[document.index() + 1] as usize,
        );
        let facts = &self.statements[start..end];
        let all = graph.document(document).statements.iter().zip(facts);
        let live = all.filter(|(statement, _)| !statement.is_inert());
        live.map(|(statement, facts)| Line {
            statement,
            facts: Some(facts),
        })
    }

    /// Returns the keys that are not what they would be if nothing were given.
    pub fn said_of(&self, given: &Given) -> FxHashSet<KeyId> {
        let names = |key: &KeyName| given.get(key).is_some();
        // What is given of one says something of the others (R114).
        let network = OF_NETWORK.iter().any(|name| names(&KeyName::new(name)));
        let of_network = |key: &KeyName| network && OF_NETWORK.contains(&key.as_lower());
        let all = (0..).map(KeyId).zip(&self.keys);
        let said = all.filter(|(_, key)| names(&key.name) || of_network(&key.name));
        said.map(|(id, _)| id).collect()
    }

    /// Returns the names of all keys that some policy looks at, in lower case.
    pub fn key_names(&self) -> Vec<&str> {
        self.keys.iter().map(|key| key.name.as_lower()).collect()
    }

    pub fn condition(&self, id: ConditionId) -> &ConditionFacts {
        &self.conditions[id.0 as usize]
    }

    pub fn has_key(&self, id: KeyId) -> bool {
        (id.0 as usize) < self.keys.len()
    }

    pub fn key(&self, id: KeyId) -> &KeyFacts {
        &self.keys[id.0 as usize]
    }
}

#[derive(Default)]
struct Reader {
    facts: Facts,
    // By name as written: names compare without case, but a tag is looked up
    // as it is written first.
    key_ids: FxHashMap<Box<str>, KeyId>,
    condition_ids: FxHashMap<(Box<str>, Condition), ConditionId>,
}

impl Reader {
    fn statement(&mut self, statement: &Statement) {
        let patterns = statement
            .resources
            .iter()
            .flat_map(|clause| &clause.patterns);
        let variables = patterns.flat_map(|pattern| pattern.template().variables());
        let variables = self.keys(variables.map(|variable| &variable.key));
        let conditions = statement.conditions.iter();
        let conditions = conditions.map(|condition| self.condition(condition));
        let conditions = conditions.collect();
        self.facts.statements.push(StatementFacts {
            variables,
            conditions,
        });
    }

    fn condition(&mut self, condition: &Condition) -> ConditionId {
        let distinct = (condition.key.as_written().into(), condition.clone());
        if let Some(&known) = self.condition_ids.get(&distinct) {
            return known;
        }
        let values = condition.values.iter();
        let variables = values.flat_map(|value| value.template.variables());
        let variables: Vec<&KeyName> = variables.map(|variable| &variable.key).collect();
        let fixed = variables.is_empty();
        let id = ConditionId(self.facts.conditions.len() as u32);
        let keys = self.keys(variables.into_iter().chain([&condition.key]));
        self.facts.conditions.push(ConditionFacts {
            condition: condition.clone(),
            keys,
            wanted: fixed.then(|| condition.fill(|_| VariableValue::Unknown).into()),
            of_callers: OnceLock::new(),
            asked: AtomicU64::new(0),
        });
        self.condition_ids.insert(distinct, id);
        id
    }

    fn keys<'a>(&mut self, names: impl Iterator<Item = &'a KeyName>) -> Box<[KeyId]> {
        let mut keys: Vec<KeyId> = names.map(|name| self.key(name)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into()
    }

    fn key(&mut self, name: &KeyName) -> KeyId {
        if let Some(&known) = self.key_ids.get(name.as_written()) {
            return known;
        }
        let id = KeyId(self.facts.keys.len() as u32);
        self.facts.keys.push(KeyFacts {
            name: name.clone(),
            about: About::of(name),
            column: OnceLock::new(),
        });
        self.key_ids.insert(name.as_written().into(), id);
        id
    }
}

impl About {
    /// Returns what a key is about.
    pub fn of(key: &KeyName) -> About {
        let name = key.as_lower();
        let issuer = name.rsplit_once(':').map_or("", |(issuer, _)| issuer);
        if key.behind("aws:principaltag/").is_some() || OF_CALLER.contains(&name) {
            About::Caller
        } else if OF_OWNER.contains(&name) {
            About::Owner
        } else if matches!(name, "kms:calleraccount" | "sts:sourceidentity")
            || is_delivered(name)
            // Claims of a token.
            || name.starts_with("saml:")
            || issuer.contains('.')
        {
            About::Both
        } else {
            About::Question
        }
    }
}

const OF_CALLER: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:userid",
    "aws:username",
    "aws:federatedprovider",
    "aws:sourceidentity",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:tokenissuetime",
    "aws:assumedroot",
    "aws:calledviaawsmcp",
    "aws:viaawsmcpservice",
    // Only services say on whose behalf they call.
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

const OF_NETWORK: &[&str] = &[
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

const OF_OWNER: &[&str] = &[
    "aws:resourceaccount",
    "s3:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
];

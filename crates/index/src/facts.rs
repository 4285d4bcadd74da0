//! What statements and conditions look at, read once when the index is built.
//!
//! Equal conditions are one, wherever they stand. A condition that looks at
//! nothing but the caller is decided once for everybody, at its first use; the
//! answer is kept for all later questions.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use rustc_hash::{FxHashMap, FxHashSet};
use whocan_graph::{DocumentId, Graph};
use whocan_policy::{Condition, Document, Filling, Given, KeyName, Statement, VariableValue};
use whocan_snapshot::{Numbers, Section, Table};

use crate::Planes;
use crate::column::Column;
use crate::scene::is_delivered;

/// How many sections the facts take in a file.
pub(crate) const FACTS_SECTIONS: usize = 4;

/// So many statements are read from a file at once.
const STATEMENTS_PER_CHUNK: usize = 256;

const CONDITIONS_PER_CHUNK: usize = 8;

/// A context key that some policy of the graph looks at.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct KeyId(u32);

/// A distinct condition of the graph's policies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct ConditionId(u32);

/// What the statements of all documents look at.
#[derive(Debug)]
pub(crate) struct Facts {
    graph: Arc<Graph>,
    // The first statement of each document, and the end.
    starts: Numbers,
    statements: Table<StatementFacts>,
    // Where each distinct condition stands first.
    places: Vec<Place>,
    // INVARIANT: as many as `places`; each is read at first use.
    conditions: Box<[OnceLock<ConditionFacts>]>,
    // What is known of conditions on callers, where it was kept.
    kept: Table<Kept>,
    keys: Vec<KeyFacts>,
    // By name as written: names compare without case, but a tag is looked up
    // as it is written first.
    key_ids: FxHashMap<Box<str>, KeyId>,
}

/// For whom a condition holds, surely and possibly, and whether a gap was seen;
/// `None` if it looks at more than the caller.
type Kept = Option<(RoaringBitmap, RoaringBitmap, bool)>;

/// A condition's place: document, statement, and position in it.
type Place = (DocumentId, u32, u32);

/// What one statement looks at.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
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
    /// Of how many callers it was worked out before that was known.
    pub asked: AtomicU64,
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
    fn assemble(
        graph: Arc<Graph>,
        starts: Numbers,
        statements: Table<StatementFacts>,
        places: Vec<Place>,
        keys: Vec<Box<str>>,
        kept: Table<Kept>,
    ) -> Facts {
        let ids = (0..).map(KeyId);
        Facts {
            graph,
            starts,
            statements,
            conditions: places.iter().map(|_| OnceLock::new()).collect(),
            places,
            kept,
            key_ids: keys.iter().cloned().zip(ids).collect(),
            keys: keys.iter().map(|name| KeyFacts::of(name)).collect(),
        }
    }

    /// Returns the facts as sections of a file.
    pub fn to_sections(&self) -> [Vec<u8>; FACTS_SECTIONS] {
        let names: Vec<&str> = self.keys.iter().map(|key| key.name.as_written()).collect();
        let rest = postcard::to_stdvec(&(&self.places, names));
        let kept: Vec<Kept> = (0..self.conditions.len() as u32)
            .map(|id| self.condition(ConditionId(id)).kept())
            .collect();
        [
            self.starts.as_bytes().to_vec(),
            self.statements.to_bytes(STATEMENTS_PER_CHUNK),
            rest.expect("only lists of known length"),
            Table::from(kept).to_bytes(CONDITIONS_PER_CHUNK),
        ]
    }

    /// Takes sections of a file, `None` if they are no facts of `graph`.
    pub fn from_sections(
        graph: Arc<Graph>,
        [starts, statements, rest, kept]: [Section; FACTS_SECTIONS],
    ) -> Option<Facts> {
        let statements: Table<StatementFacts> = Table::from_section(statements)?;
        let starts = Numbers::below(starts, statements.len() + 1)?;
        let (places, keys): (Vec<Place>, Vec<Box<str>>) = postcard::from_bytes(&rest).ok()?;
        let kept: Table<Kept> = Table::from_section(kept)?;
        let whole = starts.len() == graph.documents().len() + 1 && kept.len() == places.len();
        whole.then(|| Facts::assemble(graph, starts, statements, places, keys, kept))
    }

    /// Returns one statement of a document.
    pub fn line<'a>(&'a self, graph: &'a Graph, document: DocumentId, at: u32) -> Line<'a> {
        Line {
            statement: &graph.document(document).statements[at as usize],
            facts: Some(&self.statements[self.start(document.index()) + at as usize]),
        }
    }

    /// Returns the statements of a document that can have an effect.
    pub fn lines<'a>(
        &'a self,
        graph: &'a Graph,
        document: DocumentId,
    ) -> impl Iterator<Item = Line<'a>> {
        let start = self.start(document.index());
        let end = self.start(document.index() + 1);
        let facts = (start..end).map(|at| &self.statements[at]);
        let all = graph.document(document).statements.iter().zip(facts);
        let live = all.filter(|(statement, _)| !statement.is_inert());
        live.map(|(statement, facts)| Line {
            statement,
            facts: Some(facts),
        })
    }

    /// Returns the keys that are not what they would be if nothing were given.
    pub fn said_of(&self, given: &Given) -> FxHashSet<KeyId> {
        if given.keys.is_empty() {
            return FxHashSet::default();
        }
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

    fn start(&self, document: usize) -> usize {
        self.starts.get(document).unwrap_or_default() as usize
    }

    fn condition_of(&self, condition: &Condition) -> ConditionFacts {
        let keys = keys_of(condition);
        let keys = keys.filter_map(|key| self.key_ids.get(key.as_written()).copied());
        ConditionFacts::of(condition, sorted(keys.collect()))
    }

    pub fn condition(&self, id: ConditionId) -> &ConditionFacts {
        let known = &self.conditions[id.0 as usize];
        known.get_or_init(|| {
            let (document, statement, at) = self.places[id.0 as usize];
            let document = self.graph.document(document);
            let condition = &document.statements[statement as usize].conditions[at as usize];
            let mut facts = self.condition_of(condition);
            if let Some(Some((surely, possibly, gap_seen))) = self.kept.get(id.0 as usize) {
                let what = Planes {
                    surely: surely.clone(),
                    possibly: possibly.clone(),
                };
                let gap_seen = *gap_seen;
                facts.of_callers = OnceLock::from(Known { what, gap_seen });
            }
            facts
        })
    }

    /// Returns the distinct conditions, which reads them.
    pub fn conditions(&self) -> impl Iterator<Item = &ConditionFacts> {
        (0..self.conditions.len() as u32).map(|id| self.condition(ConditionId(id)))
    }

    /// Returns what the statements of a document look at, in their order.
    pub fn of_document(&self, id: DocumentId) -> impl Iterator<Item = &StatementFacts> {
        let statements = self.start(id.index())..self.start(id.index() + 1);
        statements.map(|at| &self.statements[at])
    }

    /// Returns whether a variable inserts one of these keys into the resources of some statement.
    pub fn inserts(&self, is_one: impl Fn(&KeyName) -> bool) -> bool {
        let mut statements = self.statements.iter();
        statements.any(|statement| {
            let mut keys = statement.variables.iter();
            keys.any(|&id| is_one(&self.key(id).name))
        })
    }

    /// Returns the conditions that look at nothing but the caller, in one way
    /// that the question does not change.
    pub fn of_callers(&self) -> impl Iterator<Item = &ConditionFacts> {
        self.conditions().filter(|condition| {
            let mut keys = condition.keys.iter();
            condition.wanted.is_some() && keys.all(|&key| self.key(key).about == About::Caller)
        })
    }

    pub fn key(&self, id: KeyId) -> &KeyFacts {
        &self.keys[id.0 as usize]
    }
}

impl ConditionFacts {
    fn kept(&self) -> Kept {
        let known = self.of_callers.get()?;
        let planes = &known.what;
        Some((
            planes.surely.clone(),
            planes.possibly.clone(),
            known.gap_seen,
        ))
    }

    fn of(condition: &Condition, keys: Box<[KeyId]>) -> ConditionFacts {
        let mut values = condition.values.iter();
        let fixed = values.all(|value| value.template.variables().next().is_none());
        ConditionFacts {
            condition: condition.clone(),
            keys,
            wanted: fixed.then(|| condition.fill(|_| VariableValue::Unknown).into()),
            of_callers: OnceLock::new(),
            asked: AtomicU64::new(0),
        }
    }
}

impl KeyFacts {
    fn of(name: &str) -> KeyFacts {
        let name = KeyName::new(name);
        KeyFacts {
            about: About::of(&name),
            name,
            column: OnceLock::new(),
            asked: AtomicU64::new(0),
        }
    }
}

// The condition's own key, and those of its variables.
fn keys_of(condition: &Condition) -> impl Iterator<Item = &KeyName> {
    let values = condition.values.iter();
    let variables = values.flat_map(|value| value.template.variables());
    variables
        .map(|variable| &variable.key)
        .chain([&condition.key])
}

fn sorted(mut keys: Vec<KeyId>) -> Box<[KeyId]> {
    keys.sort_unstable();
    keys.dedup();
    keys.into()
}

/// Reads statements, and numbers conditions and keys as they come.
#[derive(Default)]
pub(crate) struct Reader {
    starts: Vec<u32>,
    statements: Vec<StatementFacts>,
    places: Vec<Place>,
    keys: Vec<Box<str>>,
    key_ids: FxHashMap<Box<str>, KeyId>,
    condition_ids: FxHashMap<(Box<str>, Condition), ConditionId>,
}

impl Reader {
    /// Takes a document; they come in their order.
    pub fn document(&mut self, id: DocumentId, document: &Document) {
        self.starts.push(self.statements.len() as u32);
        for (at, statement) in (0..).zip(&document.statements) {
            self.statement(id, at, statement);
        }
    }

    /// Returns the facts of all documents of `graph`.
    pub fn finish(mut self, graph: Arc<Graph>) -> Facts {
        self.starts.push(self.statements.len() as u32);
        let facts = Facts::assemble(
            graph,
            Numbers::of(self.starts),
            self.statements.into(),
            self.places,
            self.keys,
            Table::default(),
        );
        let mut read: Vec<(ConditionId, Condition)> = self
            .condition_ids
            .into_iter()
            .map(|((_, condition), id)| (id, condition))
            .collect();
        read.sort_unstable_by_key(|(id, _)| *id);
        for (id, condition) in read {
            let condition = facts.condition_of(&condition);
            // Nobody looked at it before.
            let _ = facts.conditions[id.0 as usize].set(condition);
        }
        facts
    }

    fn statement(&mut self, document: DocumentId, at: u32, statement: &Statement) {
        let patterns = statement
            .resources
            .iter()
            .flat_map(|clause| &clause.patterns);
        let variables = patterns.flat_map(|pattern| pattern.template().variables());
        let variables = variables.map(|variable| self.key(&variable.key)).collect();
        let conditions = (0..).zip(&statement.conditions);
        let conditions =
            conditions.map(|(position, one)| self.condition((document, at, position), one));
        let conditions = conditions.collect();
        self.statements.push(StatementFacts {
            variables: sorted(variables),
            conditions,
        });
    }

    fn condition(&mut self, place: Place, condition: &Condition) -> ConditionId {
        let distinct = (condition.key.as_written().into(), condition.clone());
        if let Some(&known) = self.condition_ids.get(&distinct) {
            return known;
        }
        let id = ConditionId(self.places.len() as u32);
        self.places.push(place);
        for key in keys_of(condition) {
            self.key(key);
        }
        self.condition_ids.insert(distinct, id);
        id
    }

    fn key(&mut self, name: &KeyName) -> KeyId {
        if let Some(&known) = self.key_ids.get(name.as_written()) {
            return known;
        }
        let id = KeyId(self.keys.len() as u32);
        self.keys.push(name.as_written().into());
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
        } else if matches!(
            name,
            "kms:calleraccount" | "sts:sourceidentity" | "lambda:functionurlauthtype"
        )
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

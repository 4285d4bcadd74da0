//! Which statements cover an action and may concern a resource, without a look at any.
//!
//! Statements are numbered in the order of documents. Distinct action patterns
//! and distinct clauses of them are asked once for each action; resources are
//! told apart by the literal beginnings of their patterns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use roaring::{MultiOps, RoaringBitmap};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use whocan_graph::{AccountIndex, DocumentId, Graph};
use whocan_policy::{ActionPattern, Document, Effect, Pattern, Statement, Token};
use whocan_snapshot::{Lists, Numbers, Section, Table};

use crate::beginnings::BeginningTexts;

/// How many sections the statements take in a file.
pub(crate) const ACTIONS_SECTIONS: usize = 12;

/// So many texts are read from a file at once.
const TEXTS_PER_CHUNK: usize = 256;

/// A statement of a document, by the number it has here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StatementRef {
    number: u32,
    pub document: DocumentId,
    /// Its position in the document.
    pub at: u32,
}

/// The statements of some documents, by their actions and resources.
#[derive(Debug)]
pub(crate) struct Actions {
    // By number: where the statement stands, what it is like, and which
    // beginnings its resources may have.
    documents: Numbers,
    positions: Numbers,
    traits: Numbers,
    beginnings_of: Lists,
    beginnings: BeginningTexts,
    patterns: Table<Box<str>>,
    compiled: Box<[OnceLock<ActionPattern>]>,
    // The clauses that stand for `Action` with a pattern; the statements with a clause.
    clauses_of: Lists,
    statements_of: Lists,
    rest: Rest,
    answers: RwLock<FxHashMap<String, Arc<Covering>>>,
}

/// The statements that cover one action, by document and position.
#[derive(Debug)]
pub(crate) struct Covering {
    statements: Box<[StatementRef]>,
    // How often all of them were looked through.
    looked_through: AtomicU32,
    sorted: OnceLock<Sorted>,
    // By account: those that bear on somebody of it, but for the plain ones.
    by_account: OnceLock<ByAccount>,
}

/// Some statements for each account, once somebody asked.
type ByAccount = Box<[OnceLock<Box<[StatementRef]>>]>;

/// The same, sorted by what their resources are.
#[derive(Debug, Default)]
struct Sorted {
    // By effect: those that apply to every call.
    plain: FxHashMap<u32, Vec<StatementRef>>,
    holders_of_plain: FxHashMap<u32, OnceLock<RoaringBitmap>>,
    // All others, by each beginning that their resources may have.
    by_beginning: FxHashMap<u32, Vec<StatementRef>>,
    of_any: Vec<StatementRef>,
}

/// What is read from a file at once.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rest {
    // The patterns of each service; those of all services under an empty name.
    services: BTreeMap<Box<str>, Vec<u32>>,
    // The clauses of `NotAction`, and their patterns.
    negated: Vec<(u32, Vec<u32>)>,
    // Statements without readable actions may cover any.
    unreadable: Vec<u32>,
}

/// Which beginnings a resource has, so that statements about others can be left out.
#[derive(Debug)]
pub(crate) struct Beginnings(Vec<u32>);

impl Covering {
    /// Returns whether they were all looked through before, so that they are
    /// sorted or will be.
    pub fn is_asked_often(&self) -> bool {
        self.looked_through.load(Relaxed) > 0
    }

    /// Returns all of them.
    pub fn iter(&self) -> impl Iterator<Item = &StatementRef> {
        self.statements.iter()
    }

    /// Returns those of one document.
    pub fn of_document(&self, document: DocumentId) -> impl Iterator<Item = &StatementRef> {
        let start = self
            .statements
            .partition_point(|known| known.document < document);
        let rest = self.statements[start..].iter();
        rest.take_while(move |known| known.document == document)
    }
}

impl Sorted {
    // By document and position, each once.
    fn with_beginnings(&self, beginnings: &Beginnings) -> Vec<StatementRef> {
        let lists = beginnings.0.iter();
        let lists = lists.filter_map(|one| self.by_beginning.get(one));
        let mut found: Vec<StatementRef> = lists.flatten().chain(&self.of_any).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Actions {
    /// Returns the statements that cover `action`, by document and position.
    ///
    /// A statement whose actions cannot be read is among them.
    pub fn covering(&self, action: &str) -> Arc<Covering> {
        let known = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(action) {
            return answer.clone();
        }
        drop(known);
        let answer = Arc::new(Covering {
            statements: self.find(action),
            looked_through: AtomicU32::new(0),
            sorted: OnceLock::new(),
            by_account: OnceLock::new(),
        });
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        answers.insert(action.to_owned(), answer.clone());
        answer
    }

    fn find(&self, action: &str) -> Box<[StatementRef]> {
        let service = service_of(action);
        let groups = [service.as_str(), ""];
        let candidates = groups
            .iter()
            .filter_map(|name| self.rest.services.get(*name));
        let mut hit: Vec<u32> = candidates
            .flatten()
            .copied()
            .filter(|&pattern| self.pattern(pattern).matches(action))
            .collect();
        hit.sort_unstable();
        let mut clauses: Vec<u32> = hit
            .iter()
            .flat_map(|&pattern| self.clauses_of.get(pattern as usize))
            .collect();
        clauses.sort_unstable();
        clauses.dedup();
        let passes = |patterns: &[u32]| {
            let mut patterns = patterns.iter();
            !patterns.any(|pattern| hit.binary_search(pattern).is_ok())
        };
        let negated = self.rest.negated.iter();
        clauses.extend(
            negated
                .filter(|(_, patterns)| passes(patterns))
                .map(|(clause, _)| clause),
        );
        let mut found: Vec<u32> = clauses
            .iter()
            .flat_map(|&clause| self.statements_of.get(clause as usize))
            .collect();
        found.extend(&self.rest.unreadable);
        found.sort_unstable();
        found.iter().map(|&number| self.statement(number)).collect()
    }

    fn pattern(&self, id: u32) -> &ActionPattern {
        self.compiled[id as usize].get_or_init(|| ActionPattern::new(&self.patterns[id as usize]))
    }

    fn statement(&self, number: u32) -> StatementRef {
        let of = |numbers: &Numbers| numbers.get(number as usize).unwrap_or_default();
        StatementRef {
            number,
            document: DocumentId(of(&self.documents)),
            at: of(&self.positions),
        }
    }

    /// Returns those of `covering` that may concern a resource with these
    /// beginnings, and whom its plain statements with this effect bear on.
    ///
    /// The first time it looks through all of them; whoever asks again, as
    /// for each role of an organization, gets them sorted.
    pub fn concerning<'a>(
        &self,
        covering: &'a Covering,
        effect: Effect,
        beginnings: &Beginnings,
        identity: &Table<RoaringBitmap>,
    ) -> (Cow<'a, RoaringBitmap>, Vec<StatementRef>) {
        if covering.looked_through.fetch_add(1, Relaxed) == 0 {
            let mut holders = RoaringBitmap::new();
            let mut others = Vec::new();
            let all = covering.statements.iter();
            for one in all.filter(|one| self.has_effect(one, effect)) {
                if self.is_plain(one) {
                    holders |= &identity[one.document.index()];
                } else if self.may_concern(one, beginnings) {
                    others.push(*one);
                }
            }
            return (Cow::Owned(holders), others);
        }
        let sorted = covering.sorted.get_or_init(|| self.sort(covering));
        let mut others = sorted.with_beginnings(beginnings);
        others.retain(|one| self.has_effect(one, effect));
        let holders = self.holders_of_plain(covering, effect, identity);
        (holders.map_or_else(Cow::default, Cow::Borrowed), others)
    }

    /// Returns those of `covering` that bear on somebody of an account, but for
    /// the plain ones.
    ///
    /// They are found for the account when somebody first asks.
    pub fn of_account<'a>(
        &self,
        covering: &'a Covering,
        (account, accounts): (AccountIndex, usize),
        members: &Range<u32>,
        identity: &Table<RoaringBitmap>,
    ) -> &'a [StatementRef] {
        let empty = || (0..accounts).map(|_| OnceLock::new()).collect();
        let own = &covering.by_account.get_or_init(empty)[account.index()];
        own.get_or_init(|| {
            let bears = |one: &&StatementRef| {
                let holders = &identity[one.document.index()];
                !self.is_plain(one) && holders.range_cardinality(members.clone()) > 0
            };
            covering.statements.iter().filter(bears).copied().collect()
        })
    }

    /// Returns whom the plain statements of `covering` with this effect bear on.
    pub fn holders_of_plain<'a>(
        &self,
        covering: &'a Covering,
        effect: Effect,
        identity: &Table<RoaringBitmap>,
    ) -> Option<&'a RoaringBitmap> {
        let sorted = covering.sorted.get_or_init(|| self.sort(covering));
        let code = code(Some(effect));
        let known = sorted.holders_of_plain.get(&code)?;
        let plain = sorted.plain.get(&code).into_iter().flatten();
        let sets = plain.map(|one| &identity[one.document.index()]);
        Some(known.get_or_init(|| sets.union()))
    }

    /// Returns those of `covering` that may concern a resource with one of these
    /// beginnings, but for the plain ones.
    ///
    /// The first time it looks through all of them, as [`Actions::concerning`] does.
    pub fn with_beginnings(
        &self,
        covering: &Covering,
        beginnings: &Beginnings,
    ) -> Vec<StatementRef> {
        if covering.looked_through.fetch_add(1, Relaxed) == 0 {
            let all = covering.statements.iter().copied();
            let concerned =
                |one: &StatementRef| !self.is_plain(one) && self.may_concern(one, beginnings);
            return all.filter(concerned).collect();
        }
        let sorted = covering.sorted.get_or_init(|| self.sort(covering));
        sorted.with_beginnings(beginnings)
    }

    fn sort(&self, covering: &Covering) -> Sorted {
        let mut sorted = Sorted::default();
        for one in &covering.statements {
            if self.is_plain(one) {
                let code = self.traits(one) & EFFECTS;
                sorted.plain.entry(code).or_default().push(*one);
                sorted.holders_of_plain.entry(code).or_default();
                continue;
            }
            let own = self.beginnings_of.get(one.number as usize);
            if own.len() == 0 {
                sorted.of_any.push(*one);
            }
            for beginning in own {
                sorted.by_beginning.entry(beginning).or_default().push(*one);
            }
        }
        sorted
    }

    /// Returns whether a statement has this effect.
    pub fn has_effect(&self, statement: &StatementRef, effect: Effect) -> bool {
        self.traits(statement) & EFFECTS == code(Some(effect))
    }

    /// Returns whether a statement that covers an action applies to every call
    /// of it, whoever calls: it names every resource and no condition.
    pub fn is_plain(&self, statement: &StatementRef) -> bool {
        self.traits(statement) & PLAIN != 0
    }

    /// Returns whether a statement's resources tell some from others.
    pub fn tells_resources_apart(&self, statement: &StatementRef) -> bool {
        self.traits(statement) & EVERYTHING == 0
    }

    fn traits(&self, statement: &StatementRef) -> u32 {
        let known = self.traits.get(statement.number as usize);
        known.unwrap_or_default()
    }

    /// Returns the beginnings that patterns have and `resource` too.
    pub fn beginnings_of(&self, resource: &str) -> Beginnings {
        Beginnings(self.beginnings.starting(resource))
    }

    /// Returns the beginnings of patterns that may have a text in common with `resources`.
    pub fn beginnings_within(&self, resources: &Pattern) -> Beginnings {
        Beginnings(self.beginnings.around(resources.prefix()))
    }

    /// Returns whether a statement's resources may have one of these beginnings;
    /// those of most statements have not.
    pub fn may_concern(&self, statement: &StatementRef, beginnings: &Beginnings) -> bool {
        let mut own = self.beginnings_of.get(statement.number as usize);
        // Without any, the statement is about all but something, or nobody knows.
        own.len() == 0 || own.any(|one| beginnings.0.binary_search(&one).is_ok())
    }

    /// Returns the statements as sections of a file.
    pub fn to_sections(&self) -> [Vec<u8>; ACTIONS_SECTIONS] {
        let [own_starts, own] = self.beginnings_of.as_bytes().map(<[u8]>::to_vec);
        let [clause_starts, clauses] = self.clauses_of.as_bytes().map(<[u8]>::to_vec);
        let [statement_starts, statements] = self.statements_of.as_bytes().map(<[u8]>::to_vec);
        let rest = postcard::to_stdvec(&self.rest).expect("only lists of known length");
        [
            self.documents.as_bytes().to_vec(),
            self.positions.as_bytes().to_vec(),
            self.traits.as_bytes().to_vec(),
            own_starts,
            own,
            self.beginnings.to_bytes(),
            self.patterns.to_bytes(TEXTS_PER_CHUNK),
            clause_starts,
            clauses,
            statement_starts,
            statements,
            rest,
        ]
    }

    /// Takes sections of a file, `None` if they are no statements of `graph`.
    pub fn from_sections(graph: &Graph, sections: [Section; ACTIONS_SECTIONS]) -> Option<Actions> {
        let [
            documents,
            positions,
            traits,
            own_starts,
            own,
            beginnings,
            patterns,
            clause_starts,
            clauses,
            statement_starts,
            statements,
            rest,
        ] = sections;
        let documents = Numbers::below(documents, graph.documents().len())?;
        let beginnings = BeginningTexts::from_section(beginnings)?;
        let patterns: Table<Box<str>> = Table::from_section(patterns)?;
        let statements_of = Lists::below([statement_starts, statements], documents.len())?;
        Some(Actions {
            positions: Numbers::below(positions, usize::MAX)?,
            traits: Numbers::below(traits, usize::MAX)?,
            beginnings_of: Lists::below([own_starts, own], beginnings.len())?,
            clauses_of: Lists::below([clause_starts, clauses], statements_of.len())?,
            compiled: (0..patterns.len()).map(|_| OnceLock::new()).collect(),
            rest: postcard::from_bytes(&rest).ok()?,
            answers: RwLock::default(),
            documents,
            beginnings,
            patterns,
            statements_of,
        })
    }
}

// The traits of a statement: its effect, and whether it is about every resource
// and about nothing else.
const EFFECTS: u32 = 3;
const EVERYTHING: u32 = 4;
const PLAIN: u32 = 8;

fn traits(statement: &Statement) -> u32 {
    let everything = statement.resources.as_ref().is_some_and(|clause| {
        let mut patterns = clause.patterns.iter();
        let every = [Token::Many { colons: true }];
        let is = |pattern: &Pattern| pattern.tokens() == every;
        !clause.negated && patterns.all(|pattern| pattern.fixed().is_some_and(is))
    });
    let plain = everything
        && statement.conditions.is_empty()
        && statement.principal.is_none()
        && statement.actions.is_some()
        && !statement.doubtful;
    let flag = |holds: bool, flag: u32| if holds { flag } else { 0 };
    code(statement.effect) | flag(everything, EVERYTHING) | flag(plain, PLAIN)
}

fn code(effect: Option<Effect>) -> u32 {
    match effect {
        None => 0,
        Some(Effect::Allow) => 1,
        Some(Effect::Deny) => 2,
    }
}

// Without case, as actions are (R41).
fn service_of(action: &str) -> String {
    let service = action.split(':').next().unwrap_or_default();
    service.to_ascii_lowercase()
}

/// The statements of documents that are looked at in their order.
#[derive(Default)]
pub(crate) struct Gathering {
    documents: Vec<u32>,
    positions: Vec<u32>,
    traits: Vec<u32>,
    beginnings_of: Vec<Vec<u32>>,
    beginnings: Vec<Box<str>>,
    beginning_ids: FxHashMap<Box<str>, u32>,
    patterns: Vec<Box<str>>,
    pattern_ids: FxHashMap<Box<str>, u32>,
    clauses: Vec<Clause>,
    clause_ids: FxHashMap<(bool, Vec<u32>), usize>,
    unreadable: Vec<u32>,
}

struct Clause {
    negated: bool,
    patterns: Vec<u32>,
    statements: Vec<u32>,
}

impl Gathering {
    /// Takes the statements of a document that can have an effect.
    pub fn document(&mut self, id: DocumentId, document: &Document) {
        let live = document.statements.iter();
        let live = live.filter(|statement| !statement.is_inert());
        live.for_each(|statement| self.add(id, statement));
    }

    fn add(&mut self, document: DocumentId, statement: &Statement) {
        let number = self.documents.len() as u32;
        self.documents.push(document.0);
        self.positions.push(statement.index);
        self.traits.push(traits(statement));
        let beginnings = self.beginnings(statement);
        self.beginnings_of.push(beginnings);
        let Some(clause) = &statement.actions else {
            self.unreadable.push(number);
            return;
        };
        let mut patterns: Vec<u32> = clause
            .patterns
            .iter()
            .map(|pattern| add(&mut self.pattern_ids, &mut self.patterns, pattern.as_str()))
            .collect();
        patterns.sort_unstable();
        patterns.dedup();
        let clauses = &mut self.clauses;
        let key = (clause.negated, patterns);
        let position = match self.clause_ids.get(&key) {
            Some(&known) => known,
            None => {
                clauses.push(Clause {
                    negated: key.0,
                    patterns: key.1.clone(),
                    statements: Vec::new(),
                });
                self.clause_ids.insert(key, clauses.len() - 1);
                clauses.len() - 1
            }
        };
        clauses[position].statements.push(number);
    }

    // The beginnings of its resources, none if these may have any.
    fn beginnings(&mut self, statement: &Statement) -> Vec<u32> {
        let clause = statement.resources.as_ref();
        let Some(clause) = clause.filter(|clause| !clause.negated) else {
            return Vec::new();
        };
        let outlines = clause.patterns.iter();
        let outlines: Vec<&Pattern> = outlines.filter_map(|pattern| pattern.outline()).collect();
        let mut beginnings: Vec<u32> = outlines
            .iter()
            .map(|one| add(&mut self.beginning_ids, &mut self.beginnings, one.prefix()))
            .collect();
        beginnings.sort_unstable();
        beginnings.dedup();
        beginnings
    }

    /// Sorts what was taken.
    pub fn finish(self) -> Actions {
        let (beginnings, beginnings_of) = in_order(self.beginnings, self.beginnings_of);
        let mut services: BTreeMap<Box<str>, Vec<u32>> = BTreeMap::new();
        for (id, pattern) in (0..).zip(&self.patterns) {
            services.entry(group_of(pattern)).or_default().push(id);
        }
        let mut clauses_of = vec![Vec::new(); self.patterns.len()];
        let mut negated = Vec::new();
        for (id, clause) in (0..).zip(&self.clauses) {
            if clause.negated {
                negated.push((id, clause.patterns.clone()));
                continue;
            }
            for &pattern in &clause.patterns {
                clauses_of[pattern as usize].push(id);
            }
        }
        Actions {
            documents: Numbers::of(self.documents),
            positions: Numbers::of(self.positions),
            traits: Numbers::of(self.traits),
            beginnings_of: Lists::of(beginnings_of),
            beginnings: BeginningTexts::of(beginnings),
            compiled: self.patterns.iter().map(|_| OnceLock::new()).collect(),
            patterns: self.patterns.into(),
            clauses_of: Lists::of(clauses_of),
            statements_of: Lists::of(self.clauses.iter().map(|clause| &clause.statements)),
            rest: Rest {
                services,
                negated,
                unreadable: self.unreadable,
            },
            answers: RwLock::default(),
        }
    }
}

fn add(ids: &mut FxHashMap<Box<str>, u32>, texts: &mut Vec<Box<str>>, text: &str) -> u32 {
    if let Some(&known) = ids.get(text) {
        return known;
    }
    let id = texts.len() as u32;
    texts.push(text.into());
    ids.insert(text.into(), id);
    id
}

// Sorts texts, and numbers what refers to them anew.
fn in_order(texts: Vec<Box<str>>, mut lists: Vec<Vec<u32>>) -> (Vec<Box<str>>, Vec<Vec<u32>>) {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by(|&one, &other| texts[one as usize].cmp(&texts[other as usize]));
    let mut place = vec![0; texts.len()];
    for (new, &old) in (0..).zip(&order) {
        place[old as usize] = new;
    }
    for list in &mut lists {
        for id in list.iter_mut() {
            *id = place[*id as usize];
        }
        list.sort_unstable();
    }
    let sorted = order.iter().map(|&old| texts[old as usize].clone());
    (sorted.collect(), lists)
}

// The one service whose actions a pattern can cover, empty if there may be others.
fn group_of(pattern: &str) -> Box<str> {
    let service = pattern.split(':').next().unwrap_or_default();
    let literal = pattern.contains(':') && !service.contains(['*', '?']);
    match literal {
        true => service.to_ascii_lowercase().into(),
        false => "".into(),
    }
}

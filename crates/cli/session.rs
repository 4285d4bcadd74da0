//! Questions to one snapshot, one after the other; `as of` asks others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use whocan_graph::Graph;
use whocan_query::ast::{Ast, Statement, StatementKind};
use whocan_query::engine::{Cancellable, Indexed};
use whocan_query::rows::Answer;
use whocan_query::{Context, Names, Other};

use crate::args::Format;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::printer::Printer;
use crate::terminal::Terminal;

// Reasons are worked out row by row; nobody reads those of thousands.
const EXPLAINED_FOR_PEOPLE: usize = 200;
const EXPLAINED_FOR_PROGRAMS: usize = 10_000;

/// A snapshot and what `let` has named so far.
pub struct Session {
    // Until the process ends: to give its memory back piece by piece would take
    // longer than many answers.
    loaded: &'static Loaded,
    names: Names,
    format: Format,
    store: Option<PathBuf>,
    // The `let` statements so far: other snapshots know their things by other ids.
    lets: Vec<String>,
    // By the names that `as of` gives them; without one, it is the snapshot that is asked.
    others: BTreeMap<String, Option<Loaded>>,
    // Set by whoever wants the running question to end.
    cancelled: Arc<AtomicBool>,
}

impl Session {
    /// Begins to ask `loaded`; `as of` finds other snapshots in `store`.
    pub fn new(loaded: Loaded, format: Format, store: Option<&Path>) -> Session {
        Session {
            loaded: Box::leak(Box::new(loaded)),
            names: Names::default(),
            format,
            store: store.map(Path::to_owned),
            lets: Vec::new(),
            others: BTreeMap::new(),
            cancelled: Arc::default(),
        }
    }

    /// Forgets what was named.
    pub fn forget(&mut self) {
        self.names = Names::default();
        self.lets.clear();
    }

    /// Returns the facts that a statement is about.
    pub fn graph_of(&self, statement: &Statement) -> &Graph {
        self.of(as_of(statement)).graph()
    }

    /// Returns the snapshot that is asked.
    pub fn loaded(&self) -> &Loaded {
        self.loaded
    }

    /// Returns the names that `let` has given.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Asks another snapshot from now on; what was named is named there too,
    /// where it can be.
    pub fn change(&mut self, loaded: Loaded) {
        self.loaded = Box::leak(Box::new(loaded));
        self.others.retain(|_, other| other.is_some());
        let mut names = Names::default();
        for text in &self.lets {
            // What this snapshot does not have stays without a name.
            let _ = self.reading(None).name(text, &mut names);
        }
        self.names = names;
    }

    /// Returns how answers are printed.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Prints answers otherwise from now on.
    pub fn print_as(&mut self, format: Format) {
        self.format = format;
    }

    /// Returns the flag that ends the running question when it is set.
    pub fn cancelling(&self) -> Arc<AtomicBool> {
        self.cancelled.clone()
    }

    /// Names a set for the texts that follow, from `NAME=SET`.
    pub fn define(&mut self, parameter: &str) -> Result<(), Failure> {
        let Some((name, set)) = parameter.split_once('=') else {
            return Err(Failure::new(format_args!("`{parameter}` is no parameter"))
                .hint("write --param NAME=SET, as in --param 'crown=bucket/payroll'"));
        };
        let text = format!("let {} = {}", name.trim(), set.trim());
        let pointing = |error| Failure::pointing(&error, "--param", &text);
        let ast = whocan_query::parse(&text).map_err(pointing)?;
        self.load_others(&ast)?;
        let mut names = std::mem::take(&mut self.names);
        let named = self.reading(None).name(&text, &mut names);
        self.names = names;
        named.map_err(pointing)?;
        self.lets.push(text);
        Ok(())
    }

    /// Answers `text`, which stands in the file `name`, and prints the answers.
    pub fn ask(&mut self, text: &str, name: &str, terminal: &Terminal) -> Result<Outcome, Failure> {
        let mut printer = Printer::new(self.format, terminal.look());
        let outcome = self.ask_into(text, name, &mut printer)?;
        self.finish(printer, text)?;
        Ok(outcome)
    }

    /// Answers `text` and gives the answers to `printer`.
    pub fn ask_into(
        &mut self,
        text: &str,
        name: &str,
        printer: &mut Printer,
    ) -> Result<Outcome, Failure> {
        let pointing = |error| Failure::pointing(&error, name, text);
        printer.check(text)?;
        let ast = whocan_query::parse(text).map_err(pointing)?;
        self.load_others(&ast)?;
        self.cancelled.store(false, Ordering::Relaxed);
        let mut outcome = None;
        for statement in &ast.statements {
            let answered = self.answer(statement, text).map_err(pointing)?;
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Failure::new("cancelled"));
            }
            if let Some(answer) = answered {
                outcome = Some(Outcome::with(outcome, &answer));
                let graph = self.of(as_of(statement)).graph();
                printer.give(answer, graph)?;
            }
        }
        // A text that only names sets has done what it was asked to.
        Ok(outcome.unwrap_or(Outcome::Yes))
    }

    /// Prints what the printer has kept.
    pub fn finish(&self, printer: Printer, text: &str) -> Result<(), Failure> {
        let ast = whocan_query::parse(text).ok();
        let snapshots = ast.iter().flat_map(|ast| &ast.statements);
        let asked = snapshots.filter(|one| !matches!(one.kind, StatementKind::Let { .. }));
        let asked: BTreeSet<Option<&str>> = asked.map(as_of).collect();
        let only = match asked.iter().collect::<Vec<_>>().as_slice() {
            [only] => **only,
            _ => None,
        };
        let loaded = self.of(only);
        printer.finish(loaded.source(), loaded.graph())?;
        Ok(())
    }

    /// Answers one statement of `text`.
    pub fn answer(
        &mut self,
        statement: &Statement,
        text: &str,
    ) -> Result<Option<Answer>, whocan_query::QueryError> {
        let Some(other) = as_of(statement) else {
            let mut names = std::mem::take(&mut self.names);
            let answer = self.reading(None).answer(statement, text, &mut names);
            self.names = names;
            let answer = answer?;
            if matches!(statement.kind, StatementKind::Let { .. }) {
                self.lets.push(statement.to_string());
            }
            return Ok(answer);
        };
        let read = self.reading(Some(other));
        let mut names = Names::default();
        for text in &self.lets {
            read.name(text, &mut names)?;
        }
        read.answer(statement, text, &mut names)
    }

    fn of(&self, as_of: Option<&str>) -> &Loaded {
        let other = as_of.and_then(|name| self.others.get(name)?.as_ref());
        other.unwrap_or(self.loaded)
    }

    fn reading<'a>(&'a self, as_of: Option<&'a str>) -> Reading<'a> {
        Reading {
            loaded: self.of(as_of),
            as_of,
            session: self,
        }
    }

    /// Loads the snapshots that a text asks for by `as of`.
    pub fn load_others(&mut self, ast: &Ast) -> Result<(), Failure> {
        let names: BTreeSet<&str> = ast.statements.iter().filter_map(as_of).collect();
        let several = ast.statements.len() > 1 && !names.is_empty();
        if several && self.format == Format::Json {
            return Err(
                Failure::new("one JSON document holds the answers of one snapshot")
                    .hint("use --format jsonl, or ask one question"),
            );
        }
        for name in ast.statements.iter().flat_map(|one| &one.as_of) {
            if !self.others.contains_key(name) {
                let other = self.loaded.other(self.store.as_deref(), name)?;
                self.others.insert(name.clone(), other);
            }
        }
        Ok(())
    }
}

/// Returns the snapshot that a statement asks for.
fn as_of(statement: &Statement) -> Option<&str> {
    let question = match &statement.kind {
        StatementKind::Ask(question)
        | StatementKind::Plan(question)
        | StatementKind::Assert { question, .. } => question,
        StatementKind::Let { .. } => return None,
    };
    question.clauses.as_of.as_ref()?.value.text()
}

/// One snapshot, being asked.
struct Reading<'a> {
    loaded: &'a Loaded,
    as_of: Option<&'a str>,
    session: &'a Session,
}

impl Reading<'_> {
    fn answer(
        &self,
        statement: &Statement,
        text: &str,
        names: &mut Names,
    ) -> Result<Option<Answer>, whocan_query::QueryError> {
        let cancelled = &self.session.cancelled;
        let indexed = Indexed::new(self.loaded.index());
        let engine = Cancellable::new(&indexed, cancelled);
        let others = statement.as_of.iter();
        let others: Vec<(&str, &Loaded, Indexed<'_>)> = others
            .map(|name| (name.as_str(), self.session.of(Some(name))))
            .map(|(name, loaded)| (name, loaded, Indexed::new(loaded.index())))
            .collect();
        let engines = others
            .iter()
            .map(|(_, _, indexed)| Cancellable::new(indexed, cancelled));
        let engines: Vec<Cancellable<'_>> = engines.collect();
        let others: Vec<Other<'_>> = others
            .iter()
            .zip(&engines)
            .map(|((name, loaded, _), engine)| Other {
                name,
                graph: loaded.graph(),
                engine,
            })
            .collect();
        let context = Context {
            graph: self.loaded.graph(),
            engine: &engine,
            as_of: self.as_of,
            others: &others,
            read_policy: &read_policy,
            rows_with_evidence: match self.session.format {
                Format::Table => EXPLAINED_FOR_PEOPLE,
                _ => EXPLAINED_FOR_PROGRAMS,
            },
        };
        whocan_query::answer_statement(statement, text, context, names)
    }

    fn name(&self, text: &str, names: &mut Names) -> Result<(), whocan_query::QueryError> {
        for statement in &whocan_query::parse(text)?.statements {
            self.answer(statement, text, names)?;
        }
        Ok(())
    }
}

/// Reads the file of `under session policy`; the error is for people.
pub fn read_policy(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))
}

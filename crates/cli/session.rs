//! Questions to one snapshot, one after the other.

use std::fs;

use whocan_query::engine::Indexed;
use whocan_query::rows::Answer;
use whocan_query::{Context, Names};

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
}

impl Session {
    /// Begins to ask `loaded`.
    pub fn new(loaded: Loaded, format: Format) -> Session {
        Session {
            loaded: Box::leak(Box::new(loaded)),
            names: Names::default(),
            format,
        }
    }

    /// Names a set for the texts that follow, from `NAME=SET`.
    pub fn define(&mut self, parameter: &str) -> Result<(), Failure> {
        let Some((name, set)) = parameter.split_once('=') else {
            return Err(Failure::new(format_args!("`{parameter}` is no parameter"))
                .hint("write --param NAME=SET, as in --param 'crown=bucket/payroll'"));
        };
        let text = format!("let {} = {}", name.trim(), set.trim());
        let Session { loaded, names, .. } = self;
        run(loaded, names, self.format, &text, "--param", &mut |_| {})
    }

    /// Answers `text`, which stands in the file `name`, and prints the answers.
    pub fn ask(&mut self, text: &str, name: &str, terminal: &Terminal) -> Result<Outcome, Failure> {
        let mut printer = Printer::new(self.format, terminal.look());
        printer.check(text)?;
        let Session { loaded, names, .. } = self;
        let (mut outcome, mut unheard) = (None, None);
        let mut give = |answer: Answer| {
            outcome = Some(Outcome::with(outcome, &answer));
            if unheard.is_none() {
                unheard = printer.give(answer, loaded.graph()).err();
            }
        };
        let asked = run(loaded, names, self.format, text, name, &mut give);
        if let Some(error) = unheard {
            return Err(error.into());
        }
        asked?;
        printer.finish(loaded.source(), loaded.graph())?;
        // A text that only names sets has done what it was asked to.
        Ok(outcome.unwrap_or(Outcome::Yes))
    }
}

fn run(
    loaded: &Loaded,
    names: &mut Names,
    format: Format,
    text: &str,
    file: &str,
    give: &mut dyn FnMut(Answer),
) -> Result<(), Failure> {
    let engine = Indexed::new(loaded.index());
    let context = Context {
        graph: loaded.graph(),
        engine: &engine,
        read_policy: &read_policy,
        rows_with_evidence: match format {
            Format::Table => EXPLAINED_FOR_PEOPLE,
            _ => EXPLAINED_FOR_PROGRAMS,
        },
    };
    whocan_query::answer(text, context, names, give)
        .map_err(|error| Failure::pointing(&error, file, text))
}

fn read_policy(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read `{path}`: {error}"))
}

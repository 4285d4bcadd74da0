//! `whocan repl`: questions one after the other, in an editor or from a pipe.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::args::{Format, Repl};
use crate::complaint;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::output;
use crate::printer::Printer;
use crate::session::Session;
use crate::terminal::Terminal;

mod command;
mod completion;
mod help;
mod highlight;
mod pager;
mod source;
mod unfinished;
mod vocabulary;

use command::{Next, Settings};
use completion::Known;
use source::{Source, Typed};
use vocabulary::Vocabulary;

const WELCOME: &str = "\
Ask, as in: who can reach s3:GetObject on bucket/payroll via AssumeRole
A question may take several lines. `\\help` tells more, Tab completes, `exit` or Ctrl-D ends.
";

/// Answers until the input ends.
///
/// In a pipe the exit code is that of the last question, or 2 after any error.
pub fn run(args: &Repl, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let loaded = Loaded::asked(store, &args.asked)?;
    let session = Session::new(loaded, args.shown.format, store);
    let known = Arc::new(Mutex::new(Known::default()));
    let source = Source::find(terminal, &known);
    let person = source.is_person();
    let mut repl = Conversation {
        session,
        known,
        person,
        store,
        terminal,
        settings: Settings {
            timing: false,
            pager: person,
            last: String::new(),
        },
    };
    repl.run(source)
}

/// What became of one text.
enum Taken {
    /// It was a question.
    Answered(Outcome),
    /// It was a command, or nothing.
    Done,
    /// It ended the session.
    End,
}

struct Conversation<'a> {
    session: Session,
    known: Arc<Mutex<Known>>,
    person: bool,
    store: Option<&'a Path>,
    terminal: &'a Terminal,
    settings: Settings,
}

impl Conversation<'_> {
    fn run(&mut self, mut source: Source) -> Result<Outcome, Failure> {
        if self.person {
            output::write(WELCOME)?;
            self.learn();
        }
        if source.edits() {
            end_questions_by_interrupt(self.session.cancelling())?;
        }
        let (mut last, mut failed) = (Outcome::Yes, false);
        loop {
            let text = match source.next()? {
                Typed::Text(text) => text,
                Typed::Nothing => continue,
                Typed::End => break,
            };
            match self.take(text.trim()) {
                Ok(Taken::End) => break,
                Ok(Taken::Done) => {}
                Ok(Taken::Answered(outcome)) => last = outcome,
                Err(failure) if failure.unheard => return Err(failure),
                Err(failure) => {
                    complaint::complain(&failure, self.terminal);
                    failed = true;
                }
            }
        }
        Ok(match (self.person, failed) {
            (true, _) => Outcome::Yes,
            (false, true) => Outcome::Errors,
            (false, false) => last,
        })
    }

    fn take(&mut self, text: &str) -> Result<Taken, Failure> {
        if let Some(command) = text.strip_prefix('\\') {
            let next = command::obey(command, &mut self.session, &mut self.settings, self.store)?;
            return Ok(match next {
                Next::End => Taken::End,
                Next::Stay => Taken::Done,
                Next::Changed => {
                    self.learn();
                    Taken::Done
                }
            });
        }
        match text {
            "" => Ok(Taken::Done),
            "exit" | "quit" => Ok(Taken::End),
            "help" => {
                output::write(help::about(""))?;
                Ok(Taken::Done)
            }
            _ => self.ask(text).map(Taken::Answered),
        }
    }

    fn ask(&mut self, text: &str) -> Result<Outcome, Failure> {
        let begun = Instant::now();
        let paged = self.settings.pager && self.session.format() == Format::Table;
        let mut printer = Printer::new(self.session.format(), self.terminal.look());
        if paged {
            printer.keep_back();
        }
        let asked = self.session.ask_into(text, "question", &mut printer);
        let took = begun.elapsed();
        let page = printer.kept_back();
        if !page.is_empty() {
            pager::show(&page)?;
        }
        let outcome = asked?;
        self.session.finish(printer, text)?;
        if self.settings.timing {
            output::write(format!("{:.3} s\n", took.as_secs_f64()))?;
        }
        text.clone_into(&mut self.settings.last);
        let names = self.session.names().names().map(str::to_owned).collect();
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .sets = names;
        Ok(outcome)
    }

    /// Learns the snapshot's names for completion, while the person types.
    fn learn(&self) {
        if !self.person {
            return;
        }
        let graph = self.session.loaded().index().graph().clone();
        let known = self.known.clone();
        std::thread::spawn(move || {
            let vocabulary = Arc::new(Vocabulary::of(&graph));
            known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .vocabulary = vocabulary;
        });
    }
}

/// Lets Ctrl-C end the running question instead of the program.
///
/// While a line is typed the terminal hands Ctrl-C to the editor.
fn end_questions_by_interrupt(cancelling: Arc<AtomicBool>) -> Result<(), Failure> {
    let registered = signal_hook::flag::register(signal_hook::consts::SIGINT, cancelling);
    registered
        .map(|_| ())
        .map_err(|error| Failure::new(format_args!("cannot watch for Ctrl-C: {error}")))
}

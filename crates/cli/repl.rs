//! `whocan repl`: questions one after the other, in an editor or from a pipe.

use std::path::Path;

use crate::args::Repl;
use crate::complaint;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::output;
use crate::session::Session;
use crate::terminal::Terminal;

mod source;
mod unfinished;

use source::{Source, Typed};

const WELCOME: &str = "\
Ask, as in: who can reach s3:GetObject on bucket/payroll via AssumeRole
A question may take several lines. `help` tells more, `exit` or Ctrl-D ends.
";

const HELP: &str = "\
Questions:
  who can s3:GetObject on bucket/logs            who may, by themselves
  who can reach s3:GetObject on bucket/logs      also over chains of assumed roles
  why can user/ana s3:GetObject on bucket/logs   the statements that decide
  what can role/ci do                            everything that one may do
  which buckets can role/ci reach s3:PutObject   the resources
  paths from user/ana to role/admin              the chains
  list roles where trust.external                facts
  let crown = bucket/logs or bucket/payroll      a name for the questions to come
Lists of one kind: principals, users, roles, groups, policies, accounts, buckets, keys, queues ...
";

/// Answers until the input ends.
///
/// In a pipe the exit code is that of the last question, or 2 after any error.
pub fn run(args: &Repl, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let loaded = match args.demo {
        true => Loaded::example()?,
        false => Loaded::stored(store, &args.asked.snapshot)?,
    };
    let mut session = Session::new(loaded, args.shown.format);
    let mut source = Source::find(terminal);
    if source.is_person() {
        output::write(WELCOME)?;
    }
    let (mut last, mut failed) = (Outcome::Yes, false);
    loop {
        let text = match source.next()? {
            Typed::Text(text) => text,
            Typed::Nothing => continue,
            Typed::End => break,
        };
        match text.trim() {
            "" => {}
            "exit" | "quit" => break,
            "help" => output::write(HELP)?,
            _ => match session.ask(&text, "question", terminal) {
                Ok(outcome) => last = outcome,
                Err(failure) if failure.unheard => return Err(failure),
                Err(failure) => {
                    complaint::complain(&failure, terminal);
                    failed = true;
                }
            },
        }
    }
    Ok(match (source.is_person(), failed) {
        (true, _) => Outcome::Yes,
        (false, true) => Outcome::Errors,
        (false, false) => last,
    })
}

//! `whocan demo`: the example organization, asked.

use std::path::Path;

use crate::args::{Demo, Format};
use crate::example;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::loaded::Loaded;
use crate::output;
use crate::session::Session;
use crate::terminal::Terminal;

/// The question that the example is about.
const QUESTION: &str = "who can reach s3:GetObject on bucket/payroll via AssumeRole";

const WELCOME: &str = "\
Acme, an invented organization of five accounts. Who reads its payroll?

  whocan demo 'who can reach s3:GetObject on bucket/payroll via AssumeRole'

";

const FURTHER: &str = "
Go on:
  whocan demo 'why can user/ana reach s3:GetObject on arn:aws:s3:::payroll/2026.csv'
  whocan demo 'paths from user/ana to role/reporting'
  whocan demo 'which buckets can (principals outside org) s3:GetObject'
  whocan repl --demo
  whocan demo --write acme/        its files and its story, as a bundle to import
";

/// Answers a question about the example, or shows what it is.
pub fn run(args: &Demo, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(dir) = &args.write {
        return write(dir);
    }
    let mut session = Session::new(Loaded::example()?, args.shown.format, None);
    let for_people = args.question.is_none() && args.shown.format == Format::Table;
    if for_people {
        output::write(WELCOME)?;
    }
    let question = args.question.as_deref().unwrap_or(QUESTION);
    let outcome = session.ask(question, "question", terminal)?;
    if for_people {
        output::write(FURTHER)?;
    }
    Ok(outcome)
}

fn write(dir: &Path) -> Result<Outcome, Failure> {
    if dir
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
    {
        let failure = Failure::new(format_args!("the folder `{}` is not empty", dir.display()));
        return Err(failure.hint("name a new one: nothing is overwritten"));
    }
    example::write(dir).map_err(|error| Failure::writing(dir, &error))?;
    output::write(format!(
        "wrote the example to {0}: read {0}/README.md, or `whocan import {0}`\n",
        whocan_render::Plain(&dir.display().to_string())
    ))?;
    Ok(Outcome::Yes)
}

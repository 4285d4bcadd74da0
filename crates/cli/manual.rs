//! Shell completions and manual pages.

use std::fs;

use clap::CommandFactory;

use crate::args::{Cli, Completions, Man};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

/// Prints the completions of a shell.
pub fn completions(args: &Completions) -> Result<Outcome, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "whocan", &mut text);
    output::write(text)?;
    Ok(Outcome::Yes)
}

/// Writes one page for each command.
pub fn pages(args: &Man) -> Result<Outcome, Failure> {
    let written = fs::create_dir_all(&args.dir)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), &args.dir));
    written.map_err(|error| Failure::writing(&args.dir, &error))?;
    Ok(Outcome::Yes)
}

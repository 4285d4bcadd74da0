//! The `whocan` command: the one place that reads the command line, the clock
//! and the environment, prints, and picks an exit code.

mod args;
mod cached;
mod check;
#[cfg(feature = "collect")]
mod collect;
mod complaint;
mod demo;
mod diff;
mod example;
mod exit;
mod export_script;
mod failure;
mod fmt;
mod ground;
mod import;
mod input;
mod library;
mod loaded;
mod manual;
mod output;
mod panic;
mod printer;
mod progress;
mod queries;
mod query;
mod repl;
mod report;
mod session;
mod simulate;
mod snapshots;
mod store_location;
mod terminal;
mod vendors;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Outcome;
use failure::Failure;
use terminal::Terminal;

// An import makes hundreds of millions of small pieces of memory: against the
// system's allocator this one saves a sixth of the CPU time, and memory too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    panic::install();
    let cli = Cli::parse();
    let terminal = Terminal::find(cli.global.color);
    match run(&cli, &terminal) {
        Ok(outcome) => outcome.into(),
        // Whoever read our output has gone and has all they wanted.
        Err(failure) if failure.unheard => ExitCode::SUCCESS,
        Err(failure) => {
            complaint::complain(&failure, &terminal);
            Outcome::Errors.into()
        }
    }
}

fn run(cli: &Cli, terminal: &Terminal) -> Result<Outcome, Failure> {
    let store = cli.global.store.as_deref();
    match &cli.command {
        #[cfg(feature = "collect")]
        Command::Collect(args) => collect::run(args, store, terminal),
        #[cfg(not(feature = "collect"))]
        Command::Collect(args) => Err(left_out(args)),
        Command::Import(args) => import::run(args, store, terminal),
        Command::Query(args) => query::run(args, store, terminal),
        Command::Check(args) => check::run(args, store),
        Command::Diff(args) => diff::run(args, store),
        Command::Report(args) => report::run(args, store, terminal),
        Command::Fmt(args) => fmt::run(args),
        Command::Queries(args) => queries::run(args, terminal),
        Command::Repl(args) => repl::run(args, store, terminal),
        Command::Demo(args) => demo::run(args, terminal),
        Command::Simulate(args) => simulate::run(args, store),
        Command::Snapshots(args) => snapshots::run(args, store, terminal),
        Command::ExportScript(_) => export_script::run(),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::pages(args),
    }
}

/// Says how to come by the collector that this program lacks.
#[cfg(not(feature = "collect"))]
fn left_out(args: &args::LeftOut) -> Failure {
    let options: String = args.options.iter().map(|one| format!(" {one}")).collect();
    Failure::new("this program was built without the collector: it has no network code").hint(
        format_args!(
            "`cargo run --release --features collect -- collect{options}` builds and runs it; \
             `whocan export-script` prints a shell script that needs the AWS command line only"
        ),
    )
}

//! `whocan report schedule`: a small long-lived process that runs reports when they are due.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use croner::Cron;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use whocan_render::Plain;
use whocan_report::forms;

use super::desk::{Desk, Settings};
use super::file::{self, Read};
use super::{deliver, folder};
#[cfg(feature = "collect")]
use crate::args::Collect;
use crate::args::{Import, ReportSchedule};
#[cfg(feature = "collect")]
use crate::collect;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::terminal::Terminal;
use crate::{import, output, store_location};

mod state;
mod unit;

use state::{Held, State};

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(1);

/// So often a run that failed is tried again before it is given up.
const MOST_ATTEMPTS: u32 = 3;

/// How long a run that failed waits, times the attempts so far.
const PAUSE_SECONDS: i64 = 60;

/// Runs reports when they are due, or prints the files that let others do it.
pub fn run(
    args: &ReportSchedule,
    store: Option<&Path>,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let reads = file::read(&args.files, &args.params)?;
    #[cfg(feature = "collect")]
    let live = live(args)?;
    if let Some(kind) = args.print {
        output::write(unit::text(kind, args, &reads)?)?;
        return Ok(Outcome::Yes);
    }
    let planned = planned(reads)?;
    let opened = store_location::open(store)?;
    // Until the process ends: nobody else schedules from this store.
    let held = Held::take(&opened)?;
    let mut state = held.load()?;
    for one in &planned {
        state.begin(&one.read.definition.code, Timestamp::now());
    }
    held.save(&state)?;
    let stopped = stopped();
    loop {
        let due = due(&planned, &mut state, Timestamp::now())?;
        if !due.is_empty() {
            let source = Source {
                exports: &args.import,
                #[cfg(feature = "collect")]
                live: live.as_ref(),
            };
            let desk = source.fresh(store, terminal);
            work(&due, args, &desk, &held, &mut state)?;
        }
        if args.once || stopped.load(Ordering::Relaxed) {
            return Ok(Outcome::Yes);
        }
        std::thread::sleep(TICK);
    }
}

/// A report with its times.
struct Planned {
    read: Read,
    cron: Cron,
}

fn planned(reads: Vec<Read>) -> Result<Vec<Planned>, Failure> {
    let each = reads.into_iter().map(|read| {
        let definition = &read.definition;
        let Some((text, line)) = &definition.schedule else {
            return Err(
                Failure::new(format_args!("report `{}` has no schedule", definition.code)).hint(
                    "give it a key `schedule`, such as \"0 6 * * 1-5\" for weekdays at six (UTC)",
                ),
            );
        };
        let cron = Cron::from_str(text).map_err(|error| {
            Failure::new(format_args!(
                "{}, line {line}: `{text}` is no schedule: {error}",
                definition.code
            ))
            .hint("a schedule has minute, hour, day, month and weekday: \"0 6 * * 1-5\"")
        })?;
        Ok(Planned { read, cron })
    });
    each.collect()
}

/// Returns the reports that are due, each with the time at which it was.
///
/// Of the times that passed while nobody ran, the latest counts: a report tells
/// what is, so one run makes up for all of them.
fn due<'a>(
    planned: &'a [Planned],
    state: &mut State,
    now: Timestamp,
) -> Result<Vec<(&'a Planned, Timestamp)>, Failure> {
    let mut all = Vec::new();
    for one in planned {
        let run = state.of(&one.read.definition.code);
        let wait = PAUSE_SECONDS * i64::from(run.attempts);
        let rested = run
            .tried
            .is_none_or(|tried| now.as_second() >= tried.as_second() + wait);
        let next = next(&one.cron, run.last)?;
        if next <= now && rested {
            all.push((one, previous(&one.cron, now)?));
        }
    }
    Ok(all)
}

fn next(cron: &Cron, after: Timestamp) -> Result<Timestamp, Failure> {
    let found = cron.find_next_occurrence(&utc(after), false);
    Ok(found.map_err(Failure::new)?.timestamp())
}

fn previous(cron: &Cron, until: Timestamp) -> Result<Timestamp, Failure> {
    let found = cron.find_previous_occurrence(&utc(until), true);
    Ok(found.map_err(Failure::new)?.timestamp())
}

fn utc(time: Timestamp) -> Zoned {
    time.to_zoned(TimeZone::UTC)
}

/// Makes and delivers each report that is due.
fn work(
    due: &[(&Planned, Timestamp)],
    args: &ReportSchedule,
    desk: &Result<Desk, Failure>,
    held: &Held,
    state: &mut State,
) -> Result<(), Failure> {
    for (one, time) in due {
        let code = &one.read.definition.code;
        let done = match desk {
            Ok(desk) => report(one, *time, args, desk, held, state),
            Err(failure) => Err(Failure::new(failure)),
        };
        match done {
            Ok(line) => {
                state.finish(code, *time);
                log(&line)?;
            }
            Err(failure) if state.fail(code, *time, Timestamp::now()) < MOST_ATTEMPTS => {
                log(&format!("{code}: failed, will be tried again: {failure}\n"))?;
            }
            Err(failure) => {
                state.finish(code, *time);
                log(&format!("{code}: failed and given up: {failure}\n"))?;
            }
        }
        held.save(state)?;
    }
    Ok(())
}

/// Where the snapshot comes from that is reported on.
struct Source<'a> {
    exports: &'a [PathBuf],
    #[cfg(feature = "collect")]
    live: Option<&'a Collect>,
}

impl Source<'_> {
    /// Collects or imports, once for all reports that are due, and lays out the latest snapshot.
    fn fresh(&self, store: Option<&Path>, terminal: &Terminal) -> Result<Desk, Failure> {
        #[cfg(feature = "collect")]
        if let Some(live) = self.live {
            collect::run(live, store, terminal)?;
        }
        if !self.exports.is_empty() {
            let import = Import {
                paths: self.exports.to_vec(),
                plan: None,
                over: "latest".to_owned(),
                account: None,
                label: None,
                taken: None,
                absent_means_none: false,
                keep_going: false,
                recognize: false,
            };
            import::run(&import, store, terminal)?;
        }
        Desk::open(store, "latest")
    }
}

/// Reads the options of the collection before anything runs: a mistake in them
/// should not show only when a report is due.
#[cfg(feature = "collect")]
fn live(args: &ReportSchedule) -> Result<Option<Collect>, Failure> {
    let read = |text: &String| {
        Collect::of_text(text).map_err(|error| {
            let said = error.to_string();
            let first = said.lines().next().unwrap_or_default();
            let first = first.strip_prefix("error: ").unwrap_or(first).to_owned();
            Failure::new(format_args!("--collect: {first}")).hint(
                "these are options of `whocan collect`, such as --collect '--role-name audit'",
            )
        })
    };
    args.collect.as_ref().map(read).transpose()
}

fn report(
    one: &Planned,
    due: Timestamp,
    args: &ReportSchedule,
    desk: &Desk,
    held: &Held,
    state: &mut State,
) -> Result<String, Failure> {
    let settings = Settings {
        since: None,
        baseline: None,
        history: None,
        what_if: args.what_if,
    };
    let report = desk.report(&one.read, &settings, Timestamp::now())?;
    let definition = &one.read.definition;
    if let Some(dir) = &args.out {
        folder::write(dir, &report, &super::formats(&[], definition))?;
    }
    let run = format!("{}@{}", definition.code, due);
    for (number, delivery) in definition.deliver.iter().enumerate() {
        if state.of(&definition.code).delivered.contains(&number) {
            continue;
        }
        let job = deliver::Job {
            run: &run,
            report: &report,
            folder: one.read.folder.as_deref(),
            dead: &held.dead_letters(),
        };
        deliver::deliver(delivery, definition, &job)?;
        // A run that is cut off here does not deliver this twice.
        state.delivered(&definition.code, number);
        held.save(state)?;
    }
    Ok(forms::line(&report))
}

fn log(line: &str) -> Result<(), Failure> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Ok(output::write(format!(
        "{now} {}\n",
        Plain(line.trim_end())
    ))?)
}

/// Returns the flag that is set when the process is asked to end.
fn stopped() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // Without it the process ends at once, and the next one makes up for it.
        let _ = signal_hook::flag::register(signal, flag.clone());
    }
    flag
}

/// Returns the file's own path, for the files that are printed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

//! The table of figures: `cargo bench --bench figures -- BUNDLE [--seed N] [--questions N]`.
//!
//! Imports a bundle into a store of its own, builds, saves and loads the index,
//! and asks questions that are drawn from what the bundle holds. Prints CPU
//! seconds and memory of each step, and medians and 99th percentiles of the
//! questions, in the form in which `docs/performance.md` has them. One thread asks.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for whoever measures"
)]

#[path = "organization/dice.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod dice;
#[path = "organization/questions.rs"]
mod questions;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use whocan_graph::{Graph, PrincipalId};
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::{Index, Walk};
use whocan_policy::{Given, KeyName, KeyState};
use whocan_query::engine::Indexed;
use whocan_query::{Context, Names};
use whocan_snapshot::{AccountObject, ActivityObject, Manifest, OrganizationObject, Store, Writer};

use questions::Questions;

/// What the command line says.
struct Arguments {
    bundle: PathBuf,
    seed: u64,
    questions: usize,
}

impl Arguments {
    fn read() -> Option<Arguments> {
        let mut arguments = Arguments {
            bundle: PathBuf::new(),
            seed: 1,
            questions: 1000,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seed" => arguments.seed = words.next()?.parse().ok()?,
                "--questions" => arguments.questions = words.next()?.parse().ok()?,
                // What `cargo bench` adds.
                "--bench" => {}
                _ => arguments.bundle = word.into(),
            }
        }
        arguments.bundle.exists().then_some(arguments)
    }
}

fn main() {
    let Some(arguments) = Arguments::read() else {
        println!("say which bundle: cargo bench --bench figures -- PATH");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    println!("| step | CPU s | peak MiB so far | |\n| --- | --- | --- | --- |");
    let manifest = step("import, store written and synced", || {
        let manifest = imported(&store, &arguments.bundle);
        (manifest, String::new())
    });
    let id = store.latest().unwrap();
    let graph = step("graph", || {
        let graph = Graph::build(&store.load(&id).unwrap());
        let size = format!(
            "{} principals, {} resources, {} documents",
            graph.principals().len(),
            graph.resources().len(),
            graph.documents().len()
        );
        (Arc::new(graph), size)
    });
    let index = step("index", || (Index::build(graph.clone()), String::new()));
    let file = folder.path().join("figures.index");
    step("index saved", || {
        index.save(&file, "figures").unwrap();
        let bytes = fs::metadata(&file).unwrap().len();
        ((), format!("{:.1} MB", bytes as f64 / 1e6))
    });
    drop((index, graph));
    let index = step("index loaded", || {
        let index = Index::load(&file, "figures", manifest.taken).unwrap();
        (index, String::new())
    });
    ask(&index, &arguments);
}

fn imported(store: &Store, bundle: &Path) -> Manifest {
    let writer = store.writer().unwrap();
    let stored = Stored {
        writer: &writer,
        parts: Mutex::default(),
    };
    let options = Options {
        keep_going: true,
        ..Options::default()
    };
    import(&[bundle.to_owned()], &options, &stored).unwrap();
    let parts = stored.parts.into_inner().unwrap();
    let mut manifest = Manifest::new("2026-01-01T00:00:00Z".parse().unwrap(), "figures");
    manifest.accounts = parts.0;
    manifest.organization = parts.1;
    let mut writer = writer;
    writer.commit(manifest.clone()).unwrap();
    manifest
}

/// Puts what is read into a store.
struct Stored<'a> {
    writer: &'a Writer,
    parts: Mutex<Parts>,
}

/// The names of the accounts' objects, and the organization's.
type Parts = (Vec<(whocan_policy::AccountId, String)>, Option<String>);

impl Sink for Stored<'_> {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        let hash = self.writer.put_account(&account)?;
        let mut parts = self.parts.lock().unwrap();
        parts.0.push((account.id, hash.to_string()));
        Ok(())
    }

    fn activity(&self, _: ActivityObject) -> Result<(), BoxError> {
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        let hash = self.writer.put_organization(&organization)?;
        self.parts.lock().unwrap().1 = Some(hash.to_string());
        Ok(())
    }
}

fn ask(index: &Index, arguments: &Arguments) {
    let graph = index.graph();
    let questions = Questions::draw(graph, arguments.seed, arguments.questions);
    // Other questions first, so that what is read once is read.
    let others = Questions::draw(graph, arguments.seed + 1, 100);
    let plain = Walk::default();
    let with_mfa = Walk {
        given: mfa(),
        ..Walk::default()
    };
    for ask in &others.calls {
        black_box(index.reach(ask, &plain));
    }
    println!("\n| question | median | 99th percentile | asked |\n| --- | --- | --- | --- |");
    let calls = &questions.calls;
    row("who can A on R", calls, |ask| {
        drop(black_box(index.can(ask)))
    });
    row("who can reach A on R", calls, |ask| {
        drop(black_box(index.reach(ask, &plain)));
    });
    row("who can reach A on R, given MFA", calls, |ask| {
        let mut ask = ask.clone();
        ask.given = mfa();
        drop(black_box(index.reach(&ask, &with_mfa)));
    });
    let pairs: Vec<_> = calls.iter().zip(&questions.callers).collect();
    row("shortest path", &pairs, |(ask, from)| {
        drop(black_box(index.shortest_path(**from, ask, &plain)));
    });
    row("cells of a bucket", &questions.objects, |(ask, objects)| {
        drop(black_box(index.cells(ask, objects, None)));
    });
    let buckets: Vec<_> = graph
        .resources_beginning("arn:aws:s3:::")
        .take(arguments.questions)
        .collect();
    row(
        "one bucket of: for every bucket, who can reach s3:GetObject",
        &buckets,
        |bucket| {
            let object = format!("{}/x", graph.resource(*bucket).arn);
            let ask = questions::ask("s3:GetObject", object);
            drop(black_box(index.reach(&ask, &plain)));
        },
    );
    // Some take seconds: all actions of an administrator.
    let few = &questions.callers[..questions.callers.len().min(10)];
    row("what can P do", few, |caller| what_can(index, *caller));
    println!("\npeak {} MiB", peak_mib());
}

fn what_can(index: &Index, caller: PrincipalId) {
    let engine = Indexed::new(index);
    let context = Context {
        graph: index.graph(),
        engine: &engine,
        as_of: None,
        others: &[],
        read_policy: &|_| Err(String::new()),
        rows_with_evidence: 0,
    };
    let text = format!("what can {} do", index.graph().principal(caller).arn);
    let mut names = Names::default();
    let _ = black_box(whocan_query::answer(
        &text,
        context,
        &mut names,
        &mut |_| {},
    ));
}

fn step<T>(name: &str, work: impl FnOnce() -> (T, String)) -> T {
    let before = cpu();
    let (result, size) = work();
    let spent = cpu() - before;
    println!(
        "| {name} | {:.2} | {} | {size} |",
        spent.as_secs_f64(),
        peak_mib()
    );
    result
}

fn row<T>(name: &str, questions: &[T], mut ask: impl FnMut(&T)) {
    let mut times: Vec<Duration> = questions
        .iter()
        .map(|question| {
            let start = Instant::now();
            ask(question);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1));
    if let (Some(median), Some(worst)) = (at(50), at(99)) {
        println!("| {name} | {median:.1?} | {worst:.1?} | {} |", times.len());
    }
}

// User and system time of all threads, by the kernel's ticks of 10 ms.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_name.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|text| text.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().next());
    words.and_then(|text| text.parse().ok()).unwrap_or(0u64) / 1024
}

fn mfa() -> Given {
    let present = KeyName::new("aws:MultiFactorAuthPresent");
    Given {
        keys: [(present, KeyState::Known(vec!["true".to_owned()]))].into(),
        complete: false,
    }
}

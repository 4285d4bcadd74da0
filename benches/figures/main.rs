//! The table of figures:
//! `cargo bench --bench figures -- BUNDLE... [--seed N] [--questions N] [--growth PICTURE.svg]`.
//!
//! Imports each bundle into a store of its own, builds, saves and loads the index,
//! and asks questions that are drawn from what the bundle holds. Prints CPU
//! seconds and memory of each step, medians and 99th percentiles of the
//! questions, allocations, and the bytes of answers against the speed of this
//! machine's memory, in the form in which `docs/performance.md` has them. One
//! thread asks. `--growth` measures made-up organizations that grow in one
//! direction each, and draws what it found.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for whoever measures"
)]

#[path = "../organization/dice.rs"]
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod dice;
mod growth;
#[path = "../organization/questions.rs"]
mod questions;

use std::collections::HashSet;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use whocan_graph::Graph;
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::{Ask, Index, Verdicts, Walk};
use whocan_policy::{Given, KeyName, KeyState, Pattern};
use whocan_query::engine::Indexed;
use whocan_query::{Context, Names};
use whocan_snapshot::{AccountObject, ActivityObject, Manifest, OrganizationObject, Store, Writer};

use questions::Questions;

/// What the command line says.
struct Arguments {
    bundles: Vec<PathBuf>,
    growth: Option<PathBuf>,
    seed: u64,
    questions: usize,
}

impl Arguments {
    fn read() -> Option<Arguments> {
        let mut arguments = Arguments {
            bundles: Vec::new(),
            growth: None,
            seed: 1,
            questions: 1000,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seed" => arguments.seed = words.next()?.parse().ok()?,
                "--questions" => arguments.questions = words.next()?.parse().ok()?,
                "--growth" => arguments.growth = Some(words.next()?.into()),
                // What `cargo bench` adds.
                "--bench" => {}
                _ => arguments.bundles.push(word.into()),
            }
        }
        let something = !arguments.bundles.is_empty() || arguments.growth.is_some();
        let all_there = arguments.bundles.iter().all(|bundle| bundle.exists());
        (something && all_there).then_some(arguments)
    }
}

fn main() {
    let Some(arguments) = Arguments::read() else {
        println!("say which bundle: cargo bench --bench figures -- PATH");
        return;
    };
    for bundle in &arguments.bundles {
        println!("\n## {}\n", bundle.display());
        measure(bundle, &arguments);
    }
    if let Some(picture) = &arguments.growth {
        growth::measure(picture, arguments.seed);
    }
}

fn measure(bundle: &Path, arguments: &Arguments) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    println!("| step | CPU s | peak MiB so far | |\n| --- | --- | --- | --- |");
    let manifest = step("import, store written and synced", || {
        let manifest = imported(&store, bundle);
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
    ask(&index, arguments);
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
    let few = &questions.callers[..questions.callers.len().min(10)];
    row("what can P do, in full", few, |caller| {
        let principal = &graph.principal(*caller).arn;
        answered(index, &format!("what can {principal} do"));
    });
    println!("\n| set | CPU s | |\n| --- | --- | --- |");
    step("for every bucket, who can reach s3:GetObject", || {
        ((), every_bucket(index))
    });
    step(
        "for every pair of accounts, who comes from one to the other",
        || {
            answered(index, "matrix accounts by accounts");
            ((), format!("{} accounts", graph.accounts().len()))
        },
    );
    allocations(index, &questions);
    memory(index, &questions);
}

/// One set of principals for each bucket; equal ones are one.
fn every_bucket(index: &Index) -> String {
    let graph = index.graph();
    let buckets = graph.resources_beginning("arn:aws:s3:::");
    let buckets = buckets.map(|id| &graph.resource(id).arn);
    let plain = Walk::default();
    let mut distinct = HashSet::new();
    let mut count = 0;
    for bucket in buckets.filter(|arn| !arn.contains('/')) {
        let objects = Pattern::resource(&format!("{bucket}/*"));
        let ask = questions::ask("s3:GetObject", String::new());
        let mut possibly = RoaringBitmap::new();
        for cell in index.cells(&ask, &objects, None) {
            let ask = questions::ask("s3:GetObject", cell.witness);
            let reached = index.reach_known(&ask, &cell.verdicts, &plain, None);
            possibly |= reached.verdicts.strict.possibly;
        }
        let mut bytes = Vec::new();
        possibly.serialize_into(&mut bytes).unwrap();
        distinct.insert(bytes);
        count += 1;
    }
    format!("{count} buckets, {} distinct sets", distinct.len())
}

fn allocations(index: &Index, questions: &Questions) {
    println!("\n| question | allocations, median | bytes, median |\n| --- | --- | --- |");
    let plain = Walk::default();
    let count = |name: &str, ask: &dyn Fn(&Ask)| {
        let mut counts: Vec<(u64, u64)> = questions
            .calls
            .iter()
            .take(200)
            .map(|call| {
                let info = allocation_counter::measure(|| ask(call));
                (info.count_total, info.bytes_total)
            })
            .collect();
        counts.sort_unstable();
        if let Some((allocations, bytes)) = counts.get(counts.len() / 2) {
            println!("| {name} | {allocations} | {bytes} |");
        }
    };
    count("who can A on R", &|ask| drop(black_box(index.can(ask))));
    count("who can reach A on R", &|ask| {
        drop(black_box(index.reach(ask, &plain)));
    });
}

/// Compares questions with reading their answers at the speed of memory.
fn memory(index: &Index, questions: &Questions) {
    let speed = bandwidth();
    println!(
        "\nmemory reads at {:.1} GB/s\n\n| question | bytes of the answer | at that speed | took | ratio |\n| --- | --- | --- | --- | --- |",
        speed / 1e9
    );
    let plain = Walk::default();
    let calls = &questions.calls[..questions.calls.len().min(200)];
    let of = |verdicts: &Verdicts| {
        let planes = [&verdicts.strict, &verdicts.as_collected];
        let sizes = planes.map(|one| one.surely.serialized_size() + one.possibly.serialized_size());
        sizes.iter().sum::<usize>()
    };
    let compare = |name: &str, ask: &dyn Fn(&Ask) -> usize| {
        let mut all: Vec<(Duration, usize)> = calls
            .iter()
            .map(|call| {
                let start = Instant::now();
                let bytes = ask(call);
                (start.elapsed(), bytes)
            })
            .collect();
        all.sort_unstable();
        let Some((took, bytes)) = all.get(all.len() / 2) else {
            return;
        };
        let limit = *bytes as f64 / speed;
        println!(
            "| {name} | {bytes} | {:.2} µs | {took:.1?} | {:.0} |",
            limit * 1e6,
            took.as_secs_f64() / limit
        );
    };
    compare("who can A on R", &|ask| of(&index.can(ask)));
    compare("who can reach A on R", &|ask| {
        of(&index.reach(ask, &plain).verdicts)
    });
    compare("who can reach A on R, given MFA", &|ask| {
        let mut ask = ask.clone();
        ask.given = mfa();
        let walk = Walk {
            given: mfa(),
            ..Walk::default()
        };
        of(&index.reach(&ask, &walk).verdicts)
    });
}

// Bytes read in a second, the best of three times 512 MiB in a row.
fn bandwidth() -> f64 {
    let words = vec![1_u64; 1 << 26];
    let mut best = f64::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        black_box(words.iter().copied().fold(0_u64, u64::wrapping_add));
        best = best.min(start.elapsed().as_secs_f64());
    }
    (words.len() * 8) as f64 / best
}

fn answered(index: &Index, text: &str) {
    let engine = Indexed::new(index);
    let context = Context {
        graph: index.graph(),
        engine: &engine,
        as_of: None,
        others: &[],
        read_policy: &|_| Err(String::new()),
        rows_with_evidence: 0,
    };
    let mut names = Names::default();
    whocan_query::answer(text, context, &mut names, &mut |answer| {
        black_box(answer);
    })
    .unwrap();
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

//! From an export to an answer: `cargo bench --bench organization`.
//!
//! Measures a made-up organization of 4,000 principals, or any bundle that
//! `WHOCAN_BUNDLE` names. `WHOCAN_SEED` draws another organization and other
//! questions. Questions are drawn once and asked in turn, so that a figure is
//! the mean over them and not over one lucky bucket.

mod dice;
mod identities;
mod organization;
mod questions;
mod resources;
mod synthetic;

use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use criterion::{Criterion, criterion_group, criterion_main};
use tempfile::TempDir;
use whocan_graph::Graph;
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::{Index, Walk};
use whocan_policy::{Given, KeyName, KeyState};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject, Snapshot};

use questions::Questions;
use synthetic::Size;

/// How many questions of each kind are drawn.
const DRAWN: usize = 200;

/// Keeps what an import delivers.
#[derive(Default)]
struct Kept {
    accounts: Mutex<Vec<AccountObject>>,
    organization: Mutex<Option<OrganizationObject>>,
}

impl Sink for Kept {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        self.accounts
            .lock()
            .expect("no thread panics")
            .push(account);
        Ok(())
    }

    fn activity(&self, _activity: ActivityObject) -> Result<(), BoxError> {
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        *self.organization.lock().expect("no thread panics") = Some(organization);
        Ok(())
    }
}

/// What is measured.
struct Bundle {
    path: PathBuf,
    // The made-up one lists no calls that found nothing.
    options: Options,
    // Removes the made-up one at the end.
    _folder: Option<TempDir>,
}

impl Bundle {
    fn of_environment(seed: u64) -> Bundle {
        if let Some(path) = env::var_os("WHOCAN_BUNDLE") {
            return Bundle {
                path: path.into(),
                options: Options {
                    keep_going: true,
                    ..Options::default()
                },
                _folder: None,
            };
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        synthetic::write(folder.path(), seed, Size::MEDIUM);
        Bundle {
            path: folder.path().to_owned(),
            options: Options {
                absent_means_none: true,
                ..Options::default()
            },
            _folder: Some(folder),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let kept = Kept::default();
        import(std::slice::from_ref(&self.path), &self.options, &kept).expect("the bundle imports");
        let mut accounts = kept.accounts.into_inner().expect("no thread panics");
        accounts.sort_by_key(|account| account.id);
        let organization = kept.organization.into_inner().expect("no thread panics");
        Snapshot {
            taken: "2026-01-01T00:00:00Z".parse().expect("a time"),
            assumptions: Vec::new(),
            organization: organization.map(Arc::new),
            accounts: accounts.into_iter().map(Arc::new).collect(),
            activity: Vec::new(),
        }
    }
}

fn seed() -> u64 {
    let text = env::var("WHOCAN_SEED").unwrap_or_else(|_| "1".to_owned());
    text.parse().expect("`WHOCAN_SEED` is a number")
}

fn from_export_to_index(criterion: &mut Criterion) {
    let bundle = Bundle::of_environment(seed());
    let mut group = criterion.benchmark_group("organization");
    group.sample_size(10);
    group.bench_function("import", |bencher| bencher.iter(|| bundle.snapshot()));
    let snapshot = bundle.snapshot();
    group.bench_function("graph", |bencher| {
        bencher.iter(|| Graph::build(black_box(&snapshot)))
    });
    let graph = Arc::new(Graph::build(&snapshot));
    group.bench_function("index", |bencher| {
        bencher.iter(|| Index::build(graph.clone()))
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = saved(&graph, folder.path());
    group.bench_function("load index", |bencher| {
        bencher.iter(|| Index::load(&file, "bench", graph.taken()).expect("it was saved"));
    });
    group.finish();
}

fn saved(graph: &Arc<Graph>, folder: &Path) -> PathBuf {
    let file = folder.join("bench.index");
    let index = Index::build(graph.clone());
    index.save(&file, "bench").expect("the folder takes it");
    file
}

fn questions(criterion: &mut Criterion) {
    let seed = seed();
    let graph = Arc::new(Graph::build(&Bundle::of_environment(seed).snapshot()));
    let index = Index::build(graph.clone());
    let questions = Questions::draw(&graph, seed, DRAWN);
    let plain = Walk::default();
    let with_mfa = Walk {
        given: mfa(),
        ..Walk::default()
    };
    let mut group = criterion.benchmark_group("question");
    group.bench_function("who can", |bencher| {
        let mut asks = questions.calls.iter().cycle();
        bencher.iter(|| index.can(asks.next().expect("endless")));
    });
    group.bench_function("who can reach", |bencher| {
        let mut asks = questions.calls.iter().cycle();
        bencher.iter(|| index.reach(asks.next().expect("endless"), &plain));
    });
    group.bench_function("who can reach, given MFA", |bencher| {
        let mut asks = questions.calls.iter().cycle();
        bencher.iter(|| {
            let mut ask = asks.next().expect("endless").clone();
            ask.given = mfa();
            index.reach(&ask, &with_mfa)
        });
    });
    group.bench_function("shortest path", |bencher| {
        let mut asks = questions.calls.iter().zip(&questions.callers).cycle();
        bencher.iter(|| {
            let (ask, from) = asks.next().expect("endless");
            index.shortest_path(*from, ask, &plain)
        });
    });
    group.bench_function("cells of a bucket", |bencher| {
        let mut buckets = questions.objects.iter().cycle();
        bencher.iter(|| {
            let (ask, objects) = buckets.next().expect("endless");
            index.cells(ask, objects, None)
        });
    });
    group.finish();
}

fn mfa() -> Given {
    let present = KeyName::new("aws:MultiFactorAuthPresent");
    Given {
        keys: [(present, KeyState::Known(vec!["true".to_owned()]))].into(),
        complete: false,
    }
}

criterion_group!(benches, from_export_to_index, questions);
criterion_main!(benches);

//! From an export to an answer: `cargo bench --bench organization`.
//!
//! Measures the example organization, or any bundle named by `WHOCAN_BUNDLE`.
//! The questions are about the first bucket of the snapshot that has a policy.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use criterion::{Criterion, criterion_group, criterion_main};
use whocan_graph::{Collected, Graph};
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::{Ask, Ignoring, Index, Walk};
use whocan_policy::{Given, Pattern, Precedence, Session};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject, Snapshot};

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

fn bundle() -> PathBuf {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("example");
    std::env::var_os("WHOCAN_BUNDLE").map_or(example, PathBuf::from)
}

fn snapshot(path: &Path) -> Snapshot {
    let kept = Kept::default();
    import(&[path.to_owned()], &Options::default(), &kept).expect("the bundle imports");
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

fn ask(resource: String) -> Ask {
    Ask {
        action: "s3:GetObject".to_owned(),
        resource,
        resource_account: None,
        given: Given::default(),
        precedence: Precedence::Facts,
        session: Session::default(),
        assume: None,
        access_point: None,
        endpoint: None,
        ignoring: Ignoring::default(),
    }
}

fn from_export_to_answer(criterion: &mut Criterion) {
    let path = bundle();
    let mut group = criterion.benchmark_group("organization");
    group.sample_size(10);
    group.bench_function("import", |bencher| {
        bencher.iter(|| snapshot(black_box(&path)))
    });
    let snapshot = snapshot(&path);
    group.bench_function("graph", |bencher| {
        bencher.iter(|| Graph::build(black_box(&snapshot)))
    });
    let graph = Arc::new(Graph::build(&snapshot));
    group.bench_function("index", |bencher| {
        bencher.iter(|| Index::build(graph.clone()))
    });
    let index = Index::build(graph.clone());
    let buckets = graph
        .resources()
        .iter()
        .filter(|one| one.arn.contains(":s3:::"));
    let with_policy = buckets
        .clone()
        .find(|one| matches!(one.policy, Collected::Yes(Some(_))));
    let bucket = with_policy
        .or_else(|| buckets.clone().next())
        .expect("the bundle has a bucket");
    let object = ask(format!("{}/report.csv", bucket.arn));
    let objects = Pattern::resource(&format!("{}/*", bucket.arn));
    let walk = Walk::default();
    group.bench_function("who can", |bencher| {
        bencher.iter(|| index.can(black_box(&object)))
    });
    group.bench_function("who can reach", |bencher| {
        bencher.iter(|| index.reach(black_box(&object), &walk));
    });
    group.bench_function("cells of a bucket", |bencher| {
        bencher.iter(|| index.cells(black_box(&object), &objects, None));
    });
    group.finish();
}

criterion_group!(benches, from_export_to_answer);
criterion_main!(benches);

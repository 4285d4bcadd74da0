//! An index that was saved and loaded answers as it did, or is not loaded.

#[path = "agreement/harness/mod.rs"]
#[allow(dead_code, reason = "the agreement test uses the rest")]
mod harness;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use harness::case::{self, Case, Counts};
use harness::chain;
use jiff::Timestamp;
use tempfile::TempDir;
use whocan_graph::Graph;
use whocan_index::{Index, IndexError};

const KEY: &str = "content of the snapshot";

struct Saved {
    _dir: TempDir,
    path: PathBuf,
    graph: Arc<Graph>,
    index: Index,
}

fn graph(case: &Case) -> Graph {
    Graph::build_with(&case.world.snapshot(), &case::callers())
}

fn saved(case: &Case) -> Saved {
    let graph = Arc::new(graph(case));
    let index = Index::build(Arc::clone(&graph));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("some.index");
    index.save(&path, KEY).expect("it is saved");
    Saved {
        _dir: dir,
        path,
        graph,
        index,
    }
}

fn load(path: &Path, key: &str) -> Result<Index, IndexError> {
    Index::load(path, key, Timestamp::UNIX_EPOCH)
}

fn draw(number: u64) -> Case {
    let counts = Counts {
        can: 6,
        reach: 4,
        region: 0,
    };
    Case::draw(3, number, counts)
}

#[test]
fn what_was_saved_answers_as_before() {
    for number in 0..40 {
        let case = draw(number);
        let saved = saved(&case);
        let loaded = load(&saved.path, KEY).unwrap();
        for question in &case.questions {
            let walk = chain::of_index(&saved.graph, question);
            let ask = question.ask(&question.resource);
            assert_eq!(loaded.can(&ask), saved.index.can(&ask));
            assert_eq!(loaded.reach(&ask, &walk), saved.index.reach(&ask, &walk));
        }
        for role in saved.graph.roles() {
            let walk = chain::of_index(&saved.graph, &case.questions[0]);
            assert_eq!(
                loaded.callers_of(role, &walk),
                saved.index.callers_of(role, &walk)
            );
            assert_eq!(
                loaded.candidate_actions(role),
                saved.index.candidate_actions(role)
            );
        }
    }
}

#[test]
fn the_graph_that_comes_with_it_is_as_it_was() {
    for number in 0..40 {
        let saved = saved(&draw(number));
        let loaded = load(&saved.path, KEY).unwrap();
        let shown = |graph: &Graph| {
            (
                format!("{:?}", graph.accounts()),
                format!("{:?}", graph.principals().iter().collect::<Vec<_>>()),
                format!("{:?}", graph.policies().iter().collect::<Vec<_>>()),
                format!("{:?}", graph.documents().iter().collect::<Vec<_>>()),
                format!("{:?}", graph.resources().iter().collect::<Vec<_>>()),
                format!("{:?}", graph.groups().iter().collect::<Vec<_>>()),
                format!(
                    "{:?}",
                    (graph.endpoints(), graph.levels(), graph.organization())
                ),
                format!(
                    "{:?}",
                    (graph.roles().collect::<Vec<_>>(), graph.assumptions())
                ),
            )
        };
        assert_eq!(shown(loaded.graph()), shown(&saved.graph));
        for (at, principal) in saved.graph.principals().iter().enumerate() {
            let found = loaded.graph().principal_of(&principal.arn).unwrap();
            assert_eq!(found, saved.graph.principal_of(&principal.arn).unwrap());
            assert_eq!(saved.graph.principal(found).arn, principal.arn, "{at}");
        }
        for resource in saved.graph.resources() {
            let found = loaded.graph().resource_of(&resource.arn).unwrap();
            assert_eq!(loaded.graph().resource(found).arn, resource.arn);
        }
    }
}

#[test]
fn a_question_reads_only_what_it_looks_at() {
    let saved = saved(&draw(3));
    let loaded = load(&saved.path, KEY).unwrap();
    assert_eq!(loaded.graph().documents().touched(), 0);
    assert_eq!(loaded.graph().principals().touched(), 0);
}

#[test]
fn every_shorter_file_and_every_changed_byte_is_refused() {
    let saved = saved(&draw(1));
    let whole = fs::read(&saved.path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&saved.path, bytes).unwrap();
        load(&saved.path, KEY).is_err()
    };
    for length in 0..whole.len() {
        assert!(refused(&whole[..length]), "the first {length} bytes");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(refused(&changed), "byte {at}");
    }
    let longer = [&whole[..], b"x"].concat();
    assert!(refused(&longer));
    assert!(!refused(&whole));
}

#[test]
fn another_key_is_refused_as_such() {
    let first = saved(&draw(1));
    let error = load(&first.path, "another key").unwrap_err();
    assert!(matches!(error, IndexError::OtherSnapshot { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_saved_index_is_private_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let saved = saved(&draw(1));
    saved.index.save(&saved.path, KEY).unwrap();
    let mode = fs::metadata(&saved.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = fs::read_dir(saved.path.parent().unwrap()).unwrap();
    assert_eq!(names.count(), 1);
}

#[test]
fn a_place_that_does_not_exist_is_an_error_that_names_it() {
    let saved = saved(&draw(1));
    let nowhere = saved.path.with_file_name("no/such.index");
    let error = saved.index.save(&nowhere, KEY).unwrap_err();
    assert!(
        error.to_string().ends_with("no/such.index`"),
        "unexpected: {error}"
    );
    let error = load(&nowhere, KEY).unwrap_err();
    assert!(matches!(error, IndexError::Io { .. }), "{error}");
}

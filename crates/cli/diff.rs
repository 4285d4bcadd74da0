//! `whocan diff`: two snapshots compared.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use whocan_graph::Graph;
use whocan_import::Plan;
use whocan_index::Index;
use whocan_query::engine::Indexed;
use whocan_query::rows::Rows;
use whocan_query::{Context, Names};
use whocan_report::{Side, causes, compare, text};
use whocan_snapshot::{Manifest, Snapshot, SnapshotId, Store};

use crate::args::{Diff, DiffFormat};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::import::plan;
use crate::session::read_policy;
use crate::{cached, output, store_location};

/// One of the two, from the store.
struct Stored {
    id: SnapshotId,
    manifest: Manifest,
    snapshot: Snapshot,
    index: Index,
}

/// Compares two snapshots, or the answers to one question.
pub fn run(args: &Diff, store: Option<&Path>) -> Result<Outcome, Failure> {
    let store = store_location::open(store)?;
    let before = Stored::find(&store, &args.before)?;
    let (after, question) = match (&args.plan, &args.after) {
        (Some(plan), question) => {
            let planned = before.planned(plan, args.account.as_deref())?;
            (planned, question)
        }
        (None, after) => {
            let name = after.as_deref().unwrap_or("latest");
            (Stored::find(&store, name)?, &args.question)
        }
    };
    let (printed, differs) = match question {
        Some(question) => answers(question, &before, &after, args.format)?,
        None => snapshots(&before, &after, args.format),
    };
    output::write(printed)?;
    // As `diff` does it: nothing differs, or something does.
    Ok(match differs {
        false => Outcome::Yes,
        true => Outcome::No,
    })
}

impl Stored {
    fn find(store: &Store, name: &str) -> Result<Stored, Failure> {
        let id = store.find(name)?;
        Ok(Stored {
            manifest: store.manifest(&id)?,
            snapshot: store.load(&id)?,
            index: cached::index(store, &id)?,
            id,
        })
    }

    /// Lays a plan over the snapshot; nothing is stored.
    fn planned(&self, path: &Path, account: Option<&str>) -> Result<Stored, Failure> {
        let plan = Plan::load(path)?;
        let account = plan::account(&plan, account, &self.manifest)?;
        let not_there = || plan::not_there(&self.id, account);
        let place = plan::place(&self.manifest, account).ok_or_else(not_there)?;
        let (mut manifest, mut snapshot) = (self.manifest.clone(), self.snapshot.clone());
        let mut objects = snapshot.accounts.iter_mut();
        let object = objects.find(|one| one.id == account);
        plan.lay_over(Arc::make_mut(object.ok_or_else(not_there)?));
        // No stored object has this hash, so the account is looked into.
        manifest.accounts[place].1 = format!("plan {}", path.display());
        let graph = Graph::build(&snapshot);
        Ok(Stored {
            id: SnapshotId(format!("plan {} over {}", path.display(), self.id)),
            manifest,
            snapshot,
            index: Index::build(Arc::new(graph)),
        })
    }

    fn side(&self) -> Side<'_> {
        Side {
            manifest: &self.manifest,
            snapshot: &self.snapshot,
            index: &self.index,
        }
    }

    fn rows(&self, question: &str) -> Result<Rows, Failure> {
        let engine = Indexed::new(&self.index);
        let context = Context {
            graph: self.index.graph(),
            engine: &engine,
            as_of: None,
            others: &[],
            read_policy: &read_policy,
            rows_with_evidence: usize::MAX,
        };
        let mut rows = Rows::default();
        let mut keep = |answer: whocan_query::rows::Answer| rows = answer.rows;
        whocan_query::answer(question, context, &mut Names::default(), &mut keep)
            .map_err(|error| Failure::pointing(&error, "the question", question))?;
        Ok(rows)
    }
}

fn snapshots(before: &Stored, after: &Stored, format: DiffFormat) -> (String, bool) {
    let diff = whocan_report::diff(before.side(), after.side());
    let differs = !diff.entries.is_empty();
    let printed = match format {
        DiffFormat::Text => text::diff(&diff),
        DiffFormat::Json => document(json!({
            "before": before.id, "after": after.id, "entries": diff.entries,
        })),
    };
    (printed, differs)
}

fn answers(
    question: &str,
    before: &Stored,
    after: &Stored,
    format: DiffFormat,
) -> Result<(String, bool), Failure> {
    let (old, new) = (before.rows(question)?, after.rows(question)?);
    let changes = compare((&old, before.index.graph()), (&new, after.index.graph()));
    let causes = causes(
        (&before.manifest, &before.snapshot),
        (&after.manifest, &after.snapshot),
    );
    let differs = !changes.is_empty();
    let printed = match format {
        DiffFormat::Text => text::question(&changes, &causes),
        DiffFormat::Json => document(json!({
            "before": before.id, "after": after.id, "question": question,
            "changes": changes, "causes": causes,
        })),
    };
    Ok((printed, differs))
}

fn document(value: serde_json::Value) -> String {
    format!("{value:#}\n")
}

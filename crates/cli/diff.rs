//! `whocan diff`: two snapshots compared.

use std::path::Path;

use serde_json::json;
use whocan_index::Index;
use whocan_query::engine::Indexed;
use whocan_query::rows::Rows;
use whocan_query::{Context, Names};
use whocan_report::{Side, causes, compare, text};
use whocan_snapshot::Store;

use crate::args::{Diff, DiffFormat};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::ground::Ground;
use crate::session::read_policy;
use crate::{cached, output, store_location};

/// Compares two snapshots, or the answers to one question.
pub fn run(args: &Diff, store: Option<&Path>) -> Result<Outcome, Failure> {
    let store = store_location::open(store)?;
    let before = Compared::find(&store, &args.before)?;
    let (after, question) = match (&args.plan, &args.after) {
        (Some(plan), question) => {
            let planned = before.planned(plan, args.account.as_deref())?;
            (planned, question)
        }
        (None, after) => {
            let name = after.as_deref().unwrap_or("latest");
            (Compared::find(&store, name)?, &args.question)
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

/// One of the two with what is concluded from it.
struct Compared {
    ground: Ground,
    index: Index,
}

impl Compared {
    fn find(store: &Store, name: &str) -> Result<Compared, Failure> {
        let ground = Ground::find(store, name)?;
        Ok(Compared {
            index: cached::index(store, &ground.id)?,
            ground,
        })
    }

    fn planned(&self, plan: &Path, account: Option<&str>) -> Result<Compared, Failure> {
        let ground = self.ground.planned(plan, account)?;
        Ok(Compared {
            index: ground.index(),
            ground,
        })
    }

    fn side(&self) -> Side<'_> {
        Side {
            manifest: &self.ground.manifest,
            snapshot: &self.ground.snapshot,
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

fn snapshots(before: &Compared, after: &Compared, format: DiffFormat) -> (String, bool) {
    let diff = whocan_report::diff(before.side(), after.side());
    let differs = !diff.entries.is_empty();
    let printed = match format {
        DiffFormat::Text => text::diff(&diff),
        DiffFormat::Json => document(json!({
            "before": before.ground.id, "after": after.ground.id, "entries": diff.entries,
        })),
    };
    (printed, differs)
}

fn answers(
    question: &str,
    before: &Compared,
    after: &Compared,
    format: DiffFormat,
) -> Result<(String, bool), Failure> {
    let (old, new) = (before.rows(question)?, after.rows(question)?);
    let changes = compare((&old, before.index.graph()), (&new, after.index.graph()));
    let causes = causes(
        (&before.ground.manifest, &before.ground.snapshot),
        (&after.ground.manifest, &after.ground.snapshot),
    );
    let differs = !changes.is_empty();
    let printed = match format {
        DiffFormat::Text => text::question(&changes, &causes),
        DiffFormat::Json => document(json!({
            "before": before.ground.id, "after": after.ground.id, "question": question,
            "changes": changes, "causes": causes,
        })),
    };
    Ok((printed, differs))
}

fn document(value: serde_json::Value) -> String {
    format!("{value:#}\n")
}

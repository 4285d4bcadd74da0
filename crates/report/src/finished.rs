//! A finished report: one model for every form it is written in.

use jiff::Timestamp;
use serde::Serialize;

use crate::finding::{Finding, Status};
use crate::named::Named;
use crate::{Cause, Change, Severity};

/// The version of the form that finished reports have as JSON.
///
/// It rises when a field goes or changes its meaning; `docs/reports.md` describes it.
pub const SCHEMA: u32 = 1;

/// A finished report.
#[derive(Clone, Debug, Serialize)]
pub struct Finished {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The report's code.
    pub code: String,
    /// What it is called.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Who reads it.
    pub audience: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// When it was made.
    pub generated: Timestamp,
    /// The program's version.
    pub version: String,
    /// The snapshot that it is about.
    pub snapshot: Taken,
    /// The snapshot that it is compared with.
    pub since: Option<Taken>,
    /// What matters, first.
    pub summary: Summary,
    /// What was changed, for a report of changes.
    pub causes: Vec<ReportedCause>,
    /// What was found: the new first, then by severity.
    pub findings: Vec<Finding>,
    /// Access that was taken away, for a report of changes.
    pub gone: Vec<Gone>,
    /// Which accounts lead into which.
    pub matrix: Option<Matrix>,
    /// How many findings each of the last snapshots had, the oldest first.
    pub trend: Vec<Point>,
    /// What the baseline says that no longer holds.
    pub baseline: Option<BaselineState>,
    /// What was asked.
    pub sections: Vec<Section>,
    /// What could not be answered.
    pub problems: Vec<String>,
}

/// A snapshot by its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: Option<String>,
    /// When it was taken.
    pub taken: Timestamp,
}

impl Taken {
    /// Returns the label, or the id where there is none.
    pub fn name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.id)
    }

    /// Returns the day, in UTC.
    pub fn day(&self) -> String {
        self.taken.strftime("%Y-%m-%d").to_string()
    }
}

/// What matters, first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The whole in one sentence without full stop.
    pub headline: String,
    /// The worst severity among new findings.
    pub worst: Option<Severity>,
    /// How many findings are new.
    pub new: usize,
    /// How many were there before.
    pub known: usize,
    /// How many are accepted.
    pub accepted: usize,
    /// How many of the new ones have each severity, the worst first.
    pub severities: Vec<(Severity, usize)>,
    /// What to do, the most urgent first.
    pub todo: Vec<String>,
}

/// A question of the report.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// The code of its findings.
    pub code: String,
    /// What they are.
    pub title: String,
    /// The statement in canonical form, which anybody can ask.
    pub question: String,
    /// How many findings it has.
    pub findings: usize,
    /// What was widened, narrowed or left out.
    pub notes: Vec<String>,
    /// What was not collected and matters.
    pub gaps: Vec<String>,
    /// How many more there may be, only because of gaps.
    pub hidden_because_of_gaps: u64,
}

/// Something that was changed, with what it brought.
#[derive(Clone, Debug, Serialize)]
pub struct ReportedCause {
    /// What was changed and how, in one line.
    pub title: String,
    /// `added`, `removed`, `edited` and the like.
    pub change: Change,
    /// The thing that was changed.
    pub thing: Named,
    /// What about it.
    pub what: String,
    /// The statement's label, if a policy was changed.
    pub statement: Option<String>,
    /// The text before.
    pub before: Option<String>,
    /// The text after.
    pub after: Option<String>,
    /// The findings that it brought, by id.
    pub findings: Vec<String>,
    /// How much access it took away.
    pub gone: usize,
    /// Why not all was asked.
    pub note: Option<String>,
}

/// Access that was taken away.
#[derive(Clone, Debug, Serialize)]
pub struct Gone {
    /// Whose, and to what: ARNs.
    pub subject: Vec<String>,
    /// What it was.
    pub was: String,
    /// Which causes took it, by number from 0.
    pub causes: Vec<usize>,
}

/// Which accounts lead into which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// The accounts from which, in order.
    pub rows: Vec<Named>,
    /// The accounts into which, in order.
    pub columns: Vec<Named>,
    /// One cell for each pair between which a way leads.
    pub cells: Vec<Cell>,
}

/// A pair of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The number of the row.
    pub row: usize,
    /// The number of the column.
    pub column: usize,
    /// `yes` or `if`.
    pub verdict: &'static str,
    /// How many principals of the row get there.
    pub count: i64,
    /// How many hops the shortest way has.
    pub hops: u32,
    /// The finding, by id.
    pub finding: String,
}

/// How many findings a snapshot had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The snapshot.
    pub snapshot: Taken,
    /// How many findings it had.
    pub findings: usize,
}

/// What became of the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BaselineState {
    /// The file.
    pub file: String,
    /// How many acceptances hold.
    pub holding: usize,
    /// Those that are past their day.
    pub expired: Vec<StaleAcceptance>,
    /// Those that no finding matches any more.
    pub unmatched: Vec<StaleAcceptance>,
}

/// An acceptance that does nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StaleAcceptance {
    /// The id of the finding that it accepted.
    pub id: String,
    /// What was accepted.
    pub what: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub owner: String,
    /// Until when.
    pub expires: String,
}

impl Finished {
    /// Returns the new findings.
    pub fn new_findings(&self) -> impl Iterator<Item = &Finding> {
        let all = self.findings.iter();
        all.filter(|finding| finding.status == Status::New)
    }
}

/// Returns a cause as the report tells it.
pub(crate) fn cause(cause: &Cause, thing: Named, note: Option<String>) -> ReportedCause {
    let (before, after) = match &cause.statement {
        Some(statement) => (statement.before.clone(), statement.after.clone()),
        None => (cause.before.clone(), cause.after.clone()),
    };
    ReportedCause {
        title: title(cause, &thing),
        change: cause.change,
        thing,
        what: cause.what.clone(),
        statement: cause.statement.as_ref().map(|one| one.label.clone()),
        before,
        after,
        findings: Vec::new(),
        gone: 0,
        note,
    }
}

/// Returns `role/app (prod): trust policy, statement Sid: edited`.
fn title(cause: &Cause, thing: &Named) -> String {
    let mut title = thing.full();
    for part in [
        Some(&cause.what),
        cause.statement.as_ref().map(|one| &one.label),
    ] {
        let Some(part) = part.filter(|part| !part.is_empty()) else {
            continue;
        };
        let between = if *part == cause.what {
            ": "
        } else {
            ", statement "
        };
        title.push_str(between);
        title.push_str(part);
    }
    format!("{title}: {}", cause.change.word())
}

//! What earlier snapshots would have reported.

use serde::{Deserialize, Serialize};
use whocan_index::Index;

use crate::Held;
use crate::asking;
use crate::definition::Definition;
use crate::finding::Finding;
use crate::finished::{Point, Taken};
use crate::found::{held, is_itself, only, question};

/// A finding of an earlier snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its code.
    pub code: String,
    /// What it was about.
    pub held: Held,
}

/// An earlier snapshot with what the report would have found in it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The snapshot.
    pub taken: Taken,
    /// Its findings.
    pub seen: Vec<Seen>,
}

/// Returns what the questions of a report find in a snapshot, without reasons.
///
/// A question that this snapshot cannot answer finds nothing.
pub fn seen(definition: &Definition, index: &Index) -> Vec<Seen> {
    let mut all = Vec::new();
    for asked in &definition.questions {
        let Ok(answers) = asking::text(&asked.text, index, 0) else {
            continue;
        };
        let answers = match asked.pairs {
            true => asking::pairs(answers, index, 0),
            false => answers,
        };
        for (statement, answer) in &answers {
            let holds = answer.assertion.as_ref().is_some_and(|one| one.holds);
            let Some(question) = question(statement).filter(|_| !holds) else {
                continue;
            };
            let only = only(question, &asking::lets(&asked.text), index);
            for row in answer.rows.rows.iter().filter(|row| !is_itself(row)) {
                let each = held(question, row, index.graph(), only.as_deref()).into_iter();
                all.extend(each.map(|(held, _)| Seen {
                    code: asked.code.clone(),
                    held,
                }));
            }
        }
    }
    all
}

impl Past {
    /// Returns whether the finding was there.
    pub(crate) fn had(&self, finding: &Finding) -> bool {
        let mut same = self.seen.iter().filter(|seen| seen.code == finding.code);
        same.any(|seen| seen.held.covers(&finding.held))
    }
}

/// Says of each finding since when it is there; `pasts` are the newest first.
pub(crate) fn first_seen(findings: &mut [Finding], now: &Taken, pasts: &[Past]) {
    for finding in findings {
        let without_gap = pasts.iter().take_while(|past| past.had(finding)).count();
        let first = match without_gap {
            0 => now,
            count => &pasts[count - 1].taken,
        };
        finding.first_seen = Some(first.clone());
        finding.maybe_older = without_gap == pasts.len();
    }
}

/// Returns how many findings each snapshot had, the oldest first.
pub(crate) fn trend(now: &Taken, findings: usize, pasts: &[Past]) -> Vec<Point> {
    let mut points: Vec<Point> = pasts
        .iter()
        .rev()
        .map(|past| Point {
            snapshot: past.taken.clone(),
            findings: past.seen.len(),
        })
        .collect();
    points.push(Point {
        snapshot: now.clone(),
        findings,
    });
    points
}

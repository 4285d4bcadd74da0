//! Which snapshots stay when a store is tidied.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::SnapshotId;

/// How many snapshots stay: the newest of each of the last so many periods.
///
/// A period counts only if a snapshot was taken in it, so a week without any
/// takes nothing away. Days, weeks, months and years are those of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// The newest ones, whenever they were taken.
    pub last: u32,
    /// One for each of so many hours.
    pub hourly: u32,
    /// One for each of so many days.
    pub daily: u32,
    /// One for each of so many weeks, which begin on Monday (ISO 8601).
    pub weekly: u32,
    /// One for each of so many months.
    pub monthly: u32,
    /// One for each of so many years.
    pub yearly: u32,
    /// Whether those with a label may go too; a person who named one wants it.
    pub labelled_too: bool,
}

/// What the snapshots of one history are of: days are counted for each apart.
///
/// Without this, last night's snapshot of one organization would push out that
/// of another in the same store, and a plan's what-if snapshot the true one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The organization's id, or the ids of all accounts where none was collected.
    pub name: String,
    /// Whether it shows what would be.
    pub what_if: bool,
}

/// A snapshot as far as it matters for whether it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: SnapshotId,
    /// Its label.
    pub label: Option<String>,
    /// When it was taken.
    pub taken: Timestamp,
    /// What it is of.
    pub subject: Subject,
}

/// Why a snapshot stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A person gave it a label.
    Label,
    /// It is among the newest.
    Last,
    /// It is the newest of its hour.
    Hourly,
    /// It is the newest of its day.
    Daily,
    /// It is the newest of its week.
    Weekly,
    /// It is the newest of its month.
    Monthly,
    /// It is the newest of its year.
    Yearly,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Label => "label",
            Reason::Last => "last",
            Reason::Hourly => "hourly",
            Reason::Daily => "daily",
            Reason::Weekly => "weekly",
            Reason::Monthly => "monthly",
            Reason::Yearly => "yearly",
        })
    }
}

impl Retention {
    /// Returns for each candidate why it stays; one without a reason goes.
    ///
    /// `candidates` are sorted by time, the oldest first, as
    /// [`Store::snapshots`](crate::Store::snapshots) returns them.
    pub fn reasons(&self, candidates: &[Candidate]) -> Vec<BTreeSet<Reason>> {
        let mut reasons = vec![BTreeSet::new(); candidates.len()];
        let mut histories: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
        for (index, candidate) in candidates.iter().enumerate().rev() {
            if candidate.label.is_some() && !self.labelled_too {
                reasons[index].insert(Reason::Label);
            }
            histories.entry(&candidate.subject).or_default().push(index);
        }
        for newest_first in histories.values() {
            for rule in self.rules() {
                for index in rule.keeps(candidates, newest_first) {
                    reasons[index].insert(rule.reason);
                }
            }
        }
        reasons
    }

    fn rules(&self) -> [Rule; 6] {
        let rule = |reason, count, period| Rule {
            reason,
            count,
            period,
        };
        [
            rule(Reason::Last, self.last, None),
            rule(Reason::Hourly, self.hourly, Some("%Y-%m-%dT%H")),
            rule(Reason::Daily, self.daily, Some("%Y-%m-%d")),
            rule(Reason::Weekly, self.weekly, Some("%G-W%V")),
            rule(Reason::Monthly, self.monthly, Some("%Y-%m")),
            rule(Reason::Yearly, self.yearly, Some("%Y")),
        ]
    }
}

/// One of the rules: so many periods, of which the newest snapshot stays.
struct Rule {
    reason: Reason,
    count: u32,
    /// How a period is written; without one, each snapshot is its own.
    period: Option<&'static str>,
}

impl Rule {
    fn keeps(&self, candidates: &[Candidate], newest_first: &[usize]) -> Vec<usize> {
        let mut kept = Vec::new();
        let mut before = None;
        for &index in newest_first {
            if kept.len() as u64 == u64::from(self.count) {
                break;
            }
            let period = self.period.map(|form| {
                let taken: Zoned = candidates[index].taken.to_zoned(TimeZone::UTC);
                taken.strftime(form).to_string()
            });
            if period.is_none() || period != before {
                kept.push(index);
            }
            before = period;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(taken: &str, subject: &str, label: Option<&str>) -> Candidate {
        Candidate {
            id: SnapshotId(taken.to_owned()),
            label: label.map(str::to_owned),
            taken: taken.parse().unwrap(),
            subject: Subject {
                name: subject.to_owned(),
                what_if: false,
            },
        }
    }

    fn at(times: &[&str]) -> Vec<Candidate> {
        let one = |taken: &&str| candidate(taken, "o-example", None);
        times.iter().map(one).collect()
    }

    fn kept(retention: Retention, candidates: &[Candidate]) -> Vec<String> {
        let reasons = retention.reasons(candidates);
        let both = candidates.iter().zip(&reasons);
        let kept = both.filter(|(_, reasons)| !reasons.is_empty());
        kept.map(|(it, reasons)| {
            let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
            format!("{} {}", it.id, reasons.join(" "))
        })
        .collect()
    }

    #[test]
    fn of_each_day_the_newest_stays_and_days_without_any_do_not_count() {
        let snapshots = at(&[
            "2026-11-01T23:59:59Z",
            "2026-11-20T01:00:00Z",
            "2026-11-20T22:00:00Z",
            "2026-11-24T00:00:00Z",
        ]);
        let retention = Retention {
            daily: 2,
            ..Retention::default()
        };
        assert_eq!(
            kept(retention, &snapshots),
            ["2026-11-20T22:00:00Z daily", "2026-11-24T00:00:00Z daily"]
        );
    }

    #[test]
    fn what_one_rule_keeps_no_other_removes() {
        let snapshots = at(&[
            "2025-12-31T00:00:00Z",
            "2026-10-31T00:00:00Z",
            "2026-11-23T00:00:00Z",
            "2026-11-24T00:00:00Z",
        ]);
        let retention = Retention {
            daily: 1,
            monthly: 2,
            yearly: 2,
            ..Retention::default()
        };
        assert_eq!(
            kept(retention, &snapshots),
            [
                "2025-12-31T00:00:00Z yearly",
                "2026-10-31T00:00:00Z monthly",
                "2026-11-24T00:00:00Z daily monthly yearly",
            ]
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_pass_over_new_year() {
        // 2025-12-29 is the Monday of the first week of 2026.
        let snapshots = at(&[
            "2025-12-28T12:00:00Z",
            "2025-12-29T12:00:00Z",
            "2026-01-04T12:00:00Z",
        ]);
        let retention = Retention {
            weekly: 5,
            ..Retention::default()
        };
        assert_eq!(
            kept(retention, &snapshots),
            ["2025-12-28T12:00:00Z weekly", "2026-01-04T12:00:00Z weekly"]
        );
    }

    #[test]
    fn each_organization_and_what_would_be_have_days_of_their_own() {
        let mut plan = candidate("2026-11-24T12:00:00Z", "o-example", None);
        plan.subject.what_if = true;
        let snapshots = [
            candidate("2026-11-24T01:00:00Z", "o-example", None),
            candidate("2026-11-24T02:00:00Z", "o-other", None),
            plan,
        ];
        let retention = Retention {
            daily: 1,
            ..Retention::default()
        };
        assert_eq!(kept(retention, &snapshots).len(), 3);
    }

    #[test]
    fn a_label_keeps_a_snapshot_unless_told_otherwise() {
        let snapshots = [
            candidate("2026-11-01T00:00:00Z", "o-example", Some("audit")),
            candidate("2026-11-24T00:00:00Z", "o-example", None),
        ];
        let mut retention = Retention {
            last: 1,
            ..Retention::default()
        };
        assert_eq!(
            kept(retention, &snapshots),
            ["2026-11-01T00:00:00Z label", "2026-11-24T00:00:00Z last"]
        );
        retention.labelled_too = true;
        assert_eq!(kept(retention, &snapshots), ["2026-11-24T00:00:00Z last"]);
    }

    #[test]
    fn within_one_hour_the_newest_stays() {
        let snapshots = at(&[
            "2026-11-24T10:05:00Z",
            "2026-11-24T10:55:00Z",
            "2026-11-24T11:00:00Z",
        ]);
        let retention = Retention {
            hourly: 24,
            ..Retention::default()
        };
        assert_eq!(
            kept(retention, &snapshots),
            ["2026-11-24T10:55:00Z hourly", "2026-11-24T11:00:00Z hourly"]
        );
    }
}

//! CSV: a line for each finding.

use whocan_render::Plain;

use super::{remedy, way};
use crate::Finished;

const COLUMNS: [&str; 19] = [
    "report",
    "snapshot",
    "id",
    "code",
    "severity",
    "status",
    "title",
    "principal",
    "principal_account",
    "actions",
    "resource",
    "resource_account",
    "places",
    "verdict",
    "conditions",
    "way",
    "first_seen",
    "to_break_it",
    "accepted_because",
];

/// Returns the findings as CSV.
pub fn csv(report: &Finished) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let memory = "writing into memory cannot fail";
    writer.write_record(COLUMNS).expect(memory);
    for finding in &report.findings {
        let named = |one: &Option<crate::Named>| {
            let one = one.as_ref();
            one.map(|one| (one.arn.clone(), one.account.clone()))
                .unwrap_or_default()
        };
        let (principal, principal_account) = named(&finding.principal);
        let (resource, resource_account) = named(&finding.resource);
        let accepted = finding.accepted.as_ref().map(|one| one.reason.clone());
        let first = finding.first_seen.as_ref().map(|one| one.taken.to_string());
        let cells = [
            report.code.clone(),
            report.snapshot.id.clone(),
            finding.id.clone(),
            finding.code.clone(),
            finding.severity.word().to_owned(),
            finding.status.word().to_owned(),
            finding.title.clone(),
            principal,
            principal_account,
            finding.actions.join(" "),
            resource,
            resource_account,
            finding.places.join("; "),
            finding.verdict.unwrap_or_default().to_owned(),
            finding.conditions.join("; "),
            way(finding),
            first.unwrap_or_default(),
            remedy(finding),
            accepted.unwrap_or_default(),
        ];
        let cells = cells.iter().map(|cell| guarded(cell));
        writer.write_record(cells).expect(memory);
    }
    writer.into_inner().expect(memory)
}

/// Keeps a spreadsheet from reading a cell as a formula: such a cell begins with an apostrophe.
///
/// Source: OWASP, CSV Injection.
fn guarded(text: &str) -> String {
    let shown = Plain(text).to_string();
    let formula = shown.trim_start().starts_with(['=', '+', '-', '@']);
    if formula { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        for text in ["=1+1", "+x", "-x", "@x", "  =cmd"] {
            assert!(guarded(text).starts_with('\''), "{text}");
        }
        assert_eq!(
            guarded("arn:aws:iam::111122223333:role/a"),
            "arn:aws:iam::111122223333:role/a"
        );
    }
}

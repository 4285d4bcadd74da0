//! What one snapshot holds.

use std::fmt::Write;

use serde::Serialize;
use whocan_import::NoteKind;
use whocan_policy::AccountId;
use whocan_render::{Grid, Look, Plain, Tone, json};
use whocan_snapshot::{AccountObject, Gap, GapCode, Snapshot, Store};

use super::Entry;
use crate::args::ListFormat;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

// JSON has them all; for people the commonest tell enough.
const MOST_GAPS: usize = 40;

/// Shows accounts and gaps.
pub fn show(
    store: &Store,
    id: &str,
    documents: bool,
    format: ListFormat,
    look: Look,
) -> Result<Outcome, Failure> {
    let id = store.find(id)?;
    let manifest = store.manifest(&id)?;
    let snapshot = store.load(&id)?;
    let contents = Contents {
        entry: Entry::of(&id, &manifest),
        accounts: snapshot
            .accounts
            .iter()
            .map(|account| Holding::of(account))
            .collect(),
        gaps: all_gaps(&snapshot),
        documents: documents.then(|| odd_documents(&snapshot)),
    };
    output::write(match format {
        ListFormat::Json => json::to_document(&contents),
        ListFormat::Table => contents.text(look).into_bytes(),
    })?;
    Ok(Outcome::Yes)
}

#[derive(Serialize)]
struct Contents<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    #[serde(rename = "holds")]
    accounts: Vec<Holding<'a>>,
    gaps: Vec<Missing<'a>>,
    /// What is odd or in no list, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<Vec<OddDocument>>,
}

/// A document with something odd, or with names that no list has.
#[derive(Serialize)]
struct OddDocument {
    account: Option<AccountId>,
    /// Whose it is, and its name.
    place: String,
    /// What was found, in words.
    found: Vec<String>,
}

fn odd_documents(snapshot: &Snapshot) -> Vec<OddDocument> {
    let notes = whocan_import::audit(snapshot);
    let odd = notes.into_iter().filter_map(|note| match note.kind {
        NoteKind::Document { problems } => Some(OddDocument {
            account: note.account,
            place: note.place,
            found: problems,
        }),
        _ => None,
    });
    odd.collect()
}

/// How much is known of one account.
#[derive(Serialize)]
struct Holding<'a> {
    account: AccountId,
    aliases: &'a [String],
    users: usize,
    groups: usize,
    roles: usize,
    policies: usize,
    resources: usize,
    gaps: usize,
}

impl<'a> Holding<'a> {
    fn of(account: &'a AccountObject) -> Holding<'a> {
        Holding {
            account: account.id,
            aliases: &account.aliases,
            users: account.users.len(),
            groups: account.groups.len(),
            roles: account.roles.len(),
            policies: account.policies.len(),
            resources: account.resources.len(),
            gaps: account.gaps.len(),
        }
    }
}

/// One gap, and where it is.
#[derive(Serialize)]
struct Missing<'a> {
    account: Option<AccountId>,
    #[serde(flatten)]
    gap: &'a Gap,
}

fn all_gaps(snapshot: &Snapshot) -> Vec<Missing<'_>> {
    let organization = snapshot.organization.iter().flat_map(|object| &object.gaps);
    let organization = organization.map(|gap| Missing { account: None, gap });
    let accounts = snapshot.accounts.iter().flat_map(|account| {
        let account_id = Some(account.id);
        account.gaps.iter().map(move |gap| Missing {
            account: account_id,
            gap,
        })
    });
    organization.chain(accounts).collect()
}

impl Missing<'_> {
    fn text(&self) -> String {
        let mut text = match self.account {
            Some(account) => format!("{account} "),
            None => "organization ".to_owned(),
        };
        let Gap {
            service,
            region,
            call,
            argument,
            code,
        } = self.gap;
        text.push_str(service);
        if let Some(region) = region {
            let _ = write!(text, " in {region}");
        }
        let _ = write!(text, " {call}");
        if let Some(argument) = argument {
            let _ = write!(text, " {argument}");
        }
        let why = match code {
            GapCode::Refused(code) => code,
            GapCode::NotExported => "not exported",
            GapCode::Unreadable(why) => why,
        };
        let _ = write!(text, ": {why}");
        Plain(&text).to_string()
    }
}

impl Contents<'_> {
    fn text(&self, look: Look) -> String {
        let mut text = format!("snapshot {}\n", self.entry.id);
        if let Some(label) = self.entry.label {
            let _ = writeln!(text, "label    {}", Plain(label));
        }
        let _ = writeln!(text, "taken    {}", self.entry.taken);
        let _ = writeln!(text, "source   {}", Plain(self.entry.source));
        for assumption in self.entry.assumptions {
            let _ = writeln!(text, "assumed  {}", Plain(assumption));
        }
        text.push('\n');
        text.push_str(&self.table(look));
        self.add_gaps(&mut text);
        self.add_documents(&mut text);
        text
    }

    fn add_documents(&self, text: &mut String) {
        let Some(documents) = &self.documents else {
            return;
        };
        let count = documents.len();
        let _ = match count {
            1 => writeln!(text, "\n1 document with something odd:"),
            _ => writeln!(text, "\n{count} documents with something odd:"),
        };
        for document in documents {
            let whose = match document.account {
                Some(account) => format!("{account} "),
                None => "organization ".to_owned(),
            };
            let line = format!("{whose}{}: {}", document.place, document.found.join("; "));
            let _ = writeln!(text, "  {}", Plain(&line));
        }
    }

    fn add_gaps(&self, text: &mut String) {
        if self.gaps.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n{} gaps:", self.gaps.len());
        for gap in self.gaps.iter().take(MOST_GAPS) {
            let _ = writeln!(text, "  {}", gap.text());
        }
        if let Some(rest) = self
            .gaps
            .len()
            .checked_sub(MOST_GAPS)
            .filter(|&rest| rest > 0)
        {
            let _ = writeln!(text, "  and {rest} more; --format json lists all");
        }
    }

    fn table(&self, look: Look) -> String {
        let mut grid = Grid::new(&[
            "account",
            "alias",
            "users",
            "groups",
            "roles",
            "policies",
            "resources",
            "gaps",
        ]);
        for holding in &self.accounts {
            let counts = [
                holding.users,
                holding.groups,
                holding.roles,
                holding.policies,
                holding.resources,
                holding.gaps,
            ];
            let texts = [holding.account.to_string(), holding.aliases.join(", ")];
            let cells = texts
                .into_iter()
                .chain(counts.map(|count| count.to_string()));
            grid.row(cells.map(|text| (text, Tone::Plain)));
        }
        grid.lines(look)
    }
}

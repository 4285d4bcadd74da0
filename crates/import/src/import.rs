//! One import from beginning to end.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use whocan_policy::AccountId;
use whocan_snapshot::{Gap, GapCode};

use crate::audit::Auditor;
use crate::error::{FileError, ImportError};
use crate::locate;
use crate::note::{Imported, Note};
use crate::organization;
use crate::reading::{self, Reading, Shared, Source};
use crate::sink::{Event, Sink};

/// How to import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Takes a call that left neither a file nor a line in `calls.jsonl` as one
    /// that found nothing: for exports without `calls.jsonl`.
    ///
    /// An assumption of the person who imports, to be recorded in the snapshot.
    pub absent_means_none: bool,
    /// Turns a broken file into a gap and goes on.
    pub keep_going: bool,
}

/// Imports all accounts and the organization that `paths` hold.
///
/// A path is a bundle (a folder with `accounts/<id>` and `organizations`), a
/// folder of bundles or of account folders, one account's folder, a folder
/// with loose `get-account-authorization-details` files, one such file, or
/// what another tool collected ([`crate::Format`]).
/// Accounts are read in parallel and delivered to `sink` as soon as each is
/// finished; one thread holds one account at a time.
///
/// # Errors
///
/// If a path holds nothing known, a file is broken (unless
/// [`Options::keep_going`]), two paths hold the same account and differ, or
/// the sink fails. What the sink took before is then of no use: no manifest
/// should name it.
pub fn import(
    paths: &[PathBuf],
    options: &Options,
    sink: &dyn Sink,
) -> Result<Imported, ImportError> {
    let found = locate::locate(paths, options)?;
    if let (Some(first), true, true) = (
        &found.broken,
        found.accounts.is_empty(),
        found.organizations.is_empty(),
    ) {
        let first = first.clone();
        return Err(ImportError::Broken { first, others: 0 });
    }
    sink.progress(Event::Accounts(found.accounts.len()));
    let mut imported = Imported {
        notes: found.notes,
        ..Imported::default()
    };
    if options.absent_means_none {
        imported.assumptions.push("absent-means-none".to_owned());
    }
    let shared = Shared {
        options,
        sink,
        auditor: Auditor::default(),
    };
    let organization = import_organization(&found.organizations, &shared)?;
    if let Some((any, told)) = organization {
        imported.organization = any;
        tell(&mut imported, told);
    }
    let accounts: Vec<(AccountId, Vec<Source>)> = found.accounts.into_iter().collect();
    let outcomes: Vec<Result<Told, Failure>> = accounts
        .par_iter()
        .map(|(id, sources)| import_account(*id, sources, &shared))
        .collect();
    imported.accounts = accounts.iter().map(|(id, _)| *id).collect();
    for told in first_failure(outcomes)? {
        tell(&mut imported, told);
    }
    imported.notes.sort();
    Ok(imported)
}

/// What an account or the organization has to tell a person.
struct Told {
    notes: Vec<Note>,
    gaps: Vec<Gap>,
}

/// Why one account was not imported.
enum Failure {
    Broken(FileError),
    Other(ImportError),
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        Failure::Broken(error)
    }
}

fn tell(imported: &mut Imported, told: Told) {
    imported.notes.extend(told.notes);
    for gap in told.gaps {
        let code = match gap.code {
            GapCode::Refused(code) => code,
            GapCode::NotExported => "not exported".to_owned(),
            GapCode::Unreadable(_) => "unreadable".to_owned(),
        };
        *imported.gaps.entry(code).or_insert(0) += 1;
    }
}

/// Returns what all accounts tell, or the failure that comes first in their order.
fn first_failure(outcomes: Vec<Result<Told, Failure>>) -> Result<Vec<Told>, ImportError> {
    let mut told = Vec::new();
    let mut broken: Option<(FileError, usize)> = None;
    for outcome in outcomes {
        match outcome {
            Ok(account) => told.push(account),
            Err(Failure::Other(error)) => return Err(error),
            Err(Failure::Broken(error)) => match &mut broken {
                Some((_, others)) => *others += 1,
                None => broken = Some((error, 0)),
            },
        }
    }
    match broken {
        Some((first, others)) => Err(ImportError::Broken { first, others }),
        None => Ok(told),
    }
}

fn import_account(id: AccountId, sources: &[Source], shared: &Shared<'_>) -> Result<Told, Failure> {
    let (first, again) = sources
        .split_first()
        .expect("an account is known by its sources only");
    let reading = reading::read_account(id, first, shared)?;
    for second in again {
        let other = reading::read_account(id, second, shared)?;
        if !same(&reading, &other) {
            return Err(Failure::Other(ImportError::AccountTwice {
                account: id,
                first: first.path().to_owned(),
                second: second.path().to_owned(),
            }));
        }
    }
    let gaps = reading.object.gaps.clone();
    let fail = |error| Failure::Other(ImportError::Sink(error));
    let sink = shared.sink;
    sink.account(reading.object).map_err(fail)?;
    if let Some(activity) = reading.activity {
        sink.activity(activity).map_err(fail)?;
    }
    sink.progress(Event::Finished(id));
    Ok(Told {
        notes: reading.notes,
        gaps,
    })
}

fn same(a: &Reading, b: &Reading) -> bool {
    a.object == b.object && a.activity == b.activity
}

fn import_organization(
    sources: &[organization::Source],
    shared: &Shared<'_>,
) -> Result<Option<(bool, Told)>, ImportError> {
    let mut first: Option<(&Path, organization::Reading)> = None;
    for source in sources {
        let reading = organization::read(source, shared)
            .map_err(|first| ImportError::Broken { first, others: 0 })?;
        match &first {
            Some((known, other)) if other.object != reading.object => {
                return Err(ImportError::OrganizationTwice {
                    first: (*known).to_owned(),
                    second: source.path().to_owned(),
                });
            }
            Some(_) => {}
            None => first = Some((source.path(), reading)),
        }
    }
    let Some((_, reading)) = first else {
        return Ok(None);
    };
    let gaps = reading.object.as_ref().map(|object| object.gaps.clone());
    let told = Told {
        notes: reading.notes,
        gaps: gaps.unwrap_or_default(),
    };
    match reading.object {
        Some(object) => shared
            .sink
            .organization(object)
            .map_err(ImportError::Sink)?,
        None => return Ok(Some((false, told))),
    }
    Ok(Some((true, told)))
}

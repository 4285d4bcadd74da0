//! `whocan import`: exported accounts into a new snapshot.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use whocan_import::{BoxError, Event, ImportError, Imported, Options, Sink};
use whocan_policy::AccountId;
use whocan_snapshot::{
    AccountObject, ActivityObject, Manifest, OrganizationObject, Snapshot, SnapshotId, Store,
    Writer,
};

use crate::args::Import;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::terminal::Terminal;
use crate::{output, store_location};

pub mod plan;
mod recognition;
mod summary;

/// Imports all paths and tells what was read.
pub fn run(args: &Import, store: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let options = Options {
        absent_means_none: args.absent_means_none,
        keep_going: args.keep_going,
    };
    if let Some(label) = &args.label {
        check_label(label)?;
    }
    if let Some(plan) = &args.plan {
        return plan::run(plan, args, store);
    }
    // Before the store is made: a mistyped path leaves nothing behind.
    for path in &args.paths {
        std::fs::metadata(path).map_err(|error| Failure::reading(path, &error))?;
    }
    if args.recognize {
        return recognition::run(&args.paths);
    }
    let store = store_location::open(store)?;
    let exports = Exports {
        paths: args.paths.clone(),
        label: args.label.clone(),
        source: source(&args.paths),
        taken: args.taken,
    };
    let (_, text) = store_exports(&store, &exports, &options, terminal)?;
    output::write(text)?;
    Ok(Outcome::Yes)
}

/// What a snapshot is made of.
pub struct Exports {
    /// Where the exports are.
    pub paths: Vec<PathBuf>,
    /// What the person calls the snapshot.
    pub label: Option<String>,
    /// Where they came from, in words.
    pub source: String,
    /// When they were made, if not now.
    pub taken: Option<Timestamp>,
}

/// Makes a snapshot of exports, and says what it holds.
pub fn store_exports(
    store: &Store,
    exports: &Exports,
    options: &Options,
    terminal: &Terminal,
) -> Result<(SnapshotId, String), Failure> {
    let (id, imported, tally) = into_store(store, exports, options, terminal)?;
    let text = summary::text(&id, store, &imported, &tally);
    Ok((id, text))
}

/// Refuses what would look like anything else: a label stands wherever an id may.
pub fn check_label(label: &str) -> Result<(), Failure> {
    let odd = |character: char| character.is_control() || character.is_whitespace();
    if label.is_empty() || label == "latest" || label.starts_with('-') || label.contains(odd) {
        let failure = Failure::new(format_args!("`{label}` cannot be a label"));
        return Err(failure.hint(
            "a label has no blanks, does not begin with a dash and is not the word `latest`",
        ));
    }
    Ok(())
}

fn into_store(
    store: &Store,
    exports: &Exports,
    options: &Options,
    terminal: &Terminal,
) -> Result<(SnapshotId, Imported, Tally), Failure> {
    let mut writer = store.writer()?;
    let stored = Stored {
        writer: &writer,
        progress: Progress::new(terminal),
        parts: Mutex::default(),
    };
    let imported = whocan_import::import(&exports.paths, options, &stored)?;
    let parts = stored.finish();
    let taken = exports.taken.unwrap_or_else(Timestamp::now);
    let mut manifest = Manifest::new(taken, exports.source.as_str());
    manifest.label = exports.label.clone();
    manifest.assumptions = imported.assumptions.clone();
    manifest.organization = parts.organization;
    manifest.accounts = parts.accounts;
    manifest.activity = parts.activity;
    let id = writer.commit(manifest)?;
    Ok((id, imported, parts.tally))
}

/// Says where a snapshot came from.
fn source(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!("import of {}", paths.join(", "))
}

/// How much was imported.
#[derive(Debug, Default)]
pub struct Tally {
    users: usize,
    groups: usize,
    roles: usize,
    policies: usize,
    resources: usize,
}

impl Tally {
    fn add(&mut self, account: &AccountObject) {
        self.users += account.users.len();
        self.groups += account.groups.len();
        self.roles += account.roles.len();
        self.policies += account.policies.len();
        self.resources += account.resources.len();
    }
}

/// Puts what is read into the store at once, and remembers the names.
struct Stored<'a> {
    writer: &'a Writer,
    progress: Progress,
    parts: Mutex<Parts>,
}

#[derive(Default)]
struct Parts {
    organization: Option<String>,
    accounts: Vec<(AccountId, String)>,
    activity: Vec<(AccountId, String)>,
    tally: Tally,
}

impl Stored<'_> {
    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(self) -> Parts {
        self.parts
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Stored<'_> {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        let hash = self.writer.put_account(&account)?;
        let mut parts = self.parts();
        parts.tally.add(&account);
        parts.accounts.push((account.id, hash.to_string()));
        Ok(())
    }

    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError> {
        let hash = self.writer.put_activity(&activity)?;
        self.parts().activity.push((activity.id, hash.to_string()));
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        let hash = self.writer.put_organization(&organization)?;
        self.parts().organization = Some(hash.to_string());
        Ok(())
    }

    fn progress(&self, event: Event) {
        self.progress.step(event);
    }
}

/// Imports into memory, without a store.
pub fn into_memory(path: &Path, taken: Timestamp) -> Result<Snapshot, Failure> {
    let kept = Kept::default();
    let paths = [path.to_owned()];
    let imported = whocan_import::import(&paths, &Options::default(), &kept)?;
    let parts = kept.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut accounts, mut activity) = (parts.accounts, parts.activity);
    accounts.sort_by_key(|account| account.id);
    activity.sort_by_key(|account| account.id);
    Ok(Snapshot {
        taken,
        assumptions: imported.assumptions,
        organization: parts.organization.map(Into::into),
        accounts: accounts.into_iter().map(Into::into).collect(),
        activity: activity.into_iter().map(Into::into).collect(),
    })
}

/// Keeps what is read.
#[derive(Default)]
struct Kept(Mutex<KeptParts>);

#[derive(Default)]
struct KeptParts {
    organization: Option<OrganizationObject>,
    accounts: Vec<AccountObject>,
    activity: Vec<ActivityObject>,
}

impl Kept {
    fn parts(&self) -> MutexGuard<'_, KeptParts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Kept {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        self.parts().accounts.push(account);
        Ok(())
    }

    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError> {
        self.parts().activity.push(activity);
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        self.parts().organization = Some(organization);
        Ok(())
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        let failure = Failure::new(&error);
        match error {
            ImportError::Broken { .. } => failure.hint(
                "nothing was stored; with --keep-going a broken file becomes a gap",
            ),
            ImportError::NoExport { inside, .. } if !inside.is_empty() => {
                let paths = inside.iter().map(|path| format!("`{}`", path.display()));
                let paths: Vec<String> = paths.collect();
                failure.hint(format!("there are exports in {}: name them", paths.join(", ")))
            }
            ImportError::NoExport { .. } => failure.hint(
                "`whocan import --recognize PATH` says what is looked for, `--plan` takes Terraform plans; `aws iam get-account-authorization-details --output json > details.json` makes one for an account",
            ),
            ImportError::AccountTwice { .. } | ImportError::OrganizationTwice { .. } => {
                failure.hint("nothing was stored; import them one by one, as two snapshots")
            }
            _ => failure,
        }
    }
}

//! Small exports, written out file by file, and a sink that keeps what comes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;
use tempfile::TempDir;
use whocan_import::{BoxError, Event, Imported, Options, Sink, import};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject, Resource};

/// An export in a folder of its own.
pub struct Export {
    folder: TempDir,
}

/// What an import delivered.
pub struct Delivered {
    pub imported: Imported,
    pub accounts: Vec<AccountObject>,
    pub activities: Vec<ActivityObject>,
    pub organization: Option<OrganizationObject>,
    pub events: Vec<Event>,
}

/// Writes an export: a path and a text for each file.
pub fn export(files: &[(&str, &str)]) -> Export {
    let export = Export {
        folder: TempDir::new().expect("a temporary folder"),
    };
    for (path, text) in files {
        export.write(path, text.as_bytes());
    }
    export
}

/// Writes an export of account 111122223333, with its folder's name left out of the paths.
pub fn account(files: &[(&str, &str)]) -> Export {
    let export = export(&[]);
    for (path, text) in files {
        export.write(&format!("accounts/111122223333/{path}"), text.as_bytes());
    }
    export
}

impl Export {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.join(path);
        let parent = path.parent().expect("a file in the folder");
        fs::create_dir_all(parent).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }

    pub fn import(&self) -> Delivered {
        self.import_with(Options::default())
    }

    pub fn import_with(&self, options: Options) -> Delivered {
        let outcome = deliver(&[self.path().to_owned()], &options);
        outcome.unwrap_or_else(|error| panic!("{}", self.near(&error)))
    }

    /// Imports what cannot be imported, and returns the error.
    pub fn refused(&self) -> String {
        match deliver(&[self.path().to_owned()], &Options::default()) {
            Ok(_) => panic!("the import went through"),
            Err(error) => self.near(&error),
        }
    }

    /// Returns a text without the name of the temporary folder.
    pub fn near(&self, text: &str) -> String {
        let folder = self.path().to_string_lossy().into_owned();
        text.replace(&format!("{folder}/"), "")
            .replace(&folder, ".")
    }
}

impl Delivered {
    /// Returns the only account.
    pub fn account(&self) -> &AccountObject {
        match self.accounts.as_slice() {
            [account] => account,
            accounts => panic!("{} accounts", accounts.len()),
        }
    }

    /// Returns a resource of the only account.
    pub fn resource(&self, arn: &str) -> &Resource {
        let mut resources = self.account().resources.iter();
        let found = resources.find(|resource| resource.arn == arn);
        found.unwrap_or_else(|| panic!("no resource {arn}"))
    }

    /// Returns a resource as it is stored.
    pub fn stored(&self, arn: &str) -> Value {
        serde_json::to_value(self.resource(arn)).expect("a resource is JSON")
    }

    /// Returns the only account's gaps about a service, one a line.
    pub fn gaps(&self, service: &str) -> String {
        gaps(&self.account().gaps, service)
    }

    pub fn notes(&self) -> String {
        let notes = self.imported.notes.iter().map(ToString::to_string);
        notes.collect::<Vec<_>>().join("\n")
    }
}

/// Returns the gaps about a service, one a line.
pub fn gaps(gaps: &[whocan_snapshot::Gap], service: &str) -> String {
    let lines = gaps.iter().filter(|gap| gap.service == service).map(|gap| {
        let region = gap.region.as_deref().unwrap_or("-");
        let argument = gap.argument.as_deref().unwrap_or("-");
        format!("{} {region} {argument}: {:?}", gap.call, gap.code)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Imports paths.
pub fn deliver(paths: &[PathBuf], options: &Options) -> Result<Delivered, String> {
    let kept = Kept::default();
    let imported = import(paths, options, &kept).map_err(|error| error.to_string())?;
    let mut accounts = kept.accounts.into_inner().expect("no thread panicked");
    accounts.sort_by_key(|account| account.id);
    let mut activities = kept.activities.into_inner().expect("no thread panicked");
    activities.sort_by_key(|activity| activity.id);
    Ok(Delivered {
        imported,
        accounts,
        activities,
        organization: kept.organization.into_inner().expect("no thread panicked"),
        events: kept.events.into_inner().expect("no thread panicked"),
    })
}

#[derive(Default)]
struct Kept {
    accounts: Mutex<Vec<AccountObject>>,
    activities: Mutex<Vec<ActivityObject>>,
    organization: Mutex<Option<OrganizationObject>>,
    events: Mutex<Vec<Event>>,
}

impl Sink for Kept {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        self.accounts
            .lock()
            .expect("no thread panicked")
            .push(account);
        Ok(())
    }

    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError> {
        self.activities
            .lock()
            .expect("no thread panicked")
            .push(activity);
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        *self.organization.lock().expect("no thread panicked") = Some(organization);
        Ok(())
    }

    fn progress(&self, event: Event) {
        self.events.lock().expect("no thread panicked").push(event);
    }
}

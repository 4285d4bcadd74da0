//! The index of a bundle on disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use whocan_graph::Graph;
use whocan_import::{BoxError, Options, Sink, import};
use whocan_index::Index;
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject, Snapshot};

/// Keeps what an import delivers.
#[derive(Default)]
struct Kept {
    accounts: Mutex<Vec<AccountObject>>,
    activity: Mutex<Vec<ActivityObject>>,
    organization: Mutex<Option<OrganizationObject>>,
}

impl Sink for Kept {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        self.accounts
            .lock()
            .expect("no thread panics")
            .push(account);
        Ok(())
    }

    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError> {
        self.activity
            .lock()
            .expect("no thread panics")
            .push(activity);
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        *self.organization.lock().expect("no thread panics") = Some(organization);
        Ok(())
    }
}

/// Imports a bundle, changes its accounts, and builds the index.
pub fn index(bundle: &Path, change: impl Fn(&mut AccountObject)) -> Index {
    let kept = Kept::default();
    let options = Options {
        keep_going: true,
        ..Options::default()
    };
    let bundle: PathBuf = bundle.to_owned();
    import(&[bundle], &options, &kept).expect("the bundle is read");
    let mut accounts = kept.accounts.into_inner().expect("no thread panics");
    accounts.sort_by_key(|account| account.id);
    accounts.iter_mut().for_each(change);
    let mut activity = kept.activity.into_inner().expect("no thread panics");
    activity.sort_by_key(|one| one.id);
    let organization = kept.organization.into_inner().expect("no thread panics");
    let snapshot = Snapshot {
        taken: "2026-11-01T00:00:00Z".parse().expect("a time"),
        accounts: accounts.into_iter().map(Arc::new).collect(),
        organization: organization.map(Arc::new),
        activity: activity.into_iter().map(Arc::new).collect(),
        assumptions: Vec::new(),
    };
    Index::build(Arc::new(Graph::build(&snapshot)))
}

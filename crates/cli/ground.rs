//! What AWS said at one time, or would say after a plan.

use std::path::Path;
use std::sync::Arc;

use whocan_graph::Graph;
use whocan_import::Plan;
use whocan_index::Index;
use whocan_snapshot::{Manifest, Snapshot, SnapshotId, Store};

use crate::failure::Failure;
use crate::import::plan;

/// A snapshot from the store, with a plan laid over it or without.
pub struct Ground {
    /// Its id, or which plan stands over which snapshot.
    pub id: SnapshotId,
    /// Its manifest.
    pub manifest: Manifest,
    /// What AWS said.
    pub snapshot: Snapshot,
}

impl Ground {
    /// Loads the snapshot that `name` means.
    pub fn find(store: &Store, name: &str) -> Result<Ground, Failure> {
        let id = store.find(name)?;
        Ok(Ground {
            manifest: store.manifest(&id)?,
            snapshot: store.load(&id)?,
            id,
        })
    }

    /// Lays a plan over the snapshot; nothing is stored.
    pub fn planned(&self, path: &Path, account: Option<&str>) -> Result<Ground, Failure> {
        let plan = Plan::load(path)?;
        let account = plan::account(&plan, account, &self.manifest)?;
        let not_there = || plan::not_there(&self.id, account);
        let place = plan::place(&self.manifest, account).ok_or_else(not_there)?;
        let (mut manifest, mut snapshot) = (self.manifest.clone(), self.snapshot.clone());
        let mut objects = snapshot.accounts.iter_mut();
        let object = objects.find(|one| one.id == account);
        plan.lay_over(Arc::make_mut(object.ok_or_else(not_there)?));
        // No stored object has this hash, so the account is looked into.
        manifest.accounts[place].1 = format!("plan {}", path.display());
        plan::assume(path, account, &mut manifest.assumptions);
        snapshot.assumptions.clone_from(&manifest.assumptions);
        Ok(Ground {
            id: SnapshotId(format!("plan {} over {}", path.display(), self.id)),
            manifest,
            snapshot,
        })
    }

    /// Returns what is concluded from it, which is kept nowhere.
    pub fn index(&self) -> Index {
        Index::build(Arc::new(Graph::build(&self.snapshot)))
    }
}

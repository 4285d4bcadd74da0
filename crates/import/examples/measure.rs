//! Imports paths into nothing and says what was there and how long it took.

#![allow(
    clippy::print_stdout,
    reason = "a measuring tool for developers, not part of the product"
)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use whocan_import::{BoxError, Event, Options, Sink, import};
use whocan_snapshot::{AccountObject, ActivityObject, OrganizationObject};

#[derive(Default)]
struct Count {
    users: AtomicUsize,
    groups: AtomicUsize,
    roles: AtomicUsize,
    policies: AtomicUsize,
    resources: AtomicUsize,
    lists: AtomicUsize,
    activity: AtomicUsize,
    units: AtomicUsize,
    control_policies: AtomicUsize,
    files: AtomicUsize,
    bytes: AtomicUsize,
}

impl Sink for Count {
    fn account(&self, account: AccountObject) -> Result<(), BoxError> {
        add(&self.users, account.users.len());
        add(&self.groups, account.groups.len());
        add(&self.roles, account.roles.len());
        add(&self.policies, account.policies.len());
        add(&self.resources, account.resources.len());
        add(&self.lists, account.lists.len());
        if std::env::var_os("MEASURE_PRINT").is_some() {
            println!("{}", serde_json::to_string_pretty(&account)?);
        }
        Ok(())
    }

    fn activity(&self, activity: ActivityObject) -> Result<(), BoxError> {
        add(&self.activity, activity.users.len() + activity.roles.len());
        Ok(())
    }

    fn organization(&self, organization: OrganizationObject) -> Result<(), BoxError> {
        add(&self.units, organization.units.len());
        add(&self.control_policies, organization.policies.len());
        if std::env::var_os("MEASURE_PRINT").is_some() {
            println!("{}", serde_json::to_string_pretty(&organization)?);
        }
        Ok(())
    }

    fn progress(&self, event: Event) {
        if let Event::Read { bytes } = event {
            add(&self.files, 1);
            add(&self.bytes, bytes);
        }
    }
}

fn add(counter: &AtomicUsize, more: usize) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn main() -> Result<(), BoxError> {
    let mut options = Options::default();
    let mut paths = Vec::new();
    for argument in std::env::args_os().skip(1) {
        match argument.to_str() {
            Some("--keep-going") => options.keep_going = true,
            Some("--absent-means-none") => options.absent_means_none = true,
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let count = Count::default();
    let start = Instant::now();
    let imported = import(&paths, &options, &count)?;
    let took = start.elapsed();
    println!(
        "{} accounts, organization: {}, {took:?}",
        imported.accounts.len(),
        imported.organization
    );
    println!("{count:?}");
    println!("gaps: {:?}", imported.gaps);
    for note in &imported.notes {
        println!("note: {note}");
    }
    Ok(())
}

impl std::fmt::Debug for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = [
            ("users", &self.users),
            ("groups", &self.groups),
            ("roles", &self.roles),
            ("policies", &self.policies),
            ("resources", &self.resources),
            ("lists", &self.lists),
            ("activity", &self.activity),
            ("units", &self.units),
            ("control policies", &self.control_policies),
            ("files", &self.files),
            ("bytes", &self.bytes),
        ];
        for (name, value) in fields {
            write!(f, "{} {name}; ", value.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}

//! `whocan import --plan`: a Terraform plan laid over a snapshot.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use whocan_import::{Laid, Plan, digest};
use whocan_policy::AccountId;
use whocan_render::Plain;
use whocan_snapshot::{Manifest, ObjectHash, PLAN, SnapshotId};

use crate::args::Import;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::{output, store_location};

/// Lays the plan over the snapshot and stores what would be.
pub fn run(path: &Path, args: &Import, store: Option<&Path>) -> Result<Outcome, Failure> {
    let plan = Plan::load(path)?;
    let store = store_location::open(store)?;
    let over = store.find(&args.over)?;
    let base = store.manifest(&over)?;
    let id = account(&plan, args.account.as_deref(), &base)?;
    let place = place(&base, id).ok_or_else(|| not_there(&over, id))?;
    let mut manifest = base;
    let hash: ObjectHash = manifest.accounts[place].1.parse().map_err(Failure::new)?;
    let mut account = store.load_account(&hash)?;
    let laid = plan.lay_over(&mut account);
    let mut writer = store.writer()?;
    manifest.accounts[place].1 = writer.put_account(&account)?.to_string();
    manifest.source = format!("plan {} over {over}", path.display());
    assume(path, id, &mut manifest.assumptions);
    manifest.label.clone_from(&args.label);
    let new = writer.commit(manifest)?;
    output::write(told(&new, &over, id, &laid))?;
    Ok(Outcome::Yes)
}

/// Adds that the plan is applied to what is assumed of a snapshot.
pub fn assume(path: &Path, account: AccountId, assumptions: &mut Vec<String>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    assumptions.push(format!("{PLAN}{name} is applied to account {account}"));
    assumptions.sort();
}

/// Returns where an account stands in a manifest.
pub fn place(base: &Manifest, account: AccountId) -> Option<usize> {
    base.accounts.iter().position(|(id, _)| *id == account)
}

/// Says that a snapshot does not have the account that a plan is about.
pub fn not_there(over: &SnapshotId, account: AccountId) -> Failure {
    Failure::new(format_args!("snapshot {over} has no account {account}"))
        .hint("`--account` names the account that the plan is about")
}

/// Returns the account that the plan is about: as the person says, as its ARNs
/// say, or the only one of the snapshot.
pub fn account(plan: &Plan, named: Option<&str>, base: &Manifest) -> Result<AccountId, Failure> {
    if let Some(text) = named {
        let wrong = |_| Failure::new(format_args!("`{text}` is not an account id"));
        return text.parse().map_err(wrong);
    }
    let named = plan.accounts();
    let held: BTreeSet<AccountId> = base.accounts.iter().map(|(id, _)| *id).collect();
    let meant = if named.is_empty() { &held } else { &named };
    let mut ids = meant.iter();
    match (ids.next(), ids.next()) {
        (Some(id), None) => Ok(*id),
        _ => {
            let failure = Failure::new("the plan does not tell which account it is about");
            let some: Vec<String> = meant.iter().take(5).map(ToString::to_string).collect();
            Err(failure.hint(format!(
                "name it with `--account`, such as {}",
                some.join(", ")
            )))
        }
    }
}

fn told(new: &SnapshotId, over: &SnapshotId, id: AccountId, laid: &Laid) -> String {
    let mut text = format!(
        "snapshot {new}: {} changes laid over account {id} of {over}\n",
        laid.changes
    );
    if laid.open > 0 {
        let _ = writeln!(
            text,
            "  {} values are known only after apply: answers that rest on them say so",
            laid.open
        );
    }
    for line in digest(&laid.notes) {
        let more = match line.more {
            0 => String::new(),
            more => format!(" (and {more} more like it)"),
        };
        let example = line.example.to_string();
        let _ = writeln!(text, "  note: {}{more}", Plain(&example));
    }
    text
}

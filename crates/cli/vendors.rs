//! Whose accounts are: a file that names them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use whocan_policy::AccountId;

use crate::failure::Failure;
use crate::input;

/// Reads a CSV file of account numbers and names.
///
/// A first line with the columns `account` and `vendor` says which is which;
/// without one the number comes first. Further columns are ignored.
pub fn read(path: &Path) -> Result<BTreeMap<AccountId, Arc<str>>, Failure> {
    let text = input::text(path)?;
    let mut vendors = BTreeMap::new();
    let (mut account, mut vendor) = (0, 1);
    for (number, line) in (1..).zip(text.lines()) {
        let cells: Vec<&str> = line.split(',').map(cell).collect();
        let named = |name: &str| {
            cells
                .iter()
                .position(|cell| cell.eq_ignore_ascii_case(name))
        };
        if let (1, Some(of_account), Some(of_vendor)) = (number, named("account"), named("vendor"))
        {
            (account, vendor) = (of_account, of_vendor);
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (Some(id), Some(name)) = (cells.get(account), cells.get(vendor)) else {
            return Err(broken(path, number, "expected an account and a vendor"));
        };
        let id: AccountId = id
            .parse()
            .map_err(|_| broken(path, number, &format!("`{id}` is no account number")))?;
        vendors.insert(id, Arc::from(*name));
    }
    Ok(vendors)
}

fn cell(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

fn broken(path: &Path, line: usize, why: &str) -> Failure {
    Failure::new(format_args!("`{}`, line {line}: {why}", path.display()))
        .hint("write one account a line: 123456789012,Vendor")
}

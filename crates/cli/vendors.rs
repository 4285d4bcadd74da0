//! Whose accounts are: a file that names them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};
use whocan_policy::AccountId;

use crate::failure::Failure;
use crate::input;

/// Reads a CSV file of account numbers and names.
///
/// A first line with the columns `account` and `vendor` says which is which;
/// without one the number comes first. Further columns are ignored.
pub fn read(path: &Path) -> Result<BTreeMap<AccountId, Arc<str>>, Failure> {
    let text = input::text(path)?;
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut columns = Columns {
        account: 0,
        vendor: 1,
    };
    let mut vendors = BTreeMap::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            broken(path, line, "expected comma-separated values")
        })?;
        match Columns::named_in(&record).filter(|_| number == 0) {
            Some(named) => columns = named,
            None => {
                let line = record.position().map_or(0, csv::Position::line);
                let (id, name) = columns
                    .of(&record)
                    .map_err(|why| broken(path, line, &why))?;
                vendors.insert(id, name);
            }
        }
    }
    Ok(vendors)
}

struct Columns {
    account: usize,
    vendor: usize,
}

impl Columns {
    fn named_in(record: &StringRecord) -> Option<Columns> {
        let named = |name: &str| record.iter().position(|one| one.eq_ignore_ascii_case(name));
        Some(Columns {
            account: named("account")?,
            vendor: named("vendor")?,
        })
    }

    fn of(&self, record: &StringRecord) -> Result<(AccountId, Arc<str>), String> {
        let (Some(id), Some(name)) = (record.get(self.account), record.get(self.vendor)) else {
            return Err("expected an account and a vendor".to_owned());
        };
        let account = id
            .parse()
            .map_err(|_| format!("`{id}` is no account number"))?;
        Ok((account, name.into()))
    }
}

fn broken(path: &Path, line: u64, why: &str) -> Failure {
    Failure::new(format_args!("`{}`, line {line}: {why}", path.display()))
        .hint("write one account a line: 123456789012,Vendor")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendors(text: &str) -> Result<Vec<(String, String)>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let read = read(file.path()).map_err(|failure| failure.to_string())?;
        let pairs = read.iter();
        Ok(pairs
            .map(|(id, name)| (id.to_string(), name.to_string()))
            .collect())
    }

    #[test]
    fn names_in_quotes_may_hold_commas_and_columns_may_be_named() {
        let found = vendors("# ours\n\nnote,Vendor,Account\nx,\"Example, Inc.\",111122223333\n");
        let own = ("111122223333".to_owned(), "Example, Inc.".to_owned());
        assert_eq!(found, Ok(vec![own]));
        let plain = vendors("444455556666, Backup Co");
        let own = ("444455556666".to_owned(), "Backup Co".to_owned());
        assert_eq!(plain, Ok(vec![own]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = vendors("111122223333,A\n12,B\n").unwrap_err();
        assert!(
            error.contains("line 2: `12` is no account number"),
            "{error}"
        );
        let error = vendors("111122223333\n").unwrap_err();
        assert!(
            error.contains("line 1: expected an account and a vendor"),
            "{error}"
        );
    }
}

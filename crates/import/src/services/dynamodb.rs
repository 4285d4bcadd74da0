//! DynamoDB tables and streams.

use serde::Deserialize;
use whocan_snapshot::{Collected, Resource};

use crate::draft::Draft;
use crate::json::{List, Text, Wrong};
use crate::services::{policy, tags};
use crate::table::{Answer, Kind, Page, Row, Scope};

const TABLE: Kind = Kind("table");
/// A stream or an index: named by an ARN that begins with its table's.
const PART: Kind = Kind("part of a table");

/// Source of the error code: Amazon DynamoDB API Reference, GetResourcePolicy.
pub(crate) const ROWS: &[Row] = &[
    Row::list(
        "dynamodb",
        "list-tables",
        ("dynamodb", "table"),
        list_tables,
    )
    .regional(),
    Row::each(
        "dynamodb",
        "get-resource-policy",
        &[TABLE, PART],
        find,
        policy::read,
    )
    .regional()
    .none(&["PolicyNotFoundException"]),
    Row::each("dynamodb", "describe-table", &[TABLE], find, describe).regional(),
    Row::each(
        "dynamodb",
        "list-tags-of-resource",
        &[TABLE],
        find,
        tags::read,
    )
    .regional(),
];

fn find(scope: &Scope<'_>, argument: &str) -> Option<(Kind, String)> {
    if argument.starts_with("arn:") {
        let kind = match argument.matches('/').count() {
            ..=1 => TABLE,
            _ => PART,
        };
        return Some((kind, argument.to_owned()));
    }
    let arn = scope.arn("dynamodb", &format!("table/{argument}"))?;
    Some((TABLE, arn))
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `TableNames`")]
struct Tables<'a> {
    #[serde(borrow, default, rename = "TableNames")]
    names: List<Text<'a>>,
}

fn list_tables(draft: &mut Draft, page: &Page<'_>) -> Result<(), Wrong> {
    let Some(answer) = page.answer.read::<Tables<'_>>()? else {
        return Ok(());
    };
    for name in &answer.names.0 {
        let name = name.as_str();
        let Some((kind, arn)) = find(&draft.scope(page.region), name) else {
            let problem = "the region of the tables is not known: expected a folder named after it";
            return Err(Wrong::whole(problem));
        };
        draft.add(kind, &arn, page.region, &[name])?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `Table`")]
struct Described<'a> {
    #[serde(borrow, rename = "Table")]
    table: Table<'a>,
}

#[derive(Deserialize)]
#[serde(expecting = "a table")]
struct Table<'a> {
    #[serde(borrow, default, rename = "SSEDescription")]
    encryption: Option<Encryption<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an encryption")]
struct Encryption<'a> {
    #[serde(borrow, default, rename = "KMSMasterKeyArn")]
    key: Option<Text<'a>>,
}

fn describe(resource: &mut Resource, answer: &Answer<'_>) -> Result<(), Wrong> {
    let described = answer.read::<Described<'_>>()?;
    let encryption = described.and_then(|answer| answer.table.encryption);
    let key = encryption.and_then(|encryption| encryption.key);
    resource.encryption_key = Collected::Yes(key.map(|key| key.0.into_owned()));
    Ok(())
}

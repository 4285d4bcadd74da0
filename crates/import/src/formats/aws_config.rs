//! AWS Config: delivered snapshots, item histories, and query results.
//!
//! A snapshot file has `configurationItems`, `batch-get-resource-config`
//! prints `baseConfigurationItems`, a query (`select-aggregate-resource-config`
//! too) prints `Results` with one JSON text an item. The items name their
//! fields in two ways, and the values of `configuration` and
//! `supplementaryConfiguration` are JSON or text that holds JSON.
//! Source: AWS Config Developer Guide, "Example Configuration Snapshot" and
//! "Querying the Current Configuration State"; AWS Config API Reference,
//! ConfigurationItem.
//!
//! Which types a recorder records, no file says: every list is a part.

mod configuration;
mod identities;
mod resources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use whocan_policy::AccountId;

use super::answer::Lists;
use crate::error::{FileError, Place};
use crate::export::{Export, Left};
use crate::json::{self, Places, Text, Time};
use configuration::opened;

/// The items of all files, the newest of each resource.
#[derive(Debug, Default)]
pub(crate) struct Items {
    accounts: BTreeMap<AccountId, Account>,
}

/// The items of one account.
#[derive(Debug, Default)]
struct Account {
    /// By type and id.
    items: BTreeMap<(String, String), Item>,
    /// The file of the first item.
    from: PathBuf,
}

/// One item, and where it stands.
#[derive(Debug)]
struct Item {
    captured: Option<Timestamp>,
    deleted: bool,
    kind: String,
    id: String,
    name: Option<String>,
    arn: Option<String>,
    region: Option<String>,
    /// JSON.
    configuration: String,
    /// JSON, by name.
    supplementary: BTreeMap<String, String>,
    /// JSON, an object or a list of pairs.
    tags: Option<String>,
    from: PathBuf,
    place: Option<Place>,
}

/// A file of items, in any of the forms.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct File<'a> {
    #[serde(
        borrow,
        default,
        alias = "baseConfigurationItems",
        alias = "BaseConfigurationItems",
        alias = "ConfigurationItems"
    )]
    configuration_items: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default, rename = "Results", alias = "results")]
    results: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    resource_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    configuration: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "NextToken", alias = "nextToken")]
    next_token: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a configuration item")]
struct Shape<'a> {
    #[serde(borrow, default, alias = "awsAccountId")]
    account_id: Option<Text<'a>>,
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    resource_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    resource_name: Option<Text<'a>>,
    #[serde(borrow, default, alias = "ARN")]
    arn: Option<Text<'a>>,
    #[serde(borrow, default)]
    aws_region: Option<Text<'a>>,
    #[serde(borrow, default)]
    configuration_item_status: Option<Text<'a>>,
    #[serde(default)]
    configuration_item_capture_time: Time,
    #[serde(default)]
    configuration: Option<Box<RawValue>>,
    #[serde(default)]
    supplementary_configuration: Option<Box<RawValue>>,
    #[serde(default)]
    tags: Option<Box<RawValue>>,
}

/// What a file turned out to be.
pub(crate) enum Recognized {
    /// Items were added; `more` if the result was cut off.
    Items { more: bool },
    /// Something else.
    Other,
}

impl Items {
    /// Adds the items of a file, if it is one of AWS Config.
    ///
    /// # Errors
    ///
    /// If it is one, and an item in it cannot be read.
    pub(crate) fn add(&mut self, path: &Path, text: &str) -> Result<Recognized, FileError> {
        let Some((list, more)) = items_of(text) else {
            return Ok(Recognized::Other);
        };
        let mut places = Places::new(text);
        for raw in &list {
            let place = places.offset(raw).map(|offset| places.at(offset));
            let whole = opened(raw);
            let shape: Shape<'_> = json::read(&whole).map_err(|wrong| FileError {
                path: path.to_owned(),
                place,
                problem: wrong.problem,
            })?;
            self.keep(path, place, shape)?;
        }
        Ok(Recognized::Items { more })
    }

    fn keep(
        &mut self,
        path: &Path,
        place: Option<Place>,
        shape: Shape<'_>,
    ) -> Result<(), FileError> {
        let wrong = |problem: String| FileError {
            path: path.to_owned(),
            place,
            problem,
        };
        let arn = shape.arn.map(|arn| arn.0.into_owned());
        let account = shape.account_id.map(|id| id.0.into_owned());
        let account = account.or_else(|| Some(arn.as_deref()?.split(':').nth(4)?.to_owned()));
        let account: AccountId = account
            .as_deref()
            .unwrap_or_default()
            .parse()
            .map_err(|_| {
                let expected = "expected twelve digits in `accountId` or `awsAccountId`";
                wrong(format!("an item without its account: {expected}"))
            })?;
        let status = shape.configuration_item_status.map(|status| status.0);
        let supplementary = supplementary(shape.supplementary_configuration.as_deref())
            .map_err(|problem| wrong(format!("`supplementaryConfiguration`: {problem}")))?;
        let configuration = shape
            .configuration
            .map(|raw| opened(raw.get()).into_owned());
        let id = shape.resource_id.map(|id| id.0.into_owned());
        let item = Item {
            captured: shape.configuration_item_capture_time.0,
            deleted: status.is_some_and(|status| status.starts_with("ResourceDeleted")),
            kind: shape.resource_type.0.into_owned(),
            id: id.or_else(|| arn.clone()).unwrap_or_default(),
            name: shape.resource_name.map(|name| name.0.into_owned()),
            arn,
            region: shape.aws_region.map(|region| region.0.into_owned()),
            configuration: configuration.unwrap_or_else(|| "null".to_owned()),
            supplementary,
            tags: shape.tags.map(|raw| opened(raw.get()).into_owned()),
            from: path.to_owned(),
            place,
        };
        let account = self.accounts.entry(account).or_default();
        if account.items.is_empty() {
            path.clone_into(&mut account.from);
        }
        let key = (item.kind.clone(), item.id.clone());
        match account.items.get(&key) {
            // Of two items of a resource the newer counts; a history lists many.
            Some(known) if known.captured > item.captured => {}
            _ => {
                account.items.insert(key, item);
            }
        }
        Ok(())
    }

    /// Returns each account's calls, with the file that the account was found in.
    pub(crate) fn exports(self) -> impl Iterator<Item = (AccountId, PathBuf, Export)> {
        let accounts = self.accounts.into_iter();
        accounts.map(|(id, account)| {
            let from = account.from.clone();
            (id, from, account.export())
        })
    }
}

/// Returns the items of a file, and whether more would follow; `None` if it is
/// of another kind.
fn items_of(text: &str) -> Option<(Vec<&str>, bool)> {
    if text.trim_ascii_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
        let items: Vec<&str> = list.into_iter().map(RawValue::get).collect();
        return items
            .first()
            .is_some_and(|first| is_item(first))
            .then_some((items, false));
    }
    let file: File<'_> = json::read(text).ok()?;
    let more = file.next_token.is_some_and(|token| !token.0.is_empty());
    if file.resource_type.is_some() && file.configuration.is_some() {
        return Some((vec![text.trim_ascii()], false));
    }
    let results = file.results.filter(|results| {
        results
            .first()
            .is_some_and(|first| is_item(&opened(first.get())))
    });
    let list = file.configuration_items.or(results)?;
    Some((list.into_iter().map(RawValue::get).collect(), more))
}

fn is_item(text: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Typed<'a> {
        #[serde(borrow)]
        resource_type: Text<'a>,
    }
    json::read::<Typed<'_>>(text).is_ok_and(|typed| typed.resource_type.0.starts_with("AWS::"))
}

/// Opens the parts of `supplementaryConfiguration`.
fn supplementary(raw: Option<&RawValue>) -> Result<BTreeMap<String, String>, String> {
    let whole = opened(raw.map_or("null", RawValue::get));
    if whole == "null" {
        return Ok(BTreeMap::new());
    }
    let parts: BTreeMap<String, Box<RawValue>> =
        json::read(&whole).map_err(|wrong| wrong.problem)?;
    let parts = parts.into_iter();
    Ok(parts
        .map(|(name, raw)| (name, opened(raw.get()).into_owned()))
        .collect())
}

impl Account {
    fn export(self) -> Export {
        let mut telling = Telling {
            export: Export::default(),
            lists: Lists::default(),
            identities: identities::Identities::default(),
        };
        for item in self.items.into_values().filter(|item| !item.deleted) {
            if let Err(problem) = telling.item(&item) {
                telling.refuse(&item, problem);
            }
        }
        telling.identities.add_to(&mut telling.export, &self.from);
        telling
            .lists
            .add_to(&mut telling.export, &self.from, |_| false);
        telling.export.finish_made();
        telling.export
    }
}

/// One account's items while they are told as calls.
struct Telling {
    export: Export,
    lists: Lists,
    identities: identities::Identities,
}

impl Telling {
    fn item(&mut self, item: &Item) -> Result<(), String> {
        match item.kind.strip_prefix("AWS::IAM::") {
            Some(kind) => self.identities.item(kind, item),
            None => self.resource(item),
        }
    }

    /// Records an item that cannot be read, to be an error or a gap.
    fn refuse(&mut self, item: &Item, problem: String) {
        let error = FileError {
            path: item.from.clone(),
            place: item.place,
            problem: format!("{} `{}`: {problem}", item.kind, item.id),
        };
        let argument = Some(format!("{} {}", item.kind, item.id));
        let left = Left::Broken(error);
        let command = "get-resource-config-history";
        self.export
            .add("configservice", command, item.region(), argument, left);
    }
}

impl Item {
    /// Returns the region; global resources have none.
    fn region(&self) -> Option<&str> {
        self.region.as_deref().filter(|region| *region != "global")
    }

    /// Returns a part of `supplementaryConfiguration`, if it is there.
    fn part(&self, name: &str) -> Option<&str> {
        self.supplementary.get(name).map(String::as_str)
    }
}

/// Reads a part of an item. The place in a text within a text would mislead, so it is left out.
fn read<'a, T: Deserialize<'a>>(field: &str, text: &'a str) -> Result<T, String> {
    json::read(text).map_err(|wrong| format!("`{field}`: {}", wrong.problem))
}

//! The tree of an organization: root, units, accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use whocan_policy::AccountId;
use whocan_snapshot::{Collected, GapCode, Member, OrganizationObject, Root, Unit};

use super::{Reader, RootShape, Told};
use crate::error::FileError;
use crate::json::{List, Tags, Time};

const UNITS: &str = "list-organizational-units-for-parent";
const ACCOUNTS: &str = "list-accounts-for-parent";

/// The tree without policies.
pub(super) struct Tree {
    pub(super) root: Root,
    /// Sorted by id.
    pub(super) units: Vec<Unit>,
    /// Sorted by id.
    pub(super) members: Vec<Member>,
    /// The accounts that the uncut list of all accounts names; empty without one.
    pub(super) listed: Vec<AccountId>,
    /// The ARNs of the accounts, which name the organization.
    pub(super) arns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `OrganizationalUnits`"
)]
struct Units {
    #[serde(default)]
    organizational_units: List<UnitShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an organizational unit")]
struct UnitShape {
    id: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Accounts`")]
struct Accounts {
    #[serde(default)]
    accounts: List<AccountShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an account")]
struct AccountShape {
    id: AccountId,
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    name: Option<String>,
    /// `Status` gives way to `State` in newer answers; both say the same.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    joined_timestamp: Time,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Parents`")]
struct Parents {
    #[serde(default)]
    parents: List<Parent>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a parent")]
struct Parent {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Tags`")]
struct TagList {
    #[serde(default)]
    tags: Tags,
}

impl Reader<'_> {
    /// Reads the tree.
    pub(super) fn tree(&mut self, root: Option<&RootShape>) -> Result<Tree, FileError> {
        let under = self.ask_each::<Units>(UNITS)?;
        let of_parent = self.ask_each::<Accounts>(ACCOUNTS)?;
        let root = match root {
            Some(root) => root.id.clone(),
            None => {
                let mut parents = under.keys().chain(of_parent.keys());
                let root = parents.find(|id| id.starts_with("r-"));
                root.cloned().unwrap_or_default()
            }
        };
        let mut known: Vec<String> = vec![root.clone()];
        let told: BTreeSet<String> = under.keys().cloned().collect();
        let units = self.units(under);
        known.extend(units.keys().cloned());
        self.miss(UNITS, &known, &told);
        let told: BTreeSet<String> = of_parent.keys().cloned().collect();
        self.miss(ACCOUNTS, &known, &told);
        let listed = self.ask::<Accounts>("list-accounts")?;
        let all = match &listed {
            Told::Answer(all) => all.accounts.0.iter().map(|account| account.id).collect(),
            _ => Vec::new(),
        };
        let (mut members, arns) = self.members(listed.answer(), of_parent);
        self.parents(&mut members)?;
        self.tags(&mut members)?;
        Ok(Tree {
            root: Root {
                id: root,
                scps: Collected::Not,
                rcps: Collected::Not,
            },
            units: units.into_values().collect(),
            members: members.into_values().collect(),
            listed: all,
            arns,
        })
    }

    /// Records for which parents a command was not called: one gap if for none.
    fn miss(&mut self, command: &str, parents: &[String], told: &BTreeSet<String>) {
        if self.options.absent_means_none {
            return;
        }
        if told.is_empty() {
            self.gap(command, None, GapCode::NotExported);
            return;
        }
        for parent in parents {
            if !told.contains(parent) && !parent.is_empty() {
                self.gap(command, Some(parent), GapCode::NotExported);
            }
        }
    }

    fn units(&mut self, under: BTreeMap<String, Told<Units>>) -> BTreeMap<String, Unit> {
        let mut units: BTreeMap<String, Unit> = BTreeMap::new();
        for (parent, told) in under {
            let answer = told.answer();
            let list = answer.map(|answer| answer.organizational_units.0);
            for unit in list.unwrap_or_default() {
                if let Some(known) = units.get(&unit.id) {
                    let text = format!("unit `{}` is under `{}` too", unit.id, known.parent);
                    self.disagreement(&format!("{UNITS} {parent}"), text);
                    continue;
                }
                let id = unit.id.clone();
                units.insert(
                    id,
                    Unit {
                        id: unit.id,
                        name: unit.name.unwrap_or_default(),
                        parent: parent.clone(),
                        scps: Collected::Not,
                        rcps: Collected::Not,
                    },
                );
            }
        }
        units
    }

    fn members(
        &mut self,
        listed: Option<Accounts>,
        of_parent: BTreeMap<String, Told<Accounts>>,
    ) -> (BTreeMap<AccountId, Member>, Vec<String>) {
        let mut members: BTreeMap<AccountId, Member> = BTreeMap::new();
        let mut arns = Vec::new();
        for account in listed.map(|listed| listed.accounts.0).unwrap_or_default() {
            arns.extend(account.arn.clone());
            members.entry(account.id).or_insert_with(|| member(account));
        }
        for (parent, told) in of_parent {
            let answer = told.answer();
            for account in answer.map(|answer| answer.accounts.0).unwrap_or_default() {
                arns.extend(account.arn.clone());
                let id = account.id;
                let known = members.entry(id).or_insert_with(|| member(account));
                match &known.parent {
                    Some(other) if *other != parent => {
                        let text = format!("account {id} is under `{other}` too");
                        self.disagreement(&format!("{ACCOUNTS} {parent}"), text);
                    }
                    _ => known.parent = Some(parent.clone()),
                }
            }
        }
        (members, arns)
    }

    /// Fills in parents from the other direction, `list-parents/<account>`.
    fn parents(&mut self, members: &mut BTreeMap<AccountId, Member>) -> Result<(), FileError> {
        for (child, told) in self.ask_each::<Parents>("list-parents")? {
            let parents = told.answer().map(|answer| answer.parents.0);
            let parent = parents.and_then(|parents| parents.into_iter().next());
            let id: Option<AccountId> = child.parse().ok();
            if let (Some(parent), Some(member)) = (parent, id.and_then(|id| members.get_mut(&id))) {
                member.parent.get_or_insert(parent.id);
            }
        }
        Ok(())
    }

    fn tags(&mut self, members: &mut BTreeMap<AccountId, Member>) -> Result<(), FileError> {
        for (target, told) in self.ask_each::<TagList>("list-tags-for-resource")? {
            let id: Option<AccountId> = target.parse().ok();
            if let (Some(answer), Some(member)) =
                (told.answer(), id.and_then(|id| members.get_mut(&id)))
            {
                member.tags = Collected::Yes(answer.tags.sorted());
            }
        }
        if self.options.absent_means_none {
            for member in members.values_mut().filter(|member| member.tags.is_not()) {
                member.tags = Collected::Yes(Vec::new());
            }
        }
        Ok(())
    }
}

fn member(account: AccountShape) -> Member {
    Member {
        id: account.id,
        name: account.name.unwrap_or_default(),
        status: account.status.or(account.state).unwrap_or_default(),
        joined: account.joined_timestamp.0,
        parent: None,
        tags: Collected::Not,
        scps: Collected::Not,
        rcps: Collected::Not,
    }
}

/// Adds the management account where no list names it.
pub(super) fn add_management(object: &mut OrganizationObject) {
    let id = object.management_account;
    let place = object
        .accounts
        .binary_search_by_key(&id, |member| member.id);
    if let Err(place) = place {
        object.accounts.insert(
            place,
            Member {
                id,
                name: String::new(),
                status: String::new(),
                joined: None,
                parent: None,
                tags: Collected::Not,
                scps: Collected::Not,
                rcps: Collected::Not,
            },
        );
    }
}

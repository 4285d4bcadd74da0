//! The folder of an organization.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Broken, METADATA};
use crate::error::FileError;
use crate::export::{Export, Left, entries};
use crate::file;
use crate::formats::answer::{Object, made, quoted};
use crate::json;
use crate::reading::in_file;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `id`")]
struct Metadata {
    #[serde(default)]
    id: String,
    #[serde(default)]
    root_ou: String,
    #[serde(default)]
    root_account_id: String,
    #[serde(default)]
    features: BTreeMap<String, bool>,
}

/// What is known of a unit or an account.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Target {
    #[serde(default, alias = "ou")]
    parent: Option<String>,
    #[serde(default)]
    scps: Option<Vec<String>>,
    #[serde(default)]
    rcps: Option<Vec<String>>,
    #[serde(default)]
    s3_policies: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with `arn`")]
struct Named {
    arn: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    aws_managed: Option<bool>,
}

/// The kinds of policies: AWS's name, and the folder and field here.
const KINDS: [(&str, &str); 3] = [
    ("SERVICE_CONTROL_POLICY", "scps"),
    ("RESOURCE_CONTROL_POLICY", "rcps"),
    ("S3_POLICY", "s3-policies"),
];

/// Tells an organization's folder as calls.
///
/// # Errors
///
/// If `broken` ends the import.
pub(crate) fn export(root: &Path, broken: &mut Broken<'_>) -> Result<Export, FileError> {
    let mut reading = Reading {
        root,
        export: Export::default(),
        broken,
    };
    let metadata: Metadata = reading.load(METADATA)?.unwrap_or_default();
    reading.describe(&metadata);
    let units: BTreeMap<String, Target> = reading.load("ous.json")?.unwrap_or_default();
    let accounts: BTreeMap<String, Target> = reading.load("accounts.json")?.unwrap_or_default();
    reading.tree(&metadata, &units, &accounts)?;
    for kind in KINDS {
        reading.policies(kind)?;
        // As the roots say it: what is not in force is not listed.
        let off = !metadata.features.is_empty() && metadata.features.get(kind.0) != Some(&true);
        for (target, known) in units.iter().chain(&accounts) {
            reading.attached(kind, target, known, off);
        }
    }
    reading.tags(&accounts);
    reading.delegation()?;
    let mut export = reading.export;
    export.finish_made();
    Ok(export)
}

struct Reading<'a> {
    root: &'a Path,
    export: Export,
    broken: &'a mut Broken<'a>,
}

impl Reading<'_> {
    /// Reads a file; `None` if there is none, or it is broken and passed over.
    fn load<T: for<'a> Deserialize<'a>>(&mut self, name: &str) -> Result<Option<T>, FileError> {
        let path = self.root.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let read = file::load(&path)
            .and_then(|text| json::read(&text).map_err(|wrong| in_file(&path, wrong)));
        match read {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                (self.broken)(error)?;
                Ok(None)
            }
        }
    }

    fn add(&mut self, command: &str, argument: Option<&str>, text: String) {
        let left = made(text, self.root);
        let argument = argument.map(str::to_owned);
        self.export
            .add("organizations", command, None, argument, left);
    }

    fn describe(&mut self, metadata: &Metadata) {
        if metadata.id.is_empty() {
            return;
        }
        let organization = Object::new()
            .text("Id", &metadata.id)
            .text("MasterAccountId", &metadata.root_account_id);
        let text = Object::new().raw("Organization", &organization.finish());
        self.add("describe-organization", None, text.finish());
        if metadata.root_ou.is_empty() {
            return;
        }
        let kinds = metadata.features.iter().filter(|(_, on)| **on);
        let kinds =
            kinds.map(|(kind, _)| Object::new().text("Type", kind).text("Status", "ENABLED"));
        let kinds: Vec<String> = kinds.map(Object::finish).collect();
        let root = Object::new().text("Id", &metadata.root_ou);
        let root = match metadata.features.is_empty() {
            true => root,
            false => root.list("PolicyTypes", &kinds),
        };
        let text = Object::new().list("Roots", &[root.finish()]);
        self.add("list-roots", None, text.finish());
    }

    fn tree(
        &mut self,
        metadata: &Metadata,
        units: &BTreeMap<String, Target>,
        accounts: &BTreeMap<String, Target>,
    ) -> Result<(), FileError> {
        let names = self.unit_names()?;
        let mut under: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
        if !units.is_empty() || !accounts.is_empty() {
            under.entry(&metadata.root_ou).or_default();
        }
        for (id, unit) in units {
            under.entry(id).or_default();
            if let Some(parent) = &unit.parent {
                let unit = Object::new().text("Id", id);
                let unit = unit.maybe("Name", names.get(id).map(String::as_str));
                under.entry(parent).or_default().0.push(unit.finish());
            }
        }
        for (id, account) in accounts {
            if let Some(parent) = &account.parent {
                let account = Object::new().text("Id", id).finish();
                under.entry(parent).or_default().1.push(account);
            }
        }
        for (parent, (units, accounts)) in under {
            let text = Object::new().list("OrganizationalUnits", &units).finish();
            self.add("list-organizational-units-for-parent", Some(parent), text);
            let text = Object::new().list("Accounts", &accounts).finish();
            self.add("list-accounts-for-parent", Some(parent), text);
        }
        Ok(())
    }

    fn unit_names(&mut self) -> Result<BTreeMap<String, String>, FileError> {
        let mut names = BTreeMap::new();
        for named in self.folders("ous")? {
            if let Some(name) = named.name {
                names.insert(tail(&named.arn).to_owned(), name);
            }
        }
        Ok(names)
    }

    /// Reads the metadata of all folders in a folder.
    fn folders(&mut self, name: &str) -> Result<Vec<Named>, FileError> {
        let mut found = Vec::new();
        for folder in self.inside(name) {
            found.extend(self.load::<Named>(&format!("{name}/{folder}/{METADATA}"))?);
        }
        Ok(found)
    }

    fn inside(&self, name: &str) -> Vec<String> {
        let listed = entries(&self.root.join(name))
            .unwrap_or_default()
            .into_iter();
        listed
            .filter_map(|entry| entry.name.filter(|_| entry.is_folder))
            .collect()
    }

    /// Reads the policies of a kind, whose ids are in lower case but in their ARNs.
    fn policies(&mut self, (kind, folder): (&str, &str)) -> Result<(), FileError> {
        let mut summaries = Vec::new();
        for inner in self.inside(folder) {
            let place = format!("{folder}/{inner}");
            let Some(named) = self.load::<Named>(&format!("{place}/{METADATA}"))? else {
                continue;
            };
            let id = tail(&named.arn);
            let managed = named.aws_managed.unwrap_or_default().to_string();
            let summary = Object::new()
                .text("Id", id)
                .maybe("Name", named.name.as_deref())
                .text("Type", kind)
                .raw("AwsManaged", &managed)
                .finish();
            self.document(&format!("{place}/policy.json"), id, &summary);
            summaries.push(summary);
        }
        if !summaries.is_empty() {
            let text = Object::new().list("Policies", &summaries).finish();
            self.add(&format!("list-policies.{kind}"), None, text);
        }
        Ok(())
    }

    fn document(&mut self, name: &str, id: &str, summary: &str) {
        let path = self.root.join(name);
        if !path.exists() {
            return;
        }
        let checked = file::load(&path).and_then(|text| {
            json::check(&text).map_err(|wrong| in_file(&path, wrong))?;
            Ok(text)
        });
        let left = match checked {
            Ok(text) => {
                let policy = Object::new()
                    .raw("PolicySummary", summary)
                    .raw("Content", &text);
                let text = Object::new().raw("Policy", &policy.finish());
                made(text.finish(), &path)
            }
            Err(error) => Left::Broken(error),
        };
        let id = Some(id.to_owned());
        self.export
            .add("organizations", "describe-policy", None, id, left);
    }

    fn attached(&mut self, (kind, _): (&str, &str), target: &str, known: &Target, off: bool) {
        let arns = match kind {
            "SERVICE_CONTROL_POLICY" => &known.scps,
            "RESOURCE_CONTROL_POLICY" => &known.rcps,
            _ => &known.s3_policies,
        };
        let (Some(arns), false) = (arns, off) else {
            return;
        };
        let ids: BTreeSet<&str> = arns.iter().map(|arn| tail(arn)).collect();
        let policies = ids.into_iter().map(|id| Object::new().text("Id", id));
        let policies: Vec<String> = policies.map(Object::finish).collect();
        let text = Object::new().list("Policies", &policies).finish();
        let command = format!("list-policies-for-target.{kind}");
        self.add(&command, Some(target), text);
    }

    fn tags(&mut self, accounts: &BTreeMap<String, Target>) {
        for (id, account) in accounts {
            if let Some(tags) = &account.tags {
                let text = Object::new().raw("Tags", tags.get()).finish();
                self.add("list-tags-for-resource", Some(id), text);
            }
        }
    }

    /// Reads the delegated administrators, which are kept by service.
    fn delegation(&mut self) -> Result<(), FileError> {
        let name = "delegated-admins.json";
        let Some(services) = self.load::<BTreeMap<String, Vec<String>>>(name)? else {
            return Ok(());
        };
        let mut of_account: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (service, accounts) in &services {
            for account in accounts {
                of_account.entry(account).or_default().push(service);
            }
        }
        let list = of_account.keys().map(|id| Object::new().text("Id", id));
        let list: Vec<String> = list.map(Object::finish).collect();
        let text = Object::new()
            .list("DelegatedAdministrators", &list)
            .finish();
        self.add("list-delegated-administrators", None, text);
        for (account, services) in of_account {
            let field = |service: &str| format!("{{\"ServicePrincipal\":{}}}", quoted(service));
            let services: Vec<String> = services.into_iter().map(field).collect();
            let text = Object::new().list("DelegatedServices", &services).finish();
            self.add("list-delegated-services-for-account", Some(account), text);
        }
        Ok(())
    }
}

/// Returns what an ARN ends in.
fn tail(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

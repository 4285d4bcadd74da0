//! Reads the folder `organizations`: the tree, the accounts, the policies.

mod attachments;
mod public_access;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{
    Collected, DelegatedAdministrator, Gap, GapCode, OrganizationObject, OrganizationPolicy,
    OrganizationPolicyKind,
};

use crate::Options;
use crate::audit;
use crate::error::FileError;
use crate::export::{Call, Export, Left};
use crate::file;
use crate::json::{self, DocumentText, List, Paging, Wrong};
use crate::note::{Note, NoteKind};
use crate::reading::{cut_off, in_file};
use crate::sink::{Event, Sink};

const SERVICE: &str = "organizations";

/// What was read of the organization; no object if not even its id is known.
pub(crate) struct Reading {
    pub(crate) object: Option<OrganizationObject>,
    pub(crate) notes: Vec<Note>,
}

/// Reads the organization.
///
/// # Errors
///
/// If a file is broken, unless the options say to go on.
pub(crate) fn read(root: &Path, options: &Options, sink: &dyn Sink) -> Result<Reading, FileError> {
    let mut broken = Vec::new();
    let mut keep = |error| match options.keep_going {
        true => {
            broken.push(error);
            Ok(())
        }
        false => Err(error),
    };
    let export = Export::of_organization(root, &mut keep)?;
    sink.progress(Event::Files(export.files));
    let mut reader = Reader {
        export: &export,
        root,
        options,
        sink,
        gaps: BTreeSet::new(),
        notes: Vec::new(),
        used: BTreeSet::new(),
    };
    for error in broken {
        let code = GapCode::Unreadable(reader.words(&error));
        reader.gap("calls.jsonl", None, code);
    }
    let object = reader.organization()?;
    reader.note_the_rest();
    let mut notes = reader.notes;
    if let Some(object) = &object {
        notes.extend(audit::organization(object));
    }
    Ok(Reading { object, notes })
}

/// The reading in progress.
struct Reader<'a> {
    export: &'a Export,
    root: &'a Path,
    options: &'a Options,
    sink: &'a dyn Sink,
    gaps: BTreeSet<Gap>,
    notes: Vec<Note>,
    /// The commands that were asked for.
    used: BTreeSet<String>,
}

/// What a call gave.
enum Told<T> {
    Answer(T),
    /// The beginning of a list that is cut off; a gap says so.
    Part(T),
    /// AWS answered with this code.
    Refused(String),
    /// A broken file, gone past.
    Broken,
    /// The call left nothing.
    Nothing,
}

impl<T> Told<T> {
    fn answer(self) -> Option<T> {
        match self {
            Told::Answer(answer) | Told::Part(answer) => Some(answer),
            Told::Refused(_) | Told::Broken | Told::Nothing => None,
        }
    }
}

impl Reader<'_> {
    /// Reads the answer to a command without an argument; records what is missing.
    fn ask<T: DeserializeOwned>(&mut self, command: &str) -> Result<Told<T>, FileError> {
        self.used.insert(command.to_owned());
        let export = self.export;
        let calls = export.of(SERVICE, command);
        match calls.iter().find(|call| call.argument.is_none()) {
            Some(call) => self.tell(command, call),
            None => {
                if !self.options.absent_means_none {
                    self.gap(command, None, GapCode::NotExported);
                }
                Ok(Told::Nothing)
            }
        }
    }

    /// Reads all answers to a command that takes an argument.
    fn ask_each<T: DeserializeOwned>(
        &mut self,
        command: &str,
    ) -> Result<BTreeMap<String, Told<T>>, FileError> {
        self.used.insert(command.to_owned());
        let mut told = BTreeMap::new();
        let export = self.export;
        for call in export.of(SERVICE, command) {
            if let Some(argument) = &call.argument {
                told.insert(argument.clone(), self.tell(command, call)?);
            }
        }
        Ok(told)
    }

    fn tell<T: DeserializeOwned>(
        &mut self,
        command: &str,
        call: &Call,
    ) -> Result<Told<T>, FileError> {
        let argument = call.argument.as_deref();
        let path = match &call.left {
            Left::File(path) => path,
            Left::Code(code) => {
                if code != NOT_ENABLED {
                    self.gap(command, argument, GapCode::Refused(code.clone()));
                }
                return Ok(Told::Refused(code.clone()));
            }
        };
        match self.read_file(path) {
            Ok((answer, None)) => Ok(Told::Answer(answer)),
            Ok((answer, Some(mark))) => {
                self.gap(command, argument, GapCode::Unreadable(cut_off(mark)));
                Ok(Told::Part(answer))
            }
            Err(error) if self.options.keep_going => {
                let code = GapCode::Unreadable(self.words(&error));
                self.gap(command, argument, code);
                Ok(Told::Broken)
            }
            Err(error) => Err(error),
        }
    }

    fn read_file<T: DeserializeOwned>(
        &self,
        path: &Path,
    ) -> Result<(T, Option<&'static str>), FileError> {
        let text = file::load(path)?;
        self.sink.progress(Event::Read { bytes: text.len() });
        let wrong = |wrong: Wrong| in_file(path, wrong);
        let more = json::read::<Paging<'_>>(&text).map_err(wrong)?.more();
        let answer = json::read(&text).map_err(wrong)?;
        Ok((answer, more))
    }

    /// Returns an error in words that do not tell where the export lies.
    fn words(&self, error: &FileError) -> String {
        let path = error.path.strip_prefix(self.root);
        let near = FileError {
            path: path.unwrap_or(&error.path).to_owned(),
            ..error.clone()
        };
        near.to_string()
    }

    fn gap(&mut self, call: &str, argument: Option<&str>, code: GapCode) {
        self.gaps.insert(Gap {
            service: SERVICE.to_owned(),
            region: None,
            call: call.to_owned(),
            argument: argument.map(str::to_owned),
            code,
        });
    }

    fn note(&mut self, place: impl Into<String>, kind: NoteKind) {
        self.notes.push(Note {
            account: None,
            place: place.into(),
            kind,
        });
    }

    fn disagreement(&mut self, place: &str, text: String) {
        self.note(format!("{SERVICE} {place}"), NoteKind::Disagreement(text));
    }

    fn note_the_rest(&mut self) {
        let export = self.export;
        for path in &export.strange {
            self.note(path.clone(), NoteKind::Ignored);
        }
        for ((service, command), calls) in &export.calls {
            let files = calls
                .iter()
                .filter(|call| matches!(call.left, Left::File(_)))
                .count();
            if files > 0 && !self.used.contains(command) {
                let place = format!("{service} {command}");
                self.note(place, NoteKind::UnknownCommand { files });
            }
        }
    }

    fn organization(&mut self) -> Result<Option<OrganizationObject>, FileError> {
        let described = self.ask::<Described>("describe-organization")?.answer();
        let roots = self.ask::<Roots>("list-roots")?.answer();
        let root = roots.and_then(|roots| roots.roots.0.into_iter().next());
        let tree = self.tree(root.as_ref())?;
        let Some((id, management)) = identity(described.as_ref(), root.as_ref(), &tree) else {
            let text = "the organization's id is not known: expected `describe-organization.json`";
            self.note(SERVICE, NoteKind::Odd(text.to_owned()));
            return Ok(None);
        };
        let mut object = OrganizationObject {
            id,
            management_account: management,
            root: tree.root,
            units: tree.units,
            accounts: tree.members,
            policies: Vec::new(),
            delegated_administrators: self.delegated_administrators()?,
            public_access_block: Collected::Not,
            gaps: Vec::new(),
        };
        tree::add_management(&mut object);
        let policies = self.policies(OrganizationPolicyKind::ServiceControl)?;
        self.attach(&mut object, root.as_ref(), &policies)?;
        object.policies.extend(policies.policies);
        let policies = self.policies(OrganizationPolicyKind::ResourceControl)?;
        self.attach(&mut object, root.as_ref(), &policies)?;
        object.policies.extend(policies.policies);
        object.policies.sort_by(|a, b| a.id.cmp(&b.id));
        object.public_access_block = self.public_access_block(&object, root.as_ref())?;
        object.gaps = std::mem::take(&mut self.gaps).into_iter().collect();
        Ok(Some(object))
    }

    /// Reads the policies of one kind with their documents.
    fn policies(&mut self, kind: OrganizationPolicyKind) -> Result<Policies, FileError> {
        let name = type_name(kind);
        let listed = self.ask::<Summaries>(&format!("list-policies.{name}"))?;
        let listed_all = matches!(listed, Told::Answer(_));
        let mut summaries: BTreeMap<String, Summary> = BTreeMap::new();
        let attached = self.ask_each::<Summaries>(&format!("list-policies-for-target.{name}"))?;
        for told in attached.into_values().chain([listed]) {
            let list = told.answer().map(|answer| answer.policies.0);
            for summary in list.unwrap_or_default() {
                summaries.insert(summary.id.clone(), summary);
            }
        }
        let mut documents = BTreeMap::new();
        for (id, told) in self.ask_each::<PolicyAnswer>("describe-policy")? {
            let Some(answer) = told.answer() else {
                continue;
            };
            let summary = answer.policy.policy_summary;
            let known = summaries.contains_key(&id);
            if known || summary.kind.as_deref() == Some(name) {
                summaries.entry(id.clone()).or_insert(summary);
                documents.insert(id, answer.policy.content);
            }
        }
        let mut policies = Vec::new();
        for (id, summary) in summaries {
            let document = documents.remove(&id).and_then(|content| content.0);
            policies.push(self.policy(kind, summary, document));
        }
        Ok(Policies {
            kind,
            listed_all,
            policies,
        })
    }

    fn policy(
        &mut self,
        kind: OrganizationPolicyKind,
        summary: Summary,
        document: Option<String>,
    ) -> OrganizationPolicy {
        let document = document.or_else(|| full_access(&summary.id).map(str::to_owned));
        if document.is_none() {
            let calls = self.export.of(SERVICE, "describe-policy");
            let called = calls
                .iter()
                .any(|call| call.argument.as_ref() == Some(&summary.id));
            if !called {
                let code = GapCode::NotExported;
                self.gap("describe-policy", Some(&summary.id), code);
            }
        }
        OrganizationPolicy {
            id: summary.id,
            name: summary.name.unwrap_or_default(),
            kind,
            aws_managed: summary.aws_managed.unwrap_or_default(),
            document: document.map_or(Collected::Not, Collected::Yes),
        }
    }

    fn delegated_administrators(
        &mut self,
    ) -> Result<Collected<Vec<DelegatedAdministrator>>, FileError> {
        let told = self.ask::<Delegated>("list-delegated-administrators")?;
        let list = match told {
            Told::Answer(answer) => answer.delegated_administrators.0,
            Told::Nothing if self.options.absent_means_none => Vec::new(),
            Told::Part(_) | Told::Nothing | Told::Refused(_) | Told::Broken => {
                return Ok(Collected::Not);
            }
        };
        let mut services = self.ask_each::<Services>("list-delegated-services-for-account")?;
        let mut administrators = Vec::new();
        for account in list {
            let told = services.remove(&account.id.to_string());
            if told.is_none() && !self.options.absent_means_none {
                let (id, code) = (account.id.to_string(), GapCode::NotExported);
                self.gap("list-delegated-services-for-account", Some(&id), code);
            }
            let answer = told.and_then(Told::answer);
            let services = answer.map(|answer| answer.delegated_services.0);
            let names = services.unwrap_or_default().into_iter();
            let mut services: Vec<String> =
                names.map(|service| service.service_principal).collect();
            services.sort();
            administrators.push(DelegatedAdministrator {
                account: account.id,
                services,
            });
        }
        administrators.sort();
        administrators.dedup();
        Ok(Collected::Yes(administrators))
    }
}

/// The policies of one kind.
struct Policies {
    kind: OrganizationPolicyKind,
    /// Whether the list of them was read.
    listed_all: bool,
    policies: Vec<OrganizationPolicy>,
}

/// The code by which AWS says that policies of a kind are not in force.
const NOT_ENABLED: &str = "PolicyTypeNotEnabledException";

fn type_name(kind: OrganizationPolicyKind) -> &'static str {
    match kind {
        OrganizationPolicyKind::ServiceControl => "SERVICE_CONTROL_POLICY",
        OrganizationPolicyKind::ResourceControl => "RESOURCE_CONTROL_POLICY",
    }
}

const FULL_ACCESS: &str = "p-FullAWSAccess";

/// Returns the document of a policy that is the same in every organization.
///
/// Source: AWS Organizations User Guide, "SCP syntax" and "Resource control
/// policies (RCPs)".
fn full_access(id: &str) -> Option<&'static str> {
    match id {
        FULL_ACCESS => Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        ),
        "p-RCPFullAWSAccess" => Some(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
        ),
        _ => None,
    }
}

/// Returns the organization's id and management account, from whatever tells them.
fn identity(
    described: Option<&Described>,
    root: Option<&RootShape>,
    tree: &tree::Tree,
) -> Option<(String, AccountId)> {
    if let Some(Described { organization }) = described {
        return Some((organization.id.clone(), organization.master_account_id));
    }
    // arn:aws:organizations::MANAGEMENT:root/ORGANIZATION/ROOT, and alike for accounts
    let root_arn = root.and_then(|root| root.arn.as_deref());
    let mut arns = root_arn
        .into_iter()
        .chain(tree.arns.iter().map(String::as_str));
    arns.find_map(|text| {
        let arn: Arn = text.parse().ok()?;
        let id = arn.resource().split('/').nth(1)?;
        Some((id.to_owned(), arn.account()?))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Organization`")]
struct Described {
    organization: OrganizationShape,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an organization")]
struct OrganizationShape {
    id: String,
    master_account_id: AccountId,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Roots`")]
struct Roots {
    roots: List<RootShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a root")]
struct RootShape {
    id: String,
    #[serde(default)]
    arn: Option<String>,
    /// The kinds of policies that are in force; others are missing.
    #[serde(default)]
    policy_types: Option<List<PolicyType>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a policy type")]
struct PolicyType {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default, rename = "Status")]
    status: Option<String>,
}

impl RootShape {
    /// Returns whether policies of a kind are in force, if the export says so.
    fn enables(&self, name: &str) -> Option<bool> {
        let types = self.policy_types.as_ref()?;
        let of_kind = types.0.iter().find(|entry| entry.kind == name);
        Some(of_kind.is_some_and(|entry| entry.status.as_deref() == Some("ENABLED")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Policies`")]
struct Summaries {
    #[serde(default)]
    policies: List<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a policy")]
struct Summary {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "Type")]
    kind: Option<String>,
    #[serde(default)]
    aws_managed: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an object with `Policy`")]
struct PolicyAnswer {
    policy: PolicyShape,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a policy")]
struct PolicyShape {
    policy_summary: Summary,
    #[serde(default)]
    content: DocumentText,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `DelegatedAdministrators`"
)]
struct Delegated {
    #[serde(default)]
    delegated_administrators: List<DelegatedShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "an account")]
struct DelegatedShape {
    id: AccountId,
}

#[derive(Deserialize)]
#[serde(
    rename_all = "PascalCase",
    expecting = "an object with `DelegatedServices`"
)]
struct Services {
    #[serde(default)]
    delegated_services: List<ServiceShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", expecting = "a service")]
struct ServiceShape {
    service_principal: String,
}

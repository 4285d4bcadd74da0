//! Reads the folder `organizations`: the tree, the accounts, the policies.

mod attachments;
mod delegation;
mod policies;
mod public_access;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use whocan_policy::{AccountId, Arn};
use whocan_snapshot::{Collected, Gap, GapCode, OrganizationObject, OrganizationPolicyKind};

use crate::Options;
use crate::error::FileError;
use crate::export::{Call, Export, Left};
use crate::file;
use crate::formats::iam_collect;
use crate::json::{self, List, Paging, Wrong};
use crate::note::{Note, NoteKind};
use crate::reading::{Shared, cut_off, in_file};
use crate::recognition::Format;
use crate::services::membership::NOT_IN_USE;
use crate::sink::{Event, Sink};

const SERVICE: &str = "organizations";

/// Where an organization's export is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A folder `organizations` of a bundle.
    Folder(PathBuf),
    /// A folder of one organization that iam-collect filled.
    IamCollect(PathBuf),
}

impl Source {
    pub(crate) fn format(&self) -> Format {
        match self {
            Source::Folder(_) => Format::Bundle,
            Source::IamCollect(_) => Format::IamCollect,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Source::Folder(path) | Source::IamCollect(path) => path,
        }
    }
}

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
pub(crate) fn read(source: &Source, shared: &Shared<'_>) -> Result<Reading, FileError> {
    let (options, sink) = (shared.options, shared.sink);
    let mut broken = Vec::new();
    let mut keep = |error| match options.keep_going {
        true => {
            broken.push(error);
            Ok(())
        }
        false => Err(error),
    };
    let (root, export) = match source {
        Source::Folder(root) => (root, Export::of_organization(root, &mut keep)?),
        Source::IamCollect(root) => (root, iam_collect::organization(root, &mut keep)?),
    };
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
        notes.extend(shared.auditor.organization(object));
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
        let read = match &call.left {
            Left::File(path) => self.read_file(path),
            Left::Made(made) => parse(&made.from, &made.text),
            Left::Broken(error) => Err(error.clone()),
            Left::Code(code) => {
                if code != NOT_ENABLED {
                    self.gap(command, argument, GapCode::Refused(code.clone()));
                }
                return Ok(Told::Refused(code.clone()));
            }
        };
        let part = matches!(&call.left, Left::Made(made) if made.part);
        match read {
            Ok((answer, _)) if part => {
                if !self.options.absent_means_none {
                    self.gap(command, argument, GapCode::NotExported);
                }
                Ok(Told::Part(answer))
            }
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
        parse(path, &text)
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
            let files = calls.iter().filter(|call| call.left.is_answer()).count();
            if files > 0 && !self.used.contains(command) {
                let place = format!("{service} {command}");
                self.note(place, NoteKind::UnknownCommand { files });
            }
        }
    }

    fn organization(&mut self) -> Result<Option<OrganizationObject>, FileError> {
        let described = self.ask::<Described>("describe-organization")?;
        if matches!(&described, Told::Refused(code) if code == NOT_IN_USE) {
            return Ok(None);
        }
        let described = described.answer();
        let roots = self.ask::<Roots>("list-roots")?.answer();
        let root = roots.and_then(|roots| roots.roots.0.into_iter().next());
        let tree = self.tree(root.as_ref())?;
        let Some((id, management)) = identity(described.as_ref(), root.as_ref(), &tree) else {
            let text = "the organization's id is not known: expected `describe-organization.json`";
            self.note(SERVICE, NoteKind::Odd(text.to_owned()));
            return Ok(None);
        };
        // AWS's list has the management account too.
        let all_accounts = tree.listed.contains(&management);
        let mut object = OrganizationObject {
            id,
            management_account: management,
            root: tree.root,
            units: tree.units,
            accounts: tree.members,
            all_accounts,
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
}

/// Reads an answer, with the mark that it carries if more would follow.
fn parse<T: DeserializeOwned>(
    path: &Path,
    text: &str,
) -> Result<(T, Option<&'static str>), FileError> {
    let wrong = |wrong: Wrong| in_file(path, wrong);
    let more = json::read::<Paging<'_>>(text).map_err(wrong)?.more();
    let answer = json::read(text).map_err(wrong)?;
    Ok((answer, more))
}

/// The code by which AWS says that policies of a kind are not in force.
const NOT_ENABLED: &str = "PolicyTypeNotEnabledException";

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

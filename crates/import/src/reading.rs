//! Reads one account's export by the table of commands.

mod facts;
mod pages;
mod things;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use whocan_policy::AccountId;
use whocan_snapshot::{AccountObject, ActivityObject, GapCode};

use crate::Options;
use crate::audit::Auditor;
use crate::draft::Draft;
use crate::error::FileError;
use crate::export::{Call, Export, Left};
use crate::file;
use crate::formats::{cloudmapper, iam_collect, pmapper};
use crate::generic;
use crate::json::Wrong;
use crate::note::{Note, NoteKind};
use crate::recognition::Format;
use crate::sink::{Event, Sink};
use crate::table::{self, Row};

/// What all accounts of an import share.
pub(crate) struct Shared<'a> {
    pub(crate) options: &'a Options,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) auditor: Auditor,
}

/// What was read of one account.
pub(crate) struct Reading {
    pub(crate) object: AccountObject,
    pub(crate) activity: Option<ActivityObject>,
    pub(crate) notes: Vec<Note>,
}

/// Where an account's export is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A folder `accounts/<id>`.
    Folder(PathBuf),
    /// One file of account authorization details; `mixed` if it holds several accounts.
    Details { path: PathBuf, mixed: bool },
    /// An account's folder that iam-collect filled.
    IamCollect(PathBuf),
    /// An account's folder that CloudMapper filled.
    CloudMapper(PathBuf),
    /// A graph that Principal Mapper stored.
    PMapper(PathBuf),
    /// An account of another tool's files, told as calls already.
    Told { path: PathBuf, export: Arc<Export> },
}

impl Source {
    pub(crate) fn format(&self) -> Format {
        match self {
            Source::Folder(_) => Format::Bundle,
            Source::Details { .. } => Format::Details,
            Source::IamCollect(_) => Format::IamCollect,
            Source::CloudMapper(_) => Format::CloudMapper,
            Source::PMapper(_) => Format::PMapper,
            Source::Told { .. } => Format::AwsConfig,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Source::Folder(path)
            | Source::Details { path, .. }
            | Source::IamCollect(path)
            | Source::CloudMapper(path)
            | Source::PMapper(path)
            | Source::Told { path, .. } => path,
        }
    }
}

/// Reads one account.
///
/// # Errors
///
/// If a file is broken, unless the options say to go on.
pub(crate) fn read_account(
    id: AccountId,
    source: &Source,
    shared: &Shared<'_>,
) -> Result<Reading, FileError> {
    let mut broken = Vec::new();
    let options = shared.options;
    let export = list(source, options, &mut broken)?;
    shared.sink.progress(Event::Files(export.files));
    let mut draft = Draft::new(id, partition(&export));
    draft.keep_going = options.keep_going;
    // A lost line may have said why a call left no file.
    draft.absent_means_none = options.absent_means_none && broken.is_empty();
    draft.mixed = matches!(source, Source::Details { mixed: true, .. });
    let root = match source {
        Source::Folder(path)
        | Source::IamCollect(path)
        | Source::CloudMapper(path)
        | Source::PMapper(path) => path.clone(),
        Source::Details { path, .. } | Source::Told { path, .. } => {
            path.parent().map(Path::to_owned).unwrap_or_default()
        }
    };
    let mut reader = Reader {
        draft,
        export: &export,
        root: &root,
        sink: shared.sink,
    };
    for error in broken {
        reader.broken_lines(&error);
    }
    reader.read_lists()?;
    reader.register_arguments()?;
    reader.read_things()?;
    reader.read_facts()?;
    generic::read(&mut reader)?;
    reader.note_the_rest()?;
    reader.draft.object.complete = reader.is_complete();
    let (object, activity, mut notes) = reader.draft.finish();
    notes.extend(shared.auditor.account(&object));
    Ok(Reading {
        object,
        activity,
        notes,
    })
}

fn list(
    source: &Source,
    options: &Options,
    broken: &mut Vec<FileError>,
) -> Result<Arc<Export>, FileError> {
    let mut keep = |error| match options.keep_going {
        true => {
            broken.push(error);
            Ok(())
        }
        false => Err(error),
    };
    match source {
        Source::Folder(path) => Export::of_account(path, &mut keep).map(Arc::new),
        Source::Details { path, .. } => Ok(Arc::new(Export::of_file(
            "iam",
            "get-account-authorization-details",
            path,
        ))),
        Source::IamCollect(path) => iam_collect::export(path, &mut keep).map(Arc::new),
        Source::CloudMapper(path) => cloudmapper::export(path).map(Arc::new),
        Source::PMapper(path) => pmapper::export(path, options.absent_means_none).map(Arc::new),
        Source::Told { export, .. } => Ok(Arc::clone(export)),
    }
}

/// Returns the partition that the regions tell; IAM's ARNs correct it.
fn partition(export: &Export) -> &'static str {
    let first = export.regions.first().map_or("", String::as_str);
    match first {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("us-isob-") => "aws-iso-b",
        region if region.starts_with("us-isof-") => "aws-iso-f",
        region if region.starts_with("eu-isoe-") => "aws-iso-e",
        region if region.starts_with("us-iso-") => "aws-iso",
        region if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

/// One account's reading in progress.
pub(crate) struct Reader<'a> {
    pub(crate) draft: Draft,
    pub(crate) export: &'a Export,
    root: &'a Path,
    sink: &'a dyn Sink,
}

impl Reader<'_> {
    /// Loads an answer, with the file that it stands in.
    ///
    /// # Errors
    ///
    /// If it is no text, or empty where the command never prints nothing.
    pub(crate) fn load<'a>(
        &self,
        left: &'a Left,
        silent: bool,
    ) -> Result<(&'a Path, Cow<'a, str>), FileError> {
        let (path, text) = match left {
            Left::File(path) => (path.as_path(), Cow::Owned(file::load(path)?)),
            Left::Made(made) => (made.from.as_path(), Cow::Borrowed(&*made.text)),
            Left::Broken(error) => return Err(error.clone()),
            Left::Code(_) => (Path::new(""), Cow::Borrowed("")),
        };
        self.sink.progress(Event::Read { bytes: text.len() });
        if !silent && text.trim_ascii().is_empty() {
            return Err(FileError::whole(path, EMPTY));
        }
        Ok((path, text))
    }

    /// Turns a broken file into a gap if the import goes on past it.
    ///
    /// # Errors
    ///
    /// The error itself if the import does not go on.
    pub(crate) fn refuse(
        &mut self,
        service: &str,
        command: &str,
        call: &Call,
        error: FileError,
    ) -> Result<(), FileError> {
        if !self.draft.keep_going {
            return Err(error);
        }
        let code = GapCode::Unreadable(self.words(&error));
        let (region, argument) = (call.region.as_deref(), call.argument.as_deref());
        self.draft.gap(service, region, command, argument, code);
        Ok(())
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

    fn broken_lines(&mut self, error: &FileError) {
        let code = GapCode::Unreadable(self.words(error));
        let file = error.path.file_name().unwrap_or_default();
        self.draft
            .gap("", None, &file.to_string_lossy(), None, code);
    }

    fn settle(
        &mut self,
        row: &Row,
        call: &Call,
        path: &Path,
        outcome: Result<(), Wrong>,
    ) -> Result<(), FileError> {
        match outcome {
            Ok(()) => Ok(()),
            // A place in a text that we made is none in the file it was made of.
            Err(wrong) if matches!(call.left, Left::Made(_)) => {
                let error = FileError::whole(path, wrong.problem);
                self.refuse(row.service, row.command, call, error)
            }
            Err(wrong) => self.refuse(row.service, row.command, call, in_file(path, wrong)),
        }
    }

    /// Notes the files that nobody read, and keeps the codes of unknown calls as gaps.
    fn note_the_rest(&mut self) -> Result<(), FileError> {
        for path in &self.export.strange {
            self.draft.note(path.clone(), NoteKind::Ignored);
        }
        for ((service, command), calls) in &self.export.calls {
            let known = table::rows().any(|row| row.service == service && row.command == command);
            if known || generic::takes(service, command) {
                continue;
            }
            let mut files = 0;
            for call in calls {
                match &call.left {
                    Left::File(_) | Left::Made(_) => files += 1,
                    Left::Broken(error) => self.refuse(service, command, call, error.clone())?,
                    Left::Code(code) => self.draft.gap(
                        service,
                        call.region.as_deref(),
                        command,
                        call.argument.as_deref(),
                        GapCode::Refused(code.clone()),
                    ),
                }
            }
            if files > 0 {
                let place = format!("{service} {command}");
                self.draft.note(place, NoteKind::UnknownCommand { files });
            }
        }
        Ok(())
    }
}

/// Says that a list was not read to its end.
pub(crate) fn cut_off(mark: &str) -> String {
    format!("the list is cut off: it carries `{mark}`, so more would follow")
}

/// Places a problem of a text in its file.
pub(crate) fn in_file(path: &Path, wrong: Wrong) -> FileError {
    FileError {
        path: path.to_owned(),
        place: wrong.place,
        problem: wrong.problem,
    }
}

const EMPTY: &str = "the file is empty: expected what the command prints; if the call failed, \
                     remove the file and put its error code into `calls.jsonl`";

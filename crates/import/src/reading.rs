//! Reads one account's export by the table of commands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use whocan_policy::AccountId;
use whocan_snapshot::{AccountObject, ActivityObject, GapCode, ResourceList};

use crate::audit;
use crate::draft::Draft;
use crate::error::FileError;
use crate::export::{Call, Export, Left};
use crate::file;
use crate::generic;
use crate::json::{self, Paging, Wrong};
use crate::note::{Note, NoteKind};
use crate::sink::{Event, Sink};
use crate::table::{self, Answer, Asks, Kind, Page, Row};
use crate::{Options, naming};

/// What was read of one account.
pub(crate) struct Reading {
    pub(crate) object: AccountObject,
    pub(crate) activity: Option<ActivityObject>,
    pub(crate) notes: Vec<Note>,
}

/// Where an account's export is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A folder `accounts/<id>`.
    Folder(PathBuf),
    /// One file of account authorization details; `mixed` if it holds several accounts.
    Details { path: PathBuf, mixed: bool },
}

impl Source {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Source::Folder(path) | Source::Details { path, .. } => path,
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
    options: &Options,
    sink: &dyn Sink,
) -> Result<Reading, FileError> {
    let mut broken = Vec::new();
    let export = list(source, options, &mut broken)?;
    sink.progress(Event::Files(export.files));
    let mut draft = Draft::new(id, partition(&export));
    draft.keep_going = options.keep_going;
    draft.absent_means_none = options.absent_means_none;
    draft.object.complete = options.absent_means_none;
    draft.mixed = matches!(source, Source::Details { mixed: true, .. });
    let root = match source {
        Source::Folder(path) => path.clone(),
        Source::Details { path, .. } => path.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let mut reader = Reader {
        draft,
        export: &export,
        root: &root,
        sink,
    };
    for error in broken {
        reader.broken_lines(&error);
    }
    reader.read_lists()?;
    reader.register_arguments()?;
    reader.read_things()?;
    generic::read(&mut reader)?;
    reader.note_the_rest();
    let (object, activity, mut notes) = reader.draft.finish();
    notes.extend(audit::account(&object));
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
) -> Result<Export, FileError> {
    let mut keep = |error| match options.keep_going {
        true => {
            broken.push(error);
            Ok(())
        }
        false => Err(error),
    };
    match source {
        Source::Folder(path) => Export::of_account(path, &mut keep),
        Source::Details { path, .. } => Ok(Export::of_file(
            "iam",
            "get-account-authorization-details",
            path,
        )),
    }
}

/// Returns the partition that the regions tell; IAM's ARNs correct it.
fn partition(export: &Export) -> &'static str {
    let regions = export.regions();
    let first = regions.first().map_or("", String::as_str);
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
    /// Loads a file of the export.
    ///
    /// # Errors
    ///
    /// If it is no text, or empty where the command never prints nothing.
    pub(crate) fn load(&self, path: &Path, silent: bool) -> Result<String, FileError> {
        let text = file::load(path)?;
        self.sink.progress(Event::Read { bytes: text.len() });
        if !silent && text.trim_ascii().is_empty() {
            return Err(FileError::whole(path, EMPTY));
        }
        Ok(text)
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
        self.draft.gap("", None, "calls.jsonl", None, code);
    }

    /// Reads the calls about the account as a whole, and the lists.
    fn read_lists(&mut self) -> Result<(), FileError> {
        for row in table::rows() {
            if matches!(row.asks, Asks::Each { .. }) {
                continue;
            }
            let calls = self.pages(row);
            for call in &calls {
                self.read_page(row, call)?;
            }
            self.miss_pages(row, &calls);
        }
        Ok(())
    }

    /// Returns the calls of a row: one for each region, or one at all.
    fn pages(&self, row: &Row) -> Vec<Call> {
        let calls = self.export.of(row.service, row.command);
        let mut pages: Vec<Call> = calls
            .iter()
            .filter(|call| call.argument.is_none())
            .cloned()
            .collect();
        if !row.regional {
            // Global commands answer the same in every region.
            pages.sort_by_key(|call| (matches!(call.left, Left::Code(_)), call.region.clone()));
            pages.truncate(1);
        }
        pages
    }

    fn read_page(&mut self, row: &Row, call: &Call) -> Result<(), FileError> {
        let region = call.region.as_deref();
        match &call.left {
            Left::File(path) => {
                let text = match self.load(path, row.silent) {
                    Ok(text) => text,
                    Err(error) => return self.refuse(row.service, row.command, call, error),
                };
                let outcome = self.read_text(row, region, &text);
                self.settle(row, call, path, outcome)
            }
            Left::Code(code) if row.none.contains(&code.as_str()) => {
                self.read_none(row, region, Answer::None);
                Ok(())
            }
            Left::Code(code) => {
                let code = GapCode::Refused(code.clone());
                self.draft.gap(row.service, region, row.command, None, code);
                Ok(())
            }
        }
    }

    fn read_text(&mut self, row: &Row, region: Option<&str>, text: &str) -> Result<(), Wrong> {
        let silence = text.trim_ascii().is_empty();
        let answer = if silence {
            Answer::None
        } else {
            Answer::Text(text)
        };
        let more = match (&row.asks, silence) {
            (Asks::List { .. }, false) => json::read::<Paging<'_>>(text)?.more(),
            _ => None,
        };
        self.ask(row, region, answer)?;
        match (&row.asks, more) {
            (Asks::List { .. }, Some(mark)) => {
                let code = GapCode::Unreadable(cut_off(mark));
                self.draft.gap(row.service, region, row.command, None, code);
            }
            (Asks::List { of, .. }, None) => self.list_is_complete(*of, row, region),
            _ => {}
        }
        Ok(())
    }

    fn read_none(&mut self, row: &Row, region: Option<&str>, answer: Answer<'_>) {
        // A reader that gets no text has nothing to stumble over.
        let outcome = self.ask(row, region, answer);
        debug_assert!(outcome.is_ok(), "{} without an answer", row.command);
    }

    fn ask(&mut self, row: &Row, region: Option<&str>, answer: Answer<'_>) -> Result<(), Wrong> {
        match &row.asks {
            Asks::Account(read) | Asks::List { read, .. } => {
                read(&mut self.draft, &Page { region, answer })
            }
            Asks::Each { .. } => Ok(()),
        }
    }

    /// Records that a list was read to its end.
    fn list_is_complete(&mut self, of: (&str, &str), row: &Row, region: Option<&str>) {
        if row.regional && region.is_none() {
            let text = "the region is not known: expected a folder named after it";
            let place = format!("{} {}", row.service, row.command);
            self.draft.note(place, NoteKind::Odd(text.to_owned()));
            return;
        }
        self.draft.object.lists.insert(ResourceList {
            service: of.0.to_owned(),
            kind: of.1.to_owned(),
            region: region.filter(|_| row.regional).unwrap_or("").to_owned(),
        });
    }

    /// Sees to the calls that left nothing.
    fn miss_pages(&mut self, row: &Row, calls: &[Call]) {
        let missing = if calls.is_empty() {
            vec![None]
        } else if row.regional {
            let mut regions = self.export.regions();
            for call in calls {
                match &call.region {
                    Some(region) => regions.remove(region),
                    None => return,
                };
            }
            regions.into_iter().map(Some).collect()
        } else {
            Vec::new()
        };
        for region in missing {
            if self.draft.absent_means_none && row.command != DETAILS {
                self.read_none(row, region.as_deref(), Answer::Assumed);
            } else if row.wanted {
                let (region, code) = (region.as_deref(), GapCode::NotExported);
                self.draft.gap(row.service, region, row.command, None, code);
            }
        }
    }

    /// Makes known the things that no list named, but a call about them did.
    fn register_arguments(&mut self) -> Result<(), FileError> {
        for row in table::rows() {
            let Asks::Each { kinds, find, .. } = &row.asks else {
                continue;
            };
            for call in self.export.of(row.service, row.command) {
                let (region, argument) = (call.region.as_deref(), call.argument.as_deref());
                let Some(argument) = argument else { continue };
                if self.draft.named(kinds, region, argument).is_some() {
                    continue;
                }
                let scope = self.draft.scope(region);
                let thing = find(&scope, argument);
                if let Some((kind, arn)) = thing {
                    self.register(kind, &arn, call, row)?;
                } else {
                    self.register_by_file(row, kinds, call)?;
                }
            }
        }
        Ok(())
    }

    /// Adds a thing whose ARN only the answer itself tells.
    fn register_by_file(
        &mut self,
        row: &Row,
        kinds: &[Kind],
        call: &Call,
    ) -> Result<(), FileError> {
        let Left::File(path) = &call.left else {
            return Ok(());
        };
        let arn = match self.load(path, row.silent) {
            Ok(text) => naming::own_arn(&text),
            Err(error) => return self.refuse(row.service, row.command, call, error),
        };
        match (arn, kinds) {
            (Some(arn), [kind, ..]) => self.register(*kind, &arn, call, row),
            _ => {
                let place = naming::of_call(row.service, row.command, call);
                let text = "which resource it is about is not known, so it is not used";
                self.draft.note(place, NoteKind::Odd(text.to_owned()));
                Ok(())
            }
        }
    }

    fn register(&mut self, kind: Kind, arn: &str, call: &Call, row: &Row) -> Result<(), FileError> {
        let argument = call.argument.as_deref().unwrap_or_default();
        let region = call.region.as_deref();
        match self.draft.add(kind, arn, region, &[argument]) {
            Ok(_) => Ok(()),
            Err(wrong) => {
                let path = match &call.left {
                    Left::File(path) => path.clone(),
                    Left::Code(_) => self.root.join("calls.jsonl"),
                };
                let error = in_file(&path, wrong);
                self.refuse(row.service, row.command, call, error)
            }
        }
    }

    /// Reads the calls about single things.
    fn read_things(&mut self) -> Result<(), FileError> {
        for row in table::rows() {
            let Asks::Each { kinds, .. } = &row.asks else {
                continue;
            };
            let mut answers = self.answers(row, kinds);
            let any = !answers.is_empty();
            let mut missing = Vec::new();
            for thing in self.things(kinds) {
                match answers.remove(&thing) {
                    Some(call) => self.read_thing(row, &thing.1, &call)?,
                    None if self.draft.absent_means_none => {
                        self.settle_thing(row, &thing.1, &Answer::Assumed);
                    }
                    None => missing.push(thing),
                }
            }
            self.miss_things(row, any, &missing);
        }
        Ok(())
    }

    fn things(&self, kinds: &[Kind]) -> Vec<(Kind, String)> {
        let things = self.draft.things.keys();
        things
            .filter(|(kind, _)| kinds.contains(kind))
            .cloned()
            .collect()
    }

    /// Returns a row's calls by the thing that each is about.
    fn answers(&mut self, row: &Row, kinds: &[Kind]) -> BTreeMap<(Kind, String), Call> {
        let mut answers = BTreeMap::new();
        for call in self.export.of(row.service, row.command) {
            let Some(argument) = call.argument.as_deref() else {
                continue;
            };
            let Some(thing) = self.draft.named(kinds, call.region.as_deref(), argument) else {
                continue;
            };
            // Calls are sorted with files first: a file is the better answer.
            let old = answers.get(&thing).map(|call: &Call| &call.left);
            match old {
                Some(Left::File(_)) => self.note_twice(row, call),
                _ => {
                    answers.insert(thing, call.clone());
                }
            }
        }
        answers
    }

    fn note_twice(&mut self, row: &Row, call: &Call) {
        if let Left::File(_) = call.left {
            let place = naming::of_call(row.service, row.command, call);
            let text = "another file is about the same resource, this one is not used";
            self.draft
                .note(place, NoteKind::Disagreement(text.to_owned()));
        }
    }

    fn read_thing(&mut self, row: &Row, arn: &str, call: &Call) -> Result<(), FileError> {
        match &call.left {
            Left::File(path) => {
                let text = match self.load(path, row.silent) {
                    Ok(text) => text,
                    Err(error) => return self.refuse(row.service, row.command, call, error),
                };
                let silence = text.trim_ascii().is_empty();
                let answer = if silence {
                    Answer::None
                } else {
                    Answer::Text(&text)
                };
                let outcome = self.ask_thing(row, arn, &answer);
                self.settle(row, call, path, outcome)
            }
            Left::Code(code) if row.none.contains(&code.as_str()) => {
                self.settle_thing(row, arn, &Answer::None);
                Ok(())
            }
            Left::Code(code) => {
                let code = GapCode::Refused(code.clone());
                let (region, argument) = (call.region.as_deref(), call.argument.as_deref());
                self.draft
                    .gap(row.service, region, row.command, argument, code);
                Ok(())
            }
        }
    }

    fn settle_thing(&mut self, row: &Row, arn: &str, answer: &Answer<'_>) {
        let outcome = self.ask_thing(row, arn, answer);
        debug_assert!(outcome.is_ok(), "{} without an answer", row.command);
    }

    fn ask_thing(&mut self, row: &Row, arn: &str, answer: &Answer<'_>) -> Result<(), Wrong> {
        match (&row.asks, self.draft.resources.get_mut(arn)) {
            (Asks::Each { read, .. }, Some(resource)) => read(resource, answer),
            _ => Ok(()),
        }
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
            Err(wrong) => self.refuse(row.service, row.command, call, in_file(path, wrong)),
        }
    }

    /// Records what a row did not tell: one gap if it was never called at all.
    fn miss_things(&mut self, row: &Row, any: bool, missing: &[(Kind, String)]) {
        if !row.wanted || missing.is_empty() {
            return;
        }
        if !any {
            let code = GapCode::NotExported;
            self.draft.gap(row.service, None, row.command, None, code);
            return;
        }
        for key in missing {
            let thing = self.draft.things.get(key).cloned().unwrap_or_default();
            let region = thing.region.as_deref().filter(|_| row.regional);
            let name = thing.names.first().map(String::as_str);
            let code = GapCode::NotExported;
            self.draft.gap(row.service, region, row.command, name, code);
        }
    }

    /// Notes the files that nobody read, and keeps the codes of unknown calls as gaps.
    fn note_the_rest(&mut self) {
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
                    Left::File(_) => files += 1,
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

const DETAILS: &str = "get-account-authorization-details";

const EMPTY: &str = "the file is empty: expected what the command prints; if the call failed, \
                     remove the file and put its error code into `calls.jsonl`";

//! The calls that one folder of a bundle records: a file or an error code each.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::error::{FileError, Place};
use crate::file;
use crate::json::{self, Wrong};

/// What a folder holds: `accounts/<id>` or `organizations`.
#[derive(Debug, Default)]
pub(crate) struct Export {
    // INVARIANT: sorted by region and argument, one of each; `has` binary-searches.
    /// The calls of each (service, command).
    pub(crate) calls: BTreeMap<(String, String), Vec<Call>>,
    /// Files and folders that fit nowhere in the layout, relative to the folder.
    pub(crate) strange: Vec<String>,
    /// All regions in which any call was made.
    pub(crate) regions: BTreeSet<String>,
    /// How many files there are.
    pub(crate) files: usize,
}

/// One call that was made, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) region: Option<String>,
    pub(crate) argument: Option<String>,
    pub(crate) left: Left,
}

/// What a call left behind. A file goes before a line about the same call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Left {
    /// The file with the answer.
    File(PathBuf),
    /// The answer, made of another tool's export.
    Made(Made),
    /// The file of another tool that should have held the answer is broken.
    Broken(FileError),
    /// The error code, from `calls.jsonl`.
    Code(String),
}

/// An answer as AWS would have printed it, made of what another tool kept.
///
/// What the tool did not keep is missing in it, which says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Made {
    pub(crate) text: Arc<str>,
    /// The file or folder that it was made of.
    pub(crate) from: PathBuf,
    /// Whether it lists only what the tool happened to keep.
    pub(crate) part: bool,
}

impl Left {
    /// Returns whether the call was answered.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self, Left::Code(_))
    }

    /// Returns the file that the answer stands in or was made of.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Left::File(path) => Some(path),
            Left::Made(made) => Some(&made.from),
            Left::Broken(error) => Some(&error.path),
            Left::Code(_) => None,
        }
    }
}

/// One line of `calls.jsonl`.
#[derive(Deserialize)]
#[serde(expecting = "an object with `command` and `code`")]
struct Line {
    command: String,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    argument: Option<String>,
    code: String,
}

impl Export {
    /// Lists the folder of an account, `<service>/[region/]<command>[/<argument>].json`.
    ///
    /// Looks four folders deep and no further, so that links cannot lead in circles.
    ///
    /// # Errors
    ///
    /// If a folder cannot be listed. Broken lines of `calls.jsonl` go to `broken`.
    pub(crate) fn of_account(
        root: &Path,
        broken: &mut dyn FnMut(FileError) -> Result<(), FileError>,
    ) -> Result<Export, FileError> {
        let mut export = Export::default();
        for entry in entries(root)? {
            match entry.name.as_deref() {
                Some("calls.jsonl") => export.add_lines(&entry.path, broken)?,
                // The management account's folder may hold the organization's.
                Some("organizations") if entry.is_folder => {}
                Some(service) if entry.is_folder => export.add_service(service, &entry.path)?,
                _ => export.add_strange(root, &entry),
            }
        }
        export.finish();
        Ok(export)
    }

    /// Lists the folder `organizations`, which is one service's.
    ///
    /// # Errors
    ///
    /// As [`Export::of_account`].
    pub(crate) fn of_organization(
        root: &Path,
        broken: &mut dyn FnMut(FileError) -> Result<(), FileError>,
    ) -> Result<Export, FileError> {
        let mut export = Export::default();
        let lines = root.join("calls.jsonl");
        if lines.exists() {
            export.add_lines(&lines, broken)?;
        }
        export.add_service("organizations", root)?;
        export
            .strange
            .retain(|path| path != "organizations/calls.jsonl");
        export.finish();
        Ok(export)
    }

    /// Returns an export that consists of one file.
    pub(crate) fn of_file(service: &str, command: &str, path: &Path) -> Export {
        let mut export = Export::default();
        export.add(service, command, None, None, Left::File(path.to_owned()));
        export.files = 1;
        export
    }

    /// Returns the calls of one command.
    pub(crate) fn of(&self, service: &str, command: &str) -> &[Call] {
        let key = (service.to_owned(), command.to_owned());
        self.calls.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Returns whether a global command was called with this argument.
    pub(crate) fn has(&self, service: &str, command: &str, argument: &str) -> bool {
        let wanted = (None, Some(argument));
        let place = self.of(service, command).binary_search_by(|call| {
            (call.region.as_deref(), call.argument.as_deref()).cmp(&wanted)
        });
        place.is_ok()
    }

    fn add_service(&mut self, service: &str, folder: &Path) -> Result<(), FileError> {
        for entry in entries(folder)? {
            match entry.name.as_deref() {
                Some(name) if !entry.is_answer() && entry.is_folder && is_region(name) => {
                    let region = name.to_owned();
                    for inner in entries(&entry.path)? {
                        self.add_command(service, Some(&region), folder, &inner)?;
                    }
                }
                _ => self.add_command(service, None, folder, &entry)?,
            }
        }
        Ok(())
    }

    fn add_command(
        &mut self,
        service: &str,
        region: Option<&str>,
        folder: &Path,
        entry: &Entry,
    ) -> Result<(), FileError> {
        let root = folder.parent().unwrap_or(folder);
        match entry.name.as_deref() {
            Some(name) if entry.is_answer() => {
                let command = name.trim_end_matches(".json");
                let left = Left::File(entry.path.clone());
                self.add(service, command, region, None, left);
                self.files += 1;
            }
            Some(command) if entry.is_folder => {
                for inner in entries(&entry.path)? {
                    match inner.argument() {
                        Some(argument) => {
                            let left = Left::File(inner.path.clone());
                            self.add(service, command, region, Some(argument), left);
                            self.files += 1;
                        }
                        None => self.add_strange(root, &inner),
                    }
                }
            }
            _ => self.add_strange(root, entry),
        }
        Ok(())
    }

    /// Adds a call; [`Export::finish`] has to follow the last.
    pub(crate) fn add(
        &mut self,
        service: &str,
        command: &str,
        region: Option<&str>,
        argument: Option<String>,
        left: Left,
    ) {
        let key = (service.to_owned(), command.to_owned());
        self.calls.entry(key).or_default().push(Call {
            region: region.map(str::to_owned),
            argument,
            left,
        });
    }

    fn add_strange(&mut self, root: &Path, entry: &Entry) {
        // What file managers leave behind.
        if entry
            .name
            .as_deref()
            .is_some_and(|name| name.starts_with('.'))
        {
            return;
        }
        let path = entry.path.strip_prefix(root).unwrap_or(&entry.path);
        self.strange.push(path.to_string_lossy().into_owned());
    }

    fn add_lines(
        &mut self,
        path: &Path,
        broken: &mut dyn FnMut(FileError) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let text = match file::load(path) {
            Ok(text) => text,
            Err(error) => return broken(error),
        };
        self.files += 1;
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            if let Err(wrong) = self.add_line(line) {
                broken(FileError {
                    path: path.to_owned(),
                    place: Some(Place {
                        line: index + 1,
                        column: wrong.place.map_or(1, |place| place.column),
                    }),
                    problem: wrong.problem,
                })?;
            }
        }
        Ok(())
    }

    fn add_line(&mut self, line: &str) -> Result<(), Wrong> {
        let line: Line = json::read(line)?;
        let mut words = line.command.split_whitespace();
        let (Some(service), Some(command), None) = (words.next(), words.next(), words.next())
        else {
            let expected = "expected a service and a command, such as `s3api get-bucket-policy`";
            return Err(Wrong::whole(format!("`{}`: {expected}", line.command)));
        };
        let code = Left::Code(line.code);
        self.add(
            service,
            command,
            line.region.as_deref(),
            line.argument.map(unescaped),
            code,
        );
        Ok(())
    }

    /// Finishes an export that was made of another tool's: its files are read
    /// already, and its answers are what remains.
    pub(crate) fn finish_made(&mut self) {
        self.finish();
        let calls = self.calls.values().flatten();
        self.files = calls.filter(|call| call.left.is_answer()).count();
    }

    /// Sorts, and keeps the last word on each call: an answer, else the last line.
    pub(crate) fn finish(&mut self) {
        self.strange.sort();
        let calls = self.calls.values().flatten();
        self.regions = calls.filter_map(|call| call.region.clone()).collect();
        for calls in self.calls.values_mut() {
            let mut last: BTreeMap<_, Left> = BTreeMap::new();
            for call in calls.drain(..) {
                let key = (call.region, call.argument);
                match (last.get(&key), &call.left) {
                    (Some(known), Left::Code(_)) if known.is_answer() => {}
                    _ => {
                        last.insert(key, call.left);
                    }
                }
            }
            calls.extend(last.into_iter().map(|((region, argument), left)| Call {
                region,
                argument,
                left,
            }));
        }
    }
}

/// Returns an argument as AWS knows it, where a line has it as a file's name would.
fn unescaped(argument: String) -> String {
    let escaped = ["%2F", "%2f", "%3A", "%3a"];
    if !escaped.iter().any(|escape| argument.contains(escape)) {
        return argument;
    }
    match percent_decode_str(&argument).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => argument,
    }
}

/// One thing in a folder. The name is missing if it is not UTF-8.
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) name: Option<String>,
    pub(crate) is_folder: bool,
}

impl Entry {
    /// Returns whether the name is that of an answer, even if a folder bears it:
    /// reading it then says so.
    fn is_answer(&self) -> bool {
        self.path.extension() == Some(OsStr::new("json"))
    }

    fn argument(&self) -> Option<String> {
        let stem = self.name.as_deref()?.strip_suffix(".json")?;
        let decoded = percent_decode_str(stem).decode_utf8().ok()?;
        Some(decoded.into_owned())
    }
}

/// Lists a folder, sorted by name.
///
/// # Errors
///
/// If the folder cannot be listed.
pub(crate) fn entries(folder: &Path) -> Result<Vec<Entry>, FileError> {
    let wrong = |error| FileError::whole(folder, format!("cannot be listed: {error}"));
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        let is_folder = match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => kind.is_dir(),
            _ => path.is_dir(),
        };
        entries.push(Entry {
            name: entry.file_name().into_string().ok(),
            path,
            is_folder,
        });
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Returns whether a folder's name is a region's, such as `eu-west-1`; commands
/// never end in a number.
pub(crate) fn is_region(name: &str) -> bool {
    let mut parts = name.split('-');
    let starts = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && is_lower(part));
    let (middle, last) = match parts.collect::<Vec<_>>().as_slice() {
        [middle @ .., last] if !middle.is_empty() => (middle.to_vec(), *last),
        _ => return false,
    };
    starts
        && middle.iter().all(|part| is_lower(part))
        && !last.is_empty()
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_lower(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_told_from_commands() {
        for region in [
            "eu-west-1",
            "us-gov-east-1",
            "ap-southeast-2",
            "us-isob-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for other in [
            "get-policy",
            "list-keys",
            "eu-west",
            "describe-x-1",
            "-1",
            "eu--1",
            "",
        ] {
            assert!(!is_region(other), "{other}");
        }
    }
}

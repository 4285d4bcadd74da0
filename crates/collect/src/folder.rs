//! The bundle on disk: an answer a file, a code a line, never half a thing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::CollectError;
use crate::fault;

/// What the name of a file must not hold.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b'%')
    .add(b'/')
    .add(b'\\')
    .add(b':')
    .add(b'*')
    .add(b'?')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'|');

/// Which call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    /// Service and command, as in `kms list-keys`.
    command: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argument: Option<String>,
}

/// One line of `calls.jsonl`.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    key: Key,
    code: String,
}

impl Key {
    pub(crate) fn new(
        service: &str,
        command: &str,
        region: Option<&str>,
        argument: Option<&str>,
    ) -> Key {
        Key {
            command: format!("{service} {command}"),
            region: region.map(str::to_owned),
            argument: argument.map(str::to_owned),
        }
    }

    fn parts(&self) -> (&str, &str) {
        self.command.split_once(' ').unwrap_or((&self.command, ""))
    }
}

/// The folder of one account, or of the organization.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Whether the one service's files lie in the folder itself.
    of_one_service: bool,
    lines: Mutex<Lines>,
    /// Numbers the files that are being written.
    next: AtomicU64,
}

#[derive(Debug)]
struct Lines {
    file: File,
    codes: BTreeMap<Key, String>,
}

/// What is known of a call before it is made.
pub(crate) enum Known {
    /// The answer is there.
    Answer(Value),
    /// The call failed, and is not to be made again.
    Failed,
    /// Nothing.
    Nothing,
}

impl Folder {
    /// Opens a folder, which is made if there is none.
    ///
    /// Lines about calls that failed for a passing reason are dropped, so that
    /// they are made again, and with `again` also lines about refused ones.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub(crate) fn open(
        root: &Path,
        of_one_service: bool,
        again: bool,
    ) -> Result<Folder, CollectError> {
        let wrong = |error| CollectError::disk(root, error);
        fs::create_dir_all(root).map_err(wrong)?;
        let path = root.join("calls.jsonl");
        let mut codes = BTreeMap::new();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(CollectError::disk(&path, error)),
        };
        for line in text.lines() {
            // A line that was cut off when the collector was stopped says nothing.
            let Ok(line) = serde_json::from_str::<Line>(line) else {
                continue;
            };
            let asked_again = again && fault::is_denied(&line.code);
            if !asked_again && !fault::is_passing(&line.code) {
                codes.insert(line.key, line.code);
            }
        }
        let file = rewrite(&path, &codes)?;
        Ok(Folder {
            root: root.to_owned(),
            of_one_service,
            lines: Mutex::new(Lines { file, codes }),
            next: AtomicU64::new(0),
        })
    }

    /// Returns what is known of a call.
    pub(crate) fn known(&self, key: &Key) -> Known {
        let text = fs::read_to_string(self.path(key));
        // A file that is no JSON was torn by a crash of the machine.
        let answer = text.ok().and_then(|text| serde_json::from_str(&text).ok());
        match answer {
            Some(answer) => Known::Answer(answer),
            None if self.lines().codes.contains_key(key) => Known::Failed,
            None => Known::Nothing,
        }
    }

    /// Returns the code of a call without an answer.
    pub(crate) fn code(&self, key: &Key) -> Option<String> {
        self.lines().codes.get(key).cloned()
    }

    /// Keeps an answer.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub(crate) fn keep(&self, key: &Key, answer: &Value) -> Result<(), CollectError> {
        let path = self.path(key);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let part = self.root.join(format!(".part-{number}"));
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(|error| CollectError::disk(folder, error))?;
        let written = fs::write(&part, answer.to_string());
        written.map_err(|error| CollectError::disk(&part, error))?;
        match fs::rename(&part, &path) {
            Ok(()) => Ok(()),
            // The longest names of topics are longer than names of files can be.
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => {
                let _ = fs::remove_file(&part);
                self.fail(key, "NameTooLong")
            }
            Err(error) => Err(CollectError::disk(&path, error)),
        }
    }

    /// Keeps the code of a call without an answer.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub(crate) fn fail(&self, key: &Key, code: &str) -> Result<(), CollectError> {
        let mut lines = self.lines();
        let path = self.root.join("calls.jsonl");
        let text = line(key, code);
        let written = lines.file.write_all(text.as_bytes());
        written.map_err(|error| CollectError::disk(&path, error))?;
        lines.codes.insert(key.clone(), code.to_owned());
        Ok(())
    }

    /// Forgets the calls that failed for a passing reason; says whether there were any.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub(crate) fn forget_passing(&self) -> Result<bool, CollectError> {
        let mut lines = self.lines();
        let before = lines.codes.len();
        lines.codes.retain(|_, code| !fault::is_passing(code));
        if lines.codes.len() == before {
            return Ok(false);
        }
        lines.file = rewrite(&self.root.join("calls.jsonl"), &lines.codes)?;
        Ok(true)
    }

    /// Returns the codes of the calls without an answer, and how often each came.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub(crate) fn peek(root: &Path) -> Result<BTreeMap<String, usize>, CollectError> {
        let mut counts = BTreeMap::new();
        let text = fs::read_to_string(root.join("calls.jsonl"));
        let text = text.map_err(|error| CollectError::disk(root, error))?;
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Line>(line).ok());
        for line in lines {
            *counts.entry(line.code).or_insert(0) += 1;
        }
        Ok(counts)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, key: &Key) -> PathBuf {
        let (service, command) = key.parts();
        let mut path = self.root.clone();
        if !self.of_one_service {
            path.push(service);
        }
        path.extend(&key.region);
        match &key.argument {
            None => path.push(format!("{command}.json")),
            Some(argument) => {
                path.push(command);
                let name = utf8_percent_encode(argument, ESCAPED);
                path.push(format!("{name}.json"));
            }
        }
        path
    }
}

/// Writes all lines anew and returns the file, to be written on.
fn rewrite(path: &Path, codes: &BTreeMap<Key, String>) -> Result<File, CollectError> {
    let wrong = |error| CollectError::disk(path, error);
    let text: String = codes.iter().map(|(key, code)| line(key, code)).collect();
    let part = path.with_extension("part");
    fs::write(&part, text).map_err(wrong)?;
    fs::rename(&part, path).map_err(wrong)?;
    OpenOptions::new().append(true).open(path).map_err(wrong)
}

fn line(key: &Key, code: &str) -> String {
    let line = Line {
        key: key.clone(),
        code: code.to_owned(),
    };
    let text = serde_json::to_string(&line).expect("texts are always JSON");
    format!("{text}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(argument: &str) -> Key {
        Key::new("s3api", "get-bucket-policy", None, Some(argument))
    }

    #[test]
    fn what_was_kept_is_there_when_the_folder_is_opened_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(dir.path(), false, false).expect("opens");
        let answer = json!({"Policy": "{}"});
        folder.keep(&key("a:b/c"), &answer).expect("keeps");
        folder
            .fail(&key("none"), "NoSuchBucketPolicy")
            .expect("keeps");
        folder.fail(&key("slow"), "SlowDown").expect("keeps");
        folder.fail(&key("shut"), "AccessDenied").expect("keeps");
        let name = dir.path().join("s3api/get-bucket-policy/a%3Ab%2Fc.json");
        assert!(name.is_file());
        let lines = dir.path().join("calls.jsonl");
        let mut text = fs::read_to_string(&lines).expect("reads");
        text.push_str("{\"command\": \"s3api get-buck");
        fs::write(&lines, text).expect("writes");

        let folder = Folder::open(dir.path(), false, false).expect("opens");
        assert!(matches!(folder.known(&key("a:b/c")), Known::Answer(it) if it == answer));
        assert!(matches!(folder.known(&key("none")), Known::Failed));
        assert!(matches!(folder.known(&key("shut")), Known::Failed));
        assert!(matches!(folder.known(&key("slow")), Known::Nothing));
        let folder = Folder::open(dir.path(), false, true).expect("opens");
        assert!(matches!(folder.known(&key("shut")), Known::Nothing));
        assert!(matches!(folder.known(&key("none")), Known::Failed));
    }

    #[test]
    fn a_name_that_no_file_can_have_is_told_as_a_code() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(dir.path(), false, false).expect("opens");
        folder
            .keep(&key(&"x".repeat(300)), &json!({}))
            .expect("keeps");
        let codes = Folder::peek(dir.path()).expect("reads");
        assert_eq!(codes.get("NameTooLong"), Some(&1));
    }
}

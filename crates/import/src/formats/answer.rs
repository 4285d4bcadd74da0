//! Answers as AWS would have printed them, written out of what another tool kept.
//!
//! Parts of the other tool's text are put in as they stand, so that documents
//! stay verbatim and repeated keys in them do not vanish.

use std::collections::BTreeMap;
use std::path::Path;

use crate::export::{Export, Left, Made};

/// A JSON object in the making.
#[derive(Clone, Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Object {
        Object("{".to_owned())
    }

    /// Adds a text.
    pub(crate) fn text(self, key: &str, value: &str) -> Object {
        let value = quoted(value);
        self.raw(key, &value)
    }

    /// Adds a text, if there is one.
    pub(crate) fn maybe(self, key: &str, value: Option<&str>) -> Object {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// Adds a value that is JSON already.
    pub(crate) fn raw(mut self, key: &str, value: &str) -> Object {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(key));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// Adds a list of values that are JSON already.
    pub(crate) fn list(self, key: &str, values: &[String]) -> Object {
        let list = format!("[{}]", values.join(","));
        self.raw(key, &list)
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Returns a text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns an answer that was made of a file or folder.
pub(crate) fn made(text: String, from: &Path) -> Left {
    Left::Made(Made {
        text: text.into(),
        from: from.to_owned(),
        part: false,
    })
}

/// Returns an answer that lists only what a tool happened to keep.
pub(crate) fn part(text: String, from: &Path) -> Left {
    Left::Made(Made {
        text: text.into(),
        from: from.to_owned(),
        part: true,
    })
}

/// The lists that commands would have printed, entry by entry.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<(ListCommand, Option<String>), Vec<String>>);

/// A command that lists things, and the field in which it prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListCommand {
    pub(crate) service: &'static str,
    pub(crate) command: &'static str,
    pub(crate) field: &'static str,
}

impl Lists {
    /// Adds an entry, which is JSON already.
    pub(crate) fn push(&mut self, command: ListCommand, region: Option<&str>, entry: String) {
        let key = (command, region.map(str::to_owned));
        self.0.entry(key).or_default().push(entry);
    }

    /// Adds the calls to an export; `whole` says of which lists nothing is missing.
    pub(crate) fn add_to(
        self,
        export: &mut Export,
        from: &Path,
        whole: impl Fn(&ListCommand) -> bool,
    ) {
        for ((command, region), entries) in self.0 {
            let text = Object::new().list(command.field, &entries).finish();
            let left = match whole(&command) {
                true => made(text, from),
                false => part(text, from),
            };
            let region = region.as_deref();
            export.add(command.service, command.command, region, None, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_stays_as_it_stands() {
        let object = Object::new()
            .text("Name", "a \"quoted\"\nname")
            .raw("Document", "{ \"A\": 1, \"A\": 2 }")
            .list("List", &[quoted("x"), Object::new().finish()])
            .maybe("None", None);
        assert_eq!(
            object.finish(),
            "{\"Name\":\"a \\\"quoted\\\"\\nname\",\"Document\":{ \"A\": 1, \"A\": 2 },\"List\":[\"x\",{}]}"
        );
    }
}

//! The calls about single things: each one's policy, tags and settings.

use std::collections::BTreeMap;

use whocan_snapshot::GapCode;

use super::{Reader, in_file};
use crate::error::FileError;
use crate::export::{Call, Left};
use crate::json::Wrong;
use crate::naming;
use crate::note::NoteKind;
use crate::table::{self, Answer, Asks, Kind, Row};

impl Reader<'_> {
    /// Makes known the things that no list named, but a call about them did.
    pub(super) fn register_arguments(&mut self) -> Result<(), FileError> {
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
        if !call.left.is_answer() {
            return Ok(());
        }
        let arn = match self.load(&call.left, row.silent) {
            Ok((_, text)) => naming::own_arn(&text),
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
                let lines = self.root.join("calls.jsonl");
                let error = in_file(call.left.path().unwrap_or(&lines), wrong);
                self.refuse(row.service, row.command, call, error)
            }
        }
    }

    /// Reads the calls about single things.
    pub(super) fn read_things(&mut self) -> Result<(), FileError> {
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
                Some(left) if left.is_answer() => self.note_twice(row, call),
                _ => {
                    answers.insert(thing, call.clone());
                }
            }
        }
        answers
    }

    fn note_twice(&mut self, row: &Row, call: &Call) {
        if call.left.is_answer() {
            let place = naming::of_call(row.service, row.command, call);
            let text = "another file is about the same resource, this one is not used";
            self.draft
                .note(place, NoteKind::Disagreement(text.to_owned()));
        }
    }

    fn read_thing(&mut self, row: &Row, arn: &str, call: &Call) -> Result<(), FileError> {
        match &call.left {
            Left::File(_) | Left::Made(_) | Left::Broken(_) => {
                let (path, text) = match self.load(&call.left, row.silent) {
                    Ok(loaded) => loaded,
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
}

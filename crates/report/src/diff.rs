//! Two snapshots compared: causes with their effects.

use std::collections::BTreeMap;

use serde::Serialize;
use whocan_index::Index;
use whocan_query::QueryError;
use whocan_query::rows::Rows;
use whocan_snapshot::{Manifest, Snapshot};

use crate::access;
use crate::asking::{self, Answers};
use crate::cause::{Cause, causes};
use crate::effect::Effect;
use crate::question::{self, Asked, Question};

/// One of the two snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Its manifest, which tells unchanged objects by their hashes.
    pub manifest: &'a Manifest,
    /// What AWS said.
    pub snapshot: &'a Snapshot,
    /// What is concluded from it.
    pub index: &'a Index,
}

/// What differs between two snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// Each change with what it brought or took, by account, the organization first.
    pub entries: Vec<Entry>,
}

/// A change with what it brought or took.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// What was changed.
    #[serde(flatten)]
    pub cause: Cause,
    /// What it brought or took: only questions whose answers differ.
    pub effects: Vec<Effect>,
    /// How many questions were asked about it.
    pub asked: usize,
    /// Why nothing, or not all, was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Compares two snapshots.
///
/// An effect stands under every change that bears on the access in question.
pub fn diff(before: Side<'_>, after: Side<'_>) -> Diff {
    let causes = causes(
        (before.manifest, before.snapshot),
        (after.manifest, after.snapshot),
    );
    let mut asking = Asking {
        before: before.index,
        after: after.index,
        known: BTreeMap::new(),
    };
    Diff {
        entries: causes.into_iter().map(|one| asking.entry(one)).collect(),
    }
}

struct Asking<'a> {
    before: &'a Index,
    after: &'a Index,
    // One question may show what several changes did.
    known: BTreeMap<String, Result<Effect, String>>,
}

impl Asking<'_> {
    fn entry(&mut self, cause: Cause) -> Entry {
        let graphs = [&**self.before.graph(), &**self.after.graph()];
        let (questions, partly) = match question::about(&cause, graphs) {
            Asked::Questions(questions, partly) => (questions, partly),
            Asked::Nothing(why) => {
                return Entry {
                    cause,
                    effects: Vec::new(),
                    asked: 0,
                    note: Some(why.to_owned()),
                };
            }
        };
        let (mut effects, mut note) = (Vec::new(), partly.map(str::to_owned));
        for question in &questions {
            match self.effect(question) {
                Ok(effect) if effect.changes.is_empty() => {}
                Ok(effect) => effects.push(effect),
                Err(error) => {
                    let text = question.text();
                    note = Some(format!("`{text}` cannot be asked: {error}"));
                }
            }
        }
        Entry {
            cause,
            effects,
            asked: questions.len(),
            note,
        }
    }

    fn effect(&mut self, question: &Question) -> Result<Effect, String> {
        let text = question.text();
        if let Some(known) = self.known.get(&text) {
            return known.clone();
        }
        let fresh = self.ask(question);
        self.known.insert(text, fresh.clone());
        fresh
    }

    fn ask(&self, question: &Question) -> Result<Effect, String> {
        let (before, after) = (self.before.graph(), self.after.graph());
        let [old, new] = asking::both(question, [self.before, self.after], usize::MAX);
        let (old, new) = (rows(old)?, rows(new)?);
        Ok(Effect {
            question: question.text(),
            changes: access::compare((&old, before), (&new, after)),
        })
    }
}

// What a snapshot does not have nobody can reach.
fn rows(answers: Result<Answers, QueryError>) -> Result<Rows, String> {
    match answers {
        Ok(answers) => {
            let last = answers.into_iter().next_back();
            Ok(last.map(|(_, answer)| answer.rows).unwrap_or_default())
        }
        Err(error) if asking::is_missing(&error) => Ok(Rows::default()),
        Err(error) => Err(error.to_string()),
    }
}

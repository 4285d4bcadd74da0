//! What may come next, by the grammar, the snapshot and AWS's catalogue.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use reedline::{Completer, CompletionResult, Span, Suggestion};
use whocan_grammar::quoted;
use whocan_policy::catalogue::catalogue;
use whocan_query::attribute::ATTRIBUTES;
use whocan_query::expected_after;
use whocan_query::kind::kinds;

use super::command::COMMANDS;
use super::vocabulary::Vocabulary;

/// So many suggestions are made at most.
const MOST: usize = 100;

/// What changes while the session goes on.
#[derive(Debug, Default)]
pub struct Known {
    /// The names of the snapshot.
    pub vocabulary: Arc<Vocabulary>,
    /// The names that `let` gave.
    pub sets: Vec<String>,
}

/// Completes words of questions and commands.
pub struct Words {
    known: Arc<Mutex<Known>>,
}

impl Words {
    /// Completes from what is known when somebody asks.
    pub fn new(known: Arc<Mutex<Known>>) -> Words {
        Words { known }
    }

    /// Returns what may stand for the word that ends the text.
    pub fn candidates(&self, text: &str) -> (usize, Vec<String>) {
        let start = text
            .rfind(|character: char| character.is_whitespace() || ",;()=\"".contains(character))
            .map_or(0, |at| {
                at + text[at..].chars().next().map_or(1, char::len_utf8)
            });
        let (before, word) = text.split_at(start);
        if let Some(command) = text.strip_prefix('\\') {
            return match before.is_empty() {
                true => (0, commands(command)),
                false => (start, Vec::new()),
            };
        }
        let expected = expected_after(before);
        let mut found = Vec::new();
        let fits = |candidate: &str| {
            candidate.len() >= word.len()
                && candidate.is_char_boundary(word.len())
                && candidate[..word.len()].eq_ignore_ascii_case(word)
        };
        let words = expected.words.iter().copied();
        found.extend(words.filter(|one| fits(one)).map(str::to_owned));
        if expected.sets {
            self.sets(word, fits, &mut found);
        }
        if expected.actions {
            actions(word, &mut found);
        }
        if expected.attributes {
            let names = ATTRIBUTES.iter().map(|one| one.name);
            found.extend(names.filter(|one| fits(one)).map(str::to_owned));
        }
        if expected.keys {
            let names = catalogue().condition_key_entries().map(|one| one.name);
            found.extend(names.filter(|one| fits(one)).take(MOST).map(str::to_owned));
        }
        let mut seen = BTreeSet::new();
        found.retain(|one| seen.insert(one.clone()));
        found.truncate(MOST);
        (start, found)
    }

    fn sets(&self, word: &str, fits: impl Fn(&str) -> bool, found: &mut Vec<String>) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(known.sets.iter().filter(|one| fits(one)).cloned());
        if word.contains('/') {
            let names = known.vocabulary.beginning_with(word, MOST);
            found.extend(names.into_iter().map(written));
            return;
        }
        for row in kinds() {
            if fits(row.plural) {
                found.push(row.plural.to_owned());
            }
            if !word.is_empty() && fits(row.singular) && row.singular != row.plural {
                found.push(format!("{}/", row.singular));
            }
        }
    }
}

/// Returns a name as a question has it: in quotes where it needs them.
fn written(name: &str) -> String {
    match name
        .contains(|character: char| character.is_whitespace() || ",;()=\"#".contains(character))
    {
        true => quoted(name),
        false => name.to_owned(),
    }
}

fn actions(word: &str, found: &mut Vec<String>) {
    if word.is_empty() || word.starts_with("arn:") {
        return;
    }
    if !word.contains(':') {
        let services = catalogue().services().map(|service| service.prefix);
        let fitting = services.filter(|prefix| prefix.starts_with(&word.to_lowercase()));
        found.extend(fitting.take(MOST).map(|prefix| format!("{prefix}:")));
        return;
    }
    let fitting = catalogue()
        .matching(&format!("{word}*"))
        .into_iter()
        .flatten();
    let ids = fitting.take(MOST).map(whocan_policy::catalogue::ActionId);
    found.extend(ids.map(|id| catalogue().name(id).to_owned()));
}

fn commands(word: &str) -> Vec<String> {
    let names = COMMANDS.iter().map(|command| command.name);
    let fitting = names.filter(|name| name.starts_with(word));
    fitting.map(|name| format!("\\{name}")).collect()
}

impl Completer for Words {
    fn complete(&mut self, line: &str, pos: usize) -> CompletionResult {
        let (start, found) = self.candidates(line.get(..pos).unwrap_or(line));
        let suggestions = found.into_iter().map(|value| Suggestion {
            // What a slash or colon ends goes on.
            append_whitespace: !value.ends_with(['/', ':']),
            value,
            span: Span { start, end: pos },
            ..Suggestion::default()
        });
        CompletionResult::fresh(suggestions.collect::<Vec<Suggestion>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loaded::Loaded;

    fn words() -> Words {
        let loaded = Loaded::example().unwrap();
        Words::new(Arc::new(Mutex::new(Known {
            vocabulary: Arc::new(Vocabulary::of(loaded.graph())),
            sets: vec!["crown".to_owned()],
        })))
    }

    #[test]
    fn completion_knows_the_grammar_and_the_snapshot() {
        let words = words();
        let found = |text: &str| words.candidates(text).1;
        assert!(found("who ca").contains(&"can".to_owned()));
        assert!(found("who can rea").contains(&"reach".to_owned()));
        assert!(found("who can s3:GetOb").contains(&"s3:GetObject".to_owned()));
        assert!(found("who can s3:GetObject on cr").contains(&"crown".to_owned()));
        assert!(found("who can s3:GetObject on buc").contains(&"buckets".to_owned()));
        assert_eq!(
            found("who can s3:GetObject on bucket/pay"),
            ["bucket/payroll"]
        );
        assert!(found("list (roles with tr").contains(&"trust.external".to_owned()));
        assert!(found("list roles whe").contains(&"where".to_owned()));
        assert!(found("can user/a").contains(&"user/ana".to_owned()));
        assert_eq!(
            found("who can s3:GetObject given aws:MultiFactorAuthP"),
            ["aws:MultiFactorAuthPresent"]
        );
        assert_eq!(found("\\for"), ["\\format"]);
        assert_eq!(found("who zzz can s3:Get"), Vec::<String>::new());
    }
}

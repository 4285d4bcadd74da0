//! Reads the text of a template.

use super::{Part, Variable};
use crate::KeyName;

/// Splits `text` into its parts; variables and escapes only if `variables`.
pub(super) fn parts(text: &str, variables: bool) -> Vec<Part> {
    let mut parts = Parts::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let special = if variables { special(rest) } else { None };
        let behind = match (special, first) {
            (Some((part, behind)), _) => {
                match part {
                    Special::Escape(character) => parts.text.push(character),
                    Special::Variable(variable) => parts.push(Part::Variable(variable)),
                }
                behind
            }
            (None, '*') => {
                parts.push(Part::Star);
                &rest[1..]
            }
            (None, '?') => {
                parts.push(Part::Question);
                &rest[1..]
            }
            (None, _) => {
                parts.text.push(first);
                &rest[first.len_utf8()..]
            }
        };
        rest = behind;
    }
    parts.finish()
}

#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    // Literal text that is not yet a part.
    text: String,
}

impl Parts {
    fn push(&mut self, part: Part) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.done.push(Part::Text(text.into()));
        }
        self.done.push(part);
    }

    fn finish(mut self) -> Vec<Part> {
        if !self.text.is_empty() {
            self.done.push(Part::Text(self.text.into()));
        }
        self.done
    }
}

enum Special {
    Escape(char),
    Variable(Variable),
}

/// Reads an escape or a variable at the start of `text`, and returns what follows it.
fn special(text: &str) -> Option<(Special, &str)> {
    let inside = text.strip_prefix("${")?;
    for character in ['*', '?', '$'] {
        let behind = inside.strip_prefix(character);
        if let Some(behind) = behind.and_then(|behind| behind.strip_prefix('}')) {
            return Some((Special::Escape(character), behind));
        }
    }
    // A key holds none of these, and stopping at them keeps the reading linear.
    let end = inside.find(['$', '{', '}', ',', '\''])?;
    let (key, behind) = inside.split_at(end);
    let key = key.trim();
    if key.is_empty() {
        return None;
    }
    let (default, behind) = default(behind)?;
    let variable = Variable {
        key: KeyName::new(key),
        default: default.map(Into::into),
    };
    Some((Special::Variable(variable), behind))
}

/// Reads `}` or `, 'default'}`, and returns what follows.
fn default(text: &str) -> Option<(Option<&str>, &str)> {
    if let Some(behind) = text.strip_prefix('}') {
        return Some((None, behind));
    }
    let quoted = text.strip_prefix(',')?.trim_start().strip_prefix('\'')?;
    let (default, behind) = quoted.split_once('\'')?;
    let behind = behind.trim_start().strip_prefix('}')?;
    Some((Some(default), behind))
}

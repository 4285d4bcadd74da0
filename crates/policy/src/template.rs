//! Texts of policies with wildcards, escapes and `${variables}`.

mod parse;
mod solve;

use crate::pattern::{ARN_COLONS, Glyph};
use crate::{KeyName, Pattern};

pub use solve::Solutions;

/// The text of a resource pattern or of a condition value.
///
/// Variables and escapes are only read in version 2012-10-17 (R7, R89 to R96).
/// Source: IAM policy elements: Variables and tags, IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Template {
    // INVARIANT: no two neighbouring `Text`.
    parts: Vec<Part>,
}

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Literal text, escapes resolved.
    Text(Box<str>),
    /// `?` as written; each use decides whether it is a wildcard.
    Question,
    /// `*` as written; each use decides whether it is a wildcard.
    Star,
    /// `${key}` or `${key, 'default'}`.
    Variable(Variable),
}

/// A policy variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// The context key whose value is inserted.
    pub key: KeyName,
    /// The text inserted where the key has no value (R95).
    pub default: Option<Box<str>>,
}

/// What is known of a variable's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VariableValue {
    /// The key has this one value.
    Known(String),
    /// The key has no value: absent, empty, or several (R97, R98).
    None,
    /// The value, or whether there is one, is not known.
    Unknown,
}

/// How a template's text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flavour {
    /// As it stands: `*` and `?` are characters (StringEquals and its like).
    Exact,
    /// A plain glob (StringLike).
    Glob,
    /// An entry of `Resource` or `NotResource` (R49, R50).
    Resource,
    /// Six parts, each a glob (ArnLike, ArnEquals; R75).
    Arn,
}

/// A template with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Filling {
    /// Every variable had a value.
    Pattern(Pattern),
    /// Some value is unknown; this pattern covers all that could match (R90).
    Open(Pattern),
    /// A variable without value, or one where none may stand: matches nothing (R91, R93, R94).
    Nothing,
    /// Documentation does not say what it matches, as ArnLike with a lone `*` (R75).
    Undocumented,
}

impl Template {
    /// Reads `text`; variables only if `variables` (the version permits them).
    ///
    /// What is not closed or not written as a variable is plain text.
    pub fn parse(text: &str, variables: bool) -> Template {
        Template {
            parts: parse::parts(text, variables),
        }
    }

    /// Returns the parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the variables in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    /// Fills in the variables by `value`, which is asked once for each; defaults apply here.
    ///
    /// Inserted text is literal (R92). In `Resource` a variable before the fifth
    /// colon makes the pattern match nothing (R91); the documentation restricts
    /// only that element, so in conditions a variable may stand anywhere, and an
    /// ARN is split into its parts after filling.
    /// Source: IAM policy elements: Variables and tags, IAM User Guide.
    pub fn fill(
        &self,
        flavour: Flavour,
        mut value: impl FnMut(&Variable) -> VariableValue,
    ) -> Filling {
        if flavour == Flavour::Resource && self.has_misplaced_variable() {
            return Filling::Nothing;
        }
        if flavour == Flavour::Arn && self.is_lone_star() {
            return Filling::Undocumented;
        }
        let mut glyphs = Vec::new();
        let (mut open, mut nothing) = (false, false);
        for part in &self.parts {
            let Part::Variable(variable) = part else {
                push_written(&mut glyphs, part, flavour);
                continue;
            };
            match (value(variable), &variable.default) {
                (VariableValue::Known(text), _) if !text.is_empty() => {
                    push_literal(&mut glyphs, &text);
                }
                (VariableValue::Unknown, _) => {
                    open = true;
                    glyphs.push(Glyph::Open);
                }
                // An empty value counts as none (R98).
                (_, Some(default)) => push_literal(&mut glyphs, default),
                (_, None) => nothing = true,
            }
        }
        if nothing {
            return Filling::Nothing;
        }
        match compile(&glyphs, flavour) {
            Some(pattern) if open => Filling::Open(pattern),
            Some(pattern) => Filling::Pattern(pattern),
            None => Filling::Nothing,
        }
    }

    /// Returns whether a variable stands before the fifth colon (R91).
    fn has_misplaced_variable(&self) -> bool {
        let mut colons = 0;
        for part in &self.parts {
            match part {
                Part::Text(text) => colons += text.matches(':').count(),
                Part::Variable(_) if colons < ARN_COLONS => return true,
                _ => {}
            }
        }
        false
    }

    /// Returns whether it is `*`, or a run of them, which means the same.
    fn is_lone_star(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| *part == Part::Star)
    }
}

/// Adds a part that is no variable.
fn push_written(glyphs: &mut Vec<Glyph>, part: &Part, flavour: Flavour) {
    match part {
        Part::Text(text) => push_literal(glyphs, text),
        Part::Question if flavour == Flavour::Exact => glyphs.push(Glyph::Literal('?')),
        Part::Star if flavour == Flavour::Exact => glyphs.push(Glyph::Literal('*')),
        Part::Question => glyphs.push(Glyph::Question),
        Part::Star => glyphs.push(Glyph::Star),
        Part::Variable(_) => {}
    }
}

fn push_literal(glyphs: &mut Vec<Glyph>, text: &str) {
    glyphs.extend(text.chars().map(Glyph::Literal));
}

/// Returns the pattern, `None` if it is no ARN where it must be.
fn compile(glyphs: &[Glyph], flavour: Flavour) -> Option<Pattern> {
    match flavour {
        Flavour::Exact | Flavour::Glob => Some(Pattern::from_glob_glyphs(glyphs)),
        Flavour::Resource => Some(Pattern::from_resource_glyphs(glyphs)),
        Flavour::Arn => Pattern::from_arn_glyphs(glyphs),
    }
}

#[cfg(test)]
mod tests;

//! Texts of policies with wildcards, escapes and `${variables}`.

use crate::{KeyName, Pattern};

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
    pub fn parse(_text: &str, _variables: bool) -> Template {
        todo!()
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
    /// Inserted text is literal (R92).
    pub fn fill(
        &self,
        _flavour: Flavour,
        _value: impl FnMut(&Variable) -> VariableValue,
    ) -> Filling {
        todo!()
    }
}

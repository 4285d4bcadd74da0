//! Patterns over resource ARNs, such as `arn:aws:s3:::payroll/*`.

use std::fmt;
use std::sync::Arc;

use crate::template::Flavour;
use crate::{Filling, Pattern, Template, Truth, Variable, VariableValue};

/// An entry of `Resource` or `NotResource`.
///
/// Source: IAM JSON policy elements: Resource, IAM User Guide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePattern {
    text: Arc<str>,
    template: Template,
    // The compiled form, where the text has no variables.
    fixed: Option<Pattern>,
}

impl ResourcePattern {
    /// Reads `text`; variables only if `variables` (the version permits them).
    pub fn parse(text: &str, variables: bool) -> ResourcePattern {
        let template = Template::parse(text, variables);
        let fixed = match template.fill(Flavour::Resource, |_| VariableValue::None) {
            Filling::Pattern(pattern) if template.variables().next().is_none() => Some(pattern),
            _ => None,
        };
        ResourcePattern {
            text: text.into(),
            template,
            fixed,
        }
    }

    /// Returns the text as the document writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the compiled pattern, `None` if it has variables.
    pub fn fixed(&self) -> Option<&Pattern> {
        self.fixed.as_ref()
    }

    /// Returns the template, for variables.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Fills in the variables.
    pub fn fill(&self, value: impl FnMut(&Variable) -> VariableValue) -> Filling {
        match &self.fixed {
            Some(pattern) => Filling::Pattern(pattern.clone()),
            None => self.template.fill(Flavour::Resource, value),
        }
    }

    /// Returns whether the pattern covers the ARN or the text `*` (R53).
    ///
    /// Unknown only if a variable is and the literal parts fit (R90).
    pub fn matches(&self, arn: &str, value: impl FnMut(&Variable) -> VariableValue) -> Truth {
        if let Some(pattern) = &self.fixed {
            return pattern.matches(arn).into();
        }
        match self.template.fill(Flavour::Resource, value) {
            Filling::Pattern(pattern) => pattern.matches(arn).into(),
            Filling::Open(pattern) if pattern.matches(arn) => Truth::Unknown,
            Filling::Open(_) | Filling::Nothing => Truth::False,
            Filling::Undocumented => Truth::Unknown,
        }
    }
}

impl fmt::Display for ResourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ResourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

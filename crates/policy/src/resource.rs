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
    outline: Outline,
}

/// What can be compiled before the variables are known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Outline {
    /// There are no variables.
    Fixed(Pattern),
    /// Covers all that any values could make it match.
    Open(Pattern),
    /// Matches nothing, whatever the values.
    Nothing,
}

impl ResourcePattern {
    /// Reads `text`; variables only if `variables` (the version permits them).
    pub fn parse(text: &str, variables: bool) -> ResourcePattern {
        let template = Template::parse(text, variables);
        let outline = match template.fill(Flavour::Resource, |_| VariableValue::Unknown) {
            Filling::Pattern(pattern) => Outline::Fixed(pattern),
            Filling::Open(pattern) => Outline::Open(pattern),
            Filling::Nothing | Filling::Undocumented => Outline::Nothing,
        };
        ResourcePattern {
            text: text.into(),
            template,
            outline,
        }
    }

    /// Returns the text as the document writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the compiled pattern, `None` if it has variables.
    pub fn fixed(&self) -> Option<&Pattern> {
        match &self.outline {
            Outline::Fixed(pattern) => Some(pattern),
            Outline::Open(_) | Outline::Nothing => None,
        }
    }

    /// Returns what covers all that any values of its variables could make it
    /// match, `None` if that is nothing (R91).
    pub fn outline(&self) -> Option<&Pattern> {
        match &self.outline {
            Outline::Fixed(pattern) | Outline::Open(pattern) => Some(pattern),
            Outline::Nothing => None,
        }
    }

    /// Returns the template, for variables.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Fills in the variables.
    pub fn fill(&self, value: impl FnMut(&Variable) -> VariableValue) -> Filling {
        match &self.outline {
            Outline::Fixed(pattern) => Filling::Pattern(pattern.clone()),
            Outline::Open(_) => self.template.fill(Flavour::Resource, value),
            Outline::Nothing => Filling::Nothing,
        }
    }

    /// Returns whether the pattern covers the ARN or the text `*` (R53).
    ///
    /// Unknown only if a variable is and the literal parts fit (R90); values are
    /// not asked for if the literal parts already fail.
    pub fn matches(&self, arn: &str, value: impl FnMut(&Variable) -> VariableValue) -> Truth {
        match &self.outline {
            Outline::Fixed(pattern) => pattern.matches(arn).into(),
            Outline::Open(pattern) if pattern.matches(arn) => {
                match self.template.fill(Flavour::Resource, value) {
                    Filling::Pattern(pattern) => pattern.matches(arn).into(),
                    Filling::Open(pattern) if pattern.matches(arn) => Truth::Unknown,
                    Filling::Open(_) | Filling::Nothing => Truth::False,
                    Filling::Undocumented => Truth::Unknown,
                }
            }
            Outline::Open(_) | Outline::Nothing => Truth::False,
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

#[cfg(test)]
mod tests {
    use super::ResourcePattern;
    use crate::{Truth, VariableValue};

    fn matches(pattern: &str, value: VariableValue, arn: &str) -> Truth {
        ResourcePattern::parse(pattern, true).matches(arn, |_| value.clone())
    }

    fn known(value: &str) -> VariableValue {
        VariableValue::Known(value.to_owned())
    }

    const HOME: &str = "arn:aws:s3:::b1/${aws:username}/*";

    #[test]
    fn a_variable_is_replaced_by_its_value() {
        assert_eq!(
            matches(HOME, known("ana"), "arn:aws:s3:::b1/ana/x"),
            Truth::True
        );
        assert_eq!(
            matches(HOME, known("bo"), "arn:aws:s3:::b1/ana/x"),
            Truth::False
        );
    }

    #[test]
    fn an_inserted_value_is_literal() {
        assert_eq!(
            matches(HOME, known("*"), "arn:aws:s3:::b1/ana/x"),
            Truth::False
        );
        assert_eq!(
            matches(HOME, known("*"), "arn:aws:s3:::b1/*/x"),
            Truth::True
        );
    }

    #[test]
    fn without_a_value_nothing_matches() {
        assert_eq!(
            matches(HOME, VariableValue::None, "arn:aws:s3:::b1/ana/x"),
            Truth::False
        );
        assert_eq!(matches(HOME, known(""), "arn:aws:s3:::b1//x"), Truth::False);
    }

    #[test]
    fn a_default_stands_in_for_a_missing_value() {
        let home = "arn:aws:s3:::b1/${aws:username, 'shared'}/*";
        assert_eq!(
            matches(home, VariableValue::None, "arn:aws:s3:::b1/shared/x"),
            Truth::True
        );
        assert_eq!(
            matches(home, known(""), "arn:aws:s3:::b1/shared/x"),
            Truth::True
        );
        assert_eq!(
            matches(home, known("ana"), "arn:aws:s3:::b1/shared/x"),
            Truth::False
        );
    }

    #[test]
    fn an_unknown_value_leaves_it_open_unless_the_literal_parts_fail() {
        assert_eq!(
            matches(HOME, VariableValue::Unknown, "arn:aws:s3:::b1/ana/x"),
            Truth::Unknown
        );
        assert_eq!(
            matches(HOME, VariableValue::Unknown, "arn:aws:s3:::b2/ana/x"),
            Truth::False
        );
    }

    #[test]
    fn a_variable_before_the_resource_part_matches_nothing() {
        let region = "arn:aws:s3:${aws:RequestedRegion}::b1/*";
        for value in [known("eu"), VariableValue::Unknown, VariableValue::None] {
            assert_eq!(matches(region, value, "arn:aws:s3:eu::b1/x"), Truth::False);
        }
    }

    #[test]
    fn escapes_and_variables_are_text_before_2012() {
        let escaped = "arn:aws:s3:::b1/${*}/x";
        let matches = |variables, arn| {
            ResourcePattern::parse(escaped, variables).matches(arn, |_| VariableValue::None)
        };
        assert_eq!(matches(true, "arn:aws:s3:::b1/*/x"), Truth::True);
        assert_eq!(matches(true, "arn:aws:s3:::b1/ab/x"), Truth::False);
        assert_eq!(matches(false, "arn:aws:s3:::b1/*/x"), Truth::False);
        assert_eq!(matches(false, "arn:aws:s3:::b1/${ab}/x"), Truth::True);
    }
}

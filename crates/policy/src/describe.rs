//! Statements and their parts as people read them.
//!
//! For explanations; nothing reads these texts back.

use std::fmt::{self, Display};

use crate::clipped::Escaped;
use crate::{
    ActionClause, Comparison, Condition, ConditionValue, Effect, NamedPrincipal, PrincipalClause,
    ResourceClause, SetQualifier, Statement, Test,
};

// Lists of account ids or networks run to hundreds; the first few tell what they are.
const MOST_VALUES: usize = 8;

impl Condition {
    /// Returns what the condition asks for, or, `negated`, what defeats it.
    ///
    /// `aws:SourceIp in 10.0.0.0/8`, `aws:PrincipalOrgID != o-abc (if present)`,
    /// `some aws:TagKeys = team`. An absent key satisfies `!=`, `not in` and
    /// `not like`, as it satisfies the negated operators (R77), and no other
    /// relation that does not say so.
    pub fn describe(&self, negated: bool) -> String {
        match self.operator.test {
            Test::Undocumented => self.describe_undocumented(negated),
            Test::Null => self.describe_null(negated),
            _ => {
                let each = self.each_value(negated);
                let relation = self.relation(negated);
                let remark = self.remark(negated);
                format!("{each}{} {relation}{remark}", self.name())
            }
        }
    }

    fn describe_undocumented(&self, negated: bool) -> String {
        let not = if negated { "not " } else { "" };
        let values = Values(&self.values);
        let operator = Escaped(&self.operator.text);
        format!("{not}{} {operator} {values}", self.name())
    }

    fn name(&self) -> Escaped<'_> {
        Escaped(self.key.as_written())
    }

    fn describe_null(&self, negated: bool) -> String {
        if self.operator.qualifier.is_some() {
            let holds = (self.operator.qualifier == Some(SetQualifier::ForAllValues)) != negated;
            let always = if holds { "always" } else { "never" };
            return format!("{always} ({} on {})", self.operator.text, self.name());
        }
        let asks = |text: &str| {
            let mut values = self.values.iter();
            values.any(|value| value.text.eq_ignore_ascii_case(text)) != negated
        };
        let state = match (asks("true"), asks("false")) {
            (true, false) => "absent",
            (false, true) => "present",
            (true, true) => "absent or present",
            (false, false) => "neither absent nor present",
        };
        format!("{} is {state}", self.name())
    }

    // What defeats "every" is "some", and the other way round.
    fn each_value(&self, negated: bool) -> &'static str {
        match (self.operator.qualifier, negated) {
            (None, _) => "",
            (Some(SetQualifier::ForAllValues), false) => "every ",
            (Some(SetQualifier::ForAllValues), true) => "some ",
            (Some(SetQualifier::ForAnyValue), false) => "some ",
            (Some(SetQualifier::ForAnyValue), true) => "every ",
        }
    }

    fn relation(&self, negated: bool) -> String {
        let negated = self.operator.negated != negated;
        let several = self.values.len() != 1;
        let values = Values(&self.values);
        let word = match (self.operator.test, negated) {
            (Test::StringLike | Test::Arn, false) => "like",
            (Test::StringLike | Test::Arn, true) => "not like",
            (Test::Numeric(comparison) | Test::Date(comparison), _)
                if comparison != Comparison::Equal =>
            {
                return order(comparison, negated, &self.values);
            }
            (Test::IpAddress, false) => "in",
            (Test::IpAddress, true) => "not in",
            (_, false) if several => "in",
            (_, true) if several => "not in",
            (_, false) => "=",
            (_, true) => "!=",
        };
        format!("{word} {values}")
    }

    fn remark(&self, negated: bool) -> &'static str {
        let ignoring_case = self.operator.test == Test::StringEqualsIgnoreCase;
        let absent_defeats = negated && self.operator.qualifier.is_none() && self.is_order();
        match (self.operator.if_exists, negated, ignoring_case) {
            (true, false, false) => " (if present)",
            (true, false, true) => " (ignoring case, if present)",
            (true, true, false) => " (and present)",
            (true, true, true) => " (ignoring case, and present)",
            (false, _, true) => " (ignoring case)",
            (false, _, false) if absent_defeats => " or absent",
            (false, _, false) => "",
        }
    }

    fn is_order(&self) -> bool {
        matches!(
            self.operator.test,
            Test::Numeric(comparison) | Test::Date(comparison) if comparison != Comparison::Equal
        )
    }
}

/// Returns `< 5`, or for several values `< any of (5, 10)`.
fn order(comparison: Comparison, negated: bool, values: &[ConditionValue]) -> String {
    let sign = match (comparison, negated) {
        (Comparison::Less, false) | (Comparison::GreaterOrEqual, true) => "<",
        (Comparison::LessOrEqual, false) | (Comparison::Greater, true) => "<=",
        (Comparison::Greater, false) | (Comparison::LessOrEqual, true) => ">",
        (Comparison::GreaterOrEqual, false) | (Comparison::Less, true) => ">=",
        (Comparison::Equal, false) => "=",
        (Comparison::Equal, true) => "!=",
    };
    let which = match (values.len(), negated) {
        (1, _) => "",
        (_, false) => "any of ",
        (_, true) => "all of ",
    };
    format!("{sign} {which}{}", Values(values))
}

/// One value as it is, other numbers of them in parentheses.
struct Values<'a>(&'a [ConditionValue]);

impl Display for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [value] = self.0 {
            return value.fmt(f);
        }
        f.write_str("(")?;
        write_list(f, self.0)?;
        f.write_str(")")
    }
}

fn write_list<T: Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (position, item) in items.iter().take(MOST_VALUES).enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        write!(f, "{comma}{}", Escaped(&item.to_string()))?;
    }
    match items.len().saturating_sub(MOST_VALUES) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

impl Display for ConditionValue {
    /// Shows the text, in quotes where it would not read as one word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unclear = |character: char| {
            character.is_whitespace() || character.is_control() || "(),\"".contains(character)
        };
        if self.text.is_empty() || self.text.contains(unclear) {
            write!(f, "{:?}", self.text)
        } else {
            f.write_str(&self.text)
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(false))
    }
}

impl Display for Statement {
    /// Shows `Allow s3:Get* on arn:aws:s3:::b/* for everyone if aws:SourceIp in 10.0.0.0/8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.effect {
            Some(effect) => write!(f, "{effect} ")?,
            None => f.write_str("No effect: ")?,
        }
        match &self.actions {
            Some(actions) => actions.fmt(f)?,
            None => f.write_str("unclear actions")?,
        }
        if let Some(resources) = &self.resources {
            write!(f, " on {resources}")?;
        }
        if let Some(principal) = &self.principal {
            write!(f, " for {principal}")?;
        }
        for (position, condition) in self.conditions.iter().enumerate() {
            let link = if position == 0 { "if" } else { "and" };
            write!(f, " {link} {condition}")?;
        }
        if self.doubtful {
            f.write_str(" (breaks the grammar)")?;
        }
        Ok(())
    }
}

impl Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        })
    }
}

impl Display for ActionClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clause(f, self.negated, &self.patterns, "no action")
    }
}

impl Display for ResourceClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clause(f, self.negated, &self.patterns, "no resource")
    }
}

impl Display for PrincipalClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_clause(f, self.negated, &self.entries, "nobody")
    }
}

fn write_clause<T: Display>(
    f: &mut fmt::Formatter<'_>,
    negated: bool,
    items: &[T],
    none: &str,
) -> fmt::Result {
    if negated {
        f.write_str("all but ")?;
    }
    if items.is_empty() {
        return f.write_str(none);
    }
    write_list(f, items)
}

impl Display for NamedPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedPrincipal::Everyone => f.write_str("everyone"),
            NamedPrincipal::Account(account) => write!(f, "account {account}"),
            NamedPrincipal::User(arn)
            | NamedPrincipal::Role(arn)
            | NamedPrincipal::Session { arn, .. }
            | NamedPrincipal::FederatedUser(arn) => arn.fmt(f),
            NamedPrincipal::Service(text)
            | NamedPrincipal::Federated(text)
            | NamedPrincipal::UniqueId(text) => f.write_str(text),
            NamedPrincipal::CanonicalUser(id) => write!(f, "canonical user {id}"),
            NamedPrincipal::Nobody(text) => write!(f, "nobody ({text})"),
        }
    }
}

#[cfg(test)]
mod tests;

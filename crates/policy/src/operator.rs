//! Condition operators, and one operator on known values.

use std::cmp::Ordering;

use crate::typed::{self, Decimal, Instant, Range};
use crate::{Arn, Filling, Truth};

/// A condition operator, such as `ForAnyValue:StringNotLikeIfExists`.
///
/// Source: IAM JSON policy elements: Condition operators, IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// `ForAllValues:` or `ForAnyValue:`, if any.
    pub qualifier: Option<SetQualifier>,
    /// What one value is tested for.
    pub test: Test,
    /// Whether it is the negated form (`StringNotEquals`, `NotIpAddress`, ...).
    pub negated: bool,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
    /// The text as the document writes it.
    pub text: Box<str>,
}

/// How an operator treats a key with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetQualifier {
    /// `ForAllValues:` (R80, R81).
    ForAllValues,
    /// `ForAnyValue:` (R82, R83).
    ForAnyValue,
}

/// What one value is tested for, in the positive sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// `StringEquals`.
    StringEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// `NumericEquals`, `NumericLessThan`, ...
    Numeric(Comparison),
    /// `DateEquals`, `DateLessThan`, ...
    Date(Comparison),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    BinaryEquals,
    /// `IpAddress`.
    IpAddress,
    /// `ArnEquals` and `ArnLike`, which are the same (R75).
    Arn,
    /// `Null`.
    Null,
    /// An operator that AWS does not document (R88).
    Undocumented,
}

/// An order relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

impl Test {
    /// Returns whether values may hold policy variables: strings, ARNs and
    /// Bool (R90), the last because examples of AWS use them.
    pub fn takes_variables(self) -> bool {
        matches!(
            self,
            Test::StringEquals
                | Test::StringEqualsIgnoreCase
                | Test::StringLike
                | Test::Arn
                | Test::Bool
        )
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Operator {
    /// Reads an operator's name, without case; an undocumented one is kept as such.
    pub fn parse(text: &str) -> Operator {
        let lower = text.to_ascii_lowercase();
        let (qualifier, rest) = split_qualifier(&lower);
        let (name, if_exists) = match rest.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        // Null tests for existence and has no such form (R88).
        let (test, negated) = documented(name)
            .filter(|(test, _)| !(if_exists && *test == Test::Null))
            .unwrap_or((Test::Undocumented, false));
        Operator {
            qualifier,
            test,
            negated,
            if_exists,
            text: text.into(),
        }
    }

    /// Decides the operator on a request whose values for the key are known.
    ///
    /// `wanted` are the policy's values with variables filled in; `values` the
    /// request's, `None` or none of them if the key is absent. Unknown where
    /// AWS documents no result (R70, R75, R85, R88) or a variable is open (R90).
    pub fn decide(&self, wanted: &[Filling], values: Option<&[&str]>) -> Truth {
        let values = values.unwrap_or_default();
        match self.test {
            Test::Undocumented => Truth::Unknown,
            Test::Null => self.decide_null(wanted, values),
            // Comes before the set operators (R78, R87).
            _ if self.if_exists && values.is_empty() => Truth::True,
            _ => match self.qualifier {
                None => self.decide_single(wanted, values),
                Some(qualifier) => self.decide_set(qualifier, wanted, values),
            },
        }
    }

    // `ForAllValues:Null` always holds and `ForAnyValue:Null` never (R88).
    // An empty text is no value (R98).
    fn decide_null(&self, wanted: &[Filling], values: &[&str]) -> Truth {
        match self.qualifier {
            Some(SetQualifier::ForAllValues) => return Truth::True,
            Some(SetQualifier::ForAnyValue) => return Truth::False,
            None => {}
        }
        let absent = values.iter().all(|value| value.is_empty());
        let absent = if absent { "true" } else { "false" };
        Truth::any(wanted.iter().map(|filling| bool_equals(filling, absent)))
    }

    fn decide_single(&self, wanted: &[Filling], values: &[&str]) -> Truth {
        match values {
            // An absent key (R76, R77).
            [] => self.negated.into(),
            _ if wanted.is_empty() => self.negated.into(),
            [value] => self.test_value(wanted, value),
            // Not documented (R85).
            _ => Truth::Unknown,
        }
    }

    // An empty text is no value (R98).
    fn decide_set(&self, qualifier: SetQualifier, wanted: &[Filling], values: &[&str]) -> Truth {
        let mut filled = values.iter().filter(|value| !value.is_empty()).peekable();
        if filled.peek().is_none() {
            return (qualifier == SetQualifier::ForAllValues).into();
        }
        if wanted.is_empty() {
            return Truth::False;
        }
        let tested = filled.map(|value| self.test_value(wanted, value));
        match qualifier {
            SetQualifier::ForAllValues => Truth::all(tested),
            SetQualifier::ForAnyValue => Truth::any(tested),
        }
    }

    /// Tests one value of the request: one of `wanted`, or none if negated (R64, R65, R84).
    fn test_value(&self, wanted: &[Filling], value: &str) -> Truth {
        let matched = match self.test {
            Test::StringEquals | Test::StringLike => {
                any_of(wanted, |filling| covers(filling, value))
            }
            Test::StringEqualsIgnoreCase => {
                any_of(wanted, |filling| equals_without_case(filling, value))
            }
            Test::Arn if Arn::is_arn(value) => any_of(wanted, |filling| covers(filling, value)),
            Test::Arn => any_of(wanted, no_arn),
            Test::Bool => any_of(wanted, |filling| bool_equals(filling, value)),
            Test::BinaryEquals => self.compare(wanted, typed::bytes(value), |bytes, text| {
                Some(*bytes == typed::bytes(text)?)
            }),
            Test::Numeric(comparison) => {
                self.compare(wanted, Decimal::parse(value), |number, text| {
                    Some(comparison.holds(number.cmp(&Decimal::parse(text)?)))
                })
            }
            Test::Date(comparison) => self.compare(wanted, Instant::parse(value), |date, text| {
                Some(comparison.holds(date.cmp(&Instant::parse(text)?)))
            }),
            Test::IpAddress => self.compare(wanted, value.parse().ok(), |address, text| {
                Some(Range::parse(text)?.contains(address))
            }),
            Test::Null | Test::Undocumented => Truth::Unknown,
        };
        if self.negated { !matched } else { matched }
    }

    /// Compares a typed value with texts that `holds` reads; `None` is of another type.
    fn compare<T>(
        &self,
        wanted: &[Filling],
        value: Option<T>,
        holds: impl Fn(&T, &str) -> Option<bool>,
    ) -> Truth {
        any_of(wanted, |filling| match literal(filling) {
            Ok(text) => match value.as_ref().and_then(|value| holds(value, text)) {
                Some(holds) => holds.into(),
                // Not stated for negated operators (R70).
                None if self.negated => Truth::Unknown,
                None => Truth::False,
            },
            Err(truth) => truth,
        })
    }
}

fn split_qualifier(lower: &str) -> (Option<SetQualifier>, &str) {
    if let Some(rest) = lower.strip_prefix("forallvalues:") {
        (Some(SetQualifier::ForAllValues), rest)
    } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
        (Some(SetQualifier::ForAnyValue), rest)
    } else {
        (None, lower)
    }
}

/// Returns the test of a documented operator and whether it is negated.
fn documented(lower: &str) -> Option<(Test, bool)> {
    Some(match lower {
        "stringequals" => (Test::StringEquals, false),
        "stringnotequals" => (Test::StringEquals, true),
        "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
        "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
        "stringlike" => (Test::StringLike, false),
        "stringnotlike" => (Test::StringLike, true),
        "bool" => (Test::Bool, false),
        "binaryequals" => (Test::BinaryEquals, false),
        "ipaddress" => (Test::IpAddress, false),
        "notipaddress" => (Test::IpAddress, true),
        "arnequals" | "arnlike" => (Test::Arn, false),
        "arnnotequals" | "arnnotlike" => (Test::Arn, true),
        "null" => (Test::Null, false),
        _ => return ordering(lower),
    })
}

fn ordering(lower: &str) -> Option<(Test, bool)> {
    let (test, relation): (fn(Comparison) -> Test, _) =
        if let Some(relation) = lower.strip_prefix("numeric") {
            (Test::Numeric, relation)
        } else {
            (Test::Date, lower.strip_prefix("date")?)
        };
    let (comparison, negated) = match relation {
        "equals" => (Comparison::Equal, false),
        "notequals" => (Comparison::Equal, true),
        "lessthan" => (Comparison::Less, false),
        "lessthanequals" => (Comparison::LessOrEqual, false),
        "greaterthan" => (Comparison::Greater, false),
        "greaterthanequals" => (Comparison::GreaterOrEqual, false),
        _ => return None,
    };
    Some((test(comparison), negated))
}

fn any_of(wanted: &[Filling], test: impl FnMut(&Filling) -> Truth) -> Truth {
    Truth::any(wanted.iter().map(test))
}

fn covers(filling: &Filling, value: &str) -> Truth {
    match filling {
        Filling::Pattern(pattern) => pattern.matches(value).into(),
        Filling::Open(pattern) => open(pattern.matches(value)),
        Filling::Nothing => Truth::False,
        Filling::Undocumented => Truth::Unknown,
    }
}

// A value that is no ARN matches no pattern; what a lone `*` does is open (R75).
fn no_arn(filling: &Filling) -> Truth {
    open(*filling == Filling::Undocumented)
}

fn open(possible: bool) -> Truth {
    if possible {
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn equals_without_case(filling: &Filling, value: &str) -> Truth {
    let lower = |text| str::chars(text).flat_map(char::to_lowercase);
    match filling {
        Filling::Open(pattern) => open(
            pattern
                .to_lower_case()
                .matches(&lower(value).collect::<String>()),
        ),
        _ => match literal(filling) {
            Ok(text) => lower(text).eq(lower(value)).into(),
            Err(truth) => truth,
        },
    }
}

// Other texts than these two never match (R72).
fn bool_equals(filling: &Filling, value: &str) -> Truth {
    let Some(value) = typed::boolean(value) else {
        return Truth::False;
    };
    match literal(filling) {
        Ok(text) => (typed::boolean(text) == Some(value)).into(),
        Err(truth) => truth,
    }
}

/// Returns the one text a filling stands for, else what any value gives.
fn literal(filling: &Filling) -> Result<&str, Truth> {
    match filling {
        Filling::Pattern(pattern) => pattern.literal().ok_or(Truth::Unknown),
        Filling::Open(_) | Filling::Undocumented => Err(Truth::Unknown),
        Filling::Nothing => Err(Truth::False),
    }
}

#[cfg(test)]
mod tests;

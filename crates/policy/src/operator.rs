//! Condition operators, and one operator on known values.

use crate::{Filling, Truth};

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

impl Operator {
    /// Reads an operator's name; an undocumented one is kept as such.
    pub fn parse(_text: &str) -> Operator {
        todo!()
    }

    /// Decides the operator on a request whose values for the key are known.
    ///
    /// `wanted` are the policy's values with variables filled in; `values` the
    /// request's, `None` if the key is absent. Unknown where AWS documents no
    /// result (R70, R75, R85, R88) or a variable is open (R90).
    pub fn decide(&self, _wanted: &[Filling], _values: Option<&[&str]>) -> Truth {
        todo!()
    }
}

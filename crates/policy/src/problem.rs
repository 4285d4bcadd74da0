//! What is not as AWS writes it in a policy document.

use std::fmt;

use crate::clipped::Clipped;

/// Something in a document that AWS would not store, or that means less than it seems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `Statement[2].Condition.StringLike`, or `line 3 column 7` where
    /// it is not JSON, or `document` for the whole.
    pub place: String,
    /// What.
    pub kind: ProblemKind,
}

/// What is wrong in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is no JSON: what the parser says.
    NotJson(String),
    /// An element that the grammar does not have.
    UnknownElement(String),
    /// A key that stands twice in one object.
    DuplicateKey(String),
    /// An element of the wrong type: what was expected.
    WrongType(&'static str),
    /// An element that every document or statement has is missing: its name.
    Missing(&'static str),
    /// `Effect` is not exactly `Allow` or `Deny`.
    Effect(String),
    /// Both forms of an element, or neither where one is needed.
    Alternatives(&'static str),
    /// A list without entries.
    EmptyList(&'static str),
    /// A `Sid` that an earlier statement has too.
    DuplicateSid(String),
    /// An operator that AWS does not document.
    UnknownOperator(String),
    /// A version other than the two.
    UnknownVersion(String),
    /// A principal that matches nobody.
    Nobody(String),
    /// A CloudFront origin access identity, which is a principal of S3 but of no account.
    CloudFrontIdentity(String),
    /// An action that can match none.
    OddAction(String),
    /// Nested deeper than any policy can be.
    TooDeep,
    /// Problems that are not listed because there are too many: how many.
    More(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in `{}`", self.kind, self.place)
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProblemKind::NotJson(why) => write!(f, "not JSON: {}", Clipped(why)),
            ProblemKind::UnknownElement(name) => {
                write!(f, "unknown element `{}`", Clipped(name))
            }
            ProblemKind::DuplicateKey(key) => {
                write!(f, "`{}` stands more than once", Clipped(key))
            }
            ProblemKind::WrongType(expected) => write!(f, "expected {expected}"),
            ProblemKind::Missing(name) => write!(f, "expected an element `{name}`"),
            ProblemKind::Effect(text) => {
                let text = Clipped(text);
                write!(f, "unknown effect `{text}`: expected `Allow` or `Deny`")
            }
            ProblemKind::Alternatives(forms) => write!(f, "expected exactly one of {forms}"),
            ProblemKind::EmptyList(name) => write!(f, "expected entries for `{name}`, found none"),
            ProblemKind::DuplicateSid(sid) => {
                write!(f, "the sid `{}` names two statements", Clipped(sid))
            }
            ProblemKind::UnknownOperator(text) => {
                write!(f, "unknown operator `{}`", Clipped(text))
            }
            ProblemKind::UnknownVersion(text) => write!(
                f,
                "unknown version `{}`: expected `2012-10-17` or `2008-10-17`",
                Clipped(text)
            ),
            ProblemKind::Nobody(text) => {
                write!(f, "the principal `{}` matches nobody", Clipped(text))
            }
            ProblemKind::CloudFrontIdentity(text) => write!(
                f,
                "`{}` is a CloudFront identity and matches no IAM principal",
                Clipped(text)
            ),
            ProblemKind::OddAction(text) => write!(
                f,
                "`{}` matches no action: expected `service:Name`",
                Clipped(text)
            ),
            ProblemKind::TooDeep => f.write_str("nested deeper than any policy"),
            ProblemKind::More(count) => write!(f, "{count} more problems"),
        }
    }
}

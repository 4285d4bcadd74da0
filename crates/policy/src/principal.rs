//! The `Principal` and `NotPrincipal` elements.

use crate::{AccountId, Arn};

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalClause {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// The values of all types, in document order.
    pub entries: Vec<NamedPrincipal>,
}

/// One value of a principal element.
///
/// Source: AWS JSON policy elements: Principal, IAM User Guide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedPrincipal {
    /// `"*"` or `{"AWS": "*"}` (R19).
    Everyone,
    /// Twelve digits or `arn:P:iam::ID:root` (R20).
    Account(AccountId),
    /// `arn:P:iam::ID:user/PATH/NAME` (R21).
    User(Arn),
    /// `arn:P:iam::ID:role/PATH/NAME` (R22).
    Role(Arn),
    /// `arn:P:sts::ID:assumed-role/NAME/SESSION` (R23).
    Session {
        /// The account of the role.
        account: AccountId,
        /// The role's name, without path.
        role: Box<str>,
        /// The session's name.
        session: Box<str>,
        /// The ARN as written.
        arn: Arn,
    },
    /// `arn:P:sts::ID:federated-user/NAME` (R24).
    FederatedUser(Arn),
    /// `{"Service": "lambda.amazonaws.com"}` (R25).
    Service(Box<str>),
    /// A provider ARN or a built-in web identity domain (R26).
    Federated(Box<str>),
    /// An S3 canonical user id (R27).
    CanonicalUser(Box<str>),
    /// `AIDA...`, `AROA...`: what AWS shows for an identity that was deleted (R30).
    UniqueId(Box<str>),
    /// Anything that matches nobody: groups, partial wildcards, other texts (R28, R29).
    Nobody(Box<str>),
}

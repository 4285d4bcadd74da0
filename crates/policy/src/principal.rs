//! The `Principal` and `NotPrincipal` elements.

use crate::json::Json;
use crate::reading::{Place, Reading};
use crate::statement::read_texts;
use crate::{AccountId, Arn, ProblemKind};

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
    ///
    /// The partition is not kept: an account id belongs to one partition, and
    /// R39 compares that of the caller with that of the resource.
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

impl NamedPrincipal {
    /// Reads a value of type `AWS`; what names nobody is [`NamedPrincipal::Nobody`].
    pub fn aws(text: &str) -> NamedPrincipal {
        if text == "*" {
            return NamedPrincipal::Everyone;
        }
        if let Ok(account) = text.parse() {
            return NamedPrincipal::Account(account);
        }
        if is_unique_id(text) {
            return NamedPrincipal::UniqueId(text.into());
        }
        text.parse()
            .ok()
            .and_then(named_by_arn)
            .unwrap_or_else(|| NamedPrincipal::Nobody(text.into()))
    }

    /// Reads a value of the principal type `kind`; `None` if there is no such type.
    pub fn parse(kind: &str, text: &str) -> Option<NamedPrincipal> {
        let exact: fn(Box<str>) -> NamedPrincipal = match kind {
            "AWS" => return Some(NamedPrincipal::aws(text)),
            "Service" => NamedPrincipal::Service,
            "Federated" => NamedPrincipal::Federated,
            "CanonicalUser" => NamedPrincipal::CanonicalUser,
            _ => return None,
        };
        Some(if text.is_empty() || has_wildcard(text) {
            NamedPrincipal::Nobody(text.into())
        } else {
            exact(text.into())
        })
    }
}

/// Returns whom an ARN names; `None` for groups, partial wildcards and all else.
fn named_by_arn(arn: Arn) -> Option<NamedPrincipal> {
    let account = arn.account()?;
    if !arn.region().is_empty() || has_wildcard(arn.as_str()) {
        return None;
    }
    if arn.service() == "iam" && arn.resource() == "root" {
        return Some(NamedPrincipal::Account(account));
    }
    let (kind, name) = arn.resource().split_once('/')?;
    if name.is_empty() || name.ends_with('/') {
        return None;
    }
    match (arn.service(), kind) {
        ("iam", "user") => Some(NamedPrincipal::User(arn)),
        ("iam", "role") => Some(NamedPrincipal::Role(arn)),
        ("sts", "federated-user") if !name.contains('/') => {
            Some(NamedPrincipal::FederatedUser(arn))
        }
        ("sts", "assumed-role") => {
            let (role, session) = name.split_once('/')?;
            let named = !role.is_empty() && !session.contains('/');
            named.then(|| NamedPrincipal::Session {
                account,
                role: role.into(),
                session: session.into(),
                arn: arn.clone(),
            })
        }
        _ => None,
    }
}

fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Returns whether `text` looks like the unique id of an IAM identity.
///
/// Source: IAM identifiers, IAM User Guide (table of prefixes).
fn is_unique_id(text: &str) -> bool {
    const PREFIXES: [&str; 7] = ["AIDA", "AROA", "AGPA", "AIPA", "ANPA", "ASIA", "AKIA"];
    PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Reads a principal element; `None` if whom it names cannot be told.
pub(crate) fn read(
    json: Json,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<Vec<NamedPrincipal>> {
    let types = match json {
        Json::Text(text) => return Some(vec![read_alone(&text, place, reading, doubtful)]),
        Json::Object(types) => types,
        _ => {
            reading.note(place, ProblemKind::WrongType("`*` or an object"));
            *doubtful = true;
            return None;
        }
    };
    if types.is_empty() {
        reading.note(place, ProblemKind::EmptyList("Principal"));
    }
    let mut entries = Vec::new();
    let mut readable = true;
    for (kind, values) in types {
        match read_type(&kind, values, &place.element(&kind), reading, doubtful) {
            Some(named) => entries.extend(named),
            None => readable = false,
        }
    }
    readable.then_some(entries)
}

// Only `*` may stand alone. AWS refuses other texts; if one is stored it
// presumably means what it would under `AWS`.
fn read_alone(
    text: &str,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> NamedPrincipal {
    if text != "*" {
        reading.note(place, ProblemKind::WrongType("`*` or an object"));
        *doubtful = true;
    }
    NamedPrincipal::aws(text)
}

fn read_type(
    kind: &str,
    values: Json,
    place: &Place<'_>,
    reading: &mut Reading,
    doubtful: &mut bool,
) -> Option<Vec<NamedPrincipal>> {
    if NamedPrincipal::parse(kind, "").is_none() {
        reading.note(place, ProblemKind::UnknownElement(kind.to_owned()));
        *doubtful = true;
        return None;
    }
    let texts = read_texts("Principal", values, place, reading, doubtful)?;
    let named: Vec<_> = texts
        .iter()
        .filter_map(|text| NamedPrincipal::parse(kind, text))
        .collect();
    for entry in &named {
        if let NamedPrincipal::Nobody(text) = entry {
            reading.note(place, why_nobody(text));
        }
    }
    Some(named)
}

fn why_nobody(text: &str) -> ProblemKind {
    let cloudfront = text
        .parse()
        .is_ok_and(|arn: Arn| arn.service() == "iam" && arn.account_text() == "cloudfront");
    if cloudfront {
        ProblemKind::CloudFrontIdentity(text.to_owned())
    } else {
        ProblemKind::Nobody(text.to_owned())
    }
}

#[cfg(test)]
mod tests;

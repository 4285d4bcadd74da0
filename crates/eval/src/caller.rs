//! Callers as people write them.

use std::fmt;
use std::str::FromStr;

use whocan_policy::Arn;

use crate::{Caller, RequestError};

impl FromStr for Caller {
    type Err = RequestError;

    /// Reads any form that the variants of [`Caller`] list.
    ///
    /// # Errors
    ///
    /// [`RequestError::Principal`] for every other text.
    fn from_str(text: &str) -> Result<Caller, RequestError> {
        let wrong = || RequestError::Principal(text.to_owned());
        if text == "anonymous" {
            return Ok(Caller::Anonymous);
        }
        if let Some(name) = text.strip_prefix("service:") {
            return service(name).ok_or_else(wrong);
        }
        if let Some(issuer) = text.strip_prefix("oidc:") {
            return oidc(issuer).ok_or_else(wrong);
        }
        if let Some(arn) = text.strip_prefix("saml:") {
            let arn: Arn = arn.parse().map_err(|_| wrong())?;
            let saml = by_arn(arn).filter(|caller| matches!(caller, Caller::Saml(_)));
            return saml.ok_or_else(wrong);
        }
        match text.parse() {
            Ok(arn) => by_arn(arn).ok_or_else(wrong),
            Err(_) if is_service(text) => Ok(Caller::Service(text.to_owned())),
            Err(_) => Err(wrong()),
        }
    }
}

impl fmt::Display for Caller {
    /// Shows a form that reads back as the same caller.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Caller::User(arn)
            | Caller::Role(arn)
            | Caller::Session(arn)
            | Caller::FederatedUser(arn)
            | Caller::Root(arn)
            | Caller::IdentityCenter(arn) => arn.fmt(f),
            Caller::Service(name) => write!(f, "service:{name}"),
            Caller::Oidc(issuer) => write!(f, "oidc:{issuer}"),
            Caller::Saml(arn) => write!(f, "saml:{arn}"),
            Caller::Anonymous => f.write_str("anonymous"),
        }
    }
}

fn service(name: &str) -> Option<Caller> {
    let written = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '*');
    written.then(|| Caller::Service(name.to_owned()))
}

// A bare word is only a service if it ends as AWS's service principals do.
fn is_service(text: &str) -> bool {
    let name = text
        .strip_suffix(".amazonaws.com")
        .or_else(|| text.strip_suffix(".amazonaws.com.cn"));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
    })
}

// An issuer as AWS writes it in claims: without scheme; or its provider's ARN.
fn oidc(issuer: &str) -> Option<Caller> {
    if let Ok(arn) = issuer.parse() {
        return by_arn(arn).filter(|caller| matches!(caller, Caller::Oidc(_)));
    }
    let issuer = issuer.strip_prefix("https://").unwrap_or(issuer);
    let written = !issuer.is_empty() && !issuer.contains(char::is_whitespace);
    written.then(|| Caller::Oidc(issuer.to_owned()))
}

fn by_arn(arn: Arn) -> Option<Caller> {
    if arn.service() == "identitystore" {
        let id = arn.resource().strip_prefix("user/")?;
        let written = !id.is_empty() && !id.contains(['/', '*']);
        return written.then_some(Caller::IdentityCenter(arn));
    }
    arn.account()?;
    if !arn.region().is_empty() {
        return None;
    }
    if arn.service() == "iam" && arn.resource() == "root" {
        return Some(Caller::Root(arn));
    }
    let (kind, name) = arn.resource().split_once('/')?;
    if name.is_empty() || name.ends_with('/') {
        return None;
    }
    match (arn.service(), kind) {
        ("iam", "user") => Some(Caller::User(arn)),
        ("iam", "role") => Some(Caller::Role(arn)),
        ("iam", "saml-provider") => Some(Caller::Saml(arn)),
        ("iam", "oidc-provider") => Some(Caller::Oidc(name.to_owned())),
        ("sts", "federated-user") => Some(Caller::FederatedUser(arn)),
        ("sts", "assumed-role") => {
            let (role, session) = name.split_once('/')?;
            (!role.is_empty() && !session.contains('/')).then_some(Caller::Session(arn))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read_and_shown_the_same() {
        for text in [
            "arn:aws:iam::111122223333:user/team/ana",
            "arn:aws:iam::111122223333:role/ci",
            "arn:aws-cn:sts::111122223333:assumed-role/ci/build-7",
            "arn:aws:sts::111122223333:federated-user/bob",
            "arn:aws:iam::111122223333:root",
            "service:states.us-east-1.amazonaws.com",
            "oidc:token.actions.githubusercontent.com",
            "oidc:oidc.eks.us-east-1.amazonaws.com/id/ABCD",
            "saml:arn:aws:iam::111122223333:saml-provider/idp",
            "arn:aws:identitystore:::user/9067-1",
            "anonymous",
        ] {
            let caller: Caller = text.parse().unwrap();
            assert_eq!(caller.to_string(), text);
        }
    }

    #[test]
    fn services_and_providers_may_be_written_bare() {
        let read = |text: &str| text.parse::<Caller>().unwrap().to_string();
        assert_eq!(read("lambda.amazonaws.com"), "service:lambda.amazonaws.com");
        assert_eq!(read("ec2.amazonaws.com.cn"), "service:ec2.amazonaws.com.cn");
        assert_eq!(
            read("arn:aws:iam::111122223333:oidc-provider/gitlab.com"),
            "oidc:gitlab.com"
        );
        assert_eq!(
            read("oidc:arn:aws:iam::111122223333:oidc-provider/gitlab.com"),
            "oidc:gitlab.com"
        );
        assert_eq!(
            read("arn:aws:iam::111122223333:saml-provider/idp"),
            "saml:arn:aws:iam::111122223333:saml-provider/idp"
        );
        assert_eq!(read("oidc:https://gitlab.com"), "oidc:gitlab.com");
    }

    #[test]
    fn other_texts_are_no_callers() {
        for text in [
            "",
            "*",
            "ana",
            "111122223333",
            "arn:aws:iam::111122223333:group/g",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::aws:user/ana",
            "arn:aws:sts::111122223333:assumed-role/ci",
            "arn:aws:s3:::bucket",
            "arn:aws:identitystore:::group/9067-1",
            "arn:aws:identitystore:::user/",
            "saml:arn:aws:iam::111122223333:role/r",
            "saml:idp",
            "service:",
            "oidc:",
            ".amazonaws.com",
        ] {
            assert_eq!(
                text.parse::<Caller>(),
                Err(RequestError::Principal(text.to_owned()))
            );
        }
    }
}

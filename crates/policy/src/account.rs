//! The twelve-digit number of an AWS account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clipped::Clipped;

/// An AWS account id: twelve decimal digits, leading zeros included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AccountId(u64);

/// A text that should be an account id and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an account id: expected twelve digits", Clipped(.0))]
pub struct NotAnAccountId(pub String);

impl AccountId {
    /// Returns the id as a number below 10^12.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for AccountId {
    type Err = NotAnAccountId;

    fn from_str(text: &str) -> Result<AccountId, NotAnAccountId> {
        let twelve_digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if twelve_digits => Ok(AccountId(number)),
            _ => Err(NotAnAccountId(text.to_owned())),
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = NotAnAccountId;

    fn try_from(text: String) -> Result<AccountId, NotAnAccountId> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> String {
        id.to_string()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_twelve_digits_and_keeps_its_zeros() {
        let id: AccountId = "000000000012".parse().expect("an id");
        assert_eq!((id.number(), id.to_string().as_str()), (12, "000000000012"));
        for text in [
            "",
            "12",
            "+11122223333",
            "1111222233334",
            "11112222333a",
            "٣٣٣٣٣٣",
        ] {
            assert_eq!(
                text.parse::<AccountId>(),
                Err(NotAnAccountId(text.to_owned()))
            );
        }
    }
}

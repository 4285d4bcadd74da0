//! Amazon Resource Names.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::AccountId;

/// An ARN: `arn:partition:service:region:account:resource`.
///
/// Any partition and any text in the other parts, empty ones included; the
/// resource part is everything behind the fifth colon.
/// Source: Identify AWS resources with Amazon Resource Names (ARNs), IAM User Guide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: Arc<str>,
    // INVARIANT: positions of the first five colons of `text`, ascending.
    colons: [u32; 5],
}

/// A text that should be an ARN and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ARN: expected `arn:partition:service:region:account:resource`")]
pub struct NotAnArn(pub String);

impl Arn {
    /// Returns the whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the partition, such as `aws` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.part(0)
    }

    /// Returns the service prefix, such as `s3`.
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// Returns the region, empty for global resources.
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// Returns the text of the account part, which may be empty, `aws` or an id.
    pub fn account_text(&self) -> &str {
        self.part(3)
    }

    /// Returns the account, where the ARN names one.
    pub fn account(&self) -> Option<AccountId> {
        self.account_text().parse().ok()
    }

    /// Returns everything behind the fifth colon.
    pub fn resource(&self) -> &str {
        &self.text[self.colons[4] as usize + 1..]
    }

    fn part(&self, index: usize) -> &str {
        &self.text[self.colons[index] as usize + 1..self.colons[index + 1] as usize]
    }
}

impl FromStr for Arn {
    type Err = NotAnArn;

    fn from_str(text: &str) -> Result<Arn, NotAnArn> {
        let wrong = || NotAnArn(text.to_owned());
        let mut colons = [0; 5];
        let mut found = text.match_indices(':');
        for slot in &mut colons {
            let (at, _) = found.next().ok_or_else(wrong)?;
            *slot = u32::try_from(at).map_err(|_| wrong())?;
        }
        let arn = Arn {
            text: text.into(),
            colons,
        };
        let complete = text.starts_with("arn:")
            && !arn.partition().is_empty()
            && !arn.service().is_empty()
            && !arn.resource().is_empty();
        complete.then_some(arn).ok_or_else(wrong)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

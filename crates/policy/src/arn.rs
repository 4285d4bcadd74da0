//! Amazon Resource Names.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::AccountId;
use crate::clipped::Clipped;

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
#[error("`{}` is not an ARN: expected `arn:partition:service:region:account:resource`", Clipped(.0))]
pub struct NotAnArn(pub String);

impl Arn {
    /// Returns whether `text` is an ARN, without keeping it.
    pub fn is_arn(text: &str) -> bool {
        find_colons(text).is_some()
    }

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
        match find_colons(text) {
            Some(colons) => Ok(Arn {
                text: text.into(),
                colons,
            }),
            None => Err(NotAnArn(text.to_owned())),
        }
    }
}

/// Returns the first five colons of an ARN; `None` if `text` is none.
///
/// Region and account may be empty, as in `arn:aws:s3:::bucket`.
fn find_colons(text: &str) -> Option<[u32; 5]> {
    let rest = text.strip_prefix("arn:")?;
    let mut colons = [3; 5];
    let mut found = rest.match_indices(':');
    for slot in &mut colons[1..] {
        let (at, _) = found.next()?;
        *slot = u32::try_from(at + 4).ok()?;
    }
    let [_, partition_end, service_end, _, last] = colons;
    let complete =
        partition_end > 4 && service_end > partition_end + 1 && (last as usize) + 1 < text.len();
    complete.then_some(colons)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_is_everything_behind_the_fifth_colon() {
        let arn: Arn = "arn:aws:lambda:us-east-1:111122223333:function:f:prod"
            .parse()
            .expect("an ARN");
        assert_eq!(arn.partition(), "aws");
        assert_eq!(arn.service(), "lambda");
        assert_eq!(arn.region(), "us-east-1");
        assert_eq!(arn.account_text(), "111122223333");
        assert_eq!(arn.resource(), "function:f:prod");
    }

    #[test]
    fn region_and_account_may_be_empty() {
        let arn: Arn = "arn:aws:s3:::b".parse().expect("an ARN");
        assert_eq!((arn.region(), arn.account_text()), ("", ""));
        assert_eq!(arn.account(), None);
        assert_eq!(arn.resource(), "b");
    }

    #[test]
    fn fewer_parts_are_no_arn() {
        for text in [
            "",
            "*",
            "arn",
            "arn:",
            "arn:aws:s3",
            "arn:aws:ec2:*:instance/*",
            "arn:aws:s3:::",
            "arn::s3:::b",
            "arn:aws::::b",
            "urn:aws:s3:::b",
            "ARN:aws:s3:::b",
        ] {
            assert!(text.parse::<Arn>().is_err(), "{text}");
            assert!(!Arn::is_arn(text), "{text}");
        }
    }
}

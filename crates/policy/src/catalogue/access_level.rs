//! The access level of an action.

use std::fmt;
use std::str::FromStr;

/// What an action lets its caller do, in AWS's own classes.
///
/// Source: Access levels in policy summaries, IAM User Guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names resources without their contents.
    List,
    /// Reads, changes nothing.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
    /// Changes tags only.
    Tagging,
}

/// A text that should be an access level and is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an access level: expected `List`, `Read`, `Write`, `Permissions management` or `Tagging`"
)]
pub struct NotAnAccessLevel(pub String);

impl AccessLevel {
    /// All levels, in the order of declaration.
    pub const ALL: [AccessLevel; 5] = [
        AccessLevel::List,
        AccessLevel::Read,
        AccessLevel::Write,
        AccessLevel::PermissionsManagement,
        AccessLevel::Tagging,
    ];

    /// Returns AWS's words for it, such as `Permissions management`.
    pub fn as_str(self) -> &'static str {
        match self {
            AccessLevel::List => "List",
            AccessLevel::Read => "Read",
            AccessLevel::Write => "Write",
            AccessLevel::PermissionsManagement => "Permissions management",
            AccessLevel::Tagging => "Tagging",
        }
    }
}

impl FromStr for AccessLevel {
    type Err = NotAnAccessLevel;

    /// Reads AWS's words without regard to case.
    fn from_str(text: &str) -> Result<AccessLevel, NotAnAccessLevel> {
        let mut levels = AccessLevel::ALL.into_iter();
        levels
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| NotAnAccessLevel(text.to_owned()))
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_and_written_in_awss_words() {
        for level in AccessLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
            assert_eq!(level.as_str().to_uppercase().parse(), Ok(level));
        }
        let wrong = "Permissions".parse::<AccessLevel>().unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "`Permissions` is not an access level: expected `List`, `Read`, `Write`, `Permissions management` or `Tagging`"
        );
    }
}

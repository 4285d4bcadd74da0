//! Patterns over action names, such as `s3:Get*`.

use std::fmt;
use std::sync::Arc;

// The longest action AWS documents has fewer than a hundred characters. A
// pattern that needs more matches none, and need not cost time.
const LONGEST_NAME: usize = 256;

/// An entry of `Action` or `NotAction`, exactly as the document writes it.
///
/// A glob over the whole string, prefix included, without case (R40 to R42).
/// Nothing is repaired: ` sqs:SendMessage` or `sqs:A,sqs:B` match no action (R45).
/// Source: IAM JSON policy elements: Action, IAM User Guide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionPattern {
    text: Arc<str>,
    // INVARIANT: `text` in ASCII lower case; shared with it where they are equal.
    lower: Arc<str>,
    // INVARIANT: position of the first wildcard of `lower`, else its length.
    literal: usize,
}

impl ActionPattern {
    /// Takes the text as it stands.
    pub fn new(text: &str) -> ActionPattern {
        let shared: Arc<str> = text.into();
        let lower = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            text.to_ascii_lowercase().into()
        } else {
            Arc::clone(&shared)
        };
        ActionPattern {
            text: shared,
            lower,
            literal: text.find(['*', '?']).unwrap_or(text.len()),
        }
    }

    /// Returns the text as it stands.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the pattern covers the action `name`, such as `s3:GetObject`.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (self.lower.as_bytes(), name.as_bytes());
        let Some((start, rest)) = name.split_at_checked(self.literal) else {
            return false;
        };
        start.eq_ignore_ascii_case(&pattern[..self.literal])
            && match &pattern[self.literal..] {
                b"" => rest.is_empty(),
                b"*" => true,
                glob => glob_matches(glob, rest),
            }
    }

    /// Returns whether some action name is covered by both patterns.
    ///
    /// Exact over all texts of up to 256 characters.
    pub fn overlaps(&self, other: &ActionPattern) -> bool {
        let common = self.literal.min(other.literal);
        if self.lower.as_bytes()[..common] != other.lower.as_bytes()[..common] {
            return false;
        }
        match (steps(&self.lower), steps(&other.lower)) {
            (Some(left), Some(right)) => globs_overlap(&left, &right),
            _ => false,
        }
    }

    /// Returns whether no action can have a name the pattern covers (R45).
    ///
    /// Judges by form (`service:Name`), not by a list of services.
    pub fn is_odd(&self) -> bool {
        let foreign = |character: char| {
            !character.is_ascii_alphanumeric() && !matches!(character, ':' | '*' | '?' | '-' | '_')
        };
        if self.text.contains(foreign) {
            return true;
        }
        match self.text.split_once(':') {
            Some((service, name)) => service.is_empty() || name.is_empty() || name.contains(':'),
            // A wildcard may stand for the colon.
            None => self.literal == self.text.len(),
        }
    }
}

/// Matches a lower-case glob by the classic two pointers: on a mismatch only
/// the last star takes one character more.
fn glob_matches(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut here) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while here < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                at += 1;
                star = Some((at, here));
            }
            Some(b'?') => {
                at += 1;
                here += character_length(name[here]);
            }
            Some(&byte) if byte == name[here].to_ascii_lowercase() => {
                at += 1;
                here += 1;
            }
            _ => match &mut star {
                None => return false,
                Some((behind, from)) => {
                    *from += character_length(name[*from]);
                    (at, here) = (*behind, *from);
                }
            },
        }
    }
    glob[at..].iter().all(|&byte| byte == b'*')
}

/// Returns how many bytes the UTF-8 character that starts with `byte` takes.
fn character_length(byte: u8) -> usize {
    match byte {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// Splits a glob into characters with neighbouring stars merged; `None` if it
/// only covers texts longer than any action's name.
fn steps(glob: &str) -> Option<Vec<char>> {
    let mut steps = Vec::new();
    let mut needed = 0;
    for character in glob.chars() {
        if character != '*' {
            needed += 1;
        } else if steps.last() == Some(&'*') {
            continue;
        }
        if needed > LONGEST_NAME {
            return None;
        }
        steps.push(character);
    }
    Some(steps)
}

// reach[j] says whether the rest of `left` and `right[j..]` cover a common text.
fn globs_overlap(left: &[char], right: &[char]) -> bool {
    let mut reach = vec![false; right.len() + 1];
    reach[right.len()] = true;
    for j in (0..right.len()).rev() {
        reach[j] = right[j] == '*' && reach[j + 1];
    }
    for &step in left.iter().rev() {
        let below = reach.clone();
        reach[right.len()] = step == '*' && below[right.len()];
        for j in (0..right.len()).rev() {
            reach[j] = if step == '*' || right[j] == '*' {
                below[j] || reach[j + 1]
            } else {
                below[j + 1] && (step == '?' || right[j] == '?' || step == right[j])
            };
        }
    }
    reach[0]
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covers(pattern: &str, name: &str) -> bool {
        ActionPattern::new(pattern).matches(name)
    }

    fn overlap(left: &str, right: &str) -> bool {
        ActionPattern::new(left).overlaps(&ActionPattern::new(right))
    }

    #[test]
    fn case_is_ignored_in_prefix_and_name() {
        assert!(covers("SQS:sendMESSAGE", "sqs:SendMessage"));
        assert!(covers("sqs:Send*", "SQS:SENDMESSAGE"));
    }

    #[test]
    fn a_star_covers_any_text_and_a_question_mark_one_character() {
        assert!(covers("*", "sqs:SendMessage"));
        assert!(covers("sqs:*", "sqs:SendMessage"));
        assert!(covers("sqs:SendMessage*", "sqs:SendMessage"));
        assert!(covers("sqs:Sen?Message", "sqs:SendMessage"));
        assert!(!covers("sqs:Se?Message", "sqs:SendMessage"));
        assert!(!covers("sqs:SendMessage?", "sqs:SendMessage"));
        assert!(covers("s3:*Object*", "s3:GetObjectAcl"));
    }

    #[test]
    fn a_wildcard_in_the_prefix_is_an_ordinary_glob() {
        assert!(covers("s*s:SendMessage", "sqs:SendMessage"));
        assert!(covers("*:SendMessage", "sqs:SendMessage"));
        assert!(covers("sqs*", "sqs:SendMessage"));
    }

    #[test]
    fn names_are_not_repaired() {
        for odd in [
            "sqs: SendMessage",
            " sqs:SendMessage",
            "sqs:SendMessage ",
            "sqs:SendMessage,sqs:ReceiveMessage",
            "SendMessage",
            "",
        ] {
            assert!(!covers(odd, "sqs:SendMessage"), "{odd}");
            assert!(ActionPattern::new(odd).is_odd(), "{odd}");
        }
        for fine in [
            "*",
            "s3:*",
            "s3:Get*",
            "s*s:SendMessage",
            "*Object",
            "kafka-cluster:Connect",
        ] {
            assert!(!ActionPattern::new(fine).is_odd(), "{fine}");
        }
    }

    #[test]
    fn hostile_stars_take_no_exponential_time() {
        let pattern = "*a".repeat(500) + "b";
        assert!(!covers(&pattern, &"a".repeat(1000)));
        assert!(!overlap(&"*a".repeat(100_000), &"*b".repeat(100_000)));
    }

    #[test]
    fn overlap_is_a_common_name() {
        assert!(overlap("s3:Get*", "S3:*Object"));
        assert!(overlap("*", "s3:GetObject"));
        assert!(overlap("s3:Get?bject", "s3:GetO*"));
        assert!(!overlap("s3:Get*", "s3:Put*"));
        assert!(!overlap("s3:GetObject", "s3:GetObjectAcl"));
        assert!(!overlap("a?", "a"));
    }

    /// The definition, without care for time.
    fn plainly_matches(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => {
                plainly_matches(rest, name)
                    || (!name.is_empty() && plainly_matches(pattern, &name[1..]))
            }
            (Some((step, rest)), Some((character, behind))) => {
                (*step == '?' || step.eq_ignore_ascii_case(character))
                    && plainly_matches(rest, behind)
            }
            _ => false,
        }
    }

    fn characters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    proptest! {
        #[test]
        fn matching_agrees_with_the_definition(
            pattern in "[abA:*?é]{0,8}",
            name in "[abA:é]{0,8}",
        ) {
            prop_assert_eq!(
                covers(&pattern, &name),
                plainly_matches(&characters(&pattern), &characters(&name))
            );
        }

        #[test]
        fn overlap_agrees_with_trying_all_short_names(
            left in "[ab*?]{0,5}",
            right in "[ab*?]{0,5}",
        ) {
            // Two globs of five steps with a common text have one of ten letters.
            let mut names = vec![String::new()];
            let mut found = false;
            for _ in 0..=10 {
                found |= names.iter().any(|name| covers(&left, name) && covers(&right, name));
                names = names.iter().flat_map(|name| [format!("{name}a"), format!("{name}b")]).collect();
            }
            prop_assert_eq!(overlap(&left, &right), found);
        }
    }
}

//! Which actions a pattern such as `s3:Get*` covers.

use std::cmp::Ordering;
use std::ops::Range;

use super::{ActionId, Catalogue, Service};
use crate::ActionPattern;

/// More than any action's name has; a pattern that needs more covers none.
pub(super) const LONGEST_NAME: usize = 256;

impl Catalogue {
    /// Returns the actions that an entry of `Action` or `NotAction` covers.
    ///
    /// As ranges of action numbers: ascending, none empty, no two that touch.
    /// A glob over the whole string without case (R40 to R42); nothing is
    /// repaired (R45). The pattern may also cover actions that the catalogue
    /// does not know.
    /// Source: IAM JSON policy elements: Action, IAM User Guide.
    pub fn matching(&self, pattern: &str) -> Vec<Range<u32>> {
        let pattern = merge_stars(pattern);
        if pattern.bytes().filter(|byte| *byte != b'*').count() > LONGEST_NAME {
            return Vec::new();
        }
        let wildcard = pattern.find(['*', '?']).unwrap_or(pattern.len());
        let (literal, rest) = pattern.split_at(wildcard);
        let candidates = self.starting_with(literal.to_ascii_lowercase().as_bytes());
        if rest == "*" {
            return Vec::from_iter((!candidates.is_empty()).then_some(candidates));
        }
        let pattern = ActionPattern::new(&pattern);
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for number in candidates {
            if !pattern.matches(self.name(ActionId(number))) {
                continue;
            }
            match ranges.last_mut() {
                Some(last) if last.end == number => last.end += 1,
                _ => ranges.push(number..number + 1),
            }
        }
        ranges
    }

    /// Returns the range of actions whose lower-case name starts with `literal`.
    fn starting_with(&self, literal: &[u8]) -> Range<u32> {
        let Some(colon) = literal.iter().position(|byte| *byte == b':') else {
            return self.of_services_starting_with(literal);
        };
        let prefix = str::from_utf8(&literal[..colon]).unwrap_or_default();
        let Some(service) = self.service(prefix) else {
            return 0..0;
        };
        let range = service.action_range();
        let start = self.first_from(&range, literal);
        let end = self.partition(start..range.end, |name| {
            compare_lower(name.as_bytes().get(..literal.len()), literal) == Ordering::Equal
        });
        start..end
    }

    fn of_services_starting_with(&self, literal: &[u8]) -> Range<u32> {
        let from = |s: &Service| s.prefix.as_bytes() < literal;
        let start = self.services.partition_point(from);
        let services = &self.services[start..];
        let len = services.partition_point(|s| s.prefix.as_bytes().starts_with(literal));
        match (services.first(), services[..len].last()) {
            (Some(first), Some(last)) => first.actions.start..last.actions.end,
            _ => 0..0,
        }
    }

    /// Returns the first action of `range` whose lower-case name is not before `lower`.
    pub(super) fn first_from(&self, range: &Range<u32>, lower: &[u8]) -> u32 {
        self.partition(range.clone(), |name| {
            compare_lower(Some(name.as_bytes()), lower) == Ordering::Less
        })
    }

    /// Returns whether action number `at` has this lower-case name.
    pub(super) fn lower_name_is(&self, at: u32, lower: &str) -> bool {
        self.name(ActionId(at)).eq_ignore_ascii_case(lower)
    }

    fn partition(&self, range: Range<u32>, before: impl Fn(&str) -> bool) -> u32 {
        let names = &self.actions[range.start as usize..range.end as usize];
        let count = names.partition_point(|action| before(action.name));
        range.start + u32::try_from(count).expect("positions inside a u32 range")
    }
}

/// Compares a name, taken in lower case, with a lower-case text.
///
/// A name that is too short for the comparison (`None`) is before it.
fn compare_lower(name: Option<&[u8]>, lower: &[u8]) -> Ordering {
    let Some(name) = name else {
        return Ordering::Less;
    };
    let name = name.iter().map(u8::to_ascii_lowercase);
    name.cmp(lower.iter().copied())
}

/// Makes one star of neighbouring ones, which mean the same and cost more.
fn merge_stars(pattern: &str) -> String {
    let mut merged = String::with_capacity(pattern.len().min(2 * LONGEST_NAME));
    for character in pattern.chars() {
        if character != '*' || !merged.ends_with('*') {
            merged.push(character);
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::catalogue;

    fn names(pattern: &str) -> Vec<&'static str> {
        let ranges = catalogue().matching(pattern).into_iter();
        let ids = ranges.flatten().map(ActionId);
        ids.map(|id| catalogue().name(id)).collect()
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(names("SQS:sendMESSAGE"), ["sqs:SendMessage"]);
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        assert_eq!(names("kms:Verify*"), ["kms:Verify", "kms:VerifyMac"]);
        assert_eq!(names("sqs:S?ndMessage"), ["sqs:SendMessage"]);
        assert_eq!(names("sqs:Se?Message"), [""; 0]);
        assert_eq!(names("sqs:SendMessage?"), [""; 0]);
    }

    #[test]
    fn a_star_alone_is_every_action() {
        let all = 0..u32::try_from(catalogue().len()).unwrap();
        assert_eq!(catalogue().matching("*"), std::slice::from_ref(&all));
        assert_eq!(catalogue().matching("***"), std::slice::from_ref(&all));
        assert_eq!(catalogue().matching("*:*"), [all]);
    }

    #[test]
    fn a_service_is_one_range_even_if_its_prefix_begins_another() {
        let s3 = catalogue().service("s3").unwrap().action_range();
        assert_eq!(catalogue().matching("s3:*"), [s3]);
        assert!(names("s3*").contains(&"s3express:CreateSession"));
    }

    #[test]
    fn a_wildcard_in_the_prefix_is_a_plain_glob() {
        assert!(names("s*s:SendMessage").contains(&"sqs:SendMessage"));
        assert!(names("?qs:SendMessage").contains(&"sqs:SendMessage"));
    }

    #[test]
    fn nothing_is_repaired() {
        for pattern in [
            "",
            " sqs:SendMessage",
            "sqs: SendMessage",
            "sqs:SendMessage,sqs:ReceiveMessage",
            "SendMessage",
            "sqs",
            "nosuch:*",
            "s\u{17f}3:*",
        ] {
            assert_eq!(names(pattern), [""; 0], "{pattern:?}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let deep = "*a".repeat(50_000);
        assert_eq!(names(&deep), [""; 0]);
        assert_eq!(names(&"*".repeat(1_000_000)).len(), catalogue().len());
        names(&format!("*{}b", "a*".repeat(40)));
    }

    /// The plain road: every name against the definition of a glob.
    fn covers_by_definition(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), None) => covers_by_definition(rest, name),
            (Some((b'*', rest)), Some((_, tail))) => {
                covers_by_definition(rest, name) || covers_by_definition(pattern, tail)
            }
            (Some((b'?', rest)), Some((_, tail))) => covers_by_definition(rest, tail),
            (Some((a, rest)), Some((b, tail))) => {
                a.eq_ignore_ascii_case(b) && covers_by_definition(rest, tail)
            }
            _ => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn ranges_agree_with_the_definition(
            pattern in "(s|st|sts|sns|SQS|kms|iam|\\*|\\?)[:*?]{1,2}([A-Za-e*?]{0,2}|Get|List|Assume)\\*?(Role|User|[a-z*?]{0,3})\\*?"
        ) {
            let slow: Vec<u32> = catalogue()
                .actions()
                .filter(|a| covers_by_definition(pattern.as_bytes(), catalogue().name(*a).as_bytes()))
                .map(|a| a.0)
                .collect();
            let ranges = catalogue().matching(&pattern);
            prop_assert!(ranges.iter().all(|r| r.start < r.end));
            prop_assert!(ranges.is_sorted_by(|a, b| a.end < b.start));
            let fast: Vec<u32> = ranges.into_iter().flatten().collect();
            prop_assert_eq!(fast, slow);
        }
    }
}

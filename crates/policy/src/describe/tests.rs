//! Conditions and statements in words.

use crate::{Condition, ConditionValue, Document, KeyName, Operator};

fn condition(operator: &str, key: &str, values: &[&str]) -> Condition {
    Condition {
        operator: Operator::parse(operator),
        key: KeyName::new(key),
        values: values
            .iter()
            .map(|text| ConditionValue::new(text, false))
            .collect(),
    }
}

/// Returns what the condition asks, and what defeats it.
fn both(operator: &str, key: &str, values: &[&str]) -> [String; 2] {
    let condition = condition(operator, key, values);
    [condition.describe(false), condition.describe(true)]
}

#[test]
fn operators_become_relations_and_their_negations() {
    assert_eq!(
        both("IpAddress", "aws:SourceIp", &["10.0.0.0/8"]),
        [
            "aws:SourceIp in 10.0.0.0/8",
            "aws:SourceIp not in 10.0.0.0/8"
        ]
    );
    assert_eq!(
        both("Bool", "aws:MultiFactorAuthPresent", &["true"]),
        [
            "aws:MultiFactorAuthPresent = true",
            "aws:MultiFactorAuthPresent != true"
        ]
    );
    assert_eq!(
        both("StringLike", "aws:PrincipalTag/team", &["red*"]),
        [
            "aws:PrincipalTag/team like red*",
            "aws:PrincipalTag/team not like red*"
        ]
    );
    assert_eq!(
        both("StringNotEqualsIgnoreCase", "aws:username", &["ana"]),
        [
            "aws:username != ana (ignoring case)",
            "aws:username = ana (ignoring case)"
        ]
    );
    assert_eq!(
        both("Null", "aws:SourceVpce", &["true"]),
        ["aws:SourceVpce is absent", "aws:SourceVpce is present"]
    );
}

#[test]
fn if_exists_says_what_absence_does() {
    assert_eq!(
        both("StringNotEqualsIfExists", "aws:PrincipalOrgID", &["o-abc"]),
        [
            "aws:PrincipalOrgID != o-abc (if present)",
            "aws:PrincipalOrgID = o-abc (and present)",
        ]
    );
}

#[test]
fn an_order_is_also_defeated_by_absence() {
    assert_eq!(
        both("NumericLessThan", "aws:MultiFactorAuthAge", &["3600"]),
        [
            "aws:MultiFactorAuthAge < 3600",
            "aws:MultiFactorAuthAge >= 3600 or absent",
        ]
    );
    assert_eq!(
        both(
            "DateGreaterThanEquals",
            "aws:CurrentTime",
            &["2024-01-01", "2025-01-01"]
        ),
        [
            "aws:CurrentTime >= any of (2024-01-01, 2025-01-01)",
            "aws:CurrentTime < all of (2024-01-01, 2025-01-01) or absent",
        ]
    );
}

#[test]
fn set_operators_are_every_and_some_and_swap_when_defeated() {
    assert_eq!(
        both(
            "ForAllValues:StringEquals",
            "aws:TagKeys",
            &["team", "cost"]
        ),
        [
            "every aws:TagKeys in (team, cost)",
            "some aws:TagKeys not in (team, cost)"
        ]
    );
    assert_eq!(
        both(
            "ForAnyValue:StringLike",
            "aws:CalledVia",
            &["*.amazonaws.com"]
        ),
        [
            "some aws:CalledVia like *.amazonaws.com",
            "every aws:CalledVia not like *.amazonaws.com",
        ]
    );
}

#[test]
fn odd_conditions_are_shown_as_they_are() {
    assert_eq!(
        both("StringMatches", "aws:username", &["a"]),
        [
            "aws:username StringMatches a",
            "not aws:username StringMatches a"
        ]
    );
    assert_eq!(
        both("ForAllValues:Null", "aws:TagKeys", &["true"]),
        [
            "always (ForAllValues:Null on aws:TagKeys)",
            "never (ForAllValues:Null on aws:TagKeys)",
        ]
    );
    assert_eq!(
        both("StringEquals", "aws:PrincipalTag/a\u{1b}", &[]),
        [
            "aws:PrincipalTag/a\\u{1b} in ()",
            "aws:PrincipalTag/a\\u{1b} not in ()"
        ]
    );
}

#[test]
fn values_that_do_not_read_as_one_word_are_quoted_and_long_lists_cut() {
    assert_eq!(
        condition("StringEquals", "k:x", &["", "a b", "c,d", "e"]).to_string(),
        r#"k:x in ("", "a b", "c,d", e)"#
    );
    let many = ["v"; 20];
    assert_eq!(
        condition("StringEquals", "k:x", &many).to_string(),
        "k:x in (v, v, v, v, v, v, v, v and 12 more)"
    );
}

#[test]
fn statements_read_as_sentences() {
    let document = Document::parse(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*",
             "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abc"},
                           "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
            {"Effect": "Deny", "NotPrincipal": {"AWS": ["111122223333", "AROAOLD"], "Service": "ec2.amazonaws.com"},
             "NotAction": "s3:*", "Resource": "*"},
            {"Effect": "deny", "Resource": []}]}"#,
    );
    let shown: Vec<_> = document
        .statements
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            "Allow s3:Get* on arn:aws:s3:::b/* for everyone if aws:PrincipalOrgID = o-abc \
             and aws:SourceIp in 10.0.0.0/8",
            "Deny all but s3:* on * for all but account 111122223333, AROAOLD, ec2.amazonaws.com",
            "No effect: unclear actions on no resource (breaks the grammar)",
        ]
    );
}

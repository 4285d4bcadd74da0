//! Operators rule by rule, on known values.

use proptest::prelude::*;

use super::*;
use crate::{Condition, ConditionValue, KeyName, VariableValue};

use Truth::{False, True, Unknown};

/// Decides an operator of a 2012-10-17 policy; no variable has a value.
fn decide(operator: &str, wanted: &[&str], values: Option<&[&str]>) -> Truth {
    decide_given(operator, wanted, values, &VariableValue::None)
}

fn decide_given(
    operator: &str,
    wanted: &[&str],
    values: Option<&[&str]>,
    variables: &VariableValue,
) -> Truth {
    let operator = Operator::parse(operator);
    let takes_variables = operator.test.takes_variables();
    let condition = Condition {
        operator,
        key: KeyName::new("aws:SomeKey"),
        values: wanted
            .iter()
            .map(|text| ConditionValue::new(text, takes_variables))
            .collect(),
    };
    let filled = condition.fill(|_| variables.clone());
    condition.operator.decide(&filled, values)
}

/// Decides an operator on one value.
fn one(operator: &str, wanted: &str, value: &str) -> Truth {
    decide(operator, &[wanted], Some(&[value]))
}

const ALL: [&str; 26] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
];

#[test]
fn every_documented_operator_is_known_without_case() {
    for name in ALL {
        for text in [
            name.to_owned(),
            name.to_uppercase(),
            format!("{name}IfExists"),
            format!("ForAllValues:{name}"),
            format!("foranyvalue:{name}ifexists"),
        ] {
            let operator = Operator::parse(&text);
            assert_ne!(operator.test, Test::Undocumented, "{text}");
            assert_eq!(operator.negated, name.contains("Not"), "{text}");
            assert_eq!(&*operator.text, text);
        }
    }
    let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists");
    assert_eq!(operator.qualifier, Some(SetQualifier::ForAnyValue));
    assert_eq!(operator.test, Test::StringLike);
    assert!(operator.negated && operator.if_exists);
}

#[test]
fn undocumented_operators_are_unknown_whatever_the_request_says() {
    for name in [
        "StringMatches",
        "NullIfExists",
        "BinaryNotEquals",
        "NumericLike",
        "ForSomeValues:StringEquals",
        "IfExists",
        "",
    ] {
        assert_eq!(Operator::parse(name).test, Test::Undocumented, "{name}");
        assert_eq!(one(name, "a", "a"), Unknown, "{name}");
        assert_eq!(decide(name, &["a"], None), Unknown, "{name}");
    }
}

#[test]
fn values_are_alternatives_and_none_of_them_for_a_negated_operator() {
    assert_eq!(decide("StringEquals", &["0", "1"], Some(&["1"])), True);
    assert_eq!(decide("StringNotEquals", &["0", "1"], Some(&["1"])), False);
    assert_eq!(decide("StringNotEquals", &["0", "1"], Some(&["2"])), True);
}

#[test]
fn string_equals_knows_case_and_no_wildcards() {
    assert_eq!(one("StringEquals", "prod", "prod"), True);
    assert_eq!(one("StringEquals", "Prod", "prod"), False);
    assert_eq!(one("StringEquals", "pro*", "prod"), False);
    assert_eq!(one("StringEquals", "pro*", "pro*"), True);
    assert_eq!(one("StringEqualsIgnoreCase", "PROD", "prod"), True);
    assert_eq!(one("StringEqualsIgnoreCase", "PRO*", "prod"), False);
    assert_eq!(one("StringNotEqualsIgnoreCase", "PROD", "prod"), False);
}

#[test]
fn string_like_is_a_glob_over_the_whole_value() {
    assert_eq!(one("StringLike", "p?o*", "prod"), True);
    assert_eq!(one("StringLike", "P*", "prod"), False);
    assert_eq!(one("StringLike", "pro", "prod"), False);
    assert_eq!(one("StringNotLike", "p*", "prod"), False);
    assert_eq!(one("StringNotLike", "q*", "prod"), True);
}

#[test]
fn numbers_compare_as_numbers() {
    assert_eq!(one("NumericGreaterThan", "9", "10"), True);
    assert_eq!(one("NumericLessThanEquals", "10.0", "10"), True);
    assert_eq!(one("NumericLessThan", "10", "10"), False);
    assert_eq!(one("NumericEquals", "7", "7.0"), True);
    assert_eq!(one("NumericNotEquals", "7", "7.0"), False);
}

#[test]
fn a_value_of_another_type_fails_and_leaves_the_negation_open() {
    assert_eq!(one("NumericEquals", "abc", "7"), False);
    assert_eq!(one("NumericNotEquals", "abc", "7"), Unknown);
    assert_eq!(one("NumericNotEquals", "7", "abc"), Unknown);
    assert_eq!(one("DateNotEquals", "today", "2024-01-01"), Unknown);
    assert_eq!(one("NotIpAddress", "10.0.0.0/8", "here"), Unknown);
    // Another value decides all the same.
    assert_eq!(
        decide("NumericNotEquals", &["abc", "7"], Some(&["7"])),
        False
    );
}

#[test]
fn dates_compare_with_epoch_seconds() {
    assert_eq!(one("DateGreaterThan", "2024-01-01", "1717200000"), True);
    assert_eq!(one("DateLessThan", "2024-01-01", "1717200000"), False);
    assert_eq!(
        one(
            "DateEquals",
            "2024-06-01T02:00:00+02:00",
            "2024-06-01T00:00:00Z"
        ),
        True
    );
    assert_eq!(one("DateEquals", "2024-*", "2024-06-01"), False);
}

#[test]
fn bool_knows_two_texts_without_case() {
    assert_eq!(one("Bool", "TRUE", "true"), True);
    assert_eq!(one("Bool", "false", "true"), False);
    assert_eq!(one("Bool", "yes", "true"), False);
    assert_eq!(one("Bool", "yes", "yes"), False);
}

#[test]
fn addresses_compare_within_their_family() {
    assert_eq!(one("IpAddress", "203.0.113.0/24", "203.0.113.77"), True);
    assert_eq!(one("IpAddress", "2001:db8::/32", "203.0.113.77"), False);
    assert_eq!(one("NotIpAddress", "203.0.113.0/24", "2001:db8::1"), True);
    assert_eq!(one("IpAddress", "203.0.113.77", "203.0.113.77"), True);
    assert_eq!(one("IpAddress", "10.0.0.0/8", "::ffff:10.0.0.1"), False);
}

#[test]
fn bytes_compare_behind_base64() {
    assert_eq!(one("BinaryEquals", "YQ==", "YQ"), True);
    assert_eq!(one("BinaryEquals", "YQ==", "Yg=="), False);
}

#[test]
fn arns_compare_part_by_part() {
    let user = "arn:aws:iam::111122223333:user/u";
    for equals in ["ArnEquals", "ArnLike"] {
        assert_eq!(one(equals, "arn:aws:iam::*:user/u", user), True);
        assert_eq!(one(equals, "arn:aws:iam:*:user/u", user), False);
        assert_eq!(one(equals, "arn:aws:iam::*:USER/u", user), False);
        assert_eq!(one(equals, "arn:*:*:*:*:*", "no:arn:at:all:it:is"), False);
    }
    assert_eq!(one("ArnNotLike", "arn:aws:iam::*:user/u", user), False);
    assert_eq!(one("ArnNotLike", "arn:aws:iam::*:user/u", "text"), True);
}

#[test]
fn a_lone_star_in_an_arn_operator_is_open() {
    let user = "arn:aws:iam::111122223333:user/u";
    assert_eq!(one("ArnLike", "*", user), Unknown);
    assert_eq!(one("ArnNotLike", "*", user), Unknown);
    assert_eq!(decide("ArnLike", &["*"], None), False);
}

#[test]
fn an_absent_key_fails_positive_and_satisfies_negated_operators() {
    for name in ALL {
        let negated = Truth::from(name.contains("Not"));
        for absent in [None, Some(&[][..])] {
            assert_eq!(decide(name, &["x"], absent), negated, "{name}");
            assert_eq!(decide(name, &[], absent), negated, "{name}");
        }
    }
}

#[test]
fn if_exists_holds_for_an_absent_key_before_all_else() {
    for name in ALL {
        for qualifier in ["", "ForAllValues:", "ForAnyValue:"] {
            let name = format!("{qualifier}{name}IfExists");
            assert_eq!(decide(&name, &["x"], None), True, "{name}");
            assert_eq!(decide(&name, &[], None), True, "{name}");
        }
    }
    assert_eq!(one("StringEqualsIfExists", "a", "b"), False);
    assert_eq!(one("BoolIfExists", "false", "true"), False);
}

#[test]
fn null_asks_for_absence() {
    assert_eq!(decide("Null", &["true"], None), True);
    assert_eq!(decide("Null", &["false"], None), False);
    assert_eq!(one("Null", "true", "x"), False);
    assert_eq!(one("Null", "false", "x"), True);
    // An empty text is no value.
    assert_eq!(one("Null", "true", ""), True);
    assert_eq!(decide("Null", &["true", "false"], Some(&["x"])), True);
    assert_eq!(decide("Null", &["perhaps"], None), False);
}

#[test]
fn set_operators_make_null_constant() {
    for values in [None, Some(&["x"][..])] {
        for wanted in ["true", "false"] {
            assert_eq!(decide("ForAllValues:Null", &[wanted], values), True);
            assert_eq!(decide("ForAnyValue:Null", &[wanted], values), False);
        }
    }
}

#[test]
fn for_all_values_asks_every_value_and_holds_on_nothing() {
    let all = "ForAllValues:StringEquals";
    assert_eq!(decide(all, &["a", "b"], Some(&["a"])), True);
    assert_eq!(decide(all, &["a", "b"], Some(&["a", "c"])), False);
    for nothing in [None, Some(&[][..]), Some(&[""][..])] {
        assert_eq!(decide(all, &["a"], nothing), True);
    }
}

#[test]
fn for_any_value_asks_one_value_and_fails_on_nothing() {
    let any = "ForAnyValue:StringEquals";
    assert_eq!(decide(any, &["a", "b"], Some(&["a", "c"])), True);
    assert_eq!(decide(any, &["a", "b"], Some(&["c"])), False);
    for nothing in [None, Some(&[][..]), Some(&[""][..])] {
        assert_eq!(decide(any, &["a"], nothing), False);
    }
}

#[test]
fn set_operators_negate_value_by_value() {
    let (any, all) = (
        "ForAnyValue:StringNotEquals",
        "ForAllValues:StringNotEquals",
    );
    assert_eq!(decide(any, &["a"], Some(&["a", "c"])), True);
    assert_eq!(decide(all, &["a"], Some(&["a", "c"])), False);
    assert_eq!(decide(all, &["a"], Some(&["b", "c"])), True);
    assert_eq!(decide(any, &["a"], None), False);
    assert_eq!(decide(all, &["a"], None), True);
}

#[test]
fn several_values_without_set_operator_are_open() {
    assert_eq!(decide("StringEquals", &["a"], Some(&["a", "c"])), Unknown);
    assert_eq!(
        decide("StringNotEquals", &["a"], Some(&["a", "c"])),
        Unknown
    );
    assert_eq!(decide("StringEquals", &["a"], Some(&["a"])), True);
}

#[test]
fn an_empty_policy_list_matches_nothing() {
    assert_eq!(decide("StringEquals", &[], Some(&["a"])), False);
    assert_eq!(decide("StringNotEquals", &[], Some(&["a"])), True);
    assert_eq!(
        decide("ForAllValues:StringEquals", &[], Some(&["a"])),
        False
    );
    assert_eq!(
        decide("ForAnyValue:StringNotEquals", &[], Some(&["a"])),
        False
    );
    assert_eq!(decide("ForAllValues:StringEquals", &[], None), True);
}

#[test]
fn an_empty_text_is_compared_as_text_by_plain_operators() {
    assert_eq!(one("StringEquals", "", ""), True);
    assert_eq!(one("StringLike", "*", ""), True);
    assert_eq!(one("StringEqualsIfExists", "a", ""), False);
}

#[test]
fn a_variable_without_value_matches_nothing() {
    assert_eq!(one("StringEquals", "${aws:username}", "u"), False);
    assert_eq!(one("StringNotEquals", "${aws:username}", "u"), True);
}

#[test]
fn a_variable_stays_text_where_the_operator_takes_none() {
    assert_eq!(one("NumericEquals", "${s3:max-keys}", "5"), False);
    assert_eq!(one("NumericNotEquals", "${s3:max-keys}", "5"), Unknown);
}

#[test]
fn an_open_variable_is_unknown_unless_the_rest_excludes() {
    let open = |operator, wanted, value| {
        decide_given(operator, &[wanted], Some(&[value]), &VariableValue::Unknown)
    };
    assert_eq!(open("StringEquals", "a-${k:x}", "a-1"), Unknown);
    assert_eq!(open("StringEquals", "a-${k:x}", "b-1"), False);
    assert_eq!(open("StringNotEquals", "a-${k:x}", "b-1"), True);
    assert_eq!(open("Bool", "${k:x}", "true"), Unknown);
    assert_eq!(open("Bool", "${k:x}", "yes"), False);
    assert_eq!(open("StringEqualsIgnoreCase", "A-${k:x}", "a-1"), Unknown);
    assert_eq!(open("StringEqualsIgnoreCase", "A-${k:x}", "b-1"), False);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[abAB*?]{0,3}",
        "(true|FALSE|7|7\\.0|8|2024-01-01|10\\.0\\.0\\.(1|2)|10\\.0\\.0\\.0/8|::1)",
        "arn:aws:iam::(\\*|111122223333):(user|role)/[ab*]",
        "\\PC{0,4}",
    ]
}

/// The pairs that R65 makes complements; typed ones leave errors open (R70).
const COMPLEMENTS: [(&str, &str); 4] = [
    ("StringEquals", "StringNotEquals"),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    ("StringLike", "StringNotLike"),
    ("ArnLike", "ArnNotEquals"),
];

proptest! {
    #[test]
    fn a_negated_operator_is_the_complement(
        wanted in proptest::collection::vec(text(), 0..3),
        values in proptest::option::of(proptest::collection::vec(text(), 0..3)),
    ) {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let values: Option<Vec<&str>> =
            values.as_ref().map(|values| values.iter().map(String::as_str).collect());
        let decide = |name: &str| decide(name, &wanted, values.as_deref());
        for (plain, negated) in COMPLEMENTS {
            prop_assert_eq!(decide(negated), !decide(plain), "{}", negated);
            if !wanted.is_empty() {
                let all = decide(&format!("ForAllValues:{plain}"));
                let any = decide(&format!("ForAnyValue:{negated}"));
                prop_assert_eq!(any, !all, "{}", negated);
            }
        }
        for (plain, negated) in [
            ("NumericEquals", "NumericNotEquals"),
            ("DateEquals", "DateNotEquals"),
            ("IpAddress", "NotIpAddress"),
        ] {
            let (plain, negated) = (decide(plain), decide(negated));
            prop_assert!(negated == !plain || (plain, negated) == (False, Unknown));
        }
    }

    #[test]
    fn deciding_never_panics(
        name in prop_oneof![proptest::sample::select(&ALL[..]).prop_map(str::to_owned), "\\PC{0,20}"],
        wanted in proptest::collection::vec("\\PC{0,20}", 0..3),
        values in proptest::collection::vec("\\PC{0,20}", 0..3),
    ) {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        decide(&name, &wanted, Some(&values));
    }
}

//! Regions against all short texts.

use proptest::prelude::*;

use super::{Region, TooComplex};
use crate::Pattern;
use crate::pattern::tests::{any_pattern, short_texts};

prop_compose! {
    fn any_region()(
        within in prop::collection::vec(any_pattern(), 0..3),
        except in prop::collection::vec(any_pattern(), 0..4),
    ) -> Region {
        Region { within, except }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_witness_is_held_and_none_means_empty(region in any_region()) {
        match region.witness().expect("small patterns are decided") {
            Some(text) => prop_assert!(region.holds(&text), "{text}"),
            None => for text in short_texts("ab:/x", 4) {
                prop_assert!(!region.holds(&text), "{text}");
            }
        }
    }

    #[test]
    fn splitting_parts_the_texts(region in any_region(), pattern in any_pattern()) {
        let (covered, rest) = region.split(&pattern);
        for text in short_texts("ab:/x", 4) {
            let holds = |region: &Option<Region>| region.as_ref().is_some_and(|region| region.holds(&text));
            prop_assert_eq!(holds(&covered), region.holds(&text) && pattern.matches(&text));
            prop_assert_eq!(holds(&rest), region.holds(&text) && !pattern.matches(&text));
        }
    }

    #[test]
    fn simplifying_keeps_the_texts(region in any_region(), other in any_region()) {
        let both = region.intersect(&other);
        let mut simple = region.clone();
        simple.simplify();
        for text in short_texts("ab:/x", 4) {
            prop_assert_eq!(simple.holds(&text), region.holds(&text));
            let held = both.as_ref().is_some_and(|both| both.holds(&text));
            prop_assert_eq!(held, region.holds(&text) && other.holds(&text));
        }
    }

    #[test]
    fn a_region_contains_another_if_no_text_is_left(one in any_region(), other in any_region()) {
        let contains = one.contains(&other).expect("small patterns are decided");
        let left = short_texts("ab:/x", 4).iter().any(|text| other.holds(text) && !one.holds(text));
        prop_assert!(!(left && contains));
    }
}

fn region(within: &[&str], except: &[&str]) -> Region {
    let read = |texts: &[&str]| texts.iter().map(|text| Pattern::resource(text)).collect();
    Region {
        within: read(within),
        except: read(except),
    }
}

fn part(within: &[&str], except: &[&str]) -> String {
    region(within, except).describe(&Pattern::resource(within[0]))
}

#[test]
fn a_part_is_told_by_what_sets_it_apart() {
    let asked = "arn:aws:s3:::payroll/*";
    let public = "arn:aws:s3:::payroll/public/*";
    let secret = "arn:aws:s3:::payroll/secret/*";
    let inner = "arn:aws:s3:::payroll/public/x/*";
    insta::assert_snapshot!(part(&[asked], &[]), @"all");
    insta::assert_snapshot!(part(&[asked, public], &[]), @"only public/*");
    insta::assert_snapshot!(part(&[asked], &[secret]), @"all but secret/*");
    insta::assert_snapshot!(part(&[asked, public], &[inner]), @"only public/* but public/x/*");
}

#[test]
fn a_witness_looks_like_an_arn() {
    let witness = |within: &[&str], except: &[&str]| {
        region(within, except)
            .witness()
            .expect("is decided")
            .unwrap_or_default()
    };
    insta::assert_snapshot!(witness(&["arn:aws:s3:::payroll/*"], &[]), @"arn:aws:s3:::payroll/x");
    insta::assert_snapshot!(witness(&["arn:aws:sqs:*"], &[]), @"arn:aws:sqs:x:x:x");
    insta::assert_snapshot!(witness(&["arn:aws:ec2:*:instance/*"], &[]), @"arn:aws:ec2:x:x:instance/x");
    insta::assert_snapshot!(witness(&["*"], &[]), @"arn:aws:x:x:x:x");
    insta::assert_snapshot!(
        witness(&["arn:aws:s3:::payroll/*", "arn:aws:s3:::*/secret/*"], &["arn:aws:s3:::payroll/x*"]),
        @"arn:aws:s3:::payroll/z/secret/z"
    );
}

#[test]
fn patterns_that_all_of_the_question_lies_in_are_not_told() {
    let asked = "arn:aws:s3:::payroll/*";
    insta::assert_snapshot!(part(&[asked, "*"], &["arn:aws:s3:::logs/*"]), @"all");
    insta::assert_snapshot!(
        part(&[asked, "arn:aws:s3:::*/public/*"], &[]),
        @"only arn:aws:s3:::*/public/*"
    );
    insta::assert_snapshot!(
        part(&["arn:aws:s3:::pay*"], &["arn:aws:s3:::payroll/*", "arn:aws:s3:::payslips/*"]),
        @"all but payroll/*, payslips/*"
    );
    insta::assert_snapshot!(
        region(&["arn:aws:s3:::payroll/public/*"], &[]).describe(&Pattern::resource(asked)),
        @"only public/*"
    );
}

#[test]
fn splitting_keeps_only_what_matters() {
    let asked = region(&["arn:aws:s3:::payroll/*"], &[]);
    let split = |region: &Region, pattern: &str| {
        let (covered, rest) = region.split(&Pattern::resource(pattern));
        format!("{covered:?}\n{rest:?}")
    };
    insta::assert_snapshot!(split(&asked, "arn:aws:s3:::*"), @r#"
Some(Region { within: [arn:aws:s3:::payroll/*], except: [] })
None
"#);
    insta::assert_snapshot!(split(&asked, "arn:aws:s3:::logs/*"), @r#"
None
Some(Region { within: [arn:aws:s3:::payroll/*], except: [] })
"#);
    insta::assert_snapshot!(split(&asked, "arn:aws:s3:::payroll/public/*"), @r#"
Some(Region { within: [arn:aws:s3:::payroll/public/*], except: [] })
Some(Region { within: [arn:aws:s3:::payroll/*], except: [arn:aws:s3:::payroll/public/*] })
"#);
    let rest = region(
        &["arn:aws:s3:::payroll/*"],
        &["arn:aws:s3:::payroll/a/*", "arn:aws:s3:::payroll/b/*"],
    );
    insta::assert_snapshot!(split(&rest, "arn:aws:s3:::payroll/a/x/*"), @r#"
None
Some(Region { within: [arn:aws:s3:::payroll/*], except: [arn:aws:s3:::payroll/a/*, arn:aws:s3:::payroll/b/*] })
"#);
    insta::assert_snapshot!(split(&rest, "arn:aws:s3:::payroll/a*"), @r#"
Some(Region { within: [arn:aws:s3:::payroll/a*], except: [arn:aws:s3:::payroll/a/*] })
Some(Region { within: [arn:aws:s3:::payroll/*], except: [arn:aws:s3:::payroll/b/*, arn:aws:s3:::payroll/a*] })
"#);
}

#[test]
fn patterns_that_together_cover_everything_leave_nothing() {
    let lengths = region(
        &["arn:aws:s3:::a*"],
        &["arn:aws:s3:::a", "arn:aws:s3:::a?", "arn:aws:s3:::a??*"],
    );
    assert_eq!(lengths.witness(), Ok(None));
    assert_eq!(lengths.is_empty(), Ok(true));
    let long = region(
        &["arn:aws:s3:::a*", "arn:aws:s3:::*b"],
        &["arn:aws:s3:::ab", "arn:aws:s3:::a?b"],
    );
    insta::assert_snapshot!(
        long.witness().expect("is decided").unwrap_or_default(),
        @"arn:aws:s3:::axxb"
    );
}

#[test]
fn thousands_of_exceptions_are_decided() {
    let except: Vec<String> = (0..5_000)
        .map(|at| format!("arn:aws:s3:::payroll/{at:04}/*"))
        .collect();
    let except: Vec<&str> = except.iter().map(String::as_str).collect();
    let region = region(&["arn:aws:s3:::payroll/*"], &except);
    insta::assert_snapshot!(region.witness().expect("is decided").unwrap_or_default(), @"arn:aws:s3:::payroll/x");
    // Names of two or three characters are left, as all longer ones are excepted.
    let mut digits = region.clone();
    digits
        .within
        .push(Pattern::resource("arn:aws:s3:::payroll/12*/x"));
    digits
        .except
        .push(Pattern::resource("arn:aws:s3:::payroll/12??*/x"));
    insta::assert_snapshot!(digits.witness().expect("is decided").unwrap_or_default(), @"arn:aws:s3:::payroll/12z/x");
    let mut simple = region.clone();
    simple
        .except
        .push(Pattern::resource("arn:aws:s3:::payroll/4*"));
    simple.simplify();
    assert_eq!(simple.except.len(), 4_001);
}

#[test]
fn a_region_too_complex_is_said_to_be() {
    let end = format!("a{}", "?".repeat(25));
    let read = |text: String| Pattern::glob(&text);
    // The two exceptions together are the whole, but to see it one must
    // remember where in the last 26 characters there was an `a`.
    let region = Region {
        within: vec![read(format!("*{end}"))],
        except: vec![read(end.clone()), read(format!("?*{end}"))],
    };
    assert_eq!(region.witness(), Err(TooComplex));
    assert_eq!(region.is_empty(), Err(TooComplex));
}

#[test]
fn hostile_regions_end() {
    let within: Vec<String> = (0..2_000).map(|at| format!("*{at}*")).collect();
    let within: Vec<&str> = within.iter().map(String::as_str).collect();
    let mut all = region(&within, &["*:*", "a*"]);
    all.simplify();
    assert!(all.witness().is_err() || all.witness().is_ok_and(|text| text.is_some()));
    let long = format!("{}b", "*a".repeat(20_000));
    let long = region(
        &[&long, &long.replace('b', "c")],
        &[&long.replace('b', "?c")],
    );
    assert_eq!(long.witness(), Ok(None));
}

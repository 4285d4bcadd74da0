//! Regions against all short texts.

use proptest::prelude::*;

use super::Region;
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
}

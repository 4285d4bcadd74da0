//! Templates: reading, filling, solving.

use proptest::prelude::*;

use super::{Filling, Flavour, Solutions, Template, VariableValue};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn solving_finds_every_value_that_fills(
        before in "[ab:*?/]{0,4}",
        behind in "[ab:*?/]{0,4}",
        text in "[ab:/]{0,9}",
        resource in any::<bool>(),
        flavour in prop::sample::select(vec![
            Flavour::Exact, Flavour::Glob, Flavour::Resource, Flavour::Arn,
        ]),
    ) {
        let arn = if resource { ":::::" } else { "" };
        let template = Template::parse(&format!("{arn}{before}${{k, 'ab'}}{behind}"), true);
        let text = format!("{arn}{text}");
        let matches = |value: VariableValue| match template.fill(flavour, |_| value.clone()) {
            Filling::Pattern(pattern) => pattern.matches(&text),
            Filling::Open(pattern) => pattern.matches(&text),
            Filling::Nothing | Filling::Undocumented => false,
        };
        let Solutions::Values { values, absent } = template.solve(flavour, &text) else {
            return Err(TestCaseError::fail("one variable, short text"));
        };
        let mut expected = Vec::new();
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let value = &text[start..end];
                if matches(VariableValue::Known(value.to_owned())) {
                    expected.push(value.to_owned());
                }
            }
        }
        expected.sort();
        expected.dedup();
        prop_assert_eq!(absent, matches(VariableValue::None));
        if absent || !values.is_empty() {
            prop_assert!(matches(VariableValue::Unknown));
        }
        prop_assert_eq!(values, expected);
    }
}

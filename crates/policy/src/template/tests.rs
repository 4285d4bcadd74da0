//! Templates: reading, filling, solving.

use proptest::prelude::*;

use super::{Filling, Flavour, Part, Solutions, Template, VariableValue};

fn matches(template: &Template, flavour: Flavour, value: VariableValue, text: &str) -> bool {
    match template.fill(flavour, |_| value.clone()) {
        Filling::Pattern(pattern) | Filling::Open(pattern) => pattern.matches(text),
        Filling::Nothing | Filling::Undocumented => false,
    }
}

/// Tries every part of the text as the value.
fn check_solutions(template: &Template, flavour: Flavour, text: &str) -> Result<(), TestCaseError> {
    let Solutions::Values { values, absent } = template.solve(flavour, text) else {
        return Err(TestCaseError::fail("one variable, short text"));
    };
    let mut expected = Vec::new();
    for start in 0..text.len() {
        for end in start + 1..=text.len() {
            let value = &text[start..end];
            if matches(
                template,
                flavour,
                VariableValue::Known(value.to_owned()),
                text,
            ) {
                expected.push(value.to_owned());
            }
        }
    }
    expected.sort();
    expected.dedup();
    prop_assert_eq!(
        absent,
        matches(template, flavour, VariableValue::None, text)
    );
    if absent || !values.is_empty() {
        prop_assert!(matches(template, flavour, VariableValue::Unknown, text));
    }
    prop_assert_eq!(values, expected);
    Ok(())
}

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
        check_solutions(&template, flavour, &text)?;
    }

    #[test]
    fn solving_minds_the_colons_of_an_arn(
        before in "[a:*?]{0,6}",
        behind in "[a:*?]{0,6}",
        text in "(a?:){3,6}[a:]{0,4}",
    ) {
        let template = Template::parse(&format!("{before}${{k, 'a:a'}}{behind}"), true);
        check_solutions(&template, Flavour::Arn, &text)?;
    }

    #[test]
    fn an_unknown_value_covers_what_any_value_would(
        text in "[a:*?]{0,4}",
        (first, second) in ("[a:]{1,4}", "[a:]{1,4}"),
        written in "[a:*?]{0,3}\\$\\{k\\}[a:*?]{0,3}\\$\\{l\\}[a:*?]{0,3}",
        flavour in prop::sample::select(vec![Flavour::Exact, Flavour::Glob, Flavour::Arn]),
    ) {
        let template = Template::parse(&written, true);
        let known = template.fill(flavour, |variable| {
            let value = if variable.key.as_lower() == "k" { &first } else { &second };
            VariableValue::Known(value.clone())
        });
        let half = template.fill(flavour, |variable| match variable.key.as_lower() {
            "k" => VariableValue::Known(first.clone()),
            _ => VariableValue::Unknown,
        });
        let covers = |filling: &Filling| match filling {
            Filling::Pattern(pattern) | Filling::Open(pattern) => pattern.matches(&text),
            _ => false,
        };
        if let Filling::Pattern(pattern) = &known {
            let Filling::Open(open) = &half else {
                return Err(TestCaseError::fail("one value is unknown"));
            };
            prop_assert_eq!(open.contains(pattern), Some(true));
            prop_assert!(!covers(&known) || covers(&half));
            prop_assert!(!covers(&half) || matches(&template, flavour, VariableValue::Unknown, &text));
        }
    }

    #[test]
    fn reading_keeps_every_character_of_an_old_policy(text in "[a:*?${}', ]{0,12}") {
        let template = Template::parse(&text, false);
        let shown: String = template.parts().iter().map(|part| match part {
            Part::Text(text) => text.to_string(),
            Part::Star => "*".to_owned(),
            Part::Question => "?".to_owned(),
            Part::Variable(_) => "a variable".to_owned(),
        }).collect();
        prop_assert_eq!(shown, text);
    }
}

/// The parts in brackets.
fn parts(text: &str) -> String {
    let template = Template::parse(text, true);
    let shown = template.parts().iter().map(|part| match part {
        Part::Text(text) => format!("[{text}]"),
        Part::Star => "[any]".to_owned(),
        Part::Question => "[one]".to_owned(),
        Part::Variable(variable) => match &variable.default {
            Some(default) => format!("[variable {} or {default}]", variable.key),
            None => format!("[variable {}]", variable.key),
        },
    });
    shown.collect()
}

#[test]
fn variables_defaults_and_escapes_are_read() {
    insta::assert_snapshot!(parts("b/${aws:username}/*"), @"[b/][variable aws:username][/][any]");
    insta::assert_snapshot!(parts("${aws:PrincipalTag/cost center, 'all of it'}?"), @"[variable aws:PrincipalTag/cost center or all of it][one]");
    insta::assert_snapshot!(parts("${ aws:username ,'x}y' }"), @"[variable aws:username or x}y]");
    insta::assert_snapshot!(parts("a${*}b${?}c${$}{d}"), @"[a*b?c${d}]");
    insta::assert_snapshot!(parts("${a, ''}"), @"[variable a or ]");
}

#[test]
fn what_is_no_variable_is_plain_text() {
    insta::assert_snapshot!(parts("a${b"), @"[a${b]");
    insta::assert_snapshot!(parts("a${}b"), @"[a${}b]");
    insta::assert_snapshot!(parts("${a*b"), @"[${a][any][b]");
    insta::assert_snapshot!(parts("${a, b}"), @"[${a, b}]");
    insta::assert_snapshot!(parts("${a${b}}"), @"[${a][variable b][}]");
    insta::assert_snapshot!(parts("$${a}"), @"[$][variable a]");
    insta::assert_snapshot!(parts("${a, 'b"), @"[${a, 'b]");
}

fn fill(text: &str, flavour: Flavour) -> String {
    let filled =
        Template::parse(text, true).fill(flavour, |variable| match variable.key.as_lower() {
            "none" => VariableValue::None,
            "open" => VariableValue::Unknown,
            key => VariableValue::Known(key.to_owned()),
        });
    format!("{filled:?}")
}

#[test]
fn each_flavour_reads_wildcards_its_own_way() {
    insta::assert_snapshot!(fill("a*?:${v}", Flavour::Exact), @"Pattern(a*?:v)");
    insta::assert_snapshot!(fill("a*?:${v}", Flavour::Glob), @"Pattern(a*?:v)");
    insta::assert_snapshot!(fill("arn:a*:*b:?::*${v}?", Flavour::Resource), @"Pattern(arn:a*:[*]b:[?]::*v?)");
    insta::assert_snapshot!(fill("arn:a*:*b:?::*${v}?", Flavour::Arn), @"Pattern(arn:a[*]:[*]b:[?]::*v?)");
}

#[test]
fn an_arn_operator_needs_six_parts() {
    insta::assert_snapshot!(fill("arn:aws:iam:*:user/u", Flavour::Arn), @"Nothing");
    insta::assert_snapshot!(fill("*", Flavour::Arn), @"Undocumented");
    insta::assert_snapshot!(fill("", Flavour::Arn), @"Nothing");
}

#[test]
fn in_conditions_a_variable_may_stand_anywhere() {
    insta::assert_snapshot!(fill("arn:aws:iam::${v}:role/*", Flavour::Arn), @"Pattern(arn:aws:iam::v:role/*)");
    insta::assert_snapshot!(fill("${a:b:c:d:e:f}", Flavour::Arn), @"Pattern(a:b:c:d:e:f)");
    insta::assert_snapshot!(fill("${open}", Flavour::Arn), @"Open(*:*:*:*:*:*)");
    insta::assert_snapshot!(fill("arn:aws:iam::${open}:role/*", Flavour::Arn), @"Open(arn:aws:iam::*:role/*)");
    insta::assert_snapshot!(fill("arn:*:iam:${open}:?*", Flavour::Arn), @"Open(arn:[*]:iam:*:*:?*)");
    insta::assert_snapshot!(fill("arn:aws:s3:::${open}/${none}", Flavour::Resource), @"Nothing");
    insta::assert_snapshot!(fill("arn:aws:s3:::${open}/${none, 'd*'}", Flavour::Resource), @"Open(arn:aws:s3:::*/d*)");
    insta::assert_snapshot!(fill("arn:aws:s3::${v}:b", Flavour::Resource), @"Nothing");
}

#[test]
fn a_home_folder_is_solved_for_its_owner() {
    let home = Template::parse("arn:aws:s3:::b/home/${aws:username}/*", true);
    let solve = |text| format!("{:?}", home.solve(Flavour::Resource, text));
    insta::assert_snapshot!(solve("arn:aws:s3:::b/home/ana/cv.txt"), @r#"Values { values: ["ana"], absent: false }"#);
    insta::assert_snapshot!(solve("arn:aws:s3:::b/home/ana/old/cv.txt"), @r#"Values { values: ["ana", "ana/old"], absent: false }"#);
    insta::assert_snapshot!(solve("arn:aws:s3:::b/logs"), @"Values { values: [], absent: false }");
    let twice = Template::parse("${a}${b}", true);
    assert_eq!(twice.solve(Flavour::Glob, "ab"), Solutions::NotOneVariable);
}

#[test]
fn hostile_templates_end() {
    for unit in ["${", "${a,'", "${a,", "${a, 'b' ", "${*", "$", "'}"] {
        let text = unit.repeat(60_000 / unit.len());
        let template = Template::parse(&text, true);
        assert_eq!(template.variables().count(), 0);
    }
    let stars = "*a?".repeat(10_000);
    let template = Template::parse(&format!("{stars}${{k}}{stars}"), true);
    assert_eq!(
        template.solve(Flavour::Glob, &"a".repeat(60_000)),
        Solutions::TooMany
    );
    let any = Template::parse("*${k}*", true);
    assert_eq!(
        any.solve(Flavour::Glob, &"ab".repeat(1_000)),
        Solutions::TooMany
    );
}

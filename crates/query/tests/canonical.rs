//! The canonical text of any tree parses to the same tree, and nothing that
//! people type makes the parser panic.

use proptest::prelude::*;
use whocan_query::ast::{Ast, StatementKind};
use whocan_query::parse;

fn word() -> impl Strategy<Value = String> {
    let words = [
        "roles",
        "crown",
        "role/ci",
        "user/a-b_c",
        "bucket/x*",
        "arn:aws:s3:::b/*?",
        "\"a b\"",
        "\"who\"",
        "\"s3:GetObject\"",
        "\"q\\\"\\\\\"",
        "\"*\"",
        "account/prod",
        "x.y",
    ];
    proptest::sample::select(words.to_vec()).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let values = [
        "prod",
        "12",
        "true",
        "\"x y\"",
        "snapshot",
        "snapshot - 90d",
        "a.b",
        "\"and\"",
    ];
    proptest::sample::select(values.to_vec()).prop_map(str::to_owned)
}

fn test() -> impl Strategy<Value = String> {
    let attributes = [
        "hops",
        "tag.Team",
        "tag[\"a:b\"]",
        "principal.account",
        "path.x",
    ];
    let attribute = proptest::sample::select(attributes.to_vec());
    let operators = [
        "=", "!=", "<", "<=", ">", ">=", "like", "matches", "has", "not like",
    ];
    let operator = proptest::sample::select(operators.to_vec());
    prop_oneof![
        attribute.clone().prop_map(str::to_owned),
        attribute.clone().prop_map(|one| format!("{one} exists")),
        (attribute.clone(), operator, value()).prop_map(|(a, o, v)| format!("{a} {o} {v}")),
        (attribute.clone(), value(), value()).prop_map(|(a, v, w)| format!("{a} in ({v}, {w})")),
        (attribute, word()).prop_map(|(a, w)| format!("{a} not in {w}")),
    ]
}

fn predicate() -> impl Strategy<Value = String> {
    test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or ({b})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.prop_map(|a| format!("not not not ({a})")),
        ]
    })
}

fn set() -> impl Strategy<Value = String> {
    word().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} minus ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and {b}")),
            (inner.clone(), predicate()).prop_map(|(a, p)| format!("({a}) with ({p})")),
            (inner.clone(), test()).prop_map(|(a, p)| format!("({a}) with not {p}")),
            inner
                .clone()
                .prop_map(|a| format!("({a}) in account/x outside org")),
            inner.prop_map(|a| format!("(who can s3:Get* on {a})")),
        ]
    })
}

fn actions() -> impl Strategy<Value = String> {
    let actions = [
        "s3:GetObject",
        "s3:*",
        "*",
        "all of s3:Get*, kms:Decrypt",
        "a:B or c:D",
    ];
    proptest::sample::select(actions.to_vec()).prop_map(str::to_owned)
}

fn question() -> impl Strategy<Value = String> {
    prop_oneof![
        (actions(), set()).prop_map(|(a, s)| format!("who can {a} on {s}")),
        (set(), actions()).prop_map(|(s, a)| format!("who in org can reach {a} on all of {s}")),
        set().prop_map(|s| format!("who can reach ({s})")),
        (set(), set(), actions()).prop_map(|(s, t, a)| format!("which {s} can ({t}) reach {a}")),
        (set(), actions()).prop_map(|(s, a)| format!("which ({s}) can {a}")),
        (set(), set()).prop_map(|(s, t)| format!("what can ({s}) do on {t}")),
        (set(), actions(), set()).prop_map(|(s, a, t)| format!("why not ({s}) {a} on {t}")),
        (set(), set()).prop_map(|(s, t)| format!("shortest path from ({s}) to ({t})")),
        set().prop_map(|s| format!("count {s}")),
        (set(), set()).prop_map(|(s, t)| format!("matrix ({s}) by ({t})")),
    ]
}

fn clauses() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        predicate().prop_map(|p| format!("where {p}")),
        set().prop_map(|s| format!("except {s}")),
        set().prop_map(|s| format!("through {s}")),
        set().prop_map(|s| format!("avoiding {s}")),
        value().prop_map(|v| format!("given aws:k{} = {v}", v.len())),
        Just("given aws:a absent, aws:b in (x, y)".to_owned()),
        Just("surely explain".to_owned()),
        Just("ignoring scps, rcps".to_owned()),
        Just("as collected expand".to_owned()),
    ];
    let once = proptest::sample::subsequence(
        vec![
            "via any, AssumeRole",
            "within 1 hop",
            "limit 3",
            "order by hops desc, tag.X",
            "group by name",
        ],
        0..=5,
    );
    (proptest::collection::vec(one, 0..3), once).prop_map(|(many, once)| {
        let once = once.into_iter().map(str::to_owned);
        many.into_iter().chain(once).collect::<Vec<_>>().join(" ")
    })
}

fn text() -> impl Strategy<Value = String> {
    let statement = prop_oneof![
        (question(), clauses()).prop_map(|(q, c)| format!("{q} {c}")),
        (set(), question()).prop_map(|(s, q)| format!("assert only ({s}) {q}")),
        set().prop_map(|s| format!("let x = {s}")),
        question().prop_map(|q| format!("explain {q}")),
    ];
    proptest::collection::vec(statement, 1..3).prop_map(|all| all.join(";\n"))
}

/// Clauses given twice with the same key are mistakes, which is no matter here.
fn parsed(text: &str) -> Option<Ast> {
    parse(text).ok()
}

proptest! {
    #[test]
    fn canonical_text_says_the_same_and_is_stable(text in text()) {
        if let Some(ast) = parsed(&text) {
            let canonical = ast.to_string();
            let again = parse(&canonical);
            prop_assert!(again.is_ok(), "{canonical}\n{}", again.unwrap_err().pointed());
            let again = again.unwrap();
            prop_assert_eq!(&again, &ast, "{}", canonical);
            prop_assert_eq!(again.to_string(), canonical);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        tokens in proptest::collection::vec(
            prop_oneof![
                word(), value(), actions(), test(), clauses(),
                "[a-z(),;=\"#é“ ]{0,6}".prop_map(|text: String| text),
                Just("who can".to_owned()), Just("(".to_owned()), Just(")".to_owned()),
            ],
            0..12,
        )
    ) {
        if let Err(error) = parse(&tokens.join(" ")) {
            prop_assert!(error.pointed().starts_with("error: "));
        }
    }
}

#[test]
fn most_generated_texts_parse() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let parsed = (0..200)
        .filter(|_| {
            let text = text().new_tree(&mut runner).unwrap().current();
            parsed(&text)
                .is_some_and(|ast| !matches!(ast.statements[0].kind, StatementKind::Plan(_)))
        })
        .count();
    assert!(parsed > 150, "{parsed}");
}
